"""Uploads that come in pieces: what is to come, from whom, and which recording came of it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from mediatheque.kit.errors import NotFound
from mediatheque.kit.wire import jsonb, storable_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file on its way. `options` is what its owner said of it; `media_id`: the recording that came of it."""

    id: str
    user_id: int
    file_name: str
    size_bytes: int
    options: Mapping[str, Any]
    media_id: int | None
    created_at: datetime


def add_upload(
    db: Connection, user_id: int, file_name: str, size_bytes: int, options: Mapping[str, Any]
) -> Upload:
    """An upload of which nothing has arrived."""
    row = db.execute(
        text("""
            INSERT INTO uploads (id, user_id, file_name, size_bytes, options)
            VALUES (:id, :user, :name, :size, :options) RETURNING *
        """),
        {
            "id": secrets.token_hex(16),
            "user": user_id,
            "name": storable_text(file_name),
            "size": size_bytes,
            "options": jsonb(dict(options)),
        },
    ).one()
    return _upload(row)


def upload_with_id(db: Connection, upload_id: str, user_id: int) -> Upload:
    """Somebody's upload; raises NotFound."""
    row = db.execute(
        text("SELECT * FROM uploads WHERE id = :id AND user_id = :user"),
        {"id": storable_text(upload_id), "user": user_id},
    ).first()
    if row is None:
        raise NotFound("There is no such upload, or it expired; begin again with POST /api/uploads.")
    return _upload(row)


def uploads_with_ids(db: Connection, upload_ids: Sequence[str]) -> dict[str, Upload]:
    """Those uploads that there are, for who clears up."""
    rows = db.execute(text("SELECT * FROM uploads WHERE id = ANY(:ids)"), {"ids": list(upload_ids)})
    return {row.id: _upload(row) for row in rows}


def unfinished(db: Connection, user_id: int) -> tuple[int, int]:
    """How many uploads of a person are on their way, and how many bytes they will be."""
    row = db.execute(
        text("""
            SELECT count(*), coalesce(sum(size_bytes), 0) FROM uploads WHERE user_id = :user AND media_id IS NULL
        """),
        {"user": user_id},
    ).one()
    return row[0], int(row[1])


def unfinished_uploads(db: Connection, user_id: int, *, since: datetime) -> list[Upload]:
    """The uploads of a person that are on their way and were begun since then, the latest first."""
    rows = db.execute(
        text("""
            SELECT * FROM uploads WHERE user_id = :user AND media_id IS NULL AND created_at > :since
            ORDER BY created_at DESC, id
        """),
        {"user": user_id, "since": since},
    )
    return [_upload(row) for row in rows]


def note_media(db: Connection, upload_id: str, media_id: int) -> None:
    """Say which recording came of an upload; it belongs into the transaction that adds the recording."""
    db.execute(
        text("UPDATE uploads SET media_id = :media WHERE id = :id"), {"id": upload_id, "media": media_id}
    )


def remove_uploads(db: Connection, upload_ids: Sequence[str]) -> None:
    """Forget these uploads, not what came of them."""
    db.execute(text("DELETE FROM uploads WHERE id = ANY(:ids)"), {"ids": list(upload_ids)})


def remove_uploads_before(db: Connection, moment: datetime) -> list[str]:
    """Forget the uploads begun before then; which ones they were."""
    rows = db.execute(text("DELETE FROM uploads WHERE created_at < :moment RETURNING id"), {"moment": moment})
    return list(rows.scalars())


def _upload(row: Any) -> Upload:
    return Upload(**row._mapping)  # pyright: ignore[reportPrivateUsage]  SQLAlchemy's public way to the columns
