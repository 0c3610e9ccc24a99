"""What every vector store promises, tried on each backend with a real database and vectors in clusters."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from sqlalchemy import text

import small_world as world
from mediatheque.kit.database import Connection, Database
from mediatheque.kit.errors import Conflict, Invalid, NotFound
from mediatheque.library.queries.items import NewItem, add_items
from mediatheque.stores import vectors as shelf
from mediatheque.stores.vectors import Condition, Embedded, VectorStore
from mediatheque.vocabulary import Kind, Work

D = 16


@pytest.fixture(params=shelf.names())
def store(request: pytest.FixtureRequest) -> VectorStore:
    return shelf.store(request.param)


def clusters(count: int, *, seed: int = 7) -> np.ndarray:
    """Unit vectors around a few centres: as texts are, and as vectors of pure chance are not."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(20, D))
    rows = centres[rng.integers(20, size=count)] + 0.4 * rng.normal(size=(count, D))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def films(db: Connection, count: int) -> list[int]:
    return add_items(
        db,
        [
            NewItem(work=Work(kind=Kind.FILM, title=f"Film {n}", year=1900 + n % 100), title_keys=())
            for n in range(count)
        ],
    )


def keep(db: Connection, store: VectorStore, rows: np.ndarray) -> tuple[int, list[int]]:
    model = store.ensure_model(db, "test", D)
    ids = films(db, len(rows))
    store.put(db, model, [Embedded(i, b"hash", row) for i, row in zip(ids, rows, strict=True)])
    return model, ids


def test_a_vector_comes_back_as_it_was_kept(db: Connection, store: VectorStore) -> None:
    rows = clusters(3)
    model, ids = keep(db, store, rows * 1e6)
    found = store.vectors_of(db, model, [ids[2], ids[0], 10**9])
    assert set(found) == {ids[0], ids[2]}
    assert np.abs(found[ids[2]] - rows[2]).max() < 1e-3
    assert found[ids[0]].dtype == np.float32
    assert store.vectors_of(db, model, []) == {}


def test_the_mean_is_of_all_vectors(db: Connection, store: VectorStore) -> None:
    model = store.ensure_model(db, "mean", 3)
    assert store.mean(db, model) is None
    ids = [world.add(db, world.film(f"Film {n}")) for n in range(8)]
    rows = np.random.default_rng(3).normal(size=(8, 3)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    store.put(db, model, [Embedded(i, b"text", row) for i, row in zip(ids, rows, strict=True)])
    found = store.mean(db, model)
    assert found is not None
    assert found[1] == 8
    np.testing.assert_allclose(found[0], rows.mean(axis=0), atol=2e-3)


def test_all_vectors_come_at_once_as_they_come_alone(db: Connection, store: VectorStore) -> None:
    rows = clusters(9)
    model, ids = keep(db, store, rows)
    films(db, 1)
    store.remove(db, model, ids[4:5])
    condition = Condition("i.id <> :but", {"but": ids[7]})
    there = [i for n, i in enumerate(ids) if n not in (4, 7)]
    read = store.all_vectors(db, model, 8, condition)
    assert read is not None
    assert read[0].tolist() == there
    alone = store.vectors_of(db, model, there)
    np.testing.assert_allclose(read[1], np.stack([alone[i] for i in there]), atol=1e-6)
    assert store.all_vectors(db, model, 7, condition) is None
    nothing = store.all_vectors(db, model, 8, Condition("false", {}))
    assert nothing is not None
    assert (len(nothing[0]), nothing[1].shape) == (0, (0, D))


def test_a_vector_replaces_the_one_before(db: Connection, store: VectorStore) -> None:
    rows = clusters(2)
    model, ids = keep(db, store, rows[:1])
    store.put(db, model, [Embedded(ids[0], b"another", rows[1])])
    assert store.text_hashes(db, model, ids) == {ids[0]: b"another"}
    assert np.abs(store.vectors_of(db, model, ids)[ids[0]] - rows[1]).max() < 1e-3
    store.remove(db, model, ids)
    assert store.text_hashes(db, model, ids) == {}


def test_the_nearest_are_found_best_first(db: Connection, store: VectorStore) -> None:
    rows = clusters(2_000)
    model, ids = keep(db, store, rows)
    queries = clusters(40, seed=8)
    hits = 0
    for query in queries:
        found = store.nearest(db, model, query * 3, 10)
        assert len(found) == 10
        assert [n.similarity for n in found] == sorted((n.similarity for n in found), reverse=True)
        exact = np.argsort(-(rows @ query))[:10]
        assert found[0].similarity == pytest.approx(float(rows[exact[0]] @ query), abs=0.01)
        hits += len({ids[i] for i in exact} & {n.item_id for n in found})
    assert hits / 400 >= 0.97


@pytest.mark.parametrize("share", [0.5, 0.02, 0.002])
def test_a_filter_leaves_as_many_as_there_are(db: Connection, store: VectorStore, share: float) -> None:
    rows = clusters(3_000)
    model, ids = keep(db, store, rows)
    db.execute(text("ANALYZE items"))
    db.execute(text("ANALYZE embeddings"))
    allowed = ids[:: round(1 / share)]
    condition = Condition("i.id = ANY(:allowed)", {"allowed": allowed})
    query = clusters(1, seed=9)[0]
    found = [n.item_id for n in store.nearest(db, model, query, 10, condition)]
    assert len(found) == min(10, len(allowed))
    by_id = dict(zip(ids, rows, strict=True))
    exact = sorted(allowed, key=lambda i: -float(by_id[i] @ query))[:10]
    assert len(set(found) & set(exact)) >= len(found) - 1


def test_many_are_asked_about_as_each_alone(db: Connection, store: VectorStore) -> None:
    rows = clusters(400)
    model, ids = keep(db, store, rows)
    even = Condition("i.id % 2 = :rest", {"rest": 0})
    together = store.nearest_to_each(db, model, list(rows[:5]), 10, even)
    assert together == [store.nearest(db, model, row, 10, even) for row in rows[:5]]
    few = Condition("i.id = ANY(:ids)", {"ids": ids[:3]})
    assert [len(found) for found in store.nearest_to_each(db, model, list(rows[:2]), 10, few)] == [3, 3]
    assert store.nearest_to_each(db, model, [], 10) == []


def test_models_are_apart(db: Connection, store: VectorStore) -> None:
    rows = clusters(5)
    model, ids = keep(db, store, rows)
    other = store.ensure_model(db, "other", 3)
    store.put(db, other, [Embedded(ids[0], b"h", np.array([1, 0, 0], np.float32))])
    assert other != model
    assert [n.item_id for n in store.nearest(db, other, np.array([1, 1, 0], np.float32), 10)] == ids[:1]
    store.forget_model(db, "test")
    store.forget_model(db, "test")
    assert store.model_id(db, "test") is None
    assert store.model_id(db, "other") == other
    assert store.text_hashes(db, other, ids) == {ids[0]: b"h"}
    again = store.ensure_model(db, "test", D)
    assert store.nearest(db, again, rows[0], 10) == []


def test_a_model_keeps_its_length(db: Connection, store: VectorStore) -> None:
    model = store.ensure_model(db, "test", D)
    assert store.ensure_model(db, "test", D) == model
    with pytest.raises(Conflict, match="mediatheque rebuild"):
        store.ensure_model(db, "test", D + 1)
    with pytest.raises(Invalid, match="up to 4000"):
        store.ensure_model(db, "huge", 5000)


def test_many_may_make_a_model_at_once(database: Database, store: VectorStore) -> None:
    def make(_: int) -> int:
        with database.transaction() as db:
            return store.ensure_model(db, "test", D)

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(make, range(12)))) == 1


@pytest.mark.parametrize("wrong", [np.zeros(D), np.full(D, np.nan), np.full(D, np.inf), np.ones(D + 1)])
def test_what_is_no_direction_is_refused(db: Connection, store: VectorStore, wrong: np.ndarray) -> None:
    model, ids = keep(db, store, clusters(2))
    with pytest.raises(Invalid):
        store.put(db, model, [Embedded(ids[0], b"new", clusters(1)[0]), Embedded(ids[1], b"new", wrong)])
    with pytest.raises(Invalid):
        store.nearest(db, model, wrong, 5)
    assert set(store.text_hashes(db, model, ids).values()) == {b"hash"}


def test_an_item_that_is_gone_takes_its_vector_along(db: Connection, store: VectorStore) -> None:
    model, ids = keep(db, store, clusters(2))
    db.execute(text("DELETE FROM items WHERE id = :id"), {"id": ids[0]})
    store.put(db, model, [Embedded(ids[0], b"late", clusters(1)[0])])
    assert set(store.text_hashes(db, model, ids)) == {ids[1]}


def test_a_forgotten_model_is_no_place_for_vectors(db: Connection, store: VectorStore) -> None:
    with pytest.raises(NotFound, match="mediatheque rebuild"):
        store.nearest(db, 999, clusters(1)[0], 5)
    with pytest.raises(NotFound, match="'never used'"):
        store.nearest(db, "never used", clusters(1)[0], 5)
    with pytest.raises(NotFound):
        store.put(db, 999, [Embedded(1, b"hash", clusters(1)[0])])


def test_a_model_goes_by_its_name_too(db: Connection, store: VectorStore) -> None:
    model, _ = keep(db, store, clusters(20))
    query = clusters(1, seed=8)[0]
    assert store.nearest(db, "test", query, 5) == store.nearest(db, model, query, 5)
