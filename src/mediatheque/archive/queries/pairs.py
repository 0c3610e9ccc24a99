"""Pairs of recordings that sound alike, which wait for their owner to say whether they are the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

from sqlalchemy import Connection, Row, text

from mediatheque.archive.queries.media import Media, media_with_ids
from mediatheque.kit.errors import NotFound
from mediatheque.kit.wire import jsonb

Answer: TypeAlias = Literal["same", "different"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPair:
    """What comparing a recording with another that was there found: `offset_ms` is where the other begins in it."""

    other_id: int
    bit_error_rate: float
    aligned_frames: int  # 8.08 a second
    offset_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two recordings that sound alike: `later`, which was added after `earlier`.

    `bit_error_rate` is 0 for the very same sound and about 0.45 for any two; `shared_ms` is how much of both is the
    same; `offset_ms` is where the earlier one begins in the later one, below zero when the later one lacks its beginning.
    """

    id: int
    later: Media
    earlier: Media
    bit_error_rate: float
    shared_ms: int
    offset_ms: int
    answer: Answer | None
    answered_at: datetime | None
    found_at: datetime
    taken: Mapping[str, Any] | None = None


#: Frames of a fingerprint in a second: 11,025 samples by steps of 1,365 (chromaprint's algorithm 1 to 4).
_FRAMES_PER_S = 11_025 / 1_365
_COLUMNS = """p.id, p.media_id, p.other_id, p.bit_error_rate, p.aligned_frames, p.offset_ms, p.answer, p.answered_at,
    p.found_at, p.taken"""
#: Both sides are there, and neither was found to be another recording meanwhile.
_OPEN = """p.answer IS NULL AND m.user_id = :user AND o.user_id = :user AND m.deleted_at IS NULL
    AND o.deleted_at IS NULL AND m.duplicate_of IS NULL AND o.duplicate_of IS NULL"""
_BOTH = "media_pairs p JOIN media m ON m.id = p.media_id JOIN media o ON o.id = p.other_id"


def open_pairs(db: Connection, user_id: int, *, after: int = 0, limit: int = 50) -> list[Pair]:
    """The pairs that a person has not answered, the oldest first, from those numbered above `after`."""
    rows = db.execute(
        text(f"""
            SELECT {_COLUMNS} FROM {_BOTH} WHERE {_OPEN} AND p.id > :after ORDER BY p.id LIMIT :limit
        """),
        {"user": user_id, "after": after, "limit": limit},
    ).all()
    sides = media_with_ids(db, [i for row in rows for i in (row.media_id, row.other_id)], user_id)
    return [_pair(row, sides) for row in rows]


def count_open_pairs(db: Connection, user_id: int) -> int:
    """How many pairs wait for this person's answer."""
    return db.execute(text(f"SELECT count(*) FROM {_BOTH} WHERE {_OPEN}"), {"user": user_id}).scalar_one()


def hold_pair(db: Connection, user_id: int, pair_id: int) -> tuple[int, int]:
    """The later and the earlier recording of a person's pair, which nobody else answers until the transaction ends.

    Raises NotFound.
    """
    row = db.execute(
        text("""
            SELECT p.media_id, p.other_id FROM media_pairs p JOIN media m ON m.id = p.media_id
            WHERE p.id = :pair AND m.user_id = :user FOR UPDATE OF p
        """),
        {"pair": pair_id, "user": user_id},
    ).first()
    if row is None:
        raise NotFound(
            f"There is no question {pair_id} about two recordings: one of them may be gone for good.",
            among="pairs",
        )
    return row.media_id, row.other_id


def pair_with_id(db: Connection, user_id: int, pair_id: int, *, sides: Mapping[int, Media]) -> Pair:
    """A person's pair, whose recordings the caller has: one may be in the trash. Raises NotFound."""
    hold_pair(db, user_id, pair_id)
    row = db.execute(
        text(f"SELECT {_COLUMNS} FROM media_pairs p WHERE p.id = :pair"), {"pair": pair_id}
    ).one()
    return _pair(row, sides)


def standing_answer(db: Connection, pair_id: int) -> tuple[Answer | None, Mapping[str, Any] | None]:
    """What was answered, and what was taken over then; the caller holds the pair."""
    row = db.execute(text("SELECT answer, taken FROM media_pairs WHERE id = :pair"), {"pair": pair_id}).one()
    return row.answer, row.taken


def shift_ms(db: Connection, pair_id: int, *, gone_id: int) -> int:
    """What is added to a time in the recording `gone_id` of a pair, to have the same moment in the other one."""
    row = db.execute(
        text("SELECT media_id, offset_ms FROM media_pairs WHERE id = :pair"), {"pair": pair_id}
    ).one()
    return -row.offset_ms if row.media_id == gone_id else row.offset_ms


def write_answer(
    db: Connection, pair_id: int, answer: Answer | None, taken: Mapping[str, Any] | None = None
) -> None:
    """Keep an answer, or with None that the question is open again; the caller holds the pair."""
    db.execute(
        text("""
            UPDATE media_pairs SET answer = CAST(:answer AS text), taken = CAST(:taken AS jsonb),
                answered_at = CASE WHEN CAST(:answer AS text) IS NOT NULL THEN now() END
            WHERE id = :pair
        """),
        {"pair": pair_id, "answer": answer, "taken": jsonb(dict(taken)) if taken is not None else None},
    )


def pair_that_merged(db: Connection, user_id: int, media_id: int) -> int | None:
    """The pair by whose answer this recording went into the trash; None: it did not go by one."""
    return db.execute(
        text("""
            SELECT p.id FROM media_pairs p JOIN media m ON m.id = :media
            WHERE :media IN (p.media_id, p.other_id) AND p.answer = 'same' AND m.user_id = :user
                AND (p.taken->>'gone')::bigint = :media
            ORDER BY p.answered_at DESC LIMIT 1
        """),
        {"media": media_id, "user": user_id},
    ).scalar()


def put_pairs(db: Connection, media_id: int, found: Sequence[FoundPair]) -> None:
    """Keep whom a recording sounds like, in the place of what was found before; what a person answered stays.

    A pair is one, whichever of the two is looked at again.
    """
    db.execute(
        text("DELETE FROM media_pairs WHERE media_id = :media AND answer IS NULL"), {"media": media_id}
    )
    for pair in found:
        db.execute(
            text("""
                INSERT INTO media_pairs (media_id, other_id, bit_error_rate, aligned_frames, offset_ms)
                SELECT :media, :other, :rate, :frames, :offset
                WHERE NOT EXISTS (SELECT FROM media_pairs p WHERE p.media_id = :other AND p.other_id = :media)
                ON CONFLICT (media_id, other_id) DO NOTHING
            """),
            {
                "media": media_id,
                "other": pair.other_id,
                "rate": pair.bit_error_rate,
                "frames": pair.aligned_frames,
                "offset": pair.offset_ms,
            },
        )


def told_apart(db: Connection, media_id: int) -> set[int]:
    """The recordings that a person has said to be different from this one."""
    rows = db.execute(
        text("""
            SELECT other_id FROM media_pairs WHERE media_id = :media AND answer = 'different'
            UNION SELECT media_id FROM media_pairs WHERE other_id = :media AND answer = 'different'
        """),
        {"media": media_id},
    )
    return set(rows.scalars())


def _pair(row: Row[Any], sides: Mapping[int, Media]) -> Pair:
    return Pair(
        id=row.id,
        later=sides[row.media_id],
        earlier=sides[row.other_id],
        bit_error_rate=round(row.bit_error_rate, 4),
        shared_ms=round(row.aligned_frames / _FRAMES_PER_S * 1000),
        offset_ms=row.offset_ms,
        answer=row.answer,
        answered_at=row.answered_at,
        found_at=row.found_at,
        taken=row.taken,
    )
