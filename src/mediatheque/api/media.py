"""Recordings: added by link, file or microphone, listed, read, corrected, thrown away and brought back."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Literal

from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response
from pydantic import BeforeValidator

from mediatheque.api import problems
from mediatheque.api.asking import Asker, Opened
from mediatheque.api.cursors import Cursor, Limit, read_number, write_cursor
from mediatheque.api.file_names import disposition
from mediatheque.api.media_details import MediaDetails, added_view, details, views
from mediatheque.api.media_shapes import (
    AddedView,
    Again,
    MediaChange,
    MediaView,
    TagName,
    UsageView,
    UsedTags,
    UsedTagView,
)
from mediatheque.api.shapes import NO_NUL, Id, Page, PathId
from mediatheque.archive import formats
from mediatheque.archive.documents import document_of
from mediatheque.archive.queries.media import (
    MediaFilter,
    Origin,
    list_media,
    used_bytes,
)
from mediatheque.archive.queries.media_jobs import archive_figures
from mediatheque.archive.queries.pairs import count_open_pairs
from mediatheque.archive.queries.tags import all_tags
from mediatheque.archive.queries.uploads import unfinished
from mediatheque.flows import archiving
from mediatheque.flows.editing import Edit, edit_media
from mediatheque.jobs.states import State
from mediatheque.kit.database import Connection

router = APIRouter(prefix="/media", tags=["media"])

_LISTING, _TRASH = "media", "media-trash"
_LATEST = date(9000, 1, 1)  # days beyond have no day after them in every zone


def _as_day(given: object) -> object:
    """Seconds since 1970 are a day to pydantic, and to nobody else."""
    if isinstance(given, str) and not re.fullmatch(r"\d{4}-\d\d-\d\d", given):
        raise ValueError("is no day; write it like 2026-03-14")
    return given


Day = Annotated[date, BeforeValidator(_as_day)]
_WRITTEN: dict[str, Any] = {"type": "string"}
Format = Literal["json", "srt", "vtt", "text", "markdown"]


@router.get("", summary="Your recordings")
async def list_recordings(
    app: Opened,
    asker: Asker,
    q: Annotated[str | None, Query(max_length=200, pattern=NO_NUL, description="Words of the title.")] = None,
    state: Annotated[
        list[State] | None, Query(max_length=20, description="Only those whose work stands so.")
    ] = None,
    tag: Annotated[TagName | None, Query(description="Only with this tag.")] = None,
    speaker: Annotated[
        str | None, Query(max_length=200, pattern=NO_NUL, description="Only where this person speaks.")
    ] = None,
    origin: Annotated[Origin | None, Query(description="Only what came this way.")] = None,
    parent: Annotated[Id | None, Query(description="Only what came from this feed or playlist.")] = None,
    added_from: Annotated[Day | None, Query(description="Only added on this day (UTC) or later.")] = None,
    added_to: Annotated[Day | None, Query(description="Only added on this day (UTC) or earlier.")] = None,
    duplicates: Annotated[bool, Query(description="Also what is the same as another one.")] = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[MediaView]:
    """Your recordings, the latest first, each with how far the work on it is."""
    which = MediaFilter(
        query=q,
        job_states=state or (),
        tag=tag,
        speaker=speaker,
        origin=origin,
        parent_id=parent,
        added_since=_midnight(added_from),
        added_until=_midnight(added_to, after=True),
        with_duplicates=duplicates,
    )
    return await app.database.run(_page, asker.id, which, _LISTING, cursor, limit)


@router.get("/trash", summary="Your trash")
async def list_trash(app: Opened, asker: Asker, cursor: Cursor = None, limit: Limit = 50) -> Page[MediaView]:
    """What you deleted and can still bring back."""
    which = MediaFilter(in_trash=True, with_duplicates=True)
    return await app.database.run(_page, asker.id, which, _TRASH, cursor, limit)


@router.get("/usage", summary="How much you have, and the room that it takes")
async def get_usage(app: Opened, asker: Asker) -> UsageView:
    """What is there, what is used, and how much there may be."""

    def usage(db: Connection) -> UsageView:
        figures = archive_figures(db, asker.id)
        _, uploading = unfinished(db, asker.id)
        return UsageView(
            recordings=figures.recordings,
            duration_ms=figures.duration_ms,
            in_trash=figures.in_trash,
            pairs=count_open_pairs(db, asker.id),
            trash_days=app.settings.trash_days,
            largest_upload_bytes=app.settings.upload_limit_mb << 20,
            used_bytes=used_bytes(db, asker.id),
            quota_bytes=int(app.settings.media_quota_gb * (1 << 30)) or None,
            uploading_bytes=uploading,
        )

    return await app.database.run(usage)


@router.get("/tags", summary="Your tags")
async def list_tags(app: Opened, asker: Asker) -> UsedTags:
    """Every tag of your recordings, and how many have it."""
    used = await app.database.run(all_tags, asker.id)
    return UsedTags(items=[UsedTagView(name=tag.name, count=tag.count) for tag in used])


@router.get("/{media_id:int}", summary="One recording", responses=problems.describe(404))
async def get_media(app: Opened, asker: Asker, media_id: PathId) -> MediaDetails:
    """Everything that is known of a recording, except its words: those are the transcript."""
    return await app.database.run(details, asker.id, media_id)


@router.get(
    "/{media_id:int}/transcript",
    summary="What is said in it",
    response_class=Response,
    responses={
        200: {
            "description": "The transcript, your corrections applied.",
            "content": {
                "application/json": {"schema": {"type": "object"}},
                "application/x-subrip": {"schema": _WRITTEN},
                "text/vtt": {"schema": _WRITTEN},
                "text/plain": {"schema": _WRITTEN},
                "text/markdown": {"schema": _WRITTEN},
            },
        },
        **problems.describe(404),
    },
)
async def get_transcript(
    app: Opened,
    asker: Asker,
    request: Request,
    media_id: PathId,
    wanted: Annotated[
        Format | None, Query(alias="format", description="Else what the header Accept asks for, else JSON.")
    ] = None,
    download: Annotated[bool, Query(description="To be kept as a file rather than read.")] = False,
) -> Response:
    """The words with their times and speakers: as JSON, subtitles, text or Markdown. Empty while nobody has listened."""
    form = formats.form(wanted or _negotiated(request.headers.get("accept", "")))
    document = await app.database.run(document_of, asker.id, media_id)
    written = await to_thread.run_sync(form.write, document)
    headers = {
        "Content-Disposition": disposition(document.title, form.SUFFIX, is_kept=download),
        "Vary": "Accept",
    }
    return Response(written, headers=headers, media_type=f"{form.MEDIA_TYPE}; charset=utf-8")


@router.patch("/{media_id:int}", summary="Correct a recording", responses=problems.describe(404, 409))
async def change_media(app: Opened, asker: Asker, media_id: PathId, given: MediaChange) -> MediaDetails:
    """Title, tags, who speaks, and what is really said. The machine's words are kept beside yours.

    What is searched follows in the background.
    """
    said = given.model_fields_set
    edit = Edit(
        columns={
            name: getattr(given, name) for name in ("title", "language", "speaker_count") if name in said
        },
        tags=given.tags if "tags" in said else None,
        speakers={speaker.number: speaker.name for speaker in given.speakers},
        lines={line.start_ms: line.text for line in given.lines},
    )

    def changed() -> MediaDetails:
        with app.database.transaction() as db:
            edit_media(app, db, asker.id, media_id, edit)
            return details(db, asker.id, media_id)

    return await to_thread.run_sync(changed)


@router.delete(
    "/{media_id:int}", status_code=204, summary="Delete a recording", responses=problems.describe(404, 409)
)
async def delete_media(
    app: Opened,
    asker: Asker,
    media_id: PathId,
    for_good: Annotated[
        bool, Query(description="Also from the trash, with all its files and text: there is no way back.")
    ] = False,
) -> Response:
    """Put a recording into the trash: nothing finds it there, and for a while it can be brought back."""

    def delete() -> None:
        if for_good:
            archiving.remove_for_good(app, asker.id, media_id)
            return
        with app.database.transaction() as db:
            archiving.delete_media(db, asker.id, media_id)

    await to_thread.run_sync(delete)
    return Response(status_code=204)


@router.post(
    "/{trashed_id:int}/restore", summary="Bring a recording back", responses=problems.describe(404, 409)
)
async def restore_media(app: Opened, asker: Asker, trashed_id: PathId) -> AddedView:
    """Take a recording out of the trash; work on it that was not finished goes on."""

    def restored() -> AddedView:
        with app.database.transaction() as db:
            return added_view(db, archiving.restore_media(app, db, asker.id, trashed_id))

    return await to_thread.run_sync(restored)


@router.post(
    "/{media_id:int}/process",
    status_code=202,
    summary="Work on it again",
    responses=problems.describe(404, 409),
)
async def process_media(app: Opened, asker: Asker, media_id: PathId, given: Again) -> AddedView:
    """Do the steps from one on again; what there is stays to be found until it is replaced."""

    def begun() -> AddedView:
        with app.database.transaction() as db:
            return added_view(db, archiving.process_anew(app, db, asker.id, media_id, given.from_step))

    return await to_thread.run_sync(begun)


def _page(
    db: Connection, user_id: int, which: MediaFilter, listing: str, cursor: str | None, limit: int
) -> Page[MediaView]:
    before = read_number(listing, cursor)
    found = list_media(db, user_id, which, before=before, limit=limit + 1)
    following = write_cursor(listing, found[limit - 1].id) if len(found) > limit else None
    return Page(items=views(db, user_id, found[:limit]), next=following)


def _midnight(day: date | None, *, after: bool = False) -> datetime | None:
    """When a day begins, or is over."""
    if day is None:
        return None
    return datetime.combine(min(day, _LATEST) + timedelta(days=after), time(), UTC)


def _negotiated(accept: str) -> str:
    """The form that an Accept header prefers; JSON where it names none of ours (RFC 9110, 12.5.1)."""
    weights: dict[str, float] = {}
    for part in accept.split(","):
        kind, *parameters = (piece.strip() for piece in part.lower().split(";"))
        weight = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        weights[kind] = float(weight) if weight.replace(".", "", 1).isdecimal() else 0.0
    kinds = {formats.form(name).MEDIA_TYPE: name for name in formats.names()}
    named = [(weight, kind) for kind, weight in weights.items() if kind in kinds and weight > 0]
    return kinds[max(named, key=lambda each: each[0])[1]] if named else "json"
