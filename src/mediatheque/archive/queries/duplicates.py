"""Whether somebody has a recording already, byte for byte."""

from __future__ import annotations

from sqlalchemy import Connection, text

#: Any number: the first of the pairs of numbers under which somebody's archive is held.
_ARCHIVE_LOCKS = 730_604_000


def take_archive_turn(db: Connection, user_id: int) -> None:
    """Wait until nobody else decides what is new in this person's archive; held until the transaction ends."""
    db.execute(
        text("SELECT pg_advisory_xact_lock(:space, hashint8(:user))"),
        {"space": _ARCHIVE_LOCKS, "user": user_id},
    )


def with_same_content(db: Connection, user_id: int, sha256: str) -> int | None:
    """The first recording of a person whose original file has these bytes; None: there is none."""
    return db.execute(
        text("""
            SELECT m.id FROM media m JOIN media_files f ON f.media_id = m.id
            WHERE m.user_id = :user AND f.role = 'original' AND f.sha256 = :sha256
                AND m.deleted_at IS NULL AND m.duplicate_of IS NULL
            ORDER BY m.id LIMIT 1
        """),
        {"user": user_id, "sha256": sha256},
    ).scalar()
