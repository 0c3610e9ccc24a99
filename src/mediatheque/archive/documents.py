"""A recording in words, put together from what is kept of it: for whoever writes it in some form."""

from __future__ import annotations

from mediatheque.archive.formats import Document, Part, Said
from mediatheque.archive.queries.enrichment import enrichment_of
from mediatheque.archive.queries.media import media_with_id
from mediatheque.archive.queries.speakers import speakers_of
from mediatheque.archive.queries.tags import tags_of
from mediatheque.archive.queries.transcript import lines_of, transcript_of
from mediatheque.kit.database import Connection


def document_of(db: Connection, user_id: int, media_id: int) -> Document:
    """Somebody's recording in words, people's corrections and names applied; raises NotFound."""
    media = media_with_id(db, media_id, user_id)
    enriched = enrichment_of(db, user_id, media_id)
    transcript = transcript_of(db, media_id, user_id)
    names = {speaker.number: speaker.name for speaker in speakers_of(db, media_id)}
    many = len(names) > 1
    return Document(
        title=media.title,
        lines=[
            Said(
                start_ms=line.start_ms,
                end_ms=line.end_ms,
                text=line.text,
                speaker=_called(line.speaker, names, many=many),
                heard=line.machine_text if line.is_corrected else None,
                words=line.words or (),
            )
            for line in lines_of(db, media_id)
        ],
        by=media.found.get("by"),
        link=media.link,
        language=(transcript.language if transcript else None)
        or media.language
        or media.found.get("language"),
        duration_ms=media.duration_ms,
        summary=enriched.summary if enriched else "",
        key_points=enriched.key_points if enriched else (),
        tags=[tag.name for tag in tags_of(db, user_id, media_id)],
        chapters=[Part(chapter.title, chapter.start_ms) for chapter in enriched.chapters] if enriched else (),
    )


def _called(number: int | None, names: dict[int, str | None], *, many: bool) -> str | None:
    """A speaker's name; where one alone speaks, and nobody knows who, none is needed."""
    if number is None:
        return None
    return names.get(number) or (f"Speaker {number + 1}" if many else None)
