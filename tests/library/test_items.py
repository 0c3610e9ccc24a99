"""Items: found again with all they are, filtered, paged, and seen only by who may."""

from __future__ import annotations

from contextlib import closing

import pytest
from alembic import command
from sqlalchemy import text

from mediatheque.flows.rebuilding import rebuild_items
from mediatheque.kit.database import Connection, Database, alembic_config, migrate
from mediatheque.kit.errors import NotFound
from mediatheque.library.queries import items
from mediatheque.library.queries.candidates import Wanted, candidates
from mediatheque.library.queries.history import add_events
from mediatheque.library.queries.items import ItemFilter, NewItem, add_items
from mediatheque.library.queries.merges import merge_items, undo_merge
from mediatheque.library.queries.users import User, delete_user
from mediatheque.vocabulary import Credit, Event, EventKind, Kind, Original, Role, Work

ARRIVAL = Work(
    kind=Kind.FILM,
    title="Arrival",
    alternative_titles=("Premier contact",),
    year=2016,
    language="en",
    genres=("Science Fiction", "Drama"),
    credits=(Credit("Denis Villeneuve", Role.DIRECTOR), Credit("Amy Adams", Role.CAST, "Louise Banks")),
    runtime_minutes=116,
    external_ids={"imdb": "tt2543164", "tmdb": "329865"},
    description="A linguist learns how visitors think.",
)
DUNE = Work(kind=Kind.BOOK, title="Dune", year=1965, language="en", genres=("Science Fiction",))
ROMA = Work(kind=Kind.FILM, title="Roma", year=2018, language="es", genres=("Drama",))


@pytest.fixture
def three(database: Database, ada: User) -> list[int]:
    with database.transaction() as db:
        return add_items(db, [NewItem(work=w, title_keys=(w.title.lower(),)) for w in (ARRIVAL, DUNE, ROMA)])


def test_an_item_comes_back_as_it_went_in(database: Database, ada: User, three: list[int]) -> None:
    with database.transaction() as db:
        assert items.item_with_id(db, three[0], ada.id).work == ARRIVAL
        changed = Work(kind=Kind.FILM, title="Arrival", year=2016, genres=("Drama",))
        items.save_works(db, {three[0]: (changed, ("arrival",))})
        assert items.item_with_id(db, three[0], ada.id).work == changed
        assert items.list_items(db, ada.id, ItemFilter(genres=("science fiction",))) != []
        assert [i.title for i in items.list_items(db, ada.id, ItemFilter(genres=("science fiction",)))] == [
            "Dune"
        ]


def connections(db: Connection, item_id: int) -> tuple[list[tuple[str, float | None]], list[tuple[str, str]]]:
    """The item's series with its place, and the (title key, author) of what it was made from."""
    series = db.execute(
        text("""
            SELECT s.name, i."position" FROM item_series i JOIN series s ON s.id = i.series_id WHERE i.item_id = :id
        """),
        {"id": item_id},
    )
    originals = db.execute(
        text('SELECT title_key, author FROM item_originals WHERE item_id = :id ORDER BY "position"'),
        {"id": item_id},
    )
    return [tuple(row) for row in series], [tuple(row) for row in originals]


def test_series_and_originals_are_found_by_key_and_change_with_the_work(database: Database) -> None:
    named = Work(
        kind=Kind.FILM,
        title="Blade Runner",
        based_on=(Original("Philip K. Dick", "Do Androids Dream of Electric Sheep?"),),
        series="Blade Runner",
        series_position=1,
    )
    # Without a title the original may be found by every key that the film itself is.
    unnamed = Work(
        kind=Kind.FILM, title="Dune: Part Two", based_on=(Original("F. H."), Original("F. H.", "Dune"))
    )
    with database.transaction() as db:
        first, second = add_items(
            db,
            [
                NewItem(work=named, title_keys=("blade runner",)),
                NewItem(work=unnamed, title_keys=("dune part 2", "dune")),
            ],
        )
        sheep = ("do androids dream of electric sheep", "Philip K. Dick")
        assert connections(db, first) == ([("Blade Runner", 1.0)], [sheep])
        assert connections(db, second) == ([], [("dune part 2", "F. H."), ("dune", "F. H.")])
        sequel = Work(kind=Kind.FILM, title="Dune: Part Two", series="Blade Runner", series_position=1e-300)
        items.save_works(db, {first: (ROMA, ("roma",)), second: (sequel, ("dune part 2",))})
        assert connections(db, first) == ([], [])
        assert connections(db, second) == ([("Blade Runner", 0.0)], [])


@pytest.mark.parametrize(
    ("which", "titles"),
    [
        (ItemFilter(), ["Arrival", "Dune", "Roma"]),
        (ItemFilter(kinds=(Kind.FILM,)), ["Arrival", "Roma"]),
        (ItemFilter(year_from=2017), ["Roma"]),
        (ItemFilter(year_to=2016, kinds=(Kind.FILM, Kind.BOOK)), ["Arrival", "Dune"]),
        (ItemFilter(language="es"), ["Roma"]),
        (ItemFilter(is_seen=True), ["Roma"]),
        (ItemFilter(is_seen=False), ["Arrival", "Dune"]),
        (ItemFilter(is_saved=True), ["Dune"]),
    ],
)
def test_filters(
    database: Database, ada: User, three: list[int], which: ItemFilter, titles: list[str]
) -> None:
    with database.transaction() as db:
        add_events(db, ada.id, [(three[2], Event(kind=EventKind.WATCHED), None)])
        add_events(db, ada.id, [(three[1], Event(kind=EventKind.SAVED), None)])
        assert [item.title for item in items.list_items(db, ada.id, which)] == titles


def test_pages_join_without_a_gap(database: Database, ada: User, three: list[int]) -> None:
    with database.transaction() as db:
        first = items.list_items(db, ada.id, ItemFilter(), limit=2)
        second = items.list_items(db, ada.id, ItemFilter(), limit=2, after=first[-1].id)
    assert [item.id for item in first + second] == three


def test_candidates_by_id_by_key_and_by_a_typo(database: Database, ada: User, three: list[int]) -> None:
    wanted = [
        Wanted(Work(kind=Kind.FILM, title="?", external_ids={"imdb": "tt2543164"}), ()),
        Wanted(Work(kind=Kind.BOOK, title="Dune"), ("dune",)),
        Wanted(Work(kind=Kind.FILM, title="Arival"), ("arival",)),
        Wanted(Work(kind=Kind.FILM, title="Nothing like it"), ("nothing like it",)),
        Wanted(Work(kind=Kind.SHOW, title="?", external_ids={"tmdb": "329865"}), ()),
    ]
    with database.transaction() as db:
        found = [[item.title for item in those] for those in candidates(db, wanted, ada.id)]
    assert found == [["Arrival"], ["Dune"], ["Arrival"], [], []]


def test_a_merged_item_is_its_heir_until_they_part(database: Database, ada: User, three: list[int]) -> None:
    with database.transaction() as db:
        (own,) = add_items(db, [NewItem(work=ROMA, title_keys=("roma",), owner_id=ada.id)])
        add_events(db, ada.id, [(own, Event(kind=EventKind.LIKED), None)])
        merge = merge_items(db, own, three[2], "person")
        assert items.item_with_id(db, own, ada.id).id == three[2]
        assert own not in items.items_with_ids(db, [own], ada.id)
        undo_merge(db, merge.id)
        assert items.item_with_id(db, own, ada.id).id == own
        with pytest.raises(NotFound):
            undo_merge(db, merge.id)


def test_own_items_are_their_owners_and_go_with_them(
    database: Database, ada: User, ben: User, three: list[int]
) -> None:
    with database.transaction() as db:
        (own,) = add_items(db, [NewItem(work=ROMA, title_keys=("roma",), owner_id=ben.id)])
        with pytest.raises(NotFound):
            items.item_with_id(db, own, ada.id)
        assert items.item_with_id(db, own, ben.id).is_listed is False
        assert [i.id for i in candidates(db, [Wanted(ROMA, ("roma",))], ada.id)[0]] == [three[2]]
        delete_user(db, ben.id)
        assert [i.id for i in items.list_items(db, ada.id, ItemFilter())] == three


def test_series_that_goodreads_told_of_before_are_there_after_the_migration(empty_database_url: str) -> None:
    config = alembic_config(empty_database_url)
    command.upgrade(config, "0009")
    books = [
        """{"kind": "book", "title": "Ship of Magic", "series_title": "Liveship Traders", "episode": 1,
            "external_ids": {"goodreads": "45107"}}""",
        """{"kind": "book", "title": "Drive", "series_title": "The Expanse", "external_ids": {"goodreads": "9"}}""",
    ]
    episode = (
        """{"kind": "episode", "title": "Lies", "series_title": "Dark", "episode": 2, "external_ids": {}}"""
    )
    with closing(Database(empty_database_url)) as database:
        with database.transaction() as db:
            user_id = db.execute(text("INSERT INTO users (name) VALUES ('Ada') RETURNING id")).scalar_one()
            for n, work in enumerate((*books, episode)):
                given = {"user": user_id, "work": work, "print": bytes([n]) * 16}
                item = db.execute(
                    text("""
                        INSERT INTO items (kind, title, work, owner_id)
                        SELECT w ->> 'kind', w ->> 'title', w, :user FROM CAST(:work AS jsonb) AS w RETURNING id
                    """),
                    given,
                ).scalar_one()
                db.execute(
                    text("""
                        INSERT INTO mentions (user_id, fingerprint, work, item_id)
                        VALUES (:user, :print, :work, :item)
                    """),
                    given | {"item": item},
                )
        migrate(empty_database_url)
        with database.transaction() as db:
            ship, drive, lies = items.list_items(db, user_id, ItemFilter())
            assert connections(db, ship.id) == ([("Liveship Traders", 1.0)], [])
            assert connections(db, drive.id) == ([("The Expanse", None)], [])
            assert connections(db, lies.id) == ([], [])
            assert (ship.work.series, ship.work.series_position, lies.work.series) == (
                "Liveship Traders",
                1,
                None,
            )
        # What the facts say now is what a rebuild makes of them.
        rebuild_items(database)
        with database.transaction() as db:
            assert items.list_items(db, user_id, ItemFilter()) == [ship, drive, lies]
            assert connections(db, ship.id) == ([("Liveship Traders", 1.0)], [])
