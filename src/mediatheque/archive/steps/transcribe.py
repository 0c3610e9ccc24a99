"""Listen to a recording and write down what is said.

What was heard so far is also kept in a file beside the data, so that a listener who is interrupted after an hour goes on
from there. It is no result: the step's result is the transcript, written when all is heard.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from mediatheque.archive.heard import Heard, HeardSoFar
from mediatheque.archive.queries.media import Media, MediaFile, files_of, media_of_job
from mediatheque.archive.queries.transcript import Line, origin_of, save_transcript
from mediatheque.archive.steps import Going, Stop, Tools
from mediatheque.jobs.states import Lane, State
from mediatheque.kit.database import Connection

STATE = State.TRANSCRIBING
LABEL = "Listening"
SHARE = 70.0
LANE = Lane.HEAVY


@dataclass(frozen=True, slots=True)
class Given:
    """The recording, and its sound for machines."""

    media: Media
    speech: MediaFile


@dataclass(frozen=True, slots=True)
class Made:
    """What was heard, by which model."""

    heard: tuple[Heard, ...]
    model: str
    language: str | None
    language_probability: float | None


def read(db: Connection, media_id: int) -> Given | None:
    """The sound; None where captions tell what is said, or nothing is to be heard."""
    media, speech = media_of_job(db, media_id), files_of(db, media_id).get("speech")
    if media is None or speech is None or origin_of(db, media_id) == "captions":
        return None
    return Given(media, speech)


def run(given: Given, tools: Tools, going: Going) -> Made:
    """Listen from where an earlier attempt stopped."""
    media, speech = given.media, tools.speech
    minutes = _minutes(media.duration_ms or 0)
    so_far = HeardSoFar.open(
        tools.data_dir / "scratch" / "heard", (given.speech.sha256, speech.name, media.language or "")
    )
    with so_far, tools.blobs.local_path(given.speech.sha256) as path:
        listening = speech.listen(
            path, language=media.language, is_cancelled=going.is_cancelled, from_ms=so_far.end_ms
        )
        so_far.is_in(listening.language, listening.language_probability)
        with contextlib.closing(listening.heard) as heard:
            for stretch in heard:
                so_far.add(stretch)
                if media.duration_ms:
                    minute = min(_minutes(stretch.end_ms), minutes)
                    going.report(stretch.end_ms / media.duration_ms, f"minute {minute} of {minutes}")
        made = Made(tuple(so_far.heard), speech.name, so_far.language, so_far.language_probability)
        so_far.forget()
    return made


def write(db: Connection, media_id: int, made: Made) -> Stop | None:
    """Keep what was heard."""
    lines = [
        Line(
            position=position,
            start_ms=stretch.start_ms,
            end_ms=stretch.end_ms,
            text=stretch.text,
            machine_text=stretch.text,
            words=stretch.words,
        )
        for position, stretch in enumerate(made.heard)
    ]
    save_transcript(
        db,
        media_id,
        lines,
        origin="speech",
        model=made.model,
        language=made.language,
        language_probability=made.language_probability,
    )
    return None


def _minutes(milliseconds: int) -> int:
    return max(1, -(-milliseconds // 60_000))
