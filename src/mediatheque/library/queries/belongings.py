"""What is somebody's, counted: what goes when they leave."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, text

#: Every table that has a person's things, each row one of them: how to count the rows of one person.
_COUNTED: Mapping[str, str] = {
    "events": "events WHERE user_id = :user",
    "ratings": "ratings WHERE user_id = :user",
    "saved": "user_items WHERE user_id = :user AND is_saved",
    "imports": "batches WHERE user_id = :user AND state <> 'undone'",
    "records": "records WHERE user_id = :user",
    "answers": "judgements j JOIN mentions m ON m.id = j.mention_id"
    " WHERE m.user_id = :user AND j.by = 'person' AND j.retracted_at IS NULL",
    "own_items": "items WHERE owner_id = :user AND merged_into IS NULL",
    "shown_lists": "recommendations_shown WHERE user_id = :user",
    "recordings": "media WHERE user_id = :user AND NOT is_list",
    "passages": "passages WHERE user_id = :user",
    "corrections": "line_corrections l JOIN media m ON m.id = l.media_id WHERE m.user_id = :user",
    "voices": "voices WHERE user_id = :user",
    "tags": "tags WHERE user_id = :user",
    "threads": "threads WHERE user_id = :user",
    "api_keys": "api_keys WHERE user_id = :user",
}


def count_belongings(db: Connection, user_id: int) -> dict[str, int]:
    """How many of each kind of thing are this person's."""
    counts = ", ".join(f"(SELECT count(*) FROM {where}) AS {name}" for name, where in _COUNTED.items())
    row = db.execute(text(f"SELECT {counts}"), {"user": user_id}).mappings().one()
    return {name: row[name] for name in _COUNTED}


def recorded_minutes(db: Connection, user_id: int) -> float:
    """How long this person's recordings are together, those in the trash too."""
    told = text("SELECT coalesce(sum(duration_ms), 0) / 60000.0 FROM media WHERE user_id = :user")
    return float(db.execute(told, {"user": user_id}).scalar_one())


def database_bytes(db: Connection) -> int:
    """How much the database takes."""
    return int(db.execute(text("SELECT pg_database_size(current_database())")).scalar_one())


def events_by_user(db: Connection) -> dict[int, int]:
    """How many events everybody has told."""
    rows = db.execute(text("SELECT user_id, count(*) AS n FROM events GROUP BY user_id"))
    return {row.user_id: row.n for row in rows}


def synced_at(db: Connection) -> dict[str, datetime]:
    """When each source's sync last brought something."""
    rows = db.execute(text("SELECT source, max(updated_at) AS at FROM sync_cursors GROUP BY source"))
    return {row.source: row.at for row in rows}
