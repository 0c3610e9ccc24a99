"""What was understood of a recording: its title, summary, key points, chapters, people, and the works it names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from mediatheque.archive.queries.media import media_with_ids
from mediatheque.kit.wire import jsonb
from mediatheque.library.queries.items import VISIBLE, item_from_row
from mediatheque.vocabulary import Item

#: `made_by` of what was made without a language model: sentences of the recording itself.
EXTRACTIVE = "extractive"


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of a recording: it goes on until the next begins."""

    title: str
    start_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrichment:
    """What a recording says in short; `made_by`: which language model wrote it, or `EXTRACTIVE`."""

    made_by: str
    title: str | None = None
    summary: str = ""
    key_points: tuple[str, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    people: tuple[str, ...] = ()
    made_at: datetime | None = None  # None: not kept yet


@dataclass(frozen=True, slots=True)
class NewWorkMention:
    """That a work was named, to be kept: when, in which words, and how sure we are of it, 0..1."""

    item_id: int
    start_ms: int
    said: str
    confidence: float


@dataclass(frozen=True, slots=True)
class WorkMention:
    """A work named in a recording."""

    item: Item
    start_ms: int
    said: str
    confidence: float


@dataclass(frozen=True, slots=True)
class MentionedIn:
    """A recording that names a work."""

    media_id: int
    title: str
    start_ms: int
    said: str
    confidence: float


def save_enrichment(db: Connection, media_id: int, made: Enrichment) -> None:
    """Keep it in the place of what there was."""
    db.execute(
        text("""
            INSERT INTO enrichments (media_id, made_by, title, summary, key_points, chapters, people)
            VALUES (:media, :made_by, :title, :summary, :key_points, :chapters, :people)
            ON CONFLICT (media_id) DO UPDATE SET made_by = excluded.made_by, title = excluded.title,
                summary = excluded.summary, key_points = excluded.key_points, chapters = excluded.chapters,
                people = excluded.people, made_at = now()
        """),
        {
            "media": media_id,
            "made_by": made.made_by,
            "title": made.title,
            "summary": made.summary,
            "key_points": jsonb(list(made.key_points)),
            "chapters": jsonb([{"title": c.title, "start_ms": c.start_ms} for c in made.chapters]),
            "people": jsonb(list(made.people)),
        },
    )


def enrichment_of(db: Connection, user_id: int, media_id: int) -> Enrichment | None:
    """What was understood of a person's recording; None: nothing yet, in the trash, or not theirs."""
    return enrichments_of(db, user_id, [media_id]).get(media_id)


def enrichments_of(db: Connection, user_id: int, media_ids: Sequence[int]) -> dict[int, Enrichment]:
    """As `enrichment_of`, of several; those without one are left out."""
    rows = db.execute(
        text("""
            SELECT e.* FROM enrichments e JOIN media m ON m.id = e.media_id
            WHERE e.media_id = ANY(:ids) AND m.user_id = :user AND m.deleted_at IS NULL
        """),
        {"ids": list(media_ids), "user": user_id},
    )
    return {row["media_id"]: _enrichment(row) for row in rows.mappings()}


def save_work_mentions(db: Connection, media_id: int, mentions: Sequence[NewWorkMention]) -> None:
    """Keep these as the works that the recording names, in the place of those it had; unknown items are left out."""
    db.execute(text("DELETE FROM work_mentions WHERE media_id = :media"), {"media": media_id})
    rows = [
        {"item": m.item_id, "start": m.start_ms, "said": m.said, "confidence": m.confidence} for m in mentions
    ]
    db.execute(
        text("""
            INSERT INTO work_mentions (media_id, item_id, start_ms, said, confidence)
            SELECT :media, r.item, r.start, r.said, r.confidence
            FROM jsonb_to_recordset(:rows) AS r (item bigint, start bigint, said text, confidence real)
            JOIN items i ON i.id = r.item
            ORDER BY r.start, r.item, r.confidence DESC
            ON CONFLICT DO NOTHING
        """),
        {"media": media_id, "rows": jsonb(rows)},
    )


def work_mentions_of(db: Connection, user_id: int, media_id: int) -> list[WorkMention]:
    """The works that a person's recording names, in its order; a work that was merged is the one it became."""
    rows = db.execute(
        text(f"""
            WITH RECURSIVE said AS (
                SELECT w.id, w.item_id, w.start_ms, w.said, w.confidence
                FROM work_mentions w JOIN media m ON m.id = w.media_id
                WHERE w.media_id = :media AND m.user_id = :viewer AND m.deleted_at IS NULL
            ), became AS (
                SELECT said.id AS mention_id, i.id, i.merged_into FROM said JOIN items i ON i.id = said.item_id
                UNION SELECT became.mention_id, i.id, i.merged_into
                FROM became JOIN items i ON i.id = became.merged_into
            )
            SELECT i.id, i.work, i.parent_id, i.owner_id, said.start_ms, said.said, said.confidence
            FROM said JOIN became ON became.mention_id = said.id JOIN items i ON i.id = became.id
            WHERE {VISIBLE} ORDER BY said.start_ms, i.id
        """),
        {"media": media_id, "viewer": user_id},
    )
    return [WorkMention(item_from_row(row), row.start_ms, row.said, row.confidence) for row in rows]


def mentions_of_item(db: Connection, user_id: int, item_id: int) -> list[MentionedIn]:
    """Where in a person's own recordings a work is named, the latest recording first."""
    rows = db.execute(
        text("""
            WITH RECURSIVE same AS (
                SELECT id FROM items WHERE id = :item
                UNION SELECT i.id FROM items i JOIN same ON i.merged_into = same.id
            )
            SELECT m.id, w.start_ms, w.said, w.confidence
            FROM same JOIN work_mentions w ON w.item_id = same.id JOIN media m ON m.id = w.media_id
            WHERE m.user_id = :user AND m.deleted_at IS NULL
            ORDER BY m.added_at DESC, m.id DESC, w.start_ms
        """),
        {"item": item_id, "user": user_id},
    ).all()
    recordings = media_with_ids(db, [row.id for row in rows], user_id)
    return [
        MentionedIn(row.id, recordings[row.id].title, row.start_ms, row.said, row.confidence) for row in rows
    ]


def _enrichment(row: Mapping[Any, Any]) -> Enrichment:
    return Enrichment(
        made_by=row["made_by"],
        title=row["title"],
        summary=row["summary"],
        key_points=tuple(row["key_points"]),
        chapters=tuple(Chapter(c["title"], c["start_ms"]) for c in row["chapters"]),
        people=tuple(row["people"]),
        made_at=row["made_at"],
    )
