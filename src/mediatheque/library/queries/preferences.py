"""How a person wants the page: kept as one value, read and written whole."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text

from mediatheque.kit.errors import TooLarge
from mediatheque.kit.wire import jsonb

#: Bytes of all that somebody prefers.
MOST_BYTES = 64 << 10


def preferences_of(db: Connection, user_id: int, *, for_update: bool = False) -> dict[str, Any]:
    """What the person prefers; with `for_update` nobody else changes it until the transaction ends."""
    said = db.execute(
        text(f"SELECT preferences FROM users WHERE id = :user {'FOR NO KEY UPDATE' if for_update else ''}"),
        {"user": user_id},
    ).scalar_one()
    return dict(said)


def set_preferences(db: Connection, user_id: int, preferences: dict[str, Any]) -> None:
    """Have the person prefer this and nothing else. Raises TooLarge."""
    written = jsonb(preferences)
    if len(written.encode()) > MOST_BYTES:
        raise TooLarge(f"Preferences take at most {MOST_BYTES >> 10} KiB: delete views that you do not use.")
    db.execute(
        text("UPDATE users SET preferences = :preferences WHERE id = :user"),
        {"user": user_id, "preferences": written},
    )
