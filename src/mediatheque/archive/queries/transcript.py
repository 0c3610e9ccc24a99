"""Transcripts: what is said in a recording line by line, and what people corrected in it.

A line as a model or captions gave it is never changed: corrections stand beside it and hold for the line that begins
at their time, so that they outlive another transcription that begins its lines there too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

from sqlalchemy import Connection, insert, text

from mediatheque.archive.queries.media import media_with_id
from mediatheque.archive.tables import transcript_lines
from mediatheque.kit.errors import Invalid, NotFound
from mediatheque.tools.speech import Word

Origin: TypeAlias = Literal["captions", "speech"]

_MOST_CHARACTERS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """About a sentence, in milliseconds from the beginning; `text` as it counts, `machine_text` as it was transcribed.

    `speaker` is a number within the recording, from 0; None: not known. Captions have no `words`.
    """

    position: int
    start_ms: int
    end_ms: int
    text: str
    machine_text: str
    speaker: int | None = None
    words: tuple[Word, ...] = ()
    is_corrected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """Where a recording's lines come from: people's captions, or a model that heard it."""

    origin: Origin
    model: str | None
    language: str | None  # ISO 639-1
    language_probability: float | None
    made_at: datetime


def save_transcript(
    db: Connection,
    media_id: int,
    lines: Sequence[Line],
    *,
    origin: Origin,
    model: str | None = None,
    language: str | None = None,
    language_probability: float | None = None,
) -> None:
    """Keep what is said in a recording, in the place of what was kept; corrections stay."""
    db.execute(text("DELETE FROM transcripts WHERE media_id = :media"), {"media": media_id})
    db.execute(
        text("""
            INSERT INTO transcripts (media_id, origin, model, language, language_probability)
            VALUES (:media, :origin, :model, :language, :probability)
        """),
        {
            "media": media_id,
            "origin": origin,
            "model": model,
            "language": language,
            "probability": language_probability,
        },
    )
    replace_lines(db, media_id, lines)


def replace_lines(db: Connection, media_id: int, lines: Sequence[Line]) -> None:
    """Keep these lines (their `machine_text`) in the place of a transcript's; positions are given anew, from 0."""
    db.execute(text("DELETE FROM transcript_lines WHERE media_id = :media"), {"media": media_id})
    rows: list[dict[str, Any]] = []
    last_start = -1
    for position, line in enumerate(sorted(lines, key=lambda line: line.start_ms)):
        # A correction names its line by when it begins, so no two begin together.
        last_start = max(line.start_ms, last_start + 1)
        rows.append(
            {
                "media_id": media_id,
                "position": position,
                "start_ms": last_start,
                "end_ms": max(line.end_ms, last_start),
                "speaker": line.speaker,
                "text": line.machine_text,
                "words": [[w.start_ms, w.end_ms, w.text, round(w.probability, 3)] for w in line.words]
                or None,
            }
        )
    if rows:
        db.execute(insert(transcript_lines), rows)


def transcript_of(db: Connection, media_id: int, user_id: int) -> Transcript | None:
    """Where the lines of somebody's recording come from; None: it was not transcribed yet. Raises NotFound."""
    media_with_id(db, media_id, user_id)
    row = db.execute(
        text("""
            SELECT origin, model, language, language_probability, made_at FROM transcripts WHERE media_id = :media
        """),
        {"media": media_id},
    ).first()
    return Transcript(**row._mapping) if row is not None else None  # pyright: ignore[reportPrivateUsage]


def origin_of(db: Connection, media_id: int) -> Origin | None:
    """Where a recording's lines come from, for who works on it; None: it has none yet."""
    return db.execute(
        text("SELECT origin FROM transcripts WHERE media_id = :media"), {"media": media_id}
    ).scalar()


def lines_of(db: Connection, media_id: int, *, with_struck_out: bool = False) -> list[Line]:
    """A recording's lines in their order, corrected; without those that a person corrected to nothing.

    Asks nobody's leave: who asks for a person has asked `transcript_of` or `media_with_id` before.
    """
    rows = db.execute(
        text("""
            SELECT l.position, l.start_ms, l.end_ms, l.speaker, l.text, l.words, c.text AS corrected
            FROM transcript_lines l
            LEFT JOIN LATERAL (
                SELECT c.text FROM line_corrections c
                WHERE c.media_id = l.media_id AND c.start_ms = l.start_ms ORDER BY c.id DESC LIMIT 1
            ) c ON true
            WHERE l.media_id = :media AND (:all OR c.text IS DISTINCT FROM '') ORDER BY l.position
        """),
        {"media": media_id, "all": with_struck_out},
    )
    return [
        Line(
            position=row.position,
            start_ms=row.start_ms,
            end_ms=row.end_ms,
            text=row.text if row.corrected is None else row.corrected,
            machine_text=row.text,
            speaker=row.speaker,
            words=tuple(Word(*word) for word in row.words or ()),
            is_corrected=row.corrected is not None,
        )
        for row in rows
    ]


def correct_line(db: Connection, media_id: int, user_id: int, start_ms: int, to: str | None) -> None:
    """Say what is really said in the line that begins then; "" strikes it out, None goes back to the machine's.

    Raises NotFound for a recording that is not theirs or a time at which no line begins, Invalid for a text too long.
    What was made of the line (passages, summary) is made anew by who calls.
    """
    media_with_id(db, media_id, user_id)
    corrected = " ".join(to.split()) if to is not None else None
    if corrected is not None and len(corrected) > _MOST_CHARACTERS:
        raise Invalid(f"A line holds {_MOST_CHARACTERS} characters at most; this one has {len(corrected)}")
    found = db.execute(
        text("SELECT 1 FROM transcript_lines WHERE media_id = :media AND start_ms = :start"),
        {"media": media_id, "start": start_ms},
    ).scalar()
    if found is None:
        raise NotFound(
            f"No line of recording {media_id} begins at {start_ms} ms; take start_ms from its transcript"
        )
    db.execute(
        text("INSERT INTO line_corrections (media_id, start_ms, text) VALUES (:media, :start, :text)"),
        {"media": media_id, "start": start_ms, "text": corrected},
    )
