"""A recording's files over HTTP: ranges for players that seek, and nothing that a browser would run."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, StreamingResponse

from mediatheque.accounts.file_tokens import issue_file_token
from mediatheque.api import problems
from mediatheque.api.asking import Asker, Linked, Opened, SigningKey
from mediatheque.api.file_names import disposition
from mediatheque.api.media_details import Role
from mediatheque.api.media_shapes import PlayView
from mediatheque.api.shapes import PathId
from mediatheque.archive.queries.media import Media, MediaFile, files_of, media_with_id
from mediatheque.kit.database import Connection
from mediatheque.kit.errors import NotFound

if TYPE_CHECKING:
    from mediatheque.stores.blobs import Blobs

router = APIRouter(prefix="/media", tags=["media"])

#: What a browser may show by itself; of all else it is told to keep it as a file.
_SHOWN = re.compile(
    r"(audio|video)/[a-z0-9][a-z0-9.+-]*|image/(png|jpeg|webp|gif|avif)|text/vtt|text/plain|application/json"
)
#: Long enough to fetch what a player asks for; it asks us again for the next.
_PRESIGNED_FOR = timedelta(hours=1)
#: Pages read the other ones with scripts, which may not follow us to another origin.
_LARGE = ("original", "listening")

Direct = Annotated[
    bool,
    Query(description="False: never be sent on to where the files are kept, which may be out of your reach."),
]
Download = Annotated[bool, Query(description="To be kept as a file rather than played.")]

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_KINDS = (
    "audio/*",
    "video/*",
    "image/*",
    "text/vtt",
    "text/plain",
    "application/json",
    "application/octet-stream",
)
_RESPONSES = {
    200: {"description": "The file.", "content": dict.fromkeys(_KINDS, _BINARY)},
    206: {"description": "The bytes that `Range` asks for.", "content": dict.fromkeys(_KINDS, _BINARY)},
    304: {"description": "It is what `If-None-Match` names."},
    307: {"description": "It is fetched from where the files are kept, within the hour."},
    **problems.describe(401, 404, 416, 503),
}


@router.get(
    "/{media_id:int}/file/{role}", summary="A recording's file", response_class=Response, responses=_RESPONSES
)
async def get_file(
    app: Opened,
    asker: Linked,
    request: Request,
    media_id: PathId,
    role: Role,
    redirect: Direct = True,
    download: Download = False,
) -> Response:
    """The bytes of a file, whole or the one range that is asked for; `If-Range` and `If-None-Match` by its ETag."""
    media, file = await app.database.run(_file, asker.id, media_id, role)
    if redirect and role in _LARGE and app.blobs.can.presigns and not download:
        elsewhere = await to_thread.run_sync(app.blobs.presigned, file.sha256, _PRESIGNED_FOR)
        if elsewhere is not None:
            return RedirectResponse(elsewhere, 307)
    headers = _headers(media, file, download=download)
    part = _part(request.headers, file)
    if part is None:
        return Response(status_code=304, headers=headers)
    start, end, status = part
    if status == 206:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.size_bytes}"
    headers["Content-Length"] = str(end - start)
    return StreamingResponse(await _begun(app.blobs, file, start, end), status, headers)


@router.head(
    "/{media_id:int}/file/{role}",
    summary="About a recording's file",
    response_class=Response,
    responses={
        200: {"description": "Its size, kind and ETag, as headers."},
        304: {"description": "It is what `If-None-Match` names."},
        **problems.describe(401, 404, 503),
    },
)
async def head_file(
    app: Opened, asker: Linked, request: Request, media_id: PathId, role: Role, download: Download = False
) -> Response:
    """How large a file is and what it is, without its bytes."""
    media, file = await app.database.run(_file, asker.id, media_id, role)
    headers = _headers(media, file, download=download)
    if _is_known(request.headers, file):
        return Response(status_code=304, headers=headers)
    return Response(headers=headers | {"Content-Length": str(file.size_bytes)})


@router.get("/{media_id:int}/play", summary="A link to listen by", responses=problems.describe(404))
async def play(
    app: Opened,
    asker: Asker,
    key: SigningKey,
    media_id: PathId,
    role: Annotated[Role | None, Query(description="Else the copy for listening, or the original.")] = None,
) -> PlayView:
    """A link that needs no sign-in, to one file, for six hours: for `<audio src>` and for players."""

    def chosen(db: Connection) -> MediaFile:
        media_with_id(db, media_id, asker.id)
        files = files_of(db, media_id)
        for name in (role,) if role is not None else _playable(files):
            if name in files:
                return files[name]
        raise _none(media_id, role or "listening")

    file = await app.database.run(chosen)
    path = f"/api/media/{media_id}/file/{file.role}"
    token = issue_file_token(key, asker.id, path)
    return PlayView(
        url=f"{path}?token={token.text}",
        media_type=_media_type(file),
        role=file.role,
        expires_at=token.expires_at,
    )


def _playable(files: dict[str, MediaFile]) -> tuple[str, ...]:
    """Who kept the picture wants to see it."""
    is_video = "original" in files and files["original"].media_type.startswith("video/")
    return ("original", "listening") if is_video else ("listening", "original")


def _file(db: Connection, user_id: int, media_id: int, role: str) -> tuple[Media, MediaFile]:
    media = media_with_id(db, media_id, user_id)
    file = files_of(db, media_id).get(role)
    if file is None:
        raise _none(media_id, role)
    return media, file


def _none(media_id: int, role: str) -> NotFound:
    return NotFound(
        f"Recording {media_id} has no file '{role}', or not yet; GET /api/media/{media_id} lists them."
    )


def _media_type(file: MediaFile) -> str:
    """What the answer says it is: never anything that a browser would run."""
    return file.media_type if _SHOWN.fullmatch(file.media_type) else "application/octet-stream"


def _headers(media: Media, file: MediaFile, *, download: bool) -> dict[str, str]:
    kind = _media_type(file)
    is_kept = download or kind == "application/octet-stream"
    return {
        "Content-Type": kind,
        "Content-Disposition": _named(media, file, is_kept=is_kept),
        "ETag": _etag(file),
        "Accept-Ranges": "bytes",
        # Kept by the browser alone, and asked for by its ETag: the same address may have another copy tomorrow.
        "Cache-Control": "private, no-cache",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
    }


def _named(media: Media, file: MediaFile, *, is_kept: bool) -> str:
    ending = mimetypes.guess_extension(file.media_type) or ""
    note = "" if file.role in _LARGE else f" ({file.role})"
    return disposition(media.title, ending, note=note, is_kept=is_kept)


def _etag(file: MediaFile) -> str:
    return f'"{file.sha256}"'


def _is_known(headers: Headers, file: MediaFile) -> bool:
    """Whether who asks has it already (RFC 9110, 13.1.2: compared weakly)."""
    asked = [tag.strip().removeprefix("W/") for tag in headers.get("if-none-match", "").split(",")]
    return "*" in asked or _etag(file) in asked


def _part(headers: Headers, file: MediaFile) -> tuple[int, int, int] | None:
    """From where to where, and the status; None: nothing, it is known. Raises HTTPException 416.

    One range at most is answered in part: of several, as of what is no range, RFC 9110 (14.2) lets us send the whole.
    """
    if _is_known(headers, file):
        return None
    size = file.size_bytes
    asked = re.fullmatch(r"bytes=[ \t]*(\d{0,18})-(\d{0,18})[ \t]*", headers.get("range", ""), re.IGNORECASE)
    if_range = headers.get("if-range")
    if asked is None or asked[0] == "bytes=-" or (if_range is not None and if_range != _etag(file)):
        return 0, size, 200
    first, last = asked[1], asked[2]
    if not first and not last:
        return 0, size, 200
    start = int(first) if first else max(0, size - int(last))
    end = size if not first or not last else min(int(last) + 1, size)
    if first and last and int(last) < int(first):
        return 0, size, 200  # no range at all
    if start >= size:
        raise HTTPException(
            416, f"The file has {size} bytes; ask for some of these.", {"Content-Range": f"bytes */{size}"}
        )
    return start, end, 206


async def _begun(blobs: Blobs, file: MediaFile, start: int, end: int) -> AsyncGenerator[bytes]:
    """The bytes, of which the first are there: what cannot be read is said before an answer has begun."""
    pieces = blobs.stream(file.sha256, start, end, size=file.size_bytes)
    first = await anext(pieces, b"")

    async def all_of_it() -> AsyncGenerator[bytes]:
        async with aclosing(pieces):
            yield first
            async for piece in pieces:
                yield piece

    return all_of_it()
