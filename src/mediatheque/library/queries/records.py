"""Records and the events they tell: appended in bulk, taken back only with their whole batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import psycopg
from sqlalchemy import Connection, text

from mediatheque.kit.wire import jsonb, storable_text
from mediatheque.vocabulary import Event, Record


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record to store: its batch mate's number in the chunk is its place in the list."""

    record: Record
    content_hash: bytes
    mention_id: int | None


def known_hashes(db: Connection, user_id: int, hashes: Sequence[bytes]) -> set[bytes]:
    """Which of these rows the user's library has already."""
    rows = db.execute(
        text("SELECT content_hash FROM records WHERE user_id = :user AND content_hash = ANY(:hashes)"),
        {"user": user_id, "hashes": list(hashes)},
    )
    return {bytes(row.content_hash) for row in rows}


def add_records(db: Connection, user_id: int, batch_id: int, new: Sequence[StoredRecord]) -> list[int]:
    """Append records; their ids, in order. They must be new (`known_hashes`) and of different hashes."""
    if not new:
        return []
    ids = list(
        db.execute(
            text("SELECT nextval(pg_get_serial_sequence('records', 'id')) FROM generate_series(1, :n)"),
            {"n": len(new)},
        ).scalars()
    )
    # COPY cannot set identity columns GENERATED ALWAYS except by naming them, which it may.
    with (
        _cursor(db) as cursor,
        cursor.copy(
            'COPY records (id, user_id, batch_id, source, "position", payload, key, content_hash, mention_id) FROM STDIN'
        ) as copy,
    ):
        for record_id, stored in zip(ids, new, strict=True):
            record = stored.record
            copy.write_row(
                (
                    record_id,
                    user_id,
                    batch_id,
                    record.source,
                    storable_text(record.where),
                    jsonb(record.payload),
                    storable_text(record.key),
                    stored.content_hash,
                    stored.mention_id,
                )
            )
    return ids


def add_record_events(db: Connection, user_id: int, events: Sequence[tuple[int, int | None, Event]]) -> None:
    """Append events as (record id, item id, event)."""
    if not events:
        return
    with (
        _cursor(db) as cursor,
        cursor.copy(
            "COPY events (user_id, item_id, kind, value, at, is_date_only, record_id, properties) FROM STDIN"
        ) as copy,
    ):
        for record_id, item_id, event in events:
            properties = jsonb(event.properties) if event.properties else None
            copy.write_row(
                (
                    user_id,
                    item_id,
                    event.kind.value,
                    event.value,
                    event.at,
                    event.is_date_only,
                    record_id,
                    properties,
                )
            )


def remove_records(db: Connection, batch_id: int) -> tuple[list[int], list[int]]:
    """Take a batch's records and events back; the mentions and the items they touched."""
    items = db.execute(
        text("""
            WITH gone AS (
                DELETE FROM events e USING records r
                WHERE e.record_id = r.id AND r.batch_id = :id RETURNING e.item_id
            )
            SELECT DISTINCT item_id FROM gone WHERE item_id IS NOT NULL
        """),
        {"id": batch_id},
    ).scalars()
    touched_items = list(items)
    mentions = db.execute(
        text("""
            WITH gone AS (DELETE FROM records WHERE batch_id = :id RETURNING mention_id)
            SELECT DISTINCT mention_id FROM gone WHERE mention_id IS NOT NULL
        """),
        {"id": batch_id},
    ).scalars()
    return list(mentions), touched_items


def _cursor(db: Connection) -> psycopg.Cursor[Any]:
    """The psycopg cursor under a SQLAlchemy connection, for COPY."""
    return cast("psycopg.Connection[Any]", db.connection.driver_connection).cursor()
