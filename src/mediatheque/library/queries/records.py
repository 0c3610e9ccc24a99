"""Records and the events they tell: appended in bulk, taken back only with their whole batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, text

from mediatheque.kit.database import driver_connection
from mediatheque.kit.wire import jsonb, storable_text, work_from_json
from mediatheque.vocabulary import Event, EventKind, Record


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
        driver_connection(db).cursor() as cursor,
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
        driver_connection(db).cursor() as cursor,
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
                    None if event.at is None else event.at.astimezone(UTC),  # which every server can read
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


def records_of_user(
    db: Connection, user_id: int, *, after: int = 0, limit: int = 2000
) -> list[tuple[int, Record]]:
    """The user's records as they were imported, each with its id, in the order they came."""
    rows = db.execute(
        text("""
            SELECT r.id, r.source, r."position" AS place, r.payload, r.key, m.work
            FROM records r LEFT JOIN mentions m ON m.id = r.mention_id
            WHERE r.user_id = :user AND r.id > :after ORDER BY r.id LIMIT :limit
        """),
        {"user": user_id, "after": after, "limit": limit},
    ).all()
    events = _events_of(db, [row.id for row in rows])
    return [
        (
            row.id,
            Record(
                source=row.source,
                where=row.place,
                payload=row.payload,
                work=work_from_json(row.work) if row.work else None,
                events=tuple(events.get(row.id, ())),
                key=row.key,
            ),
        )
        for row in rows
    ]


def last_fact_at(db: Connection, user_id: int) -> datetime | None:
    """When the user's library last learnt something."""
    return db.execute(
        text("""
            SELECT greatest((SELECT max(ingested_at) FROM records WHERE user_id = :user),
                            (SELECT max(created_at) FROM events WHERE user_id = :user AND record_id IS NULL))
        """),
        {"user": user_id},
    ).scalar()


def _events_of(db: Connection, record_ids: Sequence[int]) -> dict[int, list[Event]]:
    rows = db.execute(
        text("""
            SELECT record_id, kind, at, is_date_only, value, properties FROM events
            WHERE record_id = ANY(:ids) ORDER BY id
        """),
        {"ids": list(record_ids)},
    )
    found: dict[int, list[Event]] = {}
    for row in rows:
        event = Event(
            kind=EventKind(row.kind),
            at=row.at,
            is_date_only=row.is_date_only,
            value=row.value,
            properties=row.properties or {},
        )
        found.setdefault(row.record_id, []).append(event)
    return found
