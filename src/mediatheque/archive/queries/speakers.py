"""Who speaks in a recording, and the voices that a person named: known again in their other recordings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, insert, text

from mediatheque.archive.queries.media import media_with_id
from mediatheque.archive.tables import media_speakers
from mediatheque.archive.voiceprints import Voice, nearest_voice
from mediatheque.kit.errors import Invalid, NotFound

#: Who said so: its owner; captions; the machine, because it sounds like that voice.
NamedBy: TypeAlias = Literal["person", "captions", "machine"]

_LONGEST_NAME = 200
#: From this cosine on a voice is the one that was named in the same recording before it was listened to anew.
_SAME_RECORDING = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Somebody who speaks in a recording: `number` within it, from 0; the name, where one is known, and who said it."""

    number: int
    name: str | None
    named_by: NamedBy | None
    speaking_ms: int
    voice_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSpeaker:
    """A speaker as the machine found them; `name` where captions tell it, `embedding` a unit vector of the encoder."""

    number: int
    speaking_ms: int
    embedding: npt.NDArray[np.float32] | None = None
    name: str | None = None


def set_speakers(db: Connection, media_id: int, found: Sequence[FoundSpeaker]) -> None:
    """Keep who speaks in a recording, in the place of who did.

    A name that a person gave stays with the voice it was given to; others are named after voices their owner knows.
    """
    user_id = db.execute(text("SELECT user_id FROM media WHERE id = :media"), {"media": media_id}).scalar()
    if user_id is None:
        return
    named = _named_in(db, media_id)
    own = _voices(row for row in named if row.embedding is not None)
    own_by_number = {row.number: row for row in named}
    known = known_voices(db, user_id)
    db.execute(text("DELETE FROM media_speakers WHERE media_id = :media"), {"media": media_id})
    rows: list[dict[str, Any]] = []
    for speaker in found:
        voice_id: int | None = None
        named_by: NamedBy | None = None
        embedding = speaker.embedding
        if (mine := nearest_voice(embedding, own, at_least=_SAME_RECORDING)) is not None:
            voice_id, named_by = mine.id, "person"
        elif embedding is None and speaker.number in own_by_number:
            # Nobody has listened yet; who does finds the name by the voice that it was given to.
            before = own_by_number[speaker.number]
            voice_id, named_by = before.id, "person"
            embedding = _vector(before.embedding) if before.embedding is not None else None
        elif speaker.name:
            name = _checked_name(speaker.name[:_LONGEST_NAME])
            voice_id, named_by = _voice_named(db, user_id, name), "captions"
        elif (like := nearest_voice(embedding, known)) is not None:
            voice_id, named_by = like.id, "machine"
        rows.append(
            {
                "media_id": media_id,
                "number": speaker.number,
                "embedding": _bytes(embedding),
                "speaking_ms": speaker.speaking_ms,
                "voice_id": voice_id,
                "named_by": named_by,
            }
        )
    if rows:
        db.execute(insert(media_speakers), rows)


def speakers_of(db: Connection, media_id: int) -> list[Speaker]:
    """Who speaks in a recording, by number; as `lines_of`, asks nobody's leave."""
    rows = db.execute(
        text("""
            SELECT s.number, v.name, s.named_by, s.speaking_ms, s.voice_id
            FROM media_speakers s LEFT JOIN voices v ON v.id = s.voice_id
            WHERE s.media_id = :media ORDER BY s.number
        """),
        {"media": media_id},
    )
    return [Speaker(**row._mapping) for row in rows]  # pyright: ignore[reportPrivateUsage]


def name_speaker(db: Connection, media_id: int, user_id: int, number: int, name: str | None) -> Speaker:
    """Say who a speaker is, or with None that it is not known; raises NotFound, Invalid for a name that is none.

    The voice is known from now on in this person's other recordings, earlier ones included. Two speakers of one name
    are one person. Another name for the only speaker of a voice that a person named is that voice's new name.
    """
    media_with_id(db, media_id, user_id)
    speaker = _speaker(db, media_id, number)
    voice_id = None
    if name is not None:
        voice_id = _voice_renamed(db, user_id, media_id, speaker, _checked_name(name))
    _write_name(db, media_id, number, voice_id, "person")
    _recognise_again(db, user_id)
    return _speaker(db, media_id, number)


def known_voices(db: Connection, user_id: int) -> list[Voice]:
    """The voices that a person named, each by the mean of the speakers it was given to; by name."""
    rows = db.execute(
        text("""
            SELECT v.id, v.name, s.embedding, s.speaking_ms
            FROM voices v JOIN media_speakers s ON s.voice_id = v.id JOIN media m ON m.id = s.media_id
            WHERE v.user_id = :user AND s.named_by = 'person' AND s.embedding IS NOT NULL AND m.deleted_at IS NULL
            ORDER BY lower(v.name), v.id
        """),
        {"user": user_id},
    )
    return _voices(rows)


def _named_in(db: Connection, media_id: int) -> list[Any]:
    """The speakers of one recording whom a person named."""
    rows = db.execute(
        text("""
            SELECT s.number, v.id, v.name, s.embedding, s.speaking_ms
            FROM voices v JOIN media_speakers s ON s.voice_id = v.id
            WHERE s.media_id = :media AND s.named_by = 'person' ORDER BY v.id, s.number
        """),
        {"media": media_id},
    )
    return list(rows)


def _voices(rows: Iterable[Any]) -> list[Voice]:
    names: dict[int, str] = {}
    sums: dict[int, npt.NDArray[np.float32]] = {}
    for row in rows:
        names[row.id] = row.name
        weighted = _vector(row.embedding) * max(row.speaking_ms, 1)
        sums[row.id] = sums[row.id] + weighted if row.id in sums else weighted
    return [
        Voice(id=id_, name=names[id_], embedding=(total / np.linalg.norm(total)).astype(np.float32))
        for id_, total in sums.items()
    ]


def _recognise_again(db: Connection, user_id: int) -> None:
    """Name whom nobody named after the voices now known, and drop the voices that are nobody's."""
    known = known_voices(db, user_id)
    rows = db.execute(
        text("""
            SELECT s.media_id, s.number, s.embedding, s.voice_id
            FROM media_speakers s JOIN media m ON m.id = s.media_id
            WHERE m.user_id = :user AND s.embedding IS NOT NULL AND (s.named_by IS NULL OR s.named_by = 'machine')
            ORDER BY s.media_id, s.number FOR UPDATE OF s
        """),
        {"user": user_id},
    ).all()
    for row in rows:
        like = nearest_voice(_vector(row.embedding), known)
        voice_id = like.id if like is not None else None
        if voice_id != row.voice_id:
            _write_name(db, row.media_id, row.number, voice_id, "machine")
    db.execute(
        text("""
            DELETE FROM voices v WHERE v.user_id = :user
            AND NOT EXISTS (SELECT FROM media_speakers s WHERE s.voice_id = v.id)
        """),
        {"user": user_id},
    )


def _write_name(db: Connection, media_id: int, number: int, voice_id: int | None, by: NamedBy) -> None:
    db.execute(
        text("""
            UPDATE media_speakers SET voice_id = :voice, named_by = :by WHERE media_id = :media AND number = :number
        """),
        {"voice": voice_id, "by": by if voice_id is not None else None, "media": media_id, "number": number},
    )


def _voice_renamed(db: Connection, user_id: int, media_id: int, speaker: Speaker, name: str) -> int:
    """The voice of that name: a new one, one that is there, or the speaker's own under another name."""
    if speaker.voice_id is None or speaker.named_by != "person":
        return _voice_named(db, user_id, name)
    elsewhere = db.execute(
        text("""
            SELECT count(*) FROM media_speakers
            WHERE voice_id = :voice AND named_by = 'person' AND NOT (media_id = :media AND number = :number)
        """),
        {"voice": speaker.voice_id, "media": media_id, "number": speaker.number},
    ).scalar_one()
    taken = db.execute(
        text("SELECT id FROM voices WHERE user_id = :user AND lower(name) = lower(:name) AND id <> :voice"),
        {"user": user_id, "name": name, "voice": speaker.voice_id},
    ).scalar()
    if elsewhere or taken is not None:
        return _voice_named(db, user_id, name)
    db.execute(
        text("UPDATE voices SET name = :name WHERE id = :voice"), {"name": name, "voice": speaker.voice_id}
    )
    return speaker.voice_id


def _voice_named(db: Connection, user_id: int, name: str) -> int:
    """The person's voice of that name, which is made when there is none."""
    return db.execute(
        text("""
            INSERT INTO voices (user_id, name) VALUES (:user, :name)
            ON CONFLICT (user_id, lower(name)) DO UPDATE SET name = voices.name RETURNING id
        """),
        {"user": user_id, "name": name},
    ).scalar_one()


def _checked_name(name: str) -> str:
    tidy = " ".join(name.split())
    if not tidy or len(tidy) > _LONGEST_NAME:
        raise Invalid(f"A speaker's name has 1 to {_LONGEST_NAME} characters")
    return tidy


def _speaker(db: Connection, media_id: int, number: int) -> Speaker:
    speakers = speakers_of(db, media_id)
    for speaker in speakers:
        if speaker.number == number:
            return speaker
    there = ", ".join(str(speaker.number) for speaker in speakers) or "none yet"
    raise NotFound(f"Recording {media_id} has no speaker {number}; its speakers: {there}")


def _vector(stored: bytes) -> npt.NDArray[np.float32]:
    return np.frombuffer(stored, "<f4").astype(np.float32)


def _bytes(embedding: npt.NDArray[np.float32] | None) -> bytes | None:
    return embedding.astype("<f4").tobytes() if embedding is not None else None
