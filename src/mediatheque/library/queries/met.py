"""Where a person met a title: what they did, which row of which file says so; and what their rows say that it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from mediatheque.kit.errors import NotFound
from mediatheque.kit.wire import work_from_json
from mediatheque.library.queries import stood
from mediatheque.library.queries.items import VISIBLE, item_from_row
from mediatheque.library.queries.mentions import Mention
from mediatheque.vocabulary import EventKind, Item


@dataclass(frozen=True, slots=True)
class FromBatch:
    """An import that something is known from."""

    id: int
    source: str
    file_name: str
    rows: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """Something that a person did with a title; without a batch they said so themselves."""

    id: int
    kind: EventKind
    at: datetime | None
    is_date_only: bool
    value: float | None
    batch: FromBatch | None
    where: str | None  # "ViewingActivity.csv:12"
    list_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonSeen:
    """A season of a show as a person saw it; `season` None: nobody says which."""

    season: int | None
    episodes_seen: int
    episodes_known: int
    first_at: datetime | None
    last_at: datetime | None
    batches: tuple[FromBatch, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """A mention of a person's that is taken for an item, and who says so."""

    mention: Mention
    by: str | None  # "resolver" or "person"
    verdict: str | None
    score: float | None
    decided_at: datetime | None
    is_moved: bool  # a person took it from another item
    records: int
    batches: tuple[FromBatch, ...]


@dataclass(frozen=True, slots=True)
class Credited:
    """A person of a title, by the number that the graph knows them by."""

    person_id: int
    name: str
    role: str
    character: str | None


def meetings(db: Connection, user_id: int, item_id: int, *, limit: int = 200) -> list[Meeting]:
    """What the user did with this very item, the latest first."""
    rows = db.execute(
        text("""
            SELECT e.id, e.kind, e.at, e.is_date_only, e.value, e.list_id, r.position AS "where",
                b.id AS batch_id, b.source, b.file_name
            FROM events e LEFT JOIN records r ON r.id = e.record_id LEFT JOIN batches b ON b.id = r.batch_id
            WHERE e.user_id = :user AND e.item_id = :item
            ORDER BY e.at DESC NULLS LAST, e.id DESC LIMIT :limit
        """),
        {"user": user_id, "item": item_id, "limit": limit},
    )
    return [
        Meeting(
            id=row.id,
            kind=EventKind(row.kind),
            at=row.at,
            is_date_only=row.is_date_only,
            value=row.value,
            batch=FromBatch(row.batch_id, row.source, row.file_name) if row.batch_id is not None else None,
            where=row.where,
            list_id=row.list_id,
        )
        for row in rows
    ]


def seasons_seen(db: Connection, user_id: int, show_id: int) -> list[SeasonSeen]:
    """A show's seasons of which the user saw an episode, in their order."""
    rows = db.execute(
        text(f"""
            WITH known AS (
                SELECT i.id, i.season FROM items i
                WHERE i.parent_id = :show AND i.merged_into IS NULL AND (i.owner_id IS NULL OR i.owner_id = :user)
            ), seen AS (
                SELECT known.season, known.id, e.at, r.batch_id FROM known
                JOIN events e ON e.item_id = known.id AND e.user_id = :user AND e.kind IN {stood.SEEN}
                LEFT JOIN records r ON r.id = e.record_id
            )
            SELECT s.season, count(DISTINCT s.id) AS episodes_seen, min(s.at) AS first_at, max(s.at) AS last_at,
                (SELECT count(*) FROM known k WHERE k.season IS NOT DISTINCT FROM s.season) AS episodes_known,
                (SELECT coalesce(jsonb_agg(jsonb_build_array(b.id, b.source, b.file_name, n.rows) ORDER BY b.id), '[]')
                 FROM (SELECT t.batch_id, count(*) AS rows FROM seen t
                       WHERE t.season IS NOT DISTINCT FROM s.season GROUP BY t.batch_id) AS n
                 JOIN batches b ON b.id = n.batch_id) AS batches
            FROM seen s GROUP BY s.season ORDER BY s.season NULLS LAST
        """),
        {"user": user_id, "show": show_id},
    )
    return [
        SeasonSeen(
            season=row.season,
            episodes_seen=row.episodes_seen,
            episodes_known=row.episodes_known,
            first_at=row.first_at,
            last_at=row.last_at,
            batches=_batches(row.batches),
        )
        for row in rows
    ]


def matched_with(db: Connection, user_id: int, item_id: int) -> list[Matched]:
    """The user's mentions that are taken for this item, those with most rows first; episodes follow their show."""
    rows = db.execute(
        text(
            f"{_MATCHED} WHERE m.user_id = :user AND m.item_id = :item AND m.parent_id IS NULL {_WITH_MOST_ROWS}"
        ),
        {"user": user_id, "item": item_id},
    )
    return [_matched(row) for row in rows]


def matched_mention(db: Connection, user_id: int, mention_id: int) -> Matched:
    """One of the user's mentions; raises NotFound."""
    row = db.execute(
        text(f"{_MATCHED} WHERE m.user_id = :user AND m.id = :id"), {"user": user_id, "id": mention_id}
    ).first()
    if row is None:
        raise NotFound(f"There is no match {mention_id} in your library.")
    return _matched(row)


def credited_for(db: Connection, item_id: int) -> list[Credited]:
    """The people of a title, in billing order."""
    rows = db.execute(
        text("""
            SELECT p.id, p.name, c.role, c.character FROM item_credits c JOIN people p ON p.id = c.person_id
            WHERE c.item_id = :item ORDER BY c.position
        """),
        {"item": item_id},
    )
    return [Credited(row.id, row.name, row.role, row.character) for row in rows]


def in_the_series(
    db: Connection, viewer: int, item_id: int, *, limit: int = 60
) -> list[tuple[Item, float | None]]:
    """What stands in the same series as this item, itself among it, each with its place there; () without a series."""
    rows = db.execute(
        text(f"""
            SELECT i.id, i.work, i.parent_id, i.owner_id, other.position AS place
            FROM item_series own JOIN item_series other ON other.series_id = own.series_id
            JOIN items i ON i.id = other.item_id
            WHERE own.item_id = :item AND {VISIBLE}
            ORDER BY other.position NULLS LAST, i.year NULLS LAST, i.id LIMIT :limit
        """),
        {"item": item_id, "viewer": viewer, "limit": limit},
    )
    return [(item_from_row(row), row.place) for row in rows]


def importers_of(db: Connection, mention_ids: Sequence[int]) -> dict[int, str]:
    """From which kind of export each mention was first read, through its episodes where it is a show's."""
    rows = db.execute(
        text("""
            SELECT m.id, (SELECT r.source FROM records r WHERE r.mention_id = m.id
                OR r.mention_id IN (SELECT c.id FROM mentions c WHERE c.parent_id = m.id)
                ORDER BY r.id LIMIT 1) AS source
            FROM mentions m WHERE m.id = ANY(:ids)
        """),
        {"ids": list(mention_ids)},
    )
    return {row.id: row.source for row in rows if row.source is not None}


def _batches(rows: Sequence[Sequence[Any]]) -> tuple[FromBatch, ...]:
    return tuple(FromBatch(*row) for row in rows)


_MATCHED = """
    SELECT m.id, m.user_id, m.work, m.parent_id, m.item_id, j.by, j.verdict, j.score, j.decided_at,
        coalesce(j.by = 'person' AND before.item_id IS DISTINCT FROM j.item_id, false) AS is_moved,
        coalesce(read.rows, 0) AS records, coalesce(read.batches, '[]') AS batches
    FROM mentions m LEFT JOIN judgements j ON j.mention_id = m.id AND j.retracted_at IS NULL
    LEFT JOIN LATERAL (
        SELECT o.item_id FROM judgements o WHERE o.mention_id = m.id AND o.id < j.id ORDER BY o.id DESC LIMIT 1
    ) AS before ON true
    LEFT JOIN LATERAL (
        SELECT sum(n.rows) AS rows, jsonb_agg(jsonb_build_array(b.id, b.source, b.file_name, n.rows) ORDER BY b.id)
            AS batches
        FROM (
            SELECT r.batch_id, count(*) AS rows FROM records r
            WHERE r.mention_id = m.id OR r.mention_id IN (SELECT c.id FROM mentions c WHERE c.parent_id = m.id)
            GROUP BY r.batch_id
        ) AS n JOIN batches b ON b.id = n.batch_id
    ) AS read ON true
"""
_WITH_MOST_ROWS = "ORDER BY records DESC, m.id LIMIT 100"


def _matched(row: Any) -> Matched:
    return Matched(
        mention=Mention(
            id=row.id,
            user_id=row.user_id,
            work=work_from_json(row.work),
            parent_id=row.parent_id,
            item_id=row.item_id,
        ),
        by=row.by,
        verdict=row.verdict,
        score=row.score,
        decided_at=row.decided_at,
        is_moved=row.is_moved,
        records=int(row.records),
        batches=_batches(row.batches),
    )
