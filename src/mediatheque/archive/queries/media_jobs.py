"""What is going on with recordings: the work on each, its picture, and the questions about it, for who shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from mediatheque.archive.queries.media import FileRole, Media
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


def with_file(db: Connection, user_id: int, role: FileRole, media_ids: Sequence[int]) -> set[int]:
    """Those of a person's recordings that have a file of this role."""
    rows = db.execute(
        text("""
            SELECT f.media_id FROM media_files f JOIN media m ON m.id = f.media_id
            WHERE f.media_id = ANY(:ids) AND f.role = :role AND m.user_id = :user
        """),
        {"ids": list(media_ids), "role": role, "user": user_id},
    )
    return set(rows.scalars())


@dataclass(frozen=True, slots=True)
class ArchiveFigures:
    """What a person's archive holds: recordings (lists and the trash aside), how long they are, what is in the trash."""

    recordings: int
    duration_ms: int
    in_trash: int


def archive_figures(db: Connection, user_id: int) -> ArchiveFigures:
    """How much there is in a person's archive."""
    row = db.execute(
        text("""
            SELECT count(*) FILTER (WHERE is_counted) AS recordings,
                coalesce(sum(duration_ms) FILTER (WHERE is_counted), 0) AS duration_ms,
                count(*) FILTER (WHERE deleted_at IS NOT NULL) AS in_trash
            FROM (
                SELECT duration_ms, deleted_at,
                    deleted_at IS NULL AND NOT is_list AND duplicate_of IS NULL AS is_counted
                FROM media WHERE user_id = :user
            ) AS each
        """),
        {"user": user_id},
    ).one()
    return ArchiveFigures(row.recordings, int(row.duration_ms), row.in_trash)


def listening_speed(db: Connection, user_id: int) -> float | None:
    """How many seconds of a person's latest recordings were transcribed in one second; None: none was yet."""
    return db.execute(
        text("""
            SELECT sum(m.duration_ms) / 1000.0 / nullif(sum(s.seconds), 0) FROM (
                SELECT id, duration_ms FROM media
                WHERE user_id = :user AND duration_ms IS NOT NULL ORDER BY id DESC LIMIT 50
            ) AS m
            JOIN transcripts t ON t.media_id = m.id AND t.origin = 'speech'
            JOIN media_steps s ON s.media_id = m.id AND s.step = 'transcribe'
        """),
        {"user": user_id},
    ).scalar()
