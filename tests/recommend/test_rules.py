"""Age, availability and language as conditions on what may be recommended, and a person's standing rules."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

import small_world as world
from mediatheque.kit.database import Connection
from mediatheque.kit.errors import NotFound
from mediatheque.library.queries.items import ItemFilter, list_items
from mediatheque.library.queries.users import User
from mediatheque.recommend.queries.eligible import (
    Eligible,
    StandingRules,
    eligible_among,
    eligible_at_all,
    rules_of,
)
from mediatheque.vocabulary import Kind, Work

EVERY_KIND = tuple(Kind)
WATCHED = (Kind.FILM, Kind.SHOW)


@pytest.fixture
def shelf(db: Connection, ada: User) -> dict[str, int]:
    """A few works of every sort, ids by title."""
    works = [
        Work(kind=Kind.FILM, title="Ponyo", minimum_age=0, services=("netflix", "mubi"), language="ja"),
        Work(kind=Kind.FILM, title="Alien", minimum_age=16, services=("disney-plus",), language="en"),
        Work(kind=Kind.FILM, title="Unrated", language="fr"),
        Work(kind=Kind.SHOW, title="Dark", minimum_age=16, services=("netflix",), language="de"),
        Work(kind=Kind.BOOK, title="Dune", language="en"),
        Work(kind=Kind.BOOK, title="Crash", minimum_age=18, language="en"),
    ]
    ids = {work.title: world.add(db, work) for work in works}
    episode = Work(kind=Kind.EPISODE, title="Secrets", series_title="Dark", season=1, episode=1)
    ids["Secrets"] = world.add(db, episode, parent_id=ids["Dark"])
    return ids


def allowed(
    db: Connection, shelf: dict[str, int], kinds: tuple[Kind, ...] = EVERY_KIND, **rules: Any
) -> set[str]:
    """The titles that may be recommended, however they are asked for."""
    which = Eligible(viewer=1, kinds=kinds, **rules)
    found = eligible_at_all(db, which, 100)
    assert sorted(eligible_among(db, list(shelf.values()), which, 100)) == found
    titles = {item_id: title for title, item_id in shelf.items()}
    return {titles[item_id] for item_id in found}


@pytest.mark.parametrize(
    ("max_age", "may_see_unrated", "titles"),
    [
        (None, True, {"Ponyo", "Alien", "Unrated", "Dark", "Secrets", "Dune", "Crash"}),
        (None, False, {"Ponyo", "Alien", "Unrated", "Dark", "Secrets", "Dune", "Crash"}),
        (18, False, {"Ponyo", "Alien", "Dark", "Secrets", "Crash"}),
        (16, True, {"Ponyo", "Alien", "Unrated", "Dark", "Secrets", "Dune"}),
        (15, True, {"Ponyo", "Unrated", "Dune"}),
        (15, False, {"Ponyo"}),
        (0, False, {"Ponyo"}),
    ],
)
def test_what_is_rated_for_older_people_is_left_out(
    db: Connection, shelf: dict[str, int], max_age: int | None, may_see_unrated: bool, titles: set[str]
) -> None:
    assert allowed(db, shelf, max_age=max_age, may_see_unrated=may_see_unrated) == titles
    without = tuple(kind for kind in Kind if kind is not Kind.EPISODE)
    assert allowed(db, shelf, without, max_age=max_age, may_see_unrated=may_see_unrated) == titles - {
        "Secrets"
    }


def test_an_episode_is_rated_and_streams_as_its_show_does(db: Connection, shelf: dict[str, int]) -> None:
    only = (Kind.EPISODE,)
    assert allowed(db, shelf, only, max_age=16, may_see_unrated=False) == {"Secrets"}
    assert allowed(db, shelf, only, max_age=15) == set()
    assert allowed(db, shelf, only, services=("netflix",)) == {"Secrets"}
    assert allowed(db, shelf, only, services=("mubi",)) == set()
    assert allowed(db, shelf, only, languages=("de",)) == {"Secrets"}


def test_services_say_where_to_watch_and_nothing_of_books(db: Connection, shelf: dict[str, int]) -> None:
    assert allowed(db, shelf, WATCHED, services=("netflix",)) == {"Ponyo", "Dark"}
    assert allowed(db, shelf, WATCHED, services=("mubi", "disney-plus")) == {"Ponyo", "Alien"}
    assert allowed(db, shelf, WATCHED, services=("nowhere",)) == set()
    assert allowed(db, shelf, services=("mubi",)) == {"Ponyo", "Dune", "Crash"}


def test_only_what_was_made_in_a_language(db: Connection, shelf: dict[str, int]) -> None:
    assert allowed(db, shelf, languages=("ja", "fr")) == {"Ponyo", "Unrated"}
    assert allowed(db, shelf, WATCHED, languages=("en",)) == {"Alien"}


def test_rules_hold_together(db: Connection, shelf: dict[str, int]) -> None:
    assert allowed(db, shelf, WATCHED, max_age=15, services=("netflix",), languages=("ja", "de")) == {"Ponyo"}


def test_lists_and_searches_keep_to_them_too(db: Connection, ada: User, shelf: dict[str, int]) -> None:
    def listed(**which: Any) -> set[str]:
        return {item.title for item in list_items(db, ada.id, ItemFilter(**which))}

    assert listed(max_age=15) == {"Ponyo", "Unrated", "Dune"}
    assert listed(max_age=15, may_see_unrated=False) == {"Ponyo"}
    assert listed(services=("netflix",), kinds=WATCHED) == {"Ponyo", "Dark"}


def test_a_question_for_a_service_finds_the_index(db: Connection, ada: User) -> None:
    db.execute(
        text("""
            INSERT INTO items (kind, title, work, services)
            SELECT 'film', n::text, '{}', CASE WHEN n % 100 = 0 THEN '{mubi}'::text[] WHEN n % 2 = 0 THEN '{netflix}' END
            FROM generate_series(1, 3000) n
        """)
    )
    db.execute(text("ANALYZE items"))
    condition, given = Eligible(viewer=ada.id, kinds=WATCHED, services=("mubi",)).sql()
    plan = db.execute(text(f"EXPLAIN SELECT i.id FROM items i WHERE {condition}"), given).scalars().all()
    assert any("ix_items_services" in line for line in plan)


def test_a_person_s_standing_rules(db: Connection, ada: User) -> None:
    assert rules_of(db, ada.id) == StandingRules()
    db.execute(
        text("UPDATE users SET max_age = 12, may_see_unrated = false, services = '{netflix}' WHERE id = :id"),
        {"id": ada.id},
    )
    assert rules_of(db, ada.id) == StandingRules(max_age=12, may_see_unrated=False, services=("netflix",))
    with pytest.raises(NotFound):
        rules_of(db, 987_654)


def test_a_request_may_narrow_and_never_widen_the_age_limit() -> None:
    child = StandingRules(max_age=12, services=("netflix",))
    assert child.narrowed() == child
    assert child.narrowed(max_age=6).max_age == 6
    assert child.narrowed(max_age=18).max_age == 12
    assert StandingRules().narrowed(max_age=18).max_age == 18
    assert child.narrowed(services=("mubi", "MUBI", "Disney+")).services == ("mubi", "disney-plus")
    assert child.narrowed(services=("!",)).services == ("!",)
    assert child.narrowed(services=()) == StandingRules(max_age=12)
