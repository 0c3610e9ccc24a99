"""Which titles are alike and who rates like whom follows what changes, equals a rebuild, and tells nobody's secrets."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import text

from mediatheque.flows.jobs import defer_graph
from mediatheque.flows.refreshing_graph import Refreshed, refresh_graph
from mediatheque.flows.worker import run_worker
from mediatheque.graph import similar
from mediatheque.jobs.queries import list_jobs
from mediatheque.kit.database import Connection, Database
from mediatheque.kit.settings import read_settings
from mediatheque.library.queries.history import add_events
from mediatheque.library.queries.items import NewItem, add_items
from mediatheque.library.queries.merges import merge_items, undo_merge
from mediatheque.library.queries.users import User, add_user
from mediatheque.stores.vectors import Embedded, store
from mediatheque.vocabulary import Event, EventKind, Kind, Work
from mediatheque.wiring import Mediatheque

MODEL, DIMENSIONS = "by hand", 6


def refresh(database: Database, **how: Any) -> Refreshed:
    return refresh_graph(database, MODEL, **how)


def add_films(db: Connection, count: int, *, owner: int | None = None, kind: Kind = Kind.FILM) -> list[int]:
    works = [
        NewItem(work=Work(kind=kind, title=f"Film {n}"), title_keys=(), owner_id=owner) for n in range(count)
    ]
    return add_items(db, works)


def embed(db: Connection, item_ids: Sequence[int], dice: np.random.Generator) -> None:
    """Vectors in three heaps, so that some are alike and some are not."""
    model_id = store().ensure_model(db, MODEL, DIMENSIONS)
    heaps = np.eye(DIMENSIONS)[:3]
    made = heaps[dice.integers(3, size=len(item_ids))] + dice.normal(size=(len(item_ids), DIMENSIONS)) * 0.4
    rows = [Embedded(i, b"by hand", v.astype(np.float32)) for i, v in zip(item_ids, made, strict=True)]
    store().put(db, model_id, rows)


def did(
    db: Connection, user: User, item_ids: Sequence[int], kind: EventKind, value: float | None = None
) -> None:
    add_events(db, user.id, [(item_id, Event(kind=kind, value=value), None) for item_id in item_ids])


def share(db: Connection, *users: User, shares: bool = True) -> None:
    db.execute(
        text("UPDATE users SET shares_taste = :shares WHERE id = ANY(:ids)"),
        {"shares": shares, "ids": [user.id for user in users]},
    )


def edges(database: Database, *types: str) -> list[tuple[Any, ...]]:
    """The computed edges, whole, in one order."""
    with database.transaction() as db:
        rows = db.execute(
            text("""
                SELECT t.name, e.owner_id, e.source_id >> 4, e.target_id >> 4, e.weight, e.count, e.likeness, e.together
                FROM graph_edges e JOIN graph_types t ON t.code = e.type WHERE t.name = ANY(:types) ORDER BY 1, 2, 3, 4
            """),
            {"types": list(types or ("SIMILAR", "LIKE_MINDED"))},
        )
        return [tuple(row) for row in rows]


def degrees_are_right(database: Database) -> bool:
    with database.transaction() as db:
        return not db.execute(
            text("""
                SELECT n.id FROM graph_nodes n WHERE n.degree <>
                    (SELECT count(*) FROM graph_edges e WHERE e.source_id = n.id AND e.owner_id = n.owner_id)
                    + (SELECT count(*) FROM graph_edges e WHERE e.target_id = n.id AND e.owner_id = n.owner_id)
            """)
        ).all()


@pytest.fixture
def people(database: Database, ada: User, ben: User) -> list[User]:
    with database.transaction() as db:
        return [ada, ben, *(add_user(db, f"Person {n}") for n in range(5))]


def test_nothing_waits_and_nothing_is_done(database: Database) -> None:
    refresh(database)
    assert refresh(database) == Refreshed()


def test_titles_that_mean_alike_are_connected_once(database: Database) -> None:
    with database.transaction() as db:
        ids = add_films(db, 3)
        vectors = [[1, 0, 0, 0, 0, 0], [0.8, 0.6, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0]]
        rows = [Embedded(i, b"", np.array(v, np.float32)) for i, v in zip(ids, vectors, strict=True)]
        store().put(db, store().ensure_model(db, MODEL, DIMENSIONS), rows)
    refresh(database)
    ((_, owner, source, target, weight, count, likeness, together),) = edges(database)
    assert (owner, source, target, count, together) == (0, ids[0], ids[1], 1, None)
    assert likeness == pytest.approx(0.8, abs=0.001)
    assert weight == pytest.approx(similar.GUESS * likeness)
    assert degrees_are_right(database)


def test_the_audience_connects_titles_without_an_embedder(database: Database, people: list[User]) -> None:
    with database.transaction() as db:
        ids = add_films(db, 3)
        for person in people[:5]:
            did(db, person, ids[:2], EventKind.WATCHED)
        did(db, people[5], [ids[0]], EventKind.WATCHED)
    refresh_graph(database, None)
    ((_, owner, source, target, _, count, likeness, together),) = edges(database)
    assert (owner, source, target, count, likeness) == (0, *ids[:2], 5, None)
    assert together == pytest.approx(5 / np.sqrt(6 * 5))


def test_three_people_besides_the_reader_make_an_audience_and_fewer_do_not(
    database: Database, people: list[User]
) -> None:
    with database.transaction() as db:
        ids = add_films(db, 2)
        for person in people[: similar.LEAST_PEOPLE]:
            did(db, person, ids, EventKind.WATCHED)
    refresh(database)
    assert edges(database) == []
    with database.transaction() as db:
        did(db, people[similar.LEAST_PEOPLE], ids, EventKind.WATCHED)
    refresh(database)
    assert len(edges(database)) == 1
    # What somebody hides, or did not like, they are no audience of.
    with database.transaction() as db:
        did(db, people[0], ids[:1], EventKind.DISLIKED)
    refresh(database)
    assert edges(database) == []


def test_own_titles_are_in_nobody_elses_lists(database: Database, ada: User, ben: User) -> None:
    with database.transaction() as db:
        common, adas, bens = add_films(db, 2), add_films(db, 2, owner=ada.id), add_films(db, 2, owner=ben.id)
        alike = np.array([1, 0.1, 0, 0, 0, 0], np.float32)
        rows = [Embedded(i, b"", alike) for i in (*common, *adas, *bens)]
        store().put(db, store().ensure_model(db, MODEL, DIMENSIONS), rows)
    refresh(database)
    for _, owner, source, target, *_ in edges(database):
        allowed = {0: set(common), ada.id: {*common, *adas}, ben.id: {*common, *bens}}[owner]
        assert {source, target} <= allowed
        assert owner == 0 or not {source, target} <= set(common)
    assert len(edges(database)) == 1 + 5 + 5
    assert degrees_are_right(database)


def test_people_who_rate_alike_are_connected_while_both_want_it(
    database: Database, people: list[User]
) -> None:
    ada, ben, cleo = people[:3]
    with database.transaction() as db:
        ids = add_films(db, 6)
        share(db, ada, ben)
        for person in (ada, ben, cleo):
            for item_id, stars in zip(ids, (1, 2, 3, 4, 5, 5), strict=True):
                did(db, person, [item_id], EventKind.RATED, stars)
    refresh(database)
    found = edges(database, "LIKE_MINDED")
    assert [(owner, source, target, count) for _, owner, source, target, _, count, *_ in found] == [
        (ada.id, ada.id, ben.id, 6),
        (ben.id, ben.id, ada.id, 6),
    ]
    with database.transaction() as db:
        in_sql = db.execute(
            text("SELECT similarity FROM neighbours_by_pearson(:user) WHERE user_id = :other"),
            {"user": ada.id, "other": ben.id},
        ).scalar_one()
        share(db, cleo)
    assert found[0][4] == pytest.approx(in_sql, rel=1e-6)
    refresh(database)
    assert len(edges(database, "LIKE_MINDED")) == 6
    with database.transaction() as db:
        share(db, ada, shares=False)
    # In the very transaction: no job ran.
    assert {row[2:4] for row in edges(database, "LIKE_MINDED")} == {(ben.id, cleo.id), (cleo.id, ben.id)}
    refresh(database)
    assert len(edges(database, "LIKE_MINDED")) == 2
    assert degrees_are_right(database)


def test_four_titles_in_common_are_too_few(database: Database, ada: User, ben: User) -> None:
    with database.transaction() as db:
        ids = add_films(db, 4)
        share(db, ada, ben)
        for person in (ada, ben):
            for item_id, stars in zip(ids, (1, 2, 3, 4), strict=True):
                did(db, person, [item_id], EventKind.RATED, stars)
    refresh(database)
    assert edges(database) == []


def test_an_episode_is_as_its_show_is(database: Database) -> None:
    with database.transaction() as db:
        (show,) = add_films(db, 1, kind=Kind.SHOW)
        work = Work(kind=Kind.EPISODE, title="Pilot")
        (episode,) = add_items(db, [NewItem(work=work, title_keys=(), parent_id=show)])
        alike = np.ones(DIMENSIONS, np.float32)
        rows = [Embedded(i, b"", alike) for i in (show, episode)]
        store().put(db, store().ensure_model(db, MODEL, DIMENSIONS), rows)
    refresh(database)
    assert edges(database) == []


def test_another_model_begins_anew(database: Database) -> None:
    with database.transaction() as db:
        ids = add_films(db, 12)
        embed(db, ids, np.random.default_rng(1))
    refresh(database)
    assert edges(database)
    refresh_graph(database, "another")
    assert edges(database) == []
    refresh(database)
    assert edges(database)


def test_what_was_merged_is_gone_at_once_and_the_gaps_are_filled(database: Database) -> None:
    with database.transaction() as db:
        ids = add_films(db, 40)
        embed(db, ids, np.random.default_rng(2))
    refresh(database)
    with database.transaction() as db:
        merge_items(db, ids[3], ids[4], "person")
    assert not any(ids[3] in row[2:4] for row in edges(database))
    refresh(database)
    assert edges(database) == anew(database)


def test_a_worker_follows_within_seconds_and_ten_ratings_are_one_job(
    database: Database, people: list[User], tmp_path: Path
) -> None:
    settings = read_settings(data_dir=tmp_path / "data", database_url=database.url, embedder="none")
    app = Mediatheque(settings, database)
    with database.transaction() as db:
        assert defer_graph(app, db) is None  # nothing waits
        ids = add_films(db, 10)
        share(db, *people[:2])

    async def rate_beside_a_worker() -> None:
        stop = asyncio.Event()
        worker = asyncio.create_task(run_worker(app, stop=stop))
        with database.transaction() as db:
            for person in people[:2]:
                for n, item_id in enumerate(ids):
                    did(db, person, [item_id], EventKind.RATED, (1, 3, 5)[n % 3])
        ends_at = time.monotonic() + 30
        while not await asyncio.to_thread(edges, database, "LIKE_MINDED"):
            assert time.monotonic() < ends_at, "no worker followed"
            await asyncio.sleep(0.1)
        stop.set()
        await worker

    asyncio.run(rate_beside_a_worker())
    with database.transaction() as db:
        assert 1 <= len(list_jobs(db, None, task="refresh_graph")) <= 2


@pytest.mark.parametrize("seed", range(6))
def test_after_anything_that_happens_it_is_as_if_worked_out_anew(
    database: Database, people: list[User], seed: int
) -> None:
    dice = np.random.default_rng(seed)
    with database.transaction() as db:
        ids = add_films(db, 40)
        own = [add_films(db, 8, owner=person.id) for person in people[:2]]
        share(db, *people[:4])
        embed(db, [*ids, *own[0], *own[1]], dice)
        for person in people:
            did(db, person, some(dice, ids, 20), EventKind.WATCHED)
        rate_some(db, dice, people[:4], ids[:12])
    types = set[str]()
    for _ in range(8):
        for _ in range(dice.integers(1, 4)):
            with database.transaction() as db:
                something_happens(db, dice, people, own)
        refresh(database)
        assert edges(database) == anew(database)
        assert degrees_are_right(database)
        types |= {row[0] for row in edges(database)}
    assert types == {"SIMILAR", "LIKE_MINDED"}


def anew(database: Database) -> list[tuple[Any, ...]]:
    """All edges, after everything was worked out from nothing."""
    with database.transaction() as db:
        db.execute(text("DELETE FROM graph_edges WHERE type IN (19, 20)"))
        db.execute(
            text(
                "UPDATE graph_nodes n SET degree = (SELECT count(*) FROM graph_edges e WHERE n.owner_id = e.owner_id"
                " AND n.id IN (e.source_id, e.target_id))"
            )
        )
    refresh(database, everything=True)
    return edges(database)


def some(dice: np.random.Generator, things: Sequence[int], most: int) -> list[int]:
    return dice.choice(things, size=min(most, len(things)), replace=False).tolist()


def rate_some(db: Connection, dice: np.random.Generator, people: Sequence[User], ids: Sequence[int]) -> None:
    """Ratings that nearly agree."""
    for person in people:
        for n, item_id in enumerate(some(dice, ids, 9)):
            did(db, person, [item_id], EventKind.RATED, 1 + (item_id % 6 + int(dice.integers(3)) + n % 2) / 2)


def something_happens(
    db: Connection, dice: np.random.Generator, people: Sequence[User], own: Sequence[list[int]]
) -> None:
    there = db.execute(
        text("SELECT id FROM items WHERE owner_id IS NULL AND merged_into IS NULL ORDER BY id")
    ).scalars()
    ids, person = list(there), people[int(dice.integers(len(people)))]
    what = dice.integers(11)
    if what == 0:
        embed(db, some(dice, ids, 3), dice)
    elif what == 1:
        added = add_films(db, 2)
        embed(db, added, dice)
    elif what == 2:
        model_id = store().model_id(db, MODEL)
        assert model_id is not None
        store().remove(db, model_id, some(dice, ids, 2))
    elif what == 3:
        did(db, person, some(dice, ids, 6), EventKind.WATCHED)
    elif what == 4:
        did(db, person, some(dice, ids, 2), EventKind.HIDDEN)
    elif what == 5:
        rate_some(db, dice, [person], ids[:12])
    elif what == 6:
        share(db, people[int(dice.integers(4))], shares=bool(dice.integers(2)))
    elif what == 7:
        a, b = some(dice, ids, 2)
        merged = merge_items(db, a, b, "person")
        if dice.integers(2):
            undo_merge(db, merged.id)
    elif what == 8:
        db.execute(text("DELETE FROM items WHERE id = :id"), {"id": ids[int(dice.integers(len(ids)))]})
    elif what == 9:
        undone = db.execute(
            text("SELECT id FROM merges WHERE undone_at IS NULL ORDER BY id DESC LIMIT 1")
        ).scalar()
        if undone is not None:
            undo_merge(db, undone)
    else:
        embed(db, some(dice, own[int(dice.integers(2))], 2), dice)
