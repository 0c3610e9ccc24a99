"""What every vector store promises of passages, tried on each backend with several people's recordings."""

from __future__ import annotations

import numpy as np
import pytest
from sqlalchemy import text

from mediatheque.archive.queries.media import NewMedia, add_media
from mediatheque.kit.database import Connection, Database
from mediatheque.kit.errors import Invalid, NotFound
from mediatheque.library.queries.users import User
from mediatheque.stores import vectors as shelf
from mediatheque.stores.vectors import Condition, EmbeddedPassage, VectorStore

D = 16


@pytest.fixture(params=shelf.names())
def store(request: pytest.FixtureRequest) -> VectorStore:
    return shelf.store(request.param)


def clusters(count: int, *, seed: int = 7, centre: int | None = None) -> np.ndarray:
    """Unit vectors around a few centres, or around one of them: as texts are."""
    rng = np.random.default_rng(5)
    centres = rng.normal(size=(20, D))
    rng = np.random.default_rng(seed)
    chosen = rng.integers(20, size=count) if centre is None else np.full(count, centre)
    rows = centres[chosen] + 0.4 * rng.normal(size=(count, D))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def passages(db: Connection, user: User, count: int, *, name: str = "talk.mp3") -> tuple[int, list[int]]:
    """A recording of so many passages; its number and theirs."""
    media, _ = add_media(db, NewMedia(user_id=user.id, origin="file", given=name))
    rows = db.execute(
        text("""
            INSERT INTO passages (media_id, user_id, position, start_ms, end_ms, text)
            SELECT :media, :user, n, n * 1000, n * 1000 + 900, 'passage ' || n FROM generate_series(1, :count) AS n
            RETURNING id
        """),
        {"media": media, "user": user.id, "count": count},
    )
    return media, list(rows.scalars())


def keep(
    db: Connection, store: VectorStore, user: User, rows: np.ndarray, *, name: str = "talk.mp3"
) -> tuple[int, int, list[int]]:
    model = store.ensure_model(db, "test", D)
    media, ids = passages(db, user, len(rows), name=name)
    store.put_passages(db, model, [EmbeddedPassage(i, row) for i, row in zip(ids, rows, strict=True)])
    return model, media, ids


def of(user: User) -> Condition:
    return Condition("p.user_id = :viewer AND m.deleted_at IS NULL", {"viewer": user.id})


def test_vectors_come_back_as_they_were_kept_and_are_replaced(
    db: Connection, store: VectorStore, ada: User
) -> None:
    rows = clusters(4)
    model, _, ids = keep(db, store, ada, rows[:3] * 1e5)
    found = store.passage_vectors(db, model, [ids[2], ids[0], 10**9])
    assert set(found) == {ids[0], ids[2]}
    assert np.abs(found[ids[2]] - rows[2]).max() < 1e-3
    store.put_passages(db, model, [EmbeddedPassage(ids[0], rows[3]), EmbeddedPassage(10**9, rows[3])])
    assert np.abs(store.passage_vectors(db, model, ids)[ids[0]] - rows[3]).max() < 1e-3
    assert store.passage_vectors(db, model, [10**9]) == {}


def test_what_has_no_vector_is_told(db: Connection, store: VectorStore, ada: User) -> None:
    model, media, ids = keep(db, store, ada, clusters(5))
    later, more = passages(db, ada, 3)
    assert store.passages_without(db, model) == more
    assert store.passages_without(db, model, after=more[0], limit=1) == more[1:2]
    assert store.passages_without(db, model, media_id=media) == []
    store.remove_passages(db, model, ids[1:3])
    assert store.passages_without(db, model, media_id=media) == ids[1:3]
    assert store.passages_without(db, store.ensure_model(db, "newer", D), media_id=later) == more
    db.execute(text("DELETE FROM media WHERE id = :id"), {"id": media})
    assert store.passage_vectors(db, model, ids) == {}


def test_the_nearest_are_found_best_first(db: Connection, store: VectorStore, ada: User) -> None:
    rows = clusters(6_000)
    model, _, ids = keep(db, store, ada, rows)
    db.execute(text("ANALYZE passages, passage_embeddings, media"))
    hits = 0
    for query in clusters(40, seed=8):
        found = store.nearest_passages(db, model, query * 3, 10, of(ada))
        assert [n.similarity for n in found] == sorted((n.similarity for n in found), reverse=True)
        exact = np.argsort(-(rows @ query))[:10]
        assert found[0].similarity == pytest.approx(float(rows[exact[0]] @ query), abs=0.01)
        hits += len({ids[i] for i in exact} & {n.passage_id for n in found})
    assert hits / 400 >= 0.97
    assert store.nearest_passages(db, "test", query, 10, of(ada)) == found


@pytest.mark.parametrize("count", [3, 60])
def test_other_peoples_passages_leave_nobody_with_less(
    db: Connection, store: VectorStore, ada: User, ben: User, count: int
) -> None:
    # All that is near to what Ben asks is Ada's.
    keep(db, store, ada, clusters(4_000, centre=0))
    rows = clusters(count, seed=9, centre=1)
    model, _, ids = keep(db, store, ben, rows)
    query = clusters(1, seed=10, centre=0)[0]
    found = [n.passage_id for n in store.nearest_passages(db, model, query, 10, of(ben))]
    exact = [ids[i] for i in np.argsort(-(rows @ query))[:10]]
    assert len(found) == min(10, count)
    assert len(set(found) & set(exact)) >= len(found) - 1


def test_a_condition_may_speak_of_the_recording(db: Connection, store: VectorStore, ada: User) -> None:
    rows = clusters(50)
    model, _, ids = keep(db, store, ada, rows, name="first.mp3")
    _, _, others = keep(db, store, ada, rows, name="second.mp3")
    named = Condition("p.user_id = :viewer AND m.given = :name", {"viewer": ada.id, "name": "second.mp3"})
    assert {n.passage_id for n in store.nearest_passages(db, model, rows[0], 100, named)} == set(others)
    db.execute(text("UPDATE media SET deleted_at = now() WHERE given = 'second.mp3'"))
    assert {n.passage_id for n in store.nearest_passages(db, model, rows[0], 100, of(ada))} == set(ids)


def test_what_is_no_direction_is_refused(db: Connection, store: VectorStore, ada: User) -> None:
    model, _, ids = keep(db, store, ada, clusters(2))
    for wrong in (np.zeros(D), np.full(D, np.nan), np.ones(D + 1)):
        with pytest.raises(Invalid):
            store.put_passages(db, model, [EmbeddedPassage(ids[0], wrong)])
        with pytest.raises(Invalid):
            store.nearest_passages(db, model, wrong, 5)
    with pytest.raises(NotFound, match="mediatheque rebuild"):
        store.nearest_passages(db, "never used", clusters(1)[0], 5)


def test_a_model_from_before_there_were_passages_is_made_ready_for_them(
    database: Database, store: VectorStore, ada: User
) -> None:
    with database.transaction() as db:
        model = store.ensure_model(db, "test", D)
        db.execute(text(f"DROP INDEX ix_passage_embeddings_hnsw_{model}"))
    with database.transaction() as db:
        assert store.ensure_model(db, "test", D) == model
        assert db.execute(text(f"SELECT to_regclass('ix_passage_embeddings_hnsw_{model}')")).scalar()
        keep(db, store, ada, clusters(3))
        store.forget_model(db, "test")
        assert db.execute(text("SELECT count(*) FROM passage_embeddings")).scalar() == 0
        assert not db.execute(text(f"SELECT to_regclass('ix_passage_embeddings_hnsw_{model}')")).scalar()
