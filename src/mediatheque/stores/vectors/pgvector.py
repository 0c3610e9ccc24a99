"""Vectors in the same PostgreSQL as everything else: halfvec columns and one HNSW index a model."""

# ruff: noqa: S608  SQL is put together from our own constants and numbers; every value is a parameter.

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, TextClause, text

from mediatheque.stores.vectors import Condition, Embedded, Near
from mediatheque.stores.vectors._halfvecs import unit, units_of, written
from mediatheque.stores.vectors._models import dimensions_of, unknown
from mediatheque.stores.vectors._models import ensure_model as ensure_model
from mediatheque.stores.vectors._models import forget_model as forget_model
from mediatheque.stores.vectors._models import model_id as model_id
from mediatheque.stores.vectors._passages import nearest_passages as nearest_passages
from mediatheque.stores.vectors._passages import passage_vectors as passage_vectors
from mediatheque.stores.vectors._passages import passages_without as passages_without
from mediatheque.stores.vectors._passages import put_passages as put_passages
from mediatheque.stores.vectors._passages import remove_passages as remove_passages

if TYPE_CHECKING:
    from mediatheque.stores.vectors import Vector

#: How many candidates a walk keeps in hand, with the care that _models.py has in building the index. Measured
#: on 30,000 films and 200 queries, the share of the true ten nearest that is found, and what a query costs:
#: with pgvector's default care of 64, 0.958 at 120 candidates and 0.988 at 400 (twice the time); with 256, 0.987 at
#: 200 candidates in 4 ms. A vector costs 1.2 ms to put in, where a care of 128 costs 0.8.
_EF_SEARCH = 200
#: Who asks about many vectors at once wants something to choose from, not the last of the nearest.
_EF_CANDIDATES = 60
#: A filter that lets little through would have the walk visit everything; beyond this, comparing with every
#: item that meets the condition is faster, and exact.
_MAX_VISITED = 4_000
#: More vectors than these move a mean no more.
_ENOUGH_FOR_A_MEAN = 5_000


def put(db: Connection, model_id: int, rows: Iterable[Embedded]) -> None:
    """See VectorStore."""
    # In the order of ids, so that two writers never wait for each other in a circle.
    rows = sorted(rows, key=lambda row: row.item_id)
    if not rows:
        return
    dimensions = dimensions_of(db, model_id)
    vectors = [written(unit(row.vector, dimensions)) for row in rows]
    db.execute(
        text(f"""
            INSERT INTO embeddings (model_id, item_id, text_hash, vector)
            SELECT {int(model_id)}, item, hash, vector::halfvec
            FROM unnest(CAST(:items AS bigint[]), CAST(:hashes AS bytea[]), CAST(:vectors AS text[]))
                AS given (item, hash, vector)
            WHERE EXISTS (SELECT FROM items i WHERE i.id = given.item)
            ON CONFLICT (model_id, item_id) DO UPDATE SET text_hash = excluded.text_hash, vector = excluded.vector
        """),
        {
            "items": [row.item_id for row in rows],
            "hashes": [row.text_hash for row in rows],
            "vectors": vectors,
        },
    )


def remove(db: Connection, model_id: int, item_ids: Iterable[int]) -> None:
    """See VectorStore."""
    db.execute(
        text("DELETE FROM embeddings WHERE model_id = :model AND item_id = ANY(:items)"),
        {"model": model_id, "items": sorted(item_ids)},
    )


def nearest(
    db: Connection, model: int | str, vector: Vector, limit: int, condition: Condition | None = None
) -> list[Near]:
    """See VectorStore."""
    model_id, dimensions = _prepare_walk(db, model, limit, _EF_SEARCH)
    given = {"vector": written(unit(vector, dimensions))}
    where = "true"
    if condition is not None:
        where, given = condition.sql, {**given, **condition.values}
    rows = db.execute(_nearest(model_id, vector.size, where, limit, is_exact=False), given).all()
    if len(rows) < limit:
        rows = db.execute(_nearest(model_id, vector.size, where, limit, is_exact=True), given).all()
    return [Near(row.item_id, 1.0 - row.distance) for row in rows]


def nearest_to_each(
    db: Connection,
    model_id: int,
    vectors: Sequence[Vector],
    limit: int,
    condition: Condition | None = None,
) -> list[list[Near]]:
    """See VectorStore."""
    if not vectors:
        return []
    _, dimensions = _prepare_walk(db, model_id, limit, _EF_CANDIDATES)
    given: dict[str, Any] = {"vectors": [written(unit(vector, dimensions)) for vector in vectors]}
    where = "true"
    if condition is not None:
        where, given = condition.sql, {**given, **condition.values}
    found: list[list[Near]] = [[] for _ in vectors]
    for row in db.execute(_nearest_to_each(model_id, dimensions, where, limit), given):
        found[row.n - 1].append(Near(row.item_id, 1.0 - row.distance))
    return [
        near if len(near) == limit else nearest(db, model_id, vector, limit, condition)
        for near, vector in zip(found, vectors, strict=True)
    ]


def vectors_of(db: Connection, model_id: int, item_ids: Iterable[int]) -> dict[int, Vector]:
    """See VectorStore."""
    rows = db.execute(
        text(
            "SELECT item_id, halfvec_send(vector) AS sent FROM embeddings"
            " WHERE model_id = :model AND item_id = ANY(:items)"
        ),
        {"model": model_id, "items": list(dict.fromkeys(item_ids))},
    ).all()
    if not rows:
        return {}
    return dict(zip((row.item_id for row in rows), units_of(row.sent for row in rows), strict=True))


def mean(db: Connection, model_id: int) -> tuple[Vector, int] | None:
    """See VectorStore."""
    given: dict[str, Any] = {"model": model_id}
    counted = text("SELECT count(*) FROM embeddings WHERE model_id = :model")
    count = int(db.execute(counted, given).scalar_one())
    given["step"] = max(count // _ENOUGH_FOR_A_MEAN, 1)
    # Numbers are given in a catalogue's order: every so many-th of them is a sample of all of it.
    averaged = text("""
        SELECT avg(vector)::text FROM (
            SELECT vector, row_number() OVER (ORDER BY item_id) AS n FROM embeddings WHERE model_id = :model
        ) AS numbered WHERE n % :step = 0
    """)
    written = db.execute(averaged, given).scalar()
    return (np.array(json.loads(written), np.float32), count) if written else None


def all_vectors(
    db: Connection, model_id: int, most: int, condition: Condition
) -> tuple[npt.NDArray[np.int64], Vector] | None:
    """See VectorStore."""
    given = {**condition.values, "model": model_id, "most": most}
    count = db.execute(
        text(
            "SELECT count(*) FROM (SELECT FROM embeddings WHERE model_id = :model LIMIT :most + 1) AS counted"
        ),
        given,
    ).scalar_one()
    if count > most:
        return None
    dimensions = dimensions_of(db, model_id)
    # A thousand items a row: a row for each would keep other threads from their work, and one for all would stay in
    # the connection's buffer, 50 MB of it.
    rows = db.execute(
        text(f"""
            SELECT array_agg(e.item_id ORDER BY e.item_id)::text AS ids,
                string_agg(substring(halfvec_send(e.vector) FROM 5), ''::bytea ORDER BY e.item_id) AS sent
            FROM embeddings e JOIN items i ON i.id = e.item_id WHERE e.model_id = :model AND {condition.sql}
            GROUP BY e.item_id / 1000 ORDER BY e.item_id / 1000
        """),
        given,
    ).all()
    if not rows:
        return np.zeros(0, np.int64), np.zeros((0, dimensions), np.float32)
    ids = np.concatenate([np.fromstring(row.ids.strip("{}"), np.int64, sep=",") for row in rows])
    matrix = np.empty((len(ids), dimensions), np.float32)
    start = 0
    for row in rows:
        some = np.frombuffer(row.sent, ">f2").reshape(-1, dimensions)
        matrix[start : start + len(some)] = some
        start += len(some)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    return ids, matrix


def text_hashes(db: Connection, model_id: int, item_ids: Sequence[int]) -> dict[int, bytes]:
    """See VectorStore."""
    rows = db.execute(
        text("SELECT item_id, text_hash FROM embeddings WHERE model_id = :model AND item_id = ANY(:items)"),
        {"model": model_id, "items": list(item_ids)},
    )
    return {row.item_id: bytes(row.text_hash) for row in rows}


# Without the iterative scan, a filter is applied to the ef_search nearest alone and starves the result.
_PREPARE_WALK = """
    SELECT id, dimensions,
        set_config('hnsw.iterative_scan', 'relaxed_order', true), set_config('hnsw.ef_search', :ef, true),
        set_config('hnsw.max_scan_tuples', :most, true), set_config('jit', 'off', true)
    FROM embedding_models WHERE
"""
_PREPARE_BY_ID, _PREPARE_BY_NAME = (
    text(f"{_PREPARE_WALK} id = :model"),
    text(f"{_PREPARE_WALK} name = :model"),
)


def _prepare_walk(db: Connection, model: int | str, limit: int, in_hand: int) -> tuple[int, int]:
    """Set the index up for finding so many with so many candidates in hand; the model's number and length.

    Raises Invalid for a model that is not, or no longer, used.
    """
    ef_search = min(1000, max(in_hand, 2 * limit))
    row = db.execute(
        _PREPARE_BY_NAME if isinstance(model, str) else _PREPARE_BY_ID,
        {"model": model, "ef": str(ef_search), "most": str(_MAX_VISITED)},
    ).first()
    if row is None:
        raise unknown(model)
    return row.id, row.dimensions


@lru_cache(maxsize=256)
def _nearest(model_id: int, dimensions: int, where: str, limit: int, *, is_exact: bool) -> TextClause:
    """The statement; the model and the length stand in it as written in the index, or it is not used.

    So does the limit: a plan made for any limit would expect thousands of rows, and sort them all.
    """
    distance = f"e.vector::halfvec({int(dimensions)}) <=> CAST(:vector AS halfvec({int(dimensions)}))"
    # Adding nothing to the distance hides it from the index. The walk's order is nearly right: sorted again.
    order = f"({distance}) + 0" if is_exact else distance
    return text(f"""
        SELECT item_id, distance FROM (
            SELECT e.item_id, {distance} AS distance
            FROM embeddings e JOIN items i ON i.id = e.item_id
            WHERE e.model_id = {int(model_id)} AND {where}
            ORDER BY {order} LIMIT {int(limit)}
        ) AS found ORDER BY distance, item_id
    """)


@lru_cache(maxsize=256)
def _nearest_to_each(model_id: int, dimensions: int, where: str, limit: int) -> TextClause:
    """As `_nearest` through the index, once for each vector of an array."""
    distance = f"e.vector::halfvec({int(dimensions)}) <=> asked.vector"
    return text(f"""
        SELECT asked.n, found.item_id, found.distance
        FROM unnest(CAST(CAST(:vectors AS text[]) AS halfvec({int(dimensions)})[]))
            WITH ORDINALITY AS asked (vector, n)
        CROSS JOIN LATERAL (
            SELECT e.item_id, {distance} AS distance
            FROM embeddings e JOIN items i ON i.id = e.item_id
            WHERE e.model_id = {int(model_id)} AND {where}
            ORDER BY {distance} LIMIT {int(limit)}
        ) AS found ORDER BY asked.n, found.distance, found.item_id
    """)
