"""Tell apart who speaks, roughly, and know again whom their listener has named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mediatheque.archive.diarize import Diarized, diarize, spans_of, voices_of_lines
from mediatheque.archive.queries.media import MediaFile, files_of, media_of_job
from mediatheque.archive.queries.speakers import FoundSpeaker, Speaker, set_speakers, speakers_of
from mediatheque.archive.queries.transcript import Line, lines_of, origin_of, replace_lines
from mediatheque.archive.steps import Going, Stop, Tools
from mediatheque.jobs.states import Lane, State
from mediatheque.kit.database import Connection

STATE = State.TRANSCRIBING
LABEL = "Telling speakers apart"
SHARE = 4.0
LANE = Lane.HEAVY


@dataclass(frozen=True, slots=True)
class Given:
    """The sound and the lines; `named` are the speakers that captions tell of."""

    speech: MediaFile
    lines: Sequence[Line]
    speaker_count: int | None
    named: Sequence[Speaker]


def read(db: Connection, media_id: int) -> Given | None:
    """The lines, and the sound they were said in; None where nothing is said."""
    media, speech = media_of_job(db, media_id), files_of(db, media_id).get("speech")
    lines = lines_of(db, media_id, with_struck_out=True)
    if media is None or speech is None or not lines:
        return None
    named: list[Speaker] = []
    if origin_of(db, media_id) == "captions":
        named = [speaker for speaker in speakers_of(db, media_id) if speaker.name]
    return Given(speech, lines, media.speaker_count, named)


def run(given: Given, tools: Tools, going: Going) -> Diarized | None:
    """Listen to a part of each line, and see which are alike; None when the settings want no speakers."""
    if tools.voices is None:
        return None
    spans = spans_of(given.lines)
    with tools.blobs.local_path(given.speech.sha256) as path:
        vectors = tools.voices.embed(
            path,
            [(span.start_ms, span.end_ms) for span in spans],
            on_progress=lambda fraction: going.report(fraction, ""),
            is_cancelled=going.is_cancelled,
        )
    # Who wrote the captions knew better who speaks.
    if any(line.speaker is not None for line in given.lines) and given.named:
        heard = voices_of_lines(given.lines, spans, vectors)
        speakers = [
            FoundSpeaker(
                number=speaker.number,
                speaking_ms=speaker.speaking_ms,
                embedding=heard.get(speaker.number),
                name=speaker.name,
            )
            for speaker in given.named
        ]
        return Diarized(list(given.lines), speakers)
    return diarize([replace(line, speaker=None) for line in given.lines], spans, vectors, given.speaker_count)


def write(db: Connection, media_id: int, made: Diarized | None) -> Stop | None:
    """Keep who says what; names that a person gave stay with their voices."""
    if made is not None:
        replace_lines(db, media_id, made.lines)
        set_speakers(db, media_id, made.speakers)
    return None
