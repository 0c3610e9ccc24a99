"""Which items a query's words fit: titles letter by letter, and everything said about an item word by word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from mediatheque.kit.wire import work_from_json
from mediatheque.library.queries.items import VISIBLE, item_from_row
from mediatheque.search.reading import Reading
from mediatheque.vocabulary import Item, Kind, Work

#: A fuzzy comparison reads every title that shares enough letters, which for a whole sentence is most of them.
_LONGEST_FUZZY = 48
#: How like a title must be, of 1.0, when the query is at most so long. Measured on 300 misspelt titles: a slip
#: costs a short title more of its trigrams, so these find 96 % of them and read few others.
_LIKENESS = ((16, 0.3), (24, 0.4), (_LONGEST_FUZZY, 0.5))
#: More matches than this are not ranked: a word that common says nothing.
_MOST_RANKED = 500
#: Any number: the first of the pairs of numbers under which ranges of items are held while they are embedded.
_EMBEDDING_LOCKS = 730_602_000


class TitleHit(NamedTuple):
    """An item one of whose titles fits; `fit` is "exact", "prefix" or "like"."""

    item_id: int
    fit: str


def hits(
    db: Connection, reading: Reading, where: str, given: Mapping[str, Any], limit: int
) -> tuple[list[TitleHit], list[int]]:
    """Items one of whose titles is the query or begins with it, and items in which every word of it occurs.

    One statement: two would take a millisecond longer.
    """
    rows = db.execute(
        text(_HITS.format(where=where, most=_MOST_RANKED)),
        {
            **given,
            "key": reading.key,
            # One letter begins thousands of titles, and is hardly the beginning of what is meant.
            "pattern": _as_pattern(reading.key) + ("%" if len(reading.key) > 1 else ""),
            "other_key": reading.key_without_year,
            "year": reading.year,
            "words": reading.tsquery(),
            "limit": limit,
        },
    ).all()
    titles = [TitleHit(row.id, "exact" if row.fit == 0 else "prefix") for row in rows if row.fit is not None]
    return titles, [row.id for row in rows if row.fit is None]


#: `titles`: whole titles, then those that go on after a whole word, then any that begin so; the best known first.
_HITS = """
    WITH titles AS (
        SELECT i.id, grade.fit, row_number() OVER (
            ORDER BY grade.fit, i.kind = 'episode', i.popularity DESC NULLS LAST,
                i.rating_count DESC NULLS LAST, length(i.title), i.year DESC NULLS LAST, i.id
        ) AS place
        FROM (
            SELECT i.id, min(CASE
                WHEN t.key = :key THEN 0
                WHEN t.key = :other_key AND i.year = :year THEN 0
                WHEN starts_with(t.key, :key || ' ') THEN 1
                ELSE 2 END) AS fit
            FROM item_titles t JOIN items i ON i.id = t.item_id
            WHERE (t.key LIKE :pattern OR (t.key = :other_key AND i.year = :year)) AND :key <> '' AND {where}
            GROUP BY i.id
        ) AS grade JOIN items i ON i.id = grade.id
        ORDER BY place LIMIT :limit
    ), query AS MATERIALIZED (
        SELECT to_tsquery('mediatheque', :words) AS q
    ), found AS MATERIALIZED (
        SELECT i.id, i.search, i.popularity FROM items i, query
        WHERE i.search @@ query.q AND {where} LIMIT {most}
    ), words AS (
        SELECT id, row_number() OVER (
            ORDER BY ts_rank_cd(search, query.q, 1) DESC, popularity DESC NULLS LAST, id
        ) AS place
        FROM found, query ORDER BY place LIMIT :limit
    )
    SELECT id, fit, place FROM titles UNION ALL SELECT id, NULL, place FROM words ORDER BY place
"""


def best_of(
    db: Connection, scores: Mapping[int, float], weights: Mapping[Kind, float], viewer: int, limit: int
) -> list[tuple[Item, float]]:
    """The items of the highest scores after each was weighted by its kind, and those scores, best first.

    One statement weighs them all and reads the works of the best alone: reading 150 would cost more than
    finding them.
    """
    rows = db.execute(
        text(f"""
            SELECT i.id, i.work, i.parent_id, i.owner_id, best.score
            FROM (
                SELECT i.id, given.score * coalesce(weight.weight, 1) AS score
                FROM unnest(CAST(:ids AS bigint[]), CAST(:scores AS float8[])) AS given (id, score)
                JOIN items i ON i.id = given.id
                LEFT JOIN unnest(CAST(:kinds AS text[]), CAST(:weights AS float8[])) AS weight (kind, weight)
                    ON weight.kind = i.kind
                WHERE {VISIBLE}
                ORDER BY score DESC, i.id LIMIT :limit
            ) AS best JOIN items i ON i.id = best.id
            ORDER BY best.score DESC, i.id
        """),
        {
            "ids": list(scores),
            "scores": list(scores.values()),
            "kinds": [kind.value for kind in weights],
            "weights": list(weights.values()),
            "viewer": viewer,
            "limit": limit,
        },
    )
    return [(item_from_row(row), row.score) for row in rows]


def titles_like(
    db: Connection, reading: Reading, where: str, given: Mapping[str, Any], limit: int
) -> list[TitleHit]:
    """Items one of whose titles shares most of its letters with the query, the likest first."""
    key = reading.key_without_year or reading.key
    likeness = next((least for length, least in _LIKENESS if len(key) <= length), None)
    if not key or likeness is None:
        return []
    db.execute(
        text("SELECT set_config('pg_trgm.similarity_threshold', :least, true)"), {"least": str(likeness)}
    )
    rows = db.execute(
        text(f"""
            SELECT i.id FROM item_titles t JOIN items i ON i.id = t.item_id
            WHERE t.key % :key AND {where}
            GROUP BY i.id
            ORDER BY max(similarity(t.key, :key)) DESC, i.kind = 'episode', i.popularity DESC NULLS LAST, i.id
            LIMIT :limit
        """),
        {**given, "key": key, "limit": limit},
    )
    return [TitleHit(item_id, "like") for item_id in rows.scalars()]


class WorkToEmbed(NamedTuple):
    """An item and its work; None when the item was merged into another and is no longer shown."""

    item_id: int
    work: Work | None


def highest_item_id(db: Connection) -> int:
    """The largest id of an item; 0 when there is none."""
    return db.execute(text("SELECT coalesce(max(id), 0) FROM items")).scalar_one()


def works_between(db: Connection, first: int, end: int) -> list[WorkToEmbed]:
    """The works of the items with ids from `first` up to, not including, `end`."""
    rows = db.execute(
        text("""
            SELECT id, CASE WHEN merged_into IS NULL THEN work END AS work FROM items
            WHERE id >= :first AND id < :end ORDER BY id
        """),
        {"first": first, "end": end},
    )
    return [WorkToEmbed(row.id, work_from_json(row.work) if row.work else None) for row in rows]


def hold_range(db: Connection, model_id: int, number: int, *, is_waiting: bool) -> bool:
    """Keep a range of items for this transaction; False when another holds it and we do not wait."""
    lock = {"space": _EMBEDDING_LOCKS + model_id, "number": number}
    if is_waiting:
        db.execute(text("SELECT pg_advisory_xact_lock(:space, :number)"), lock)
        return True
    return db.execute(text("SELECT pg_try_advisory_xact_lock(:space, :number)"), lock).scalar_one()


def _as_pattern(key: str) -> str:
    return key.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
