"""What trends: what more people turned to than if all had gone on as before, and never what few people did."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import small_world as world
from mediatheque.kit.database import Connection
from mediatheque.library.queries.users import User, add_user
from mediatheque.recommend.crowd import crowd_as_of, current_crowd
from mediatheque.recommend.queries.trends import TrendFigures
from mediatheque.recommend.trends import LEAST_PEOPLE, trends_from
from mediatheque.vocabulary import EventKind, Kind, Work


def figures(people: Mapping[int, tuple[float, float]], kind: str = "film") -> TrendFigures:
    """Titles by id: how many people lately, and before."""
    return TrendFigures(
        item_ids=np.array(list(people), np.int64),
        kinds=np.array([kind] * len(people)),
        lately=np.array([lately for lately, _ in people.values()]),
        before=np.array([before for _, before in people.values()]),
    )


def test_what_gained_beside_the_rest_trends_and_what_grew_with_all_does_not() -> None:
    steady = dict.fromkeys(range(1, 20), (10.0, 40.0))
    assert len(trends_from(figures(steady))) == 0
    trends = trends_from(figures(steady | {20: (30.0, 40.0), 21: (14.0, 3.0)}))
    assert trends.top().tolist() == [21, 20]
    assert trends.gains_of([21, 1])[1] == 0
    told = trends.of(20)
    assert told is not None
    assert (told.people, round(told.usual)) == (30, 12)
    assert trends.of(1) is None


@given(
    st.dictionaries(st.integers(1, 40), st.tuples(st.integers(0, 30), st.integers(0, 200)), max_size=20),
)
def test_only_what_enough_people_did_more_than_expected_trends(people: dict[int, tuple[int, int]]) -> None:
    trends = trends_from(figures({k: (float(a), float(b)) for k, (a, b) in sorted(people.items())}))
    assert set(trends.item_ids) <= {item for item, (lately, _) in people.items() if lately >= LEAST_PEOPLE}
    assert (trends.people > trends.usual).all()
    assert ((trends.gains > 0) & (trends.gains <= 1)).all()
    assert np.isfinite(trends.gains).all()


@pytest.fixture
def crowd_of_people(db: Connection, ada: User, ben: User) -> list[User]:
    return [ben, *(add_user(db, name) for name in ("Cleo", "Dan", "Eve"))]


def busy(db: Connection, users: list[User]) -> dict[str, int]:
    """Films that everybody saw in the half year before."""
    ids = world.add_films(db)
    for days_ago, user in zip((30, 60, 90, 120), users, strict=True):
        world.tell(db, user, list(ids.values()), EventKind.WATCHED, days_ago=days_ago)
    return ids


def test_one_person_who_watches_it_again_and_again_is_no_trend(
    db: Connection, ada: User, crowd_of_people: list[User]
) -> None:
    ids = busy(db, crowd_of_people)
    for days_ago in range(1, 9):
        world.tell(db, crowd_of_people[0], ids["Jaws"], EventKind.WATCHED, days_ago=days_ago)
    found = world.recommended(db, ada.id, n=2, method="trending")
    assert {r.method for r in found} == {"popular"}
    assert found[0].fallback == (
        "nothing is seen by more people just now than usual, so this is what is popular"
    )


def test_what_several_people_turn_to_trends_and_the_figures_are_told(
    db: Connection, ada: User, crowd_of_people: list[User]
) -> None:
    ids = busy(db, crowd_of_people)
    new = world.add(db, world.film("New"))
    own = world.add(db, world.film("Ben's"), owner_id=crowd_of_people[0].id)
    for user in crowd_of_people:
        world.tell(db, user, new, EventKind.WATCHED, days_ago=3)
    world.tell(db, crowd_of_people[0], [own, ids["Emma"]], EventKind.WATCHED, days_ago=3)
    first, second = world.recommended(db, ada.id, n=2, method="trending")
    assert (first.item.id, first.method, first.fallback) == (new, "trending", None)
    assert first.because == ("4 people here turned to it in the last two weeks, where 0.1 would be usual.")
    assert [(c.label, c.amount) for c in first.contributions] == [("people lately", 1.0)]
    assert second.fallback == "trending found no more than 1, so the rest is what is popular"
    assert own not in current_crowd(db).trends.item_ids


def test_trends_of_a_day_in_the_past_are_of_that_day(
    db: Connection, ada: User, crowd_of_people: list[User]
) -> None:
    busy(db, crowd_of_people)
    show, old = (world.add(db, Work(kind=Kind.SHOW, title=title)) for title in ("Dark", "Columbo"))
    pilot = world.add(db, Work(kind=Kind.EPISODE, title="Secrets"), parent_id=show)
    film = world.add(db, world.film("Once new"))
    for user in crowd_of_people:
        world.tell(db, user, film, EventKind.WATCHED, days_ago=20)
        world.tell(db, user, pilot, EventKind.WATCHED, days_ago=20)
        world.tell(db, user, old, EventKind.WATCHED, days_ago=100)
    then = crowd_as_of(db, world.NOW - timedelta(days=18)).trends
    assert set(then.item_ids.tolist()) == {film, show}
    assert len(current_crowd(db).trends) == 0
