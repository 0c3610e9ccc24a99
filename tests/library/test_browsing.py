"""A library as columns: what filters leave, what would be left by another choice, orders, slips, and whose it is."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from mediatheque.flows.import_history import import_file
from mediatheque.kit.database import Connection, Database
from mediatheque.library.browsing.columns import Library
from mediatheque.library.browsing.narrow import Narrowed, Sort, Which, months, narrow, offered
from mediatheque.library.browsing.words import words_in
from mediatheque.library.queries import browsing
from mediatheque.library.queries.history import add_events
from mediatheque.library.queries.items import NewItem, add_items
from mediatheque.library.queries.users import User, set_age_limit, user_with_id
from mediatheque.resolve.normalise import title_keys
from mediatheque.vocabulary import Credit, Event, EventKind, Kind, Role, Work

VILLENEUVE = Credit("Denis Villeneuve", Role.DIRECTOR)
WORKS = {
    "arrival": Work(
        kind=Kind.FILM,
        title="Arrival",
        alternative_titles=("Premier contact",),
        year=2016,
        language="en",
        genres=("Science Fiction", "Drama"),
        credits=(VILLENEUVE, Credit("Amy Adams", Role.CAST)),
        runtime_minutes=116,
    ),
    "amelie": Work(
        kind=Kind.FILM, title="Amélie", year=2001, language="fr", genres=("Comedy",), runtime_minutes=122
    ),
    "dune": Work(kind=Kind.BOOK, title="Dune", year=1965, language="en", genres=("Science Fiction",)),
    "dune 2": Work(
        kind=Kind.FILM,
        title="Dune: Part Two",
        year=2024,
        language="en",
        genres=("Science Fiction",),
        credits=(VILLENEUVE, Credit("Denis Villeneuve", Role.WRITER)),
        minimum_age=12,
    ),
    "hero": Work(kind=Kind.FILM, title="The Zebra Hero", year=2017, genres=("Drama",)),
}


def at(year: int, month: int, day: int = 1) -> datetime:
    return datetime(year, month, day, 12, tzinfo=UTC)


@pytest.fixture
def ids(database: Database, ada: User) -> dict[str, int]:
    """Five items of the catalogue; Ada has seen, rated, saved, begun and hidden one each, and the last not at all."""
    with database.transaction() as db:
        made = add_items(db, [NewItem(work=work, title_keys=title_keys(work)) for work in WORKS.values()])
        ids = dict(zip(WORKS, made, strict=True))
        add_events(
            db,
            ada.id,
            [
                (ids["arrival"], Event(kind=EventKind.WATCHED, at=at(2025, 3)), None),
                (ids["arrival"], Event(kind=EventKind.RATED, value=4.5, at=at(2025, 3, 2)), None),
                (ids["amelie"], Event(kind=EventKind.SAVED, at=at(2026, 1)), None),
                (ids["dune"], Event(kind=EventKind.STARTED, value=0.25, at=at(2026, 1, 9)), None),
                (ids["dune 2"], Event(kind=EventKind.HIDDEN, at=at(2024, 7)), None),
                (ids["hero"], Event(kind=EventKind.SHOWN, at=at(2026, 2)), None),
            ],
        )
    return ids


def library_of(db: Connection, user_id: int, *, is_whole: bool = False) -> Library:
    facts = browsing.read_facts(db, user_with_id(db, user_id), is_whole=is_whole)
    return Library(facts, browsing.read_standings(db, user_id).of(facts.ids))


def titles(narrowed: Narrowed, sort: Sort = "title", *, is_falling: bool = False) -> list[str]:
    return [narrowed.library.facts.titles[row] for row in narrowed.rows(sort, is_falling=is_falling).tolist()]


@pytest.mark.parametrize(
    ("which", "left"),
    [
        (Which(), ["Amélie", "Arrival", "Dune"]),
        (Which(kinds=(Kind.FILM,)), ["Amélie", "Arrival"]),
        (Which(genres=("Science Fiction", "Comedy")), ["Amélie", "Arrival", "Dune"]),
        (Which(genres=("No such genre",)), []),
        (Which(decades=(2010, 1960)), ["Arrival", "Dune"]),
        (Which(people=("Denis Villeneuve",)), ["Arrival"]),
        (Which(languages=("fr",)), ["Amélie"]),
        (Which(rating_from=4), ["Arrival"]),
        (Which(rating_to=4), []),
        (Which(states=("seen",)), ["Arrival"]),
        (Which(states=("unseen",)), ["Amélie"]),
        (Which(states=("started", "saved")), ["Amélie", "Dune"]),
        (Which(states=("hidden",)), ["Dune: Part Two"]),
        (Which(states=("rated",), kinds=(Kind.BOOK,)), []),
        (Which(sources=("told",)), ["Amélie", "Arrival", "Dune"]),
        (Which(sources=("netflix",)), []),
        (Which(text="arr"), ["Arrival"]),
        (Which(text="arival"), ["Arrival"]),
        (Which(text="ARIV"), ["Arrival"]),
        (Which(text="amelie"), ["Amélie"]),
        (Which(text="premier cont"), ["Arrival"]),
        (Which(text="villeneve"), ["Arrival"]),
        (Which(text="arrival villeneuve"), ["Arrival"]),
        (Which(text="arrival xyz"), []),
        (Which(text="mél"), ["Amélie"]),
        (Which(text="  "), ["Amélie", "Arrival", "Dune"]),
    ],
)
def test_what_a_filter_leaves(
    database: Database, ada: User, ids: dict[str, int], which: Which, left: list[str]
) -> None:
    with database.transaction() as db:
        assert titles(narrow(library_of(db, ada.id), which)) == left


def test_orders_have_what_lacks_a_value_last_either_way(
    database: Database, ada: User, ids: dict[str, int]
) -> None:
    with database.transaction() as db:
        whole = narrow(library_of(db, ada.id, is_whole=True), Which())
    assert titles(whole) == ["Amélie", "Arrival", "Dune", "The Zebra Hero"]
    assert titles(whole, is_falling=True) == ["The Zebra Hero", "Dune", "Arrival", "Amélie"]
    assert titles(whole, "met", is_falling=True) == ["The Zebra Hero", "Dune", "Amélie", "Arrival"]
    assert titles(whole, "year")[:2] == ["Dune", "Amélie"]
    assert titles(whole, "rating", is_falling=True)[0] == titles(whole, "rating")[0] == "Arrival"
    assert titles(whole, "duration")[:2] == ["Arrival", "Amélie"]
    assert titles(whole, "duration", is_falling=True)[:2] == ["Amélie", "Arrival"]


def test_the_very_title_comes_before_longer_ones(database: Database, ada: User, ids: dict[str, int]) -> None:
    with database.transaction() as db:
        found = narrow(library_of(db, ada.id), Which(text="dune", states=("hidden", "started")))
    assert titles(found, "relevance") == ["Dune", "Dune: Part Two"]


def test_facets_count_what_another_choice_would_leave(
    database: Database, ada: User, ids: dict[str, int]
) -> None:
    with database.transaction() as db:
        library = library_of(db, ada.id)
    told = offered(narrow(library, Which(kinds=(Kind.BOOK,), languages=("en",))))
    # The kind's own choice does not count against it, that of the language does.
    assert told["kind"] == [("film", 1), ("book", 1)]
    assert told["language"] == [("en", 1)]
    assert told["genre"] == [("Science Fiction", 1)]
    everything = offered(narrow(library, Which(genres=("Western",))))
    assert ("Western", 0) in everything["genre"]
    assert ("Science Fiction", 2) in everything["genre"]
    all_of_it = offered(narrow(library, Which()))
    assert dict(all_of_it["state"]) == {
        "seen": 1,
        "unseen": 1,
        "saved": 1,
        "started": 1,
        "rated": 1,
        "unrated": 2,
        "hidden": 1,
    }
    assert dict(all_of_it["rating"])["4.5"] == 1
    assert all_of_it["decade"] == [("2010", 1), ("2000", 1), ("1960", 1)]
    assert offered(narrow(library, Which()), "adms")["person"] == [("Amy Adams", 1)]
    # Every count is what choosing it leaves.
    for name, count in all_of_it["genre"]:
        assert narrow(library, Which(genres=(name,))).total == count


def test_months_add_up_and_begin_with_the_latest(database: Database, ada: User, ids: dict[str, int]) -> None:
    with database.transaction() as db:
        db.execute(text("UPDATE user_items SET last_at = NULL WHERE item_id = :id"), {"id": ids["amelie"]})
        assert months(narrow(library_of(db, ada.id), Which())) == [("2026-01", 1), ("2025-03", 1), (None, 1)]


def test_episodes_are_part_of_their_show_which_came_from_where_they_came_from(
    database: Database, ada: User, tmp_path: Path
) -> None:
    export = tmp_path / "NetflixViewingHistory.csv"
    export.write_text(
        'Title,Date\n"Moss Valley: Season 1: Damp","2024-05-20"\n"Moss Valley: Season 1: Dry","2024-05-21"\n'
    )
    import_file(database, ada.id, export)
    with database.transaction() as db:
        library = library_of(db, ada.id)
    assert titles(narrow(library, Which())) == ["Moss Valley"]
    assert titles(narrow(library, Which(sources=("netflix",), states=("seen",)))) == ["Moss Valley"]
    assert len(titles(narrow(library, Which(kinds=(Kind.EPISODE,))))) == 2
    assert dict(offered(narrow(library, Which()))["kind"]) == {"show": 1, "episode": 2}


def test_nobody_has_what_is_anothers_or_beyond_their_age(
    database: Database, ada: User, ben: User, ids: dict[str, int]
) -> None:
    with database.transaction() as db:
        add_items(
            db, [NewItem(work=Work(kind=Kind.VIDEO, title="Ada's garden"), title_keys=(), owner_id=ada.id)]
        )
        assert "Ada's garden" in titles(narrow(library_of(db, ada.id), Which()))
        assert titles(narrow(library_of(db, ben.id), Which())) == []
        whole = narrow(library_of(db, ben.id, is_whole=True), Which())
        assert titles(whole) == ["Amélie", "Arrival", "Dune", "Dune: Part Two", "The Zebra Hero"]
        assert not whole.library.stand.flags.any()
        set_age_limit(db, ben.id, 6)
        whole = narrow(library_of(db, ben.id, is_whole=True), Which())
        assert "Dune: Part Two" not in titles(whole)
        set_age_limit(db, ben.id, 6, may_see_unrated=False)
        assert titles(narrow(library_of(db, ben.id, is_whole=True), Which())) == []


def test_cards_tell_how_far_somebody_is(
    database: Database, ada: User, ben: User, ids: dict[str, int]
) -> None:
    with database.transaction() as db:
        wanted = [ids["dune"], ids["arrival"], 999_999]
        cards = browsing.read_cards(db, ada.id, wanted)
        assert [(c.item.title, c.progress) for c in cards] == [("Dune", 0.25), ("Arrival", None)]
        assert cards[1].standing is not None
        assert cards[1].standing.rating == 4.5
        assert [c.standing for c in browsing.read_cards(db, ben.id, wanted)] == [None, None]


def test_an_empty_library_has_nothing_to_choose(database: Database, ada: User) -> None:
    with database.transaction() as db:
        narrowed = narrow(library_of(db, ada.id), Which(text="anything", genres=("Drama",)))
    assert (narrowed.total, titles(narrowed), months(narrowed)) == (0, [], [])
    assert offered(narrowed)["genre"] == [("Drama", 0)]


def test_words_have_no_case_accents_or_apostrophes() -> None:
    assert words_in("L’Été: Ocean's   Étranger (2)") == ["lete", "oceans", "etranger", "2"]
    assert words_in("Ødegård") == ["odegard"]
