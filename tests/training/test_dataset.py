"""The library's events as a matrix: who may be learned from, what counts, which part, and how little memory it takes."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

import small_world as world
from mediatheque.kit.database import Connection
from mediatheque.library.queries.history import add_events
from mediatheque.library.queries.users import User, add_user
from mediatheque.recommend.opinions import Opinions
from mediatheque.recommend.queries.known import known_titles
from mediatheque.recommend.taste import learn, with_model
from mediatheque.training.dataset import Dataset, from_rows, read
from mediatheque.training.queries import Part, moment_at, watermark
from mediatheque.vocabulary import Event, EventKind, Kind, Work

T = EventKind


def weights(data: Dataset, user: User) -> dict[int, float]:
    """What counts of a user, by item id."""
    row = int(np.flatnonzero(data.user_ids == user.id)[0])
    history = data.seen.histories()[row]
    return dict(zip(data.item_ids[history.items].tolist(), history.weights.tolist(), strict=True))


def everything(db: Connection, part: Part | None = None) -> Dataset:
    return read(db, part or Part(), Opinions(), world.NOW)


def test_known_weights_of_real_events(db: Connection, ada: User, ben: User) -> None:
    ids = world.add_films(db)
    world.tell(db, ada, ids["Arrival"], T.LIKED, days_ago=0)
    world.tell(db, ada, ids["Heat"], T.LIKED, days_ago=3)
    world.tell(db, ada, ids["Heat"], T.DISLIKED, days_ago=0)
    world.tell(db, ada, ids["Emma"], T.WATCHED, 0.5, days_ago=0)
    world.tell(db, ada, ids["Moon"], T.WATCHED, days_ago=1)
    world.tell(db, ada, ids["Moon"], T.WATCHED, days_ago=0)
    world.tell(db, ada, ids["Jaws"], T.HIDDEN, days_ago=0)
    world.tell(db, ada, ids["Drive"], T.SAVED, days_ago=1)
    world.tell(db, ada, ids["Drive"], T.UNSAVED, days_ago=0)
    world.tell(db, ada, ids["Alien"], T.CLICKED, days_ago=0)
    world.tell(db, ben, ids["Arrival"], T.RATED, 3.5, days_ago=0)
    data = everything(db)
    assert weights(data, ada) == pytest.approx(
        {
            ids["Arrival"]: 1,
            ids["Heat"]: -1,
            ids["Emma"]: 0.3,
            ids["Moon"]: 0.7,
            ids["Jaws"]: -0.5,
            ids["Drive"]: 0,
        },
        abs=1e-3,
    )
    assert weights(data, ben) == pytest.approx({ids["Arrival"]: 0.5 + (3.5 - 3.3) / 2}, abs=1e-3)
    assert data.likes.per_user.tolist() == [3, 1]
    assert data.seen.times.max() == int(world.NOW.timestamp())


def test_episodes_count_for_their_show(db: Connection, ada: User) -> None:
    show = world.add(db, Work(kind=Kind.SHOW, title="Dark"))
    episodes = [
        world.add(db, Work(kind=Kind.EPISODE, title=f"E{n}", series_title="Dark"), parent_id=show)
        for n in range(4)
    ]
    world.tell(db, ada, episodes, T.WATCHED, days_ago=0)
    world.tell(db, ada, episodes[0], T.RATED, 1.0, days_ago=0)
    assert weights(everything(db), ada) == pytest.approx({show: 0.8})


def test_what_is_one_persons_own_is_never_learned(db: Connection, ada: User, ben: User) -> None:
    own = world.add(db, world.film("Home video"), owner_id=ada.id)
    world.tell(db, ada, own, T.LIKED)
    shared = world.add(db, world.film("Moon"))
    world.tell(db, ben, shared, T.LIKED)
    data = everything(db)
    assert (data.item_ids.tolist(), data.user_ids.tolist()) == ([shared], [ben.id])
    assert watermark(db).events == 1


def test_parts_by_time_know_nothing_of_each_other(db: Connection, ada: User) -> None:
    ids = world.add_films(db)
    world.tell(db, ada, ids["Emma"], T.WATCHED, days_ago=10)
    world.tell(db, ada, ids["Emma"], T.DISLIKED, days_ago=2)
    world.tell(db, ada, ids["Heat"], T.LIKED, days_ago=2)
    add_undated(db, ada, ids["Moon"])
    cut = world.NOW - timedelta(days=5)
    assert weights(everything(db, Part(until=cut)), ada).keys() == {ids["Emma"], ids["Moon"]}
    assert weights(everything(db, Part(until=cut)), ada)[ids["Emma"]] > 0.59
    later = weights(everything(db, Part(since=cut)), ada)
    assert later.keys() == {ids["Emma"], ids["Heat"]}
    assert later[ids["Emma"]] < 0


def add_undated(db: Connection, user: User, item_id: int) -> None:
    from sqlalchemy import text

    db.execute(
        text("INSERT INTO events (user_id, item_id, kind) VALUES (:user, :item, 'watched')"),
        {"user": user.id, "item": item_id},
    )


def test_parts_by_place_cover_every_history_once(db: Connection, ada: User, ben: User) -> None:
    films = list(world.add_films(db).values())
    for n, film in enumerate(films[:12]):
        world.tell(db, ada, film, T.WATCHED, days_ago=20 - n)
    world.tell(db, ben, films[:3], T.WATCHED)
    last = everything(db, Part(step=2, older=1))
    before = everything(db, Part(step=2, newer=1, older=2))
    first = everything(db, Part(step=2, newer=2))
    assert set(weights(last, ada)) == set(films[10:12])
    assert set(weights(before, ada)) == set(films[8:10])
    assert set(weights(first, ada)) == set(films[:8])
    assert set(weights(first, ben)) == set(films[:3])
    assert ben.id not in last.user_ids


def test_the_moment_of_a_share_does_not_depend_on_what_happened_after_it(db: Connection, ada: User) -> None:
    films = list(world.add_films(db).values())
    for n, film in enumerate(films[:10]):
        world.tell(db, ada, film, T.WATCHED, days_ago=20 - n)
    assert moment_at(db, 0.8) == world.NOW - timedelta(days=13)
    assert moment_at(db, 0.1) == world.NOW - timedelta(days=20)


def test_training_and_serving_weigh_a_history_alike(db: Connection, ada: User) -> None:
    ids = world.add_films(db)
    for n, title in enumerate(ids):
        world.tell(db, ada, ids[title], T.RATED, 1.0 + n % 9 / 2, days_ago=40 * n)
    world.tell(db, ada, ids["Emma"], T.WATCHED, 0.4, days_ago=3)
    now = datetime.now(UTC)
    learned = {i: w for i, w in weights(read(db, Part(), Opinions(), now), ada).items() if w > 0}
    folded = with_model(learn(known_titles(db, ada.id), now), world.a_model(db), now).fold_in
    assert folded is not None
    served = zip(
        folded.artifact.item_ids[folded.history.items].tolist(), folded.history.weights.tolist(), strict=True
    )
    assert dict(served) == pytest.approx(learned, abs=1e-6)


def test_an_empty_library_is_an_empty_matrix(db: Connection) -> None:
    data = everything(db)
    assert (len(data.user_ids), len(data.item_ids), len(data.seen), data.seen.n_users) == (0, 0, 0, 0)
    assert moment_at(db, 0.5) is None


def test_rows_come_in_chunks_that_may_end_within_a_user(db: Connection, ada: User, monkeypatch: Any) -> None:
    films = list(world.add_films(db).values())
    cleo = add_user(db, "Cleo")
    for user in (ada, cleo):
        add_events(db, user.id, [(film, Event(kind=T.LIKED, at=world.NOW), None) for film in films])
    whole = everything(db)
    monkeypatch.setattr("mediatheque.training.queries.ROWS_AT_A_TIME", 5)
    pieces = everything(db)
    assert pieces.user_ids.tolist() == whole.user_ids.tolist() == [ada.id, cleo.id]
    assert np.array_equal(pieces.seen.starts, whole.seen.starts)
    assert np.array_equal(pieces.seen.items, whole.seen.items)


def test_reading_takes_at_most_twice_the_memory_of_what_was_read() -> None:
    users, each, chunk = 1000, 200, 500

    def rows() -> Iterator[list[tuple[Any, ...]]]:
        at, dice = world.NOW, np.random.default_rng(1)
        part: list[tuple[Any, ...]] = []
        for user in range(users):
            for item in np.sort(dice.choice(2000, each, replace=False)).tolist():
                part.append((user, item, 1, None, None, 0, False, False, at, 0, 0))
                if len(part) == chunk:
                    yield part
                    part = []
        assert not part

    tracemalloc.start()
    data = from_rows(rows(), Opinions(), world.NOW)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(data.seen) == users * each
    size = sum(a.nbytes for a in (data.seen.starts, data.seen.items, data.seen.weights, data.seen.times))
    assert peak < 2 * size
