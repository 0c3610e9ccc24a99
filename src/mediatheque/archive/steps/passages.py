"""Cut what is said into passages that can be searched and quoted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mediatheque.archive.passages import passages_in
from mediatheque.archive.queries.media import media_of_job
from mediatheque.archive.queries.passages import NewPassage, save_passages
from mediatheque.archive.queries.transcript import Line, lines_of, transcript_of
from mediatheque.archive.sentences import sentences_of
from mediatheque.archive.steps import Going, Tools
from mediatheque.jobs.states import Lane, State
from mediatheque.kit.database import Connection

STATE = State.ENRICHING
LABEL = "Cutting into passages"
SHARE = 0.5
LANE = Lane.INTERACTIVE


@dataclass(frozen=True, slots=True)
class Given:
    """What is said, in which language."""

    lines: Sequence[Line]
    language: str | None


def read(db: Connection, media_id: int) -> Given | None:
    """The transcript, also an empty one: passages of an earlier one would stay."""
    media = media_of_job(db, media_id)
    if media is None:
        return None
    transcript = transcript_of(db, media_id, media.user_id)
    return Given(lines_of(db, media_id), transcript.language if transcript else media.language)


def run(given: Given, tools: Tools, going: Going) -> list[NewPassage]:
    """Sentences, put together."""
    return passages_in(sentences_of(given.lines, language=given.language))


def write(db: Connection, media_id: int, made: list[NewPassage]) -> None:
    """Keep them in the place of those before, which takes the vectors of those along."""
    save_passages(db, media_id, made)
