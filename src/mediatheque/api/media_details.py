"""One recording with everything that is known of it, as the API shows it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from mediatheque.api.media_shapes import AddedView, MediaView, shown
from mediatheque.archive.queries.enrichment import Enrichment, WorkMention, enrichment_of, work_mentions_of
from mediatheque.archive.queries.media import Media, files_of, media_with_id
from mediatheque.archive.queries.media_jobs import jobs_of_media, open_pairs_of, with_file
from mediatheque.archive.queries.speakers import NamedBy, speakers_of
from mediatheque.archive.queries.tags import Tag, tags_of, tags_of_each
from mediatheque.archive.queries.transcript import Transcript, transcript_of
from mediatheque.flows.archiving import Added
from mediatheque.kit.database import Connection
from mediatheque.vocabulary import Kind

#: What people may fetch; the copy for machines to listen to is none of theirs.
Role = Literal["original", "listening", "thumbnail", "waveform", "captions"]
ROLES: tuple[Role, ...] = ("original", "listening", "thumbnail", "waveform", "captions")


class FileView(BaseModel):
    """A file of a recording."""

    role: Role
    media_type: str = Field(description="By its content.")
    size_bytes: int
    url: str = Field(description="Where it is; for players that cannot sign in, ask `/play` for a link.")


class ChapterView(BaseModel):
    """A part of a recording: it goes on until the next begins."""

    title: str
    start_ms: int


class SpeakerView(BaseModel):
    """Somebody who speaks; told apart by machine, so to be taken with care."""

    number: int
    name: str | None
    named_by: NamedBy | None
    speaking_ms: int


class TranscriptAbout(BaseModel):
    """Where the words come from."""

    origin: Literal["captions", "speech"]
    model: str | None
    language: str | None
    language_probability: float | None
    made_at: datetime


class WorkSaid(BaseModel):
    """A work that is named in a recording."""

    item_id: int
    kind: Kind
    title: str
    year: int | None
    said: str = Field(description="The words it was named by.")
    start_ms: int
    confidence: float
    url: str = Field(description="The item.")


class TagView(BaseModel):
    """A tag, and whose word it is."""

    name: str
    by: Literal["person", "machine"]


class MediaDetails(MediaView):
    """A recording with everything that is known of it."""

    own_title: str | None = Field(description="What you call it.")
    found: dict[str, Any] = Field(description="What its page or its own tags say.")
    files: list[FileView]
    transcript: TranscriptAbout | None = Field(description="None: nobody has listened yet.")
    made_by: str | None = Field(
        description="Which model wrote the summary; `extractive`: the recording's own words."
    )
    summary: str
    key_points: list[str]
    chapters: list[ChapterView]
    people: list[str]
    works: list[WorkSaid]
    speakers: list[SpeakerView]
    all_tags: list[TagView]
    pairs: list[int] = Field(
        description="Questions whether it is the same as another: `/api/media/duplicates`."
    )


def details(db: Connection, user_id: int, media_id: int) -> MediaDetails:
    """Everything about somebody's recording; raises NotFound."""
    media = media_with_id(db, media_id, user_id)
    tags = tags_of(db, user_id, media_id)
    job = jobs_of_media(db, user_id, [media]).get(media_id)
    speakers = [SpeakerView.model_validate(s, from_attributes=True) for s in speakers_of(db, media_id)]
    files = _files(db, media)
    has_thumbnail = any(file.role == "thumbnail" for file in files)
    return MediaDetails(
        **shown(media, [tag.name for tag in tags], job, has_thumbnail=has_thumbnail),
        own_title=media.own_title,
        found=dict(media.found),
        files=files,
        transcript=_about(transcript_of(db, media_id, user_id)),
        **_understood(enrichment_of(db, user_id, media_id)),
        works=[_work(mention) for mention in work_mentions_of(db, user_id, media_id)],
        speakers=speakers,
        all_tags=[_tag(tag) for tag in tags],
        pairs=open_pairs_of(db, user_id, media_id),
    )


def _files(db: Connection, media: Media) -> list[FileView]:
    files = files_of(db, media.id)
    return [
        FileView(
            role=role,
            media_type=files[role].media_type,
            size_bytes=files[role].size_bytes,
            url=f"/api/media/{media.id}/file/{role}",
        )
        for role in ROLES
        if role in files
    ]


def _about(transcript: Transcript | None) -> TranscriptAbout | None:
    return TranscriptAbout.model_validate(transcript, from_attributes=True) if transcript else None


def _understood(enriched: Enrichment | None) -> dict[str, Any]:
    return {
        "made_by": enriched.made_by if enriched else None,
        "summary": enriched.summary if enriched else "",
        "key_points": list(enriched.key_points) if enriched else [],
        "people": list(enriched.people) if enriched else [],
        "chapters": [ChapterView(title=c.title, start_ms=c.start_ms) for c in enriched.chapters]
        if enriched
        else [],
    }


def _work(mention: WorkMention) -> WorkSaid:
    return WorkSaid(
        item_id=mention.item.id,
        kind=mention.item.work.kind,
        title=mention.item.work.title,
        year=mention.item.work.year,
        said=mention.said,
        start_ms=mention.start_ms,
        confidence=mention.confidence,
        url=f"/api/items/{mention.item.id}",
    )


def _tag(tag: Tag) -> TagView:
    return TagView(name=tag.name, by=tag.by)


def views(db: Connection, user_id: int, those: Sequence[Media]) -> list[MediaView]:
    """Recordings of somebody as lists show them."""
    tags = tags_of_each(db, user_id, [media.id for media in those])
    jobs = jobs_of_media(db, user_id, those)
    pictured = with_file(db, user_id, "thumbnail", [media.id for media in those])
    return [
        MediaView(
            **shown(
                m, [tag.name for tag in tags.get(m.id, [])], jobs.get(m.id), has_thumbnail=m.id in pictured
            )
        )
        for m in those
    ]


def added_view(db: Connection, added: Added) -> AddedView:
    """What was added, or set to work again."""
    [media] = views(db, added.media.user_id, [added.media])
    return AddedView(media=media, is_new=added.is_new, job_id=added.job_id)
