"""What is going on with recordings: the work on each, and the questions about it, for who shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from mediatheque.archive.queries.media import Media
from mediatheque.jobs.states import State


@dataclass(frozen=True, slots=True)
class MediaJob:
    """The work on a recording: `percent` is 0..100, `error` why it failed and what to do."""

    id: int
    state: State
    percent: float
    line: str
    error: str | None


def jobs_of_media(db: Connection, user_id: int, those: Sequence[Media]) -> dict[int, MediaJob]:
    """The latest work on each of a person's recordings, by the recording's number."""
    rows = db.execute(
        text("""
            SELECT m.id AS media_id, j.id, j.state, j.percent, j.line, j.error
            FROM media m JOIN jobs j ON j.id = m.job_id WHERE m.id = ANY(:ids) AND m.user_id = :user
        """),
        {"ids": [media.id for media in those], "user": user_id},
    )
    return {
        row.media_id: MediaJob(row.id, State(row.state), round(row.percent, 1), row.line, row.error)
        for row in rows
    }


def open_pairs_of(db: Connection, user_id: int, media_id: int) -> list[int]:
    """The questions whether a person's recording is the same as another that nobody has answered."""
    rows = db.execute(
        text("""
            SELECT p.id FROM media_pairs p JOIN media m ON m.id = p.media_id JOIN media o ON o.id = p.other_id
            WHERE :media IN (p.media_id, p.other_id) AND p.answer IS NULL AND m.user_id = :user
                AND m.deleted_at IS NULL AND o.deleted_at IS NULL
                AND m.duplicate_of IS NULL AND o.duplicate_of IS NULL
            ORDER BY p.id
        """),
        {"media": media_id, "user": user_id},
    )
    return list(rows.scalars())
