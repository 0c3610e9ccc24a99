"""Take captions that people wrote for what is said, where a recording came with good ones."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

from mediatheque.archive.captions import Caption, read_captions, why_not_good
from mediatheque.archive.queries.media import Media, MediaFile, files_of, media_of_job
from mediatheque.archive.queries.speakers import FoundSpeaker, set_speakers
from mediatheque.archive.queries.transcript import Line, origin_of, save_transcript
from mediatheque.archive.steps import Going, Stop, Tools
from mediatheque.jobs.states import Lane, State
from mediatheque.kit.database import Connection
from mediatheque.kit.errors import Invalid

STATE = State.EXTRACTING
LABEL = "Reading captions"
SHARE = 0.5
LANE = Lane.INTERACTIVE


@dataclass(frozen=True, slots=True)
class Given:
    """The recording, and the file of its captions."""

    media: Media
    file: MediaFile


@dataclass(frozen=True, slots=True)
class Made:
    """Captions that stand for what is said; none, where there are no good ones."""

    captions: Sequence[Caption]
    language: str | None


def read(db: Connection, media_id: int) -> Given | None:
    """The captions; None where the recording came without."""
    media, file = media_of_job(db, media_id), files_of(db, media_id).get("captions")
    return Given(media, file) if media is not None and file is not None else None


def run(given: Given, tools: Tools, going: Going) -> Made:
    """Read them, and see whether they are of this recording and whole."""
    media = given.media
    language: str | None = media.found.get("captions_language")
    captions: list[Caption] = []
    # Captions that cannot be read are as good as none: the recording can be listened to.
    with contextlib.suppress(Invalid), tools.blobs.open(given.file.sha256, given.file.size_bytes) as file:
        captions = read_captions(file.read())
    wanted = media.language or media.found.get("language")
    if (why := why_not_good(captions, media.duration_ms, language, wanted)) is not None:
        going.report(1.0, f"not used, {why}")
        captions = []
    return Made(captions, language)


def write(db: Connection, media_id: int, made: Made) -> Stop | None:
    """Keep them as the transcript, with the speakers they name."""
    if not made.captions:
        if origin_of(db, media_id) == "captions":  # of an earlier run; now it is to be listened to
            save_transcript(db, media_id, [], origin="speech")
        return None
    names = list(dict.fromkeys(caption.speaker for caption in made.captions if caption.speaker))
    numbers = {name: number for number, name in enumerate(names)}
    lines = [
        Line(
            position=position,
            start_ms=caption.start_ms,
            end_ms=caption.end_ms,
            text=caption.text,
            machine_text=caption.text,
            speaker=numbers.get(caption.speaker or ""),
        )
        for position, caption in enumerate(made.captions)
    ]
    save_transcript(db, media_id, lines, origin="captions", language=made.language)
    if names:
        spoken = [sum(c.end_ms - c.start_ms for c in made.captions if c.speaker == name) for name in names]
        set_speakers(
            db,
            media_id,
            [FoundSpeaker(number=n, speaking_ms=spoken[n], name=name) for n, name in enumerate(names)],
        )
    return None
