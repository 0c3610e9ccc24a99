"""Batches: one reading of one file, its checkpoint, its counts and its rejected rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from mediatheque.kit.errors import Conflict, NotFound
from mediatheque.kit.wire import jsonb, storable_text
from mediatheque.library.queries.turns import take_persons_turn
from mediatheque.vocabulary import Rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One reading of a file. `rows_read` is how far it came; state: reading, done, failed or undone."""

    id: int
    user_id: int
    source: str
    file_name: str
    state: str
    rows_read: int
    new: int
    known: int
    rejected: int
    skipped: Mapping[str, int]
    review: int  # questions waiting for an answer about what this batch mentions
    options: Mapping[str, Any]
    error: str | None
    started_at: datetime
    finished_at: datetime | None


@dataclass(slots=True)
class Progress:
    """What one chunk adds to its batch."""

    rows_read: int = 0
    new: int = 0
    known: int = 0
    rejected: int = 0


def open_batch(
    db: Connection, user_id: int, source: str, file_name: str, file_hash: bytes, options: Mapping[str, Any]
) -> Batch:
    """A new batch, or the interrupted one of the same file and person, to be gone on with."""
    # Two who begin the same file at once share one batch.
    take_persons_turn(db, user_id)
    found = db.execute(
        text("""
            SELECT id, source, options FROM batches
            WHERE user_id = :user AND file_hash = :hash AND state = 'reading'
        """),
        {"user": user_id, "hash": file_hash},
    ).first()
    if found is not None:
        if found.source == source and found.options == dict(options):
            return batch_with_id(db, found.id, user_id)
        # Other answers read other rows, so the checkpoint of the old reading means nothing here.
        close_batch(db, found.id, "failed", error="begun again with other options")
    batch_id = db.execute(
        text("""
            INSERT INTO batches (user_id, source, file_name, file_hash, options)
            VALUES (:user, :source, :name, :hash, :options) RETURNING id
        """),
        {
            "user": user_id,
            "source": source,
            "name": storable_text(file_name),
            "hash": file_hash,
            "options": jsonb(options),
        },
    ).scalar_one()
    return batch_with_id(db, batch_id, user_id)


def hold_batch(db: Connection, batch_id: int, rows_read: int) -> None:
    """Hold a batch for one chunk, or its end; raises Conflict when it is no longer being read at `rows_read`.

    So a process that was overtaken (it slept, and its work was given to another) can do no harm.
    """
    there = db.execute(
        text("SELECT rows_read, state FROM batches WHERE id = :id FOR UPDATE"), {"id": batch_id}
    ).first()
    if there is None or there.state == "undone":
        raise Conflict(f"Batch {batch_id} was taken back while it was being imported.")
    if there.state != "reading" or there.rows_read != rows_read:
        raise Conflict(
            f"Batch {batch_id} is being imported by another process; see how it goes with: mediatheque batches"
        )


def checkpoint(
    db: Connection,
    batch_id: int,
    progress: Progress,
    skipped: Mapping[str, int],
    rejections: Sequence[tuple[int, Rejected]],
) -> None:
    """Count a chunk in, in the same transaction that stored it."""
    db.execute(
        text("""
            UPDATE batches SET rows_read = rows_read + :rows, new_count = new_count + :new,
                known_count = known_count + :known, rejected_count = rejected_count + :rejected
            WHERE id = :id
        """),
        {
            "id": batch_id,
            "rows": progress.rows_read,
            "new": progress.new,
            "known": progress.known,
            "rejected": progress.rejected,
        },
    )
    for why, count in skipped.items():
        db.execute(
            text("""
                UPDATE batches SET skipped = jsonb_set(skipped, ARRAY[:why],
                    to_jsonb(coalesce((skipped ->> :why)::bigint, 0) + :n)) WHERE id = :id
            """),
            {"id": batch_id, "why": why, "n": count},
        )
    if rejections:
        rows = [
            {"batch": batch_id, "row": row, "position": storable_text(r.where), "why": storable_text(r.why)}
            for row, r in rejections
        ]
        db.execute(
            text(
                'INSERT INTO rejections (batch_id, "row", "position", why) VALUES (:batch, :row, :position, :why)'
            ),
            rows,
        )


def close_batch(db: Connection, batch_id: int, state: str, *, error: str | None = None) -> None:
    """End a batch as done, failed or undone."""
    db.execute(
        text("UPDATE batches SET state = :state, error = :error, finished_at = now() WHERE id = :id"),
        {"id": batch_id, "state": state, "error": error},
    )


def fail_batch(db: Connection, batch_id: int, error: str) -> None:
    """End a batch that is still being read as failed."""
    db.execute(
        text("""
            UPDATE batches SET state = 'failed', error = :error, finished_at = now()
            WHERE id = :id AND state = 'reading'
        """),
        {"id": batch_id, "error": error},
    )


def batch_with_id(db: Connection, batch_id: int, user_id: int) -> Batch:
    """One of the user's batches; raises NotFound."""
    row = db.execute(
        text(f"SELECT {_COLUMNS} FROM batches b WHERE b.id = :id AND b.user_id = :user"),
        {"id": batch_id, "user": user_id},
    ).first()
    if row is None:
        raise NotFound(f"You have no batch {batch_id}; list them with: mediatheque batches")
    return _batch(row)


def list_batches(db: Connection, user_id: int, *, before: int | None = None, limit: int = 50) -> list[Batch]:
    """The user's batches, newest first."""
    rows = db.execute(
        text(f"""
            SELECT {_COLUMNS} FROM batches b
            WHERE b.user_id = :user AND (CAST(:before AS bigint) IS NULL OR b.id < :before)
            ORDER BY b.id DESC LIMIT :limit
        """),
        {"user": user_id, "before": before, "limit": limit},
    )
    return [_batch(row) for row in rows]


def rejections_of(
    db: Connection, batch_id: int, *, after: int = -1, limit: int = 1000
) -> list[tuple[int, Rejected]]:
    """The rejected rows of a batch in the file's order, each with its row number."""
    rows = db.execute(
        text("""
            SELECT "row" AS number, "position" AS place, why FROM rejections
            WHERE batch_id = :id AND "row" > :after ORDER BY "row" LIMIT :limit
        """),
        {"id": batch_id, "after": after, "limit": limit},
    )
    return [(row.number, Rejected(row.place, row.why)) for row in rows]


_COLUMNS = """
    b.id, b.user_id, b.source, b.file_name, b.state, b.rows_read, b.new_count, b.known_count, b.rejected_count,
    b.skipped, b.options, b.error, b.started_at, b.finished_at,
    (SELECT count(*) FROM judgements j JOIN (
        SELECT r.mention_id AS id FROM records r WHERE r.batch_id = b.id
        UNION SELECT m.parent_id FROM records r JOIN mentions m ON m.id = r.mention_id WHERE r.batch_id = b.id
    ) AS spoken ON spoken.id = j.mention_id
    WHERE j.verdict = 'ask' AND j.retracted_at IS NULL) AS review
"""


def _batch(row: Any) -> Batch:
    return Batch(
        id=row.id,
        user_id=row.user_id,
        source=row.source,
        file_name=row.file_name,
        state=row.state,
        rows_read=row.rows_read,
        new=row.new_count,
        known=row.known_count,
        rejected=row.rejected_count,
        skipped=row.skipped,
        review=row.review,
        options=row.options,
        error=row.error,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )
