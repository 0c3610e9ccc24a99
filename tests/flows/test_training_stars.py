"""Expected stars: learned from everybody's ratings, judged against habits, kept, and told to each person by theirs alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("myfm", reason="training needs the extra 'train'")

import small_world as world
from mediatheque.flows.training_stars import StarsOutcome, train_stars
from mediatheque.kit.database import Connection, Database
from mediatheque.library.queries.history import add_events
from mediatheque.library.queries.users import User, add_user
from mediatheque.recommend.champion import Champions
from mediatheque.recommend.expected import LEAST_RATED, expected_stars
from mediatheque.recommend.models.stars import Config
from mediatheque.training.registries.local import LocalRegistry
from mediatheque.vocabulary import Event, EventKind

NOW = datetime.now(UTC)
QUICK = Config(rank=3, draws=80, kept=6)
PEOPLE, FILMS = 30, 24


@pytest.fixture
def registry(tmp_path: Path) -> LocalRegistry:
    return LocalRegistry(tmp_path)


def rate(db: Connection, user: User, stars_by_item: dict[int, float], *, start: int = 400) -> None:
    days = np.linspace(start, 1, len(stars_by_item))
    told = [
        (item, Event(kind=EventKind.RATED, value=value, at=NOW - timedelta(days=float(day))), None)
        for (item, value), day in zip(stars_by_item.items(), days, strict=True)
    ]
    add_events(db, user.id, told)


def settle(database: Database, *, is_random: bool = False) -> tuple[list[User], list[int]]:
    """Two camps: one gives the odd films 4.5 and the even ones 1.5, the other the other way round."""
    rng = np.random.default_rng(3)
    with database.transaction() as db:
        films = [world.add(db, world.film(f"Film {n}")) for n in range(FILMS)]
        people = [add_user(db, f"Person {n}") for n in range(PEOPLE)]
        for n, person in enumerate(people):
            rated = rng.permutation(FILMS)[:16]
            liked = (rated % 2) == (n % 2)
            stars = np.where(liked, 4.5, 1.5) + rng.choice((-0.5, 0, 0.5), 16)
            if is_random:
                stars = rng.integers(1, 11, 16) / 2
            rate(db, person, {films[i]: float(s) for i, s in zip(rated, stars, strict=True)})
    return people, films


def test_it_learns_whose_taste_is_whose_and_says_how_far_off_it_is(
    database: Database, registry: LocalRegistry, tmp_path: Path
) -> None:
    _, films = settle(database)
    outcome = train_stars(database, registry, config=QUICK, now=NOW)
    assert (outcome.people, outcome.titles, outcome.ratings) == (PEOPLE, FILMS, PEOPLE * 16)
    assert outcome.why_not is None
    assert outcome.verdict is not None
    assert outcome.verdict.judges >= 20
    assert outcome.verdict.rmse < 0.8 < 1.2 < outcome.verdict.usual_rmse
    assert outcome.version == 1
    serving = Champions(tmp_path, look_every_s=0).current()
    with database.transaction() as db:
        newcomer = add_user(db, "Newcomer")
        assert expected_stars(db, newcomer.id, films, serving) == {}
        # Met by their own ratings, without any training.
        rate(db, newcomer, {films[n]: 4.5 if n % 2 else 1.5 for n in range(8)})
        expected = expected_stars(db, newcomer.id, films, serving)
    assert set(expected) == set(films)
    odd, even = (np.mean([expected[films[n]] for n in range(8 + side, FILMS, 2)]) for side in (1, 0))
    assert odd > 3.8 > 2.2 > even
    assert all(0.5 <= stars <= 5 for stars in expected.values())


def test_what_is_told_changes_what_is_expected_at_once(
    database: Database, registry: LocalRegistry, tmp_path: Path
) -> None:
    _, films = settle(database)
    train_stars(database, registry, config=QUICK, now=NOW)
    serving = Champions(tmp_path, look_every_s=0).current()
    with database.transaction() as db:
        somebody = add_user(db, "Somebody")
        rate(db, somebody, {films[n]: 4.5 if n % 2 else 1.5 for n in range(LEAST_RATED)})
        before = expected_stars(db, somebody.id, films[12:13], serving)[films[12]]
        rate(db, somebody, {films[n]: 1.5 if n % 2 else 4.5 for n in range(LEAST_RATED, 10)}, start=1)
        assert expected_stars(db, somebody.id, films[12:13], serving)[films[12]] > before + 0.5


def test_chance_is_not_sold_as_knowledge(database: Database, registry: LocalRegistry) -> None:
    settle(database, is_random=True)
    outcome = train_stars(database, registry, config=QUICK, now=NOW)
    assert (outcome.version, registry.cards()) == (None, [])
    assert outcome.why_not == "it is not better than how people and titles are usually rated"


def test_too_few_ratings_are_said_to_be_too_few(
    database: Database, registry: LocalRegistry, ada: User
) -> None:
    with database.transaction() as db:
        rate(db, ada, {world.add(db, world.film("Moon")): 4.0})
    assert train_stars(database, registry, now=NOW) == StarsOutcome(
        people=1,
        titles=1,
        ratings=1,
        why_not="it takes 200 ratings by 5 people to expect any; so far there are 1 by 1",
    )


def test_nothing_new_is_not_learned_again(database: Database, registry: LocalRegistry) -> None:
    people, films = settle(database)
    assert train_stars(database, registry, config=QUICK, now=NOW).version == 1
    again = train_stars(database, registry, config=QUICK, now=NOW, only_if_new=True)
    assert (again.version, again.why_not) == (None, "nothing was told since it was trained last")
    with database.transaction() as db:
        rate(db, people[0], {films[0]: 3.0})
    assert train_stars(database, registry, config=QUICK, now=NOW, only_if_new=True).version == 2
