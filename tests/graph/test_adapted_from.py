"""Which films were made from which books: as it is, and as books and films come, go and change."""

from __future__ import annotations

from sqlalchemy import text

from mediatheque.flows.catalogue import add_to_catalogue
from mediatheque.kit.database import Connection, Database
from mediatheque.library.queries.items import NewItem, add_items
from mediatheque.library.queries.users import User
from mediatheque.resolve.normalise import title_keys
from mediatheque.vocabulary import Claim, Credit, Kind, Original, Role, Work


def book(title: str, author: str, year: int = 1965, **fields: object) -> Claim:
    work = Work(kind=Kind.BOOK, title=title, year=year, credits=(Credit(author, Role.AUTHOR),), **fields)  # pyright: ignore[reportArgumentType]
    return Claim("starter", f"book:{title}-{year}-{author}", work)


def film(title: str, *originals: Original, year: int = 2021, kind: Kind = Kind.FILM) -> Claim:
    work = Work(kind=kind, title=title, year=year, based_on=originals)
    return Claim("starter", f"{kind}:{title}-{year}", work)


def adaptations(database: Database) -> set[tuple[str, str, int]]:
    """Film, book and owner of every such edge there is."""
    with database.transaction() as db:
        rows = db.execute(
            text("""
                SELECT f.name AS film, b.name AS book, e.owner_id FROM graph_edges e JOIN graph_types t ON t.code = e.type
                    JOIN graph_nodes f ON f.id = e.source_id JOIN graph_nodes b ON b.id = e.target_id
                WHERE t.name = 'ADAPTED_FROM'
            """)
        )
        return {tuple(row) for row in rows}


def test_a_film_is_tied_to_the_book_of_that_title_and_author(database: Database) -> None:
    with database.transaction() as db:
        add_to_catalogue(
            db,
            [
                book("Dune", "Frank Herbert"),
                book("Dune", "Somebody Else", 1999),
                book("Arrival", "Frank Herbert", 1970),
                book("Story of Your Life", "Ted Chiang", 1998),
                film("Dune", Original("frank herbert")),
                film("Arrival", Original("Ted Chiang", "Story of Your Life"), year=2016),
                film("Foundation", Original("Isaac Asimov"), kind=Kind.SHOW),
                # What a book was made from is no adaptation of this sort.
                book(
                    "Dune: The Graphic Novel",
                    "Brian Herbert",
                    2020,
                    based_on=(Original("Frank Herbert", "Dune"),),
                ),
            ],
        )
    assert adaptations(database) == {
        ("Dune (2021)", "Dune (1965)", 0),
        ("Arrival (2016)", "Story of Your Life (1998)", 0),
    }


def test_the_edge_knows_who_says_so_and_how_sure_it_is(database: Database) -> None:
    with database.transaction() as db:
        add_to_catalogue(db, [book("Dune", "Frank Herbert"), film("Dune", Original("Frank Herbert"))])
    with database.transaction() as db:
        row = db.execute(
            text(
                "SELECT said_by, confidence, first_at FROM graph_edges e JOIN graph_types t ON t.code = e.type"
                " WHERE t.name = 'ADAPTED_FROM'"
            )
        ).one()
    assert row.said_by == "starter"
    assert round(row.confidence, 3) == 0.9
    assert row.first_at is not None


def test_a_book_that_comes_later_is_found_and_one_that_goes_is_forgotten(database: Database) -> None:
    with database.transaction() as db:
        add_to_catalogue(db, [film("Foundation", Original("Isaac Asimov"), kind=Kind.SHOW)])
    assert adaptations(database) == set()
    with database.transaction() as db:
        add_to_catalogue(db, [book("Foundation", "Isaac Asimov", 1951)])
    assert adaptations(database) == {("Foundation (2021)", "Foundation (1951)", 0)}
    with database.transaction() as db:
        db.execute(text("DELETE FROM items WHERE kind = 'book'"))
    assert adaptations(database) == set()


def test_a_book_that_is_called_otherwise_from_now_on_is_no_original_any_more(database: Database) -> None:
    with database.transaction() as db:
        add_to_catalogue(db, [book("Dune", "Frank Herbert"), film("Dune", Original("Frank Herbert"))])
    assert len(adaptations(database)) == 1
    with database.transaction() as db:
        claim = book("Dune", "Frank Herbert")
        add_to_catalogue(
            db,
            [
                Claim(
                    claim.source,
                    claim.source_key,
                    Work(kind=Kind.BOOK, title="Sand", year=1965, credits=claim.work.credits),
                )
            ],
        )
    assert adaptations(database) == set()


def test_somebodys_own_book_is_tied_for_them_alone(database: Database, ada: User, ben: User) -> None:
    with database.transaction() as db:
        add_to_catalogue(db, [film("Dune", Original("Frank Herbert"))])
        own(db, ada, book("Dune", "Frank Herbert").work)
        own(db, ben, film("Dune", Original("Frank Herbert"), year=1984).work)
    # Ben's own film has nothing to do with Ada's own book.
    assert adaptations(database) == {("Dune (2021)", "Dune (1965)", ada.id)}
    with database.transaction() as db:
        add_to_catalogue(db, [book("Dune", "Frank Herbert", 1966)])
    # Ada's own is the catalogue's from now on.
    assert adaptations(database) == {
        ("Dune (2021)", "Dune (1966)", 0),
        ("Dune (1984)", "Dune (1966)", ben.id),
    }


def test_what_becomes_part_of_a_series_has_its_number_there(database: Database, ada: User) -> None:
    with database.transaction() as db:
        add_to_catalogue(
            db,
            [
                book("Dune", "Frank Herbert", series="Dune Chronicles", series_position=1.0),
                book("The Road to Dune", "Frank Herbert", 2005, series="Dune Chronicles"),
            ],
        )
        own(db, ada, book("Between", "Ada", 1966, series="Dune Chronicles", series_position=1.5).work)
    with database.transaction() as db:
        rows = db.execute(
            text("""
                SELECT i.name AS item, s.name AS series, e.detail, e.owner_id, e.said_by FROM graph_edges e
                    JOIN graph_types t ON t.code = e.type
                    JOIN graph_nodes i ON i.id = e.source_id JOIN graph_nodes s ON s.id = e.target_id
                WHERE t.name = 'PART_OF'
            """)
        )
        assert {tuple(row) for row in rows} == {
            ("Dune (1965)", "Dune Chronicles", "1", 0, "starter"),
            ("The Road to Dune (2005)", "Dune Chronicles", None, 0, "starter"),
            ("Between (1966)", "Dune Chronicles", "1.5", ada.id, None),
        }


def own(db: Connection, owner: User, work: Work) -> None:
    add_items(db, [NewItem(work=work, title_keys=title_keys(work), owner_id=owner.id)])
