"""Passages: the stretches of a transcript that are searched, quoted and cited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, text

from mediatheque.kit.wire import jsonb


@dataclass(frozen=True, slots=True)
class NewPassage:
    """A passage to be: from when to when in milliseconds, who speaks (a number of the recording; None: not known)."""

    start_ms: int
    end_ms: int
    speaker: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage that is kept; `position` counts from 0 in its recording."""

    id: int
    media_id: int
    position: int
    start_ms: int
    end_ms: int
    speaker: int | None
    text: str


class PassageText(NamedTuple):
    """What a passage says, to be embedded."""

    passage_id: int
    text: str


def save_passages(db: Connection, media_id: int, passages: Sequence[NewPassage]) -> list[int]:
    """Keep these as the recording's passages in the place of those it had, with their vectors; their ids, in order."""
    db.execute(text("DELETE FROM passages WHERE media_id = :media"), {"media": media_id})
    rows = [
        {"n": n, "start": p.start_ms, "end": p.end_ms, "speaker": p.speaker, "text": p.text}
        for n, p in enumerate(passages)
    ]
    saved = db.execute(
        text("""
            INSERT INTO passages (media_id, user_id, "position", start_ms, end_ms, speaker, text, search)
            SELECT m.id, m.user_id, r.n, r.start, r."end", r.speaker, r.text, to_tsvector('mediatheque', r.text)
            FROM media m, jsonb_to_recordset(:rows)
                AS r (n int, start bigint, "end" bigint, speaker smallint, text text)
            WHERE m.id = :media ORDER BY r.n
            RETURNING "position", id
        """),
        {"media": media_id, "rows": jsonb(rows)},
    )
    return [row.id for row in sorted(saved, key=lambda row: row.position)]


def passages_of(db: Connection, user_id: int, media_id: int) -> list[Passage]:
    """The passages of a person's recording, in its order; none of what is in the trash or somebody else's."""
    rows = db.execute(
        text(f"""
            SELECT {_COLUMNS} FROM passages p JOIN media m ON m.id = p.media_id
            WHERE p.media_id = :media AND m.user_id = :user AND m.deleted_at IS NULL ORDER BY p."position"
        """),
        {"media": media_id, "user": user_id},
    )
    return [Passage(*row) for row in rows]


def passages_with_ids(db: Connection, user_id: int, passage_ids: Sequence[int]) -> dict[int, Passage]:
    """Those of the passages that are the person's and not in the trash, by id, in the order asked for."""
    rows = db.execute(
        text(f"""
            SELECT {_COLUMNS} FROM passages p JOIN media m ON m.id = p.media_id
            WHERE p.id = ANY(:ids) AND m.user_id = :user AND m.deleted_at IS NULL
        """),
        {"ids": list(passage_ids), "user": user_id},
    )
    found = {row.id: Passage(*row) for row in rows}
    return {passage_id: found[passage_id] for passage_id in passage_ids if passage_id in found}


def passage_texts(db: Connection, media_id: int) -> list[PassageText]:
    """What the passages of a recording say, in its order: for who embeds them."""
    rows = db.execute(
        text('SELECT id, text FROM passages WHERE media_id = :media ORDER BY "position"'),
        {"media": media_id},
    )
    return [PassageText(*row) for row in rows]


def unembedded_passages(
    db: Connection, model_id: int, *, after: int = 0, limit: int = 256
) -> list[PassageText]:
    """Passages without a vector of that model, by id, those after `after`: for who embeds an archive anew."""
    rows = db.execute(
        text("""
            SELECT p.id, p.text FROM passages p
            WHERE p.id > :after
                AND NOT EXISTS (SELECT FROM passage_embeddings e WHERE e.model_id = :model AND e.passage_id = p.id)
            ORDER BY p.id LIMIT :limit
        """),
        {"model": model_id, "after": after, "limit": limit},
    )
    return [PassageText(*row) for row in rows]


_COLUMNS = 'p.id, p.media_id, p."position", p.start_ms, p.end_ms, p.speaker, p.text'
