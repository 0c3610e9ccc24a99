"""Find out whether a recording is here already, by its bytes and by its sound: the same, to be asked, or new."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mediatheque.archive.fingerprints import (
    LEAST_FRAMES,
    Comparison,
    Fingerprint,
    Sample,
    compare,
    milliseconds,
    sample,
)
from mediatheque.archive.queries.duplicates import take_archive_turn
from mediatheque.archive.queries.fingerprints import (
    candidates,
    fingerprints_of,
    has_fingerprint,
    remove_fingerprint,
    save_fingerprint,
    with_equal_bytes,
)
from mediatheque.archive.queries.items import remove_item_of_archive
from mediatheque.archive.queries.media import (
    Media,
    files_of,
    media_of_job,
    remove_files,
    update_media,
)
from mediatheque.archive.queries.pairs import FoundPair, put_pairs, told_apart
from mediatheque.archive.steps import Going, Stop, Tools
from mediatheque.jobs.states import Lane, State
from mediatheque.kit.database import Connection
from mediatheque.vocabulary import Verdict

STATE = State.FINGERPRINTING
LABEL = "Comparing"
SHARE = 2.0
LANE = Lane.INTERACTIVE

#: Whoever is like more recordings than that is like too many to ask about.
_MOST_ASKED = 3


@dataclass(frozen=True, slots=True)
class Given:
    """The blobs: the file as it came, and its sound (None: there is none in it)."""

    original: str
    speech: str | None


@dataclass(frozen=True, slots=True)
class Made:
    """What is compared with what is there; an empty fingerprint where there is no sound."""

    original: str
    fingerprint: Fingerprint
    sampled: Sample | None


def read(db: Connection, media_id: int) -> Given | None:
    """The files; None of a list, and of what was found to be another recording."""
    media, files = media_of_job(db, media_id), files_of(db, media_id)
    if media is None or media.is_list or media.duplicate_of is not None or "original" not in files:
        return None
    speech = files.get("speech")
    return Given(files["original"].sha256, speech.sha256 if speech is not None else None)


def run(given: Given, tools: Tools, going: Going) -> Made:
    """Take the fingerprint of its sound."""
    if given.speech is None:
        return Made(given.original, np.zeros(0, np.uint32), None)
    with tools.blobs.local_path(given.speech) as path:
        fingerprint = tools.transcoder.fingerprint(path, is_cancelled=going.is_cancelled)
    # What is shorter is known by its bytes alone.
    return Made(
        given.original, fingerprint, sample(fingerprint) if len(fingerprint) >= LEAST_FRAMES else None
    )


def write(db: Connection, media_id: int, made: Made) -> Stop | None:
    """Say what it is the same as, or keep it as new, with the question about what it sounds like.

    One recording of a person at a time: of two identical ones that arrive at once, one is the first.
    """
    media = media_of_job(db, media_id)
    if media is None:
        return None
    take_archive_turn(db, media.user_id)
    # What was here before is not taken away because it is looked at again: then it is a question, too.
    was_here = has_fingerprint(db, media_id)
    apart = told_apart(db, media_id)
    twin = with_equal_bytes(db, media.user_id, media_id, made.original)
    if twin is not None and not was_here and twin not in apart:
        return _settle(db, media, twin)
    alike = _alike(db, media, made, apart)
    if alike and alike[0][1].verdict is Verdict.SAME and not was_here:
        return _settle(db, media, alike[0][0])
    save_fingerprint(db, media_id, made.fingerprint, made.sampled)
    put_pairs(db, media_id, [_pair(other_id, found) for other_id, found in alike[:_MOST_ASKED]])
    return None


def _alike(db: Connection, media: Media, made: Made, apart: set[int]) -> list[tuple[int, Comparison]]:
    """The recordings that this one is the same as, or may be, those that are the same first; one of these is enough."""
    if made.sampled is None:
        return []
    asked: list[tuple[int, Comparison]] = []
    for other_id in candidates(db, media.user_id, media.id, made.sampled):
        if other_id in apart:
            continue
        found = compare(made.fingerprint, fingerprints_of(db, [other_id])[other_id])
        if found.verdict is Verdict.SAME:
            return [(other_id, found), *asked]
        if found.verdict is Verdict.ASK:
            asked.append((other_id, found))
    return sorted(asked, key=lambda each: each[1].bit_error_rate)


def _settle(db: Connection, media: Media, other_id: int) -> Stop:
    """It is that one: only that it was given remains, so that its link is known the next time."""
    other = media_of_job(db, other_id)
    assert other is not None, "candidates are not in the trash"
    update_media(db, media.id, duplicate_of=other_id, item_id=None)
    if media.item_id is not None and media.item_id != other.item_id:
        remove_item_of_archive(db, media.item_id, media.user_id)
    remove_files(db, media.id, list(files_of(db, media.id)))
    remove_fingerprint(db, media.id)
    put_pairs(db, media.id, [])
    added = f"{other.added_at.day} {other.added_at:%B %Y}"
    return Stop(State.DUPLICATE, f'It is the same as "{other.title}", added on {added}.')


def _pair(other_id: int, found: Comparison) -> FoundPair:
    return FoundPair(
        other_id=other_id,
        bit_error_rate=found.bit_error_rate,
        aligned_frames=found.aligned_frames,
        offset_ms=milliseconds(found.offset),
    )
