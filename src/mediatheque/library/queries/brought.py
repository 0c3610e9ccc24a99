"""What an import brought: titles by kind, what was done with them and when; and which rows a question is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from mediatheque.library.queries.items import VISIBLE, item_from_row
from mediatheque.vocabulary import EventKind, Item, Kind

#: So many rows stand for all that a question is about: the latest.
_ROWS_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What of an import is in the library now."""

    kinds: Mapping[Kind, int]  # titles, each once
    events: Mapping[EventKind, int]
    first_at: datetime | None
    last_at: datetime | None
    latest: Sequence[Item]  # the titles met last; a show stands for its episodes


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidRow:
    """A row of an export, as read."""

    batch_id: int
    source: str
    file_name: str
    where: str  # "ViewingActivity.csv:12"
    at: datetime | None
    is_date_only: bool
    payload: Mapping[str, Any]


def brought_by(db: Connection, user_id: int, batch_id: int, *, most_titles: int = 12) -> Brought:
    """What one of the user's batches brought; nothing where it is somebody else's, or was taken back."""
    given = {"user": user_id, "batch": batch_id, "viewer": user_id, "limit": most_titles}
    kinds = db.execute(
        text(
            f"{_ITS_EVENTS} SELECT i.kind, count(DISTINCT i.id) AS n FROM its JOIN items i ON i.id = its.item_id"
            " GROUP BY i.kind ORDER BY n DESC, i.kind"
        ),
        given,
    )
    events = db.execute(
        text(
            f"{_ITS_EVENTS} SELECT kind, count(*) AS n, min(at) AS first_at, max(at) AS last_at FROM its"
            " GROUP BY kind ORDER BY n DESC, kind"
        ),
        given,
    ).all()
    latest = db.execute(
        text(f"""
            {_ITS_EVENTS}, met AS (
                SELECT coalesce(e.parent_id, e.id) AS id, max(its.at) AS at
                FROM its JOIN items e ON e.id = its.item_id GROUP BY 1
            )
            SELECT i.id, i.work, i.parent_id, i.owner_id FROM met JOIN items i ON i.id = met.id
            WHERE {VISIBLE} ORDER BY met.at DESC NULLS LAST, i.id DESC LIMIT :limit
        """),
        given,
    )
    return Brought(
        kinds={Kind(row.kind): row.n for row in kinds},
        events={EventKind(row.kind): row.n for row in events},
        first_at=min((row.first_at for row in events if row.first_at is not None), default=None),
        last_at=max((row.last_at for row in events if row.last_at is not None), default=None),
        latest=[item_from_row(row) for row in latest],
    )


def rows_about(db: Connection, user_id: int, mention_ids: Sequence[int]) -> dict[int, list[SaidRow]]:
    """The latest rows of the user's that speak of each of these mentions, of a show its episodes' too."""
    rows = db.execute(
        text("""
            SELECT m.id AS mention_id, said.* FROM mentions m CROSS JOIN LATERAL (
                SELECT r.batch_id, b.source, b.file_name, r."position" AS place, e.at,
                    coalesce(e.is_date_only, false) AS is_date_only, r.payload
                FROM records r JOIN batches b ON b.id = r.batch_id
                LEFT JOIN LATERAL (
                    SELECT at, is_date_only FROM events WHERE record_id = r.id ORDER BY at DESC NULLS LAST LIMIT 1
                ) AS e ON true
                WHERE r.mention_id = m.id OR r.mention_id IN (SELECT c.id FROM mentions c WHERE c.parent_id = m.id)
                ORDER BY e.at DESC NULLS LAST, r.id DESC LIMIT :most
            ) AS said
            WHERE m.user_id = :user AND m.id = ANY(:ids)
        """),
        {"user": user_id, "ids": list(mention_ids), "most": _ROWS_SHOWN},
    )
    found: dict[int, list[SaidRow]] = {}
    for row in rows:
        found.setdefault(row.mention_id, []).append(
            SaidRow(
                batch_id=row.batch_id,
                source=row.source,
                file_name=row.file_name,
                where=row.place,
                at=row.at,
                is_date_only=row.is_date_only,
                payload=row.payload,
            )
        )
    return found


_ITS_EVENTS = """
    WITH its AS (
        SELECT e.item_id, e.kind, e.at FROM records r JOIN events e ON e.record_id = r.id
        WHERE r.batch_id = :batch AND r.user_id = :user
    )
"""
