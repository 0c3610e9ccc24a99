"""Where a person's recordings speak of titles, with the words that are said there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from mediatheque.archive.queries.media import media_with_ids
from mediatheque.library.queries.items import VISIBLE, item_from_row
from mediatheque.vocabulary import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenOf:
    """A moment at which a recording names a title; `text`: the passage around it, where there is one."""

    item: Item
    media_id: int
    media_title: str
    start_ms: int
    said: str
    text: str
    speaker_name: str | None
    confidence: float
    times: int = 1  # how often the recording names it


def titles_spoken_of(db: Connection, user_id: int, *, limit: int = 12) -> list[SpokenOf]:
    """Titles that the user's recordings speak of, once each: first what they know or saved, then the latest recordings."""
    return _spoken_of(
        db,
        user_id,
        f"""
            SELECT * FROM (
                SELECT DISTINCT ON (w.item) w.item, w.media, w.start_ms, w.said, w.confidence, w.times, w.added_at,
                    EXISTS (SELECT FROM user_items ui WHERE ui.user_id = :user AND ui.item_id = w.item) AS is_known
                FROM ({_NAMED}) AS w JOIN items i ON i.id = w.item WHERE {VISIBLE}
                ORDER BY w.item, w.added_at DESC, w.start_ms
            ) AS once ORDER BY is_known DESC, added_at DESC, start_ms LIMIT :limit
        """,
        {"limit": limit, "item": None},
    )


def moments_about(db: Connection, user_id: int, item_id: int, *, limit: int = 50) -> list[SpokenOf]:
    """Every moment at which the user's recordings name a title, the latest recording first."""
    return _spoken_of(
        db,
        user_id,
        f"SELECT w.* FROM ({_NAMED}) AS w ORDER BY w.added_at DESC, w.media DESC, w.start_ms LIMIT :limit",
        {"limit": limit, "item": item_id},
    )


def _spoken_of(db: Connection, user_id: int, which: str, given: dict[str, Any]) -> list[SpokenOf]:
    rows = db.execute(
        text(f"""
            SELECT i.id, i.work, i.parent_id, i.owner_id, w.media, w.start_ms, w.said, w.confidence, w.times,
                coalesce(heard.text, '') AS heard, heard.speaker_name
            FROM ({which}) AS w JOIN items i ON i.id = w.item
            LEFT JOIN LATERAL (
                SELECT p.text, v.name AS speaker_name FROM passages p
                LEFT JOIN media_speakers s ON s.media_id = p.media_id AND s.number = p.speaker
                LEFT JOIN voices v ON v.id = s.voice_id
                WHERE p.media_id = w.media AND p.start_ms <= w.start_ms
                ORDER BY p.start_ms DESC, p.id LIMIT 1
            ) AS heard ON true
            WHERE {VISIBLE}
        """),
        {"user": user_id, "viewer": user_id, **given},
    ).all()
    recordings = media_with_ids(db, [row.media for row in rows], user_id)
    return [
        SpokenOf(
            item=item_from_row(row),
            media_id=row.media,
            media_title=recordings[row.media].title,
            start_ms=row.start_ms,
            said=row.said,
            text=row.heard,
            speaker_name=row.speaker_name,
            confidence=row.confidence,
            times=row.times,
        )
        for row in rows
        if row.media in recordings
    ]


# What an item was merged into has its mentions: they stay tied to the item that they were made for.
_NAMED = """
    WITH RECURSIVE named AS (
        SELECT w.id AS mention_id, w.item_id AS item FROM work_mentions w JOIN media m ON m.id = w.media_id
        WHERE m.user_id = :user AND m.deleted_at IS NULL AND m.duplicate_of IS NULL
        UNION SELECT named.mention_id, i.merged_into FROM named JOIN items i ON i.id = named.item
            AND i.merged_into IS NOT NULL
    )
    SELECT named.item, w.media_id AS media, w.start_ms, w.said, w.confidence, m.added_at,
        count(*) OVER (PARTITION BY named.item, w.media_id) AS times
    FROM named JOIN work_mentions w ON w.id = named.mention_id JOIN media m ON m.id = w.media_id
    JOIN items live ON live.id = named.item AND live.merged_into IS NULL
    WHERE CAST(:item AS bigint) IS NULL OR named.item = :item
"""
