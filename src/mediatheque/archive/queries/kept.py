"""How much somebody's archive holds, and how much of the disk it takes; what is in the trash takes room, and no more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Recorded:
    """The recordings that somebody added in a while."""

    recordings: int
    minutes: float
    transcribed_minutes: float  # of which there is text


@dataclass(frozen=True, slots=True)
class Kept:
    """What somebody's recordings take."""

    recordings: int
    bytes: int  # a file that two recordings share counts once
    bytes_by_role: Mapping[str, int]
    in_trash: int
    trash_bytes: int  # of files that nothing but the trash has
    uploading_bytes: int  # set aside for uploads on their way


def recorded(db: Connection, user_id: int, zone: str, year: int | None) -> Recorded:
    """What somebody recorded or added in a year on the clock of that time zone, or ever."""
    row = db.execute(
        text("""
            SELECT count(*) AS n, coalesce(sum(m.duration_ms), 0) / 60000.0 AS minutes,
                coalesce(sum(m.duration_ms) FILTER (WHERE t.media_id IS NOT NULL), 0) / 60000.0 AS transcribed
            FROM media m LEFT JOIN transcripts t ON t.media_id = m.id
            WHERE m.user_id = :user AND m.deleted_at IS NULL AND NOT m.is_list AND m.duplicate_of IS NULL
                AND (CAST(:year AS int) IS NULL OR date_part('year', m.added_at AT TIME ZONE :zone) = :year)
        """),
        {"user": user_id, "zone": zone, "year": year},
    ).one()
    return Recorded(row.n, float(row.minutes), float(row.transcribed))


def kept(db: Connection, user_id: int) -> Kept:
    """What somebody's recordings take now."""
    counts = db.execute(
        text("""
            SELECT count(*) FILTER (WHERE deleted_at IS NULL AND NOT is_list) AS here,
                count(*) FILTER (WHERE deleted_at IS NOT NULL) AS thrown,
                (SELECT coalesce(sum(size_bytes), 0) FROM uploads WHERE user_id = :user AND media_id IS NULL)
                    AS uploading
            FROM media WHERE user_id = :user
        """),
        {"user": user_id},
    ).one()
    rows = db.execute(
        text("""
            SELECT min(role) AS role, bool_and(is_thrown) AS is_thrown, size_bytes
            FROM (
                SELECT f.sha256, f.role, f.size_bytes, m.deleted_at IS NOT NULL AS is_thrown
                FROM media_files f JOIN media m ON m.id = f.media_id WHERE m.user_id = :user
            ) AS each GROUP BY sha256, size_bytes
        """),
        {"user": user_id},
    ).all()
    by_role: dict[str, int] = {}
    for row in rows:
        by_role[row.role] = by_role.get(row.role, 0) + row.size_bytes
    return Kept(
        recordings=counts.here,
        bytes=sum(by_role.values()),
        bytes_by_role=dict(sorted(by_role.items(), key=lambda entry: -entry[1])),
        in_trash=counts.thrown,
        trash_bytes=sum(row.size_bytes for row in rows if row.is_thrown),
        uploading_bytes=int(counts.uploading),
    )


def blob_totals(db: Connection) -> tuple[int, int]:
    """How many blobs everybody's recordings have together, and their bytes."""
    row = db.execute(
        text("""
            SELECT count(*) AS n, coalesce(sum(size_bytes), 0) AS bytes
            FROM (SELECT DISTINCT sha256, size_bytes FROM media_files) AS each
        """)
    ).one()
    return row.n, int(row.bytes)
