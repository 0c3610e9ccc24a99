"""Understand what is said: title, summary, key points, chapters, tags, people, and the works that are named."""

from __future__ import annotations

from mediatheque.archive.queries.enrichment import save_enrichment, save_work_mentions
from mediatheque.archive.queries.media import media_of_job
from mediatheque.archive.queries.speakers import speakers_of
from mediatheque.archive.queries.tags import save_machine_tags, tags_elsewhere
from mediatheque.archive.queries.titles import items_titled
from mediatheque.archive.queries.transcript import lines_of, transcript_of
from mediatheque.archive.sentences import sentences_of
from mediatheque.archive.steps import Going, Tools
from mediatheque.archive.understanding import Recording, Understood, understand
from mediatheque.archive.works_mentioned import titles_said
from mediatheque.jobs.states import Lane, State
from mediatheque.kit.database import Connection

STATE = State.ENRICHING
LABEL = "Understanding"
SHARE = 6.0
LANE = Lane.INTERACTIVE


def read(db: Connection, media_id: int) -> Recording | None:
    """What is said and known; also of a recording without a word: what was made of an earlier transcript would stay."""
    media = media_of_job(db, media_id)
    if media is None:
        return None
    transcript = transcript_of(db, media_id, media.user_id)
    language = transcript.language if transcript else media.language
    lines = lines_of(db, media_id)
    sentences = sentences_of(lines, language=language)
    said = titles_said(sentences, language=language)
    return Recording(
        sentences=sentences,
        language=language,
        duration_ms=media.duration_ms or (sentences[-1].end_ms if sentences else 0),
        found=media.found,
        speaker_names={s.number: s.name for s in speakers_of(db, media_id) if s.name},
        known_tags=tags_elsewhere(db, media_id),
        said=said,
        items=items_titled(db, media.user_id, {run.key for run in said}),
    )


def run(given: Recording, tools: Tools, going: Going) -> Understood:
    """By the language model that the settings name, else from the recording's own sentences."""
    return understand(
        given,
        embedder=tools.embedder,
        llm=tools.llm,
        report=going.report,
        is_cancelled=going.is_cancelled,
    )


def write(db: Connection, media_id: int, made: Understood) -> None:
    """Keep it in the place of what an earlier run made; a person's own title and tags stay as they are."""
    save_enrichment(db, media_id, made.enrichment)
    save_machine_tags(db, media_id, made.tags)
    save_work_mentions(db, media_id, made.mentions)
