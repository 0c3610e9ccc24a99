"""Passages' vectors in PostgreSQL: beside the items', with filters that a person's part of all passages passes.

The passages of everybody share an index. A walk through it meets those of one person as often as they are there, so
who has few, or asks about few, has all of them compared instead: exact, and faster than a walk that finds nothing.
"""

# ruff: noqa: S608  SQL is put together from our own constants and numbers; every value is a parameter.

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, TextClause, text

from mediatheque.stores.vectors import Condition, EmbeddedPassage, NearPassage
from mediatheque.stores.vectors._halfvecs import unit, units_of, written
from mediatheque.stores.vectors._models import dimensions_of, unknown

if TYPE_CHECKING:
    from mediatheque.stores.vectors import Vector

#: How many candidates a walk keeps in hand, and how many it visits before it gives up: 5 ms a thousand. Measured with
#: 200,000 passages: with 100 and with 200 in hand, 0.999 of the true ten nearest; 200 read twice as many pages.
_EF_SEARCH = 100
_MAX_VISITED = 4_000
#: Up to so many that meet the condition are compared one by one. Measured with 200,000 passages, the nearest 50: those of
#: somebody with 2,000 in 5 ms (a walk: 30), with 6,000 in 10 ms (20), with 14,000 in 20 ms (11).
_FEW = 6_000


def put_passages(db: Connection, model_id: int, rows: Iterable[EmbeddedPassage]) -> None:
    """See VectorStore."""
    # In the order of ids, so that two writers never wait for each other in a circle.
    rows = sorted(rows, key=lambda row: row.passage_id)
    if not rows:
        return
    dimensions = dimensions_of(db, model_id)
    db.execute(
        text(f"""
            INSERT INTO passage_embeddings (model_id, passage_id, vector)
            SELECT {int(model_id)}, passage, vector::halfvec
            FROM unnest(CAST(:passages AS bigint[]), CAST(:vectors AS text[])) AS given (passage, vector)
            WHERE EXISTS (SELECT FROM passages p WHERE p.id = given.passage)
            ON CONFLICT (model_id, passage_id) DO UPDATE SET vector = excluded.vector
        """),
        {
            "passages": [row.passage_id for row in rows],
            "vectors": [written(unit(row.vector, dimensions)) for row in rows],
        },
    )


def remove_passages(db: Connection, model_id: int, passage_ids: Iterable[int]) -> None:
    """See VectorStore."""
    db.execute(
        text("DELETE FROM passage_embeddings WHERE model_id = :model AND passage_id = ANY(:passages)"),
        {"model": model_id, "passages": sorted(passage_ids)},
    )


def passage_vectors(db: Connection, model_id: int, passage_ids: Iterable[int]) -> dict[int, Vector]:
    """See VectorStore."""
    rows = db.execute(
        text(
            "SELECT passage_id, halfvec_send(vector) AS sent FROM passage_embeddings"
            " WHERE model_id = :model AND passage_id = ANY(:passages)"
        ),
        {"model": model_id, "passages": list(dict.fromkeys(passage_ids))},
    ).all()
    if not rows:
        return {}
    return dict(zip((row.passage_id for row in rows), units_of(row.sent for row in rows), strict=True))


def passages_without(
    db: Connection, model_id: int, *, media_id: int | None = None, after: int = 0, limit: int = 1_000
) -> list[int]:
    """See VectorStore."""
    rows = db.execute(
        text(f"""
            SELECT p.id FROM passages p
            WHERE p.id > :after {"AND p.media_id = :media" if media_id is not None else ""}
                AND NOT EXISTS (
                    SELECT FROM passage_embeddings e WHERE e.model_id = :model AND e.passage_id = p.id
                )
            ORDER BY p.id LIMIT :limit
        """),
        {"model": model_id, "media": media_id, "after": after, "limit": limit},
    )
    return list(rows.scalars())


def nearest_passages(
    db: Connection, model: int | str, vector: Vector, limit: int, condition: Condition | None = None
) -> list[NearPassage]:
    """See VectorStore."""
    where, values = (condition.sql, condition.values) if condition else ("true", {})
    prepared = _prepare(db, model, limit, where, values)
    given = {**values, "vector": written(unit(vector, prepared.dimensions))}
    asked = (prepared.id, prepared.dimensions, where, limit)
    rows = [] if prepared.are_few else db.execute(_walked(*asked), given).all()
    if len(rows) < limit:
        rows = db.execute(_compared(*asked), given).all()
    return [NearPassage(row.passage_id, 1.0 - row.distance) for row in rows]


def _prepare(db: Connection, model: int | str, limit: int, where: str, values: Mapping[str, Any]) -> Any:
    """Set the index up; the model's number and length, and whether few passages meet the condition."""
    row = db.execute(
        _preparing(where, is_named=isinstance(model, str)),
        {
            **values,
            "model": model,
            "ef": str(min(1000, max(_EF_SEARCH, 2 * limit))),
            "most": str(_MAX_VISITED),
            "few": _FEW,
        },
    ).first()
    if row is None:
        raise unknown(model)
    return row


@lru_cache(maxsize=256)
def _preparing(where: str, *, is_named: bool) -> TextClause:
    # Without the iterative scan, a filter is applied to the ef_search nearest alone and starves the result.
    return text(f"""
        SELECT id, dimensions,
            set_config('hnsw.iterative_scan', 'relaxed_order', true), set_config('hnsw.ef_search', :ef, true),
            set_config('hnsw.max_scan_tuples', :most, true), set_config('jit', 'off', true),
            -- A plan for these values: lists of numbers are hashed in it, and searched from end to end in one for any.
            set_config('plan_cache_mode', 'force_custom_plan', true),
            (SELECT count(*) FROM (
                SELECT FROM {_from(where)} WHERE {where} LIMIT :few + 1
            ) AS counted) <= :few AS are_few
        FROM embedding_models WHERE {"name" if is_named else "id"} = :model
    """)


@lru_cache(maxsize=256)
def _walked(model_id: int, dimensions: int, where: str, limit: int) -> TextClause:
    """Through the index; model, length and limit stand in it as written, or the index is not used."""
    distance = _distance(dimensions)
    # OFFSET 0 keeps the condition where it stands: the planner would rather look up all that meets it, and sort that.
    # The walk's order is nearly right: sorted again.
    return text(f"""
        SELECT passage_id, distance FROM (
            SELECT e.passage_id, {distance} AS distance
            FROM passage_embeddings e CROSS JOIN LATERAL (
                SELECT FROM {_from(where)} WHERE p.id = e.passage_id AND {where} OFFSET 0
            ) AS met
            WHERE e.model_id = {int(model_id)}
            ORDER BY {distance} LIMIT {int(limit)}
        ) AS found ORDER BY distance, passage_id
    """)


@lru_cache(maxsize=256)
def _compared(model_id: int, dimensions: int, where: str, limit: int) -> TextClause:
    """All that meet the condition, one by one."""
    # Their numbers first, as an array: however many are expected, the vectors are fetched by key. Adding nothing to
    # the distance hides it from the index.
    return text(f"""
        SELECT e.passage_id, {_distance(dimensions)} AS distance
        FROM passage_embeddings e
        WHERE e.model_id = {int(model_id)} AND e.passage_id = ANY(ARRAY(
            SELECT p.id FROM {_from(where)} WHERE {where}
        ))
        ORDER BY ({_distance(dimensions)}) + 0, e.passage_id LIMIT {int(limit)}
    """)


def _from(where: str) -> str:
    """What a condition speaks of; media that it does not would cost a look at every passage, not at an index alone."""
    is_of_media = re.search(r"\bm\.", where)
    return "passages p JOIN media m ON m.id = p.media_id" if is_of_media else "passages p"


def _distance(dimensions: int) -> str:
    return f"e.vector::halfvec({int(dimensions)}) <=> CAST(:vector AS halfvec({int(dimensions)}))"
