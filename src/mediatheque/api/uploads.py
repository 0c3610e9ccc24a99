"""Resumable uploads: tus 1.0.0 (https://tus.io) with creation, termination, expiration and checksums."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import AsyncGenerator, Mapping
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import asdict
from email.utils import format_datetime
from pathlib import Path as FilePath
from typing import Annotated, Any

from anyio import fail_after, to_thread
from fastapi import APIRouter, Header, Path, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mediatheque.api import problems
from mediatheque.api.asking import Asker, Opened
from mediatheque.api.media_shapes import Wished
from mediatheque.api.shapes import LARGEST_ID
from mediatheque.api.uploading import harmless_name
from mediatheque.archive.queries.uploads import Upload
from mediatheque.flows import uploads
from mediatheque.flows.uploads import Busy, Held
from mediatheque.kit.errors import Invalid, TooLarge, Unavailable
from mediatheque.wiring import Mediatheque

router = APIRouter(prefix="/uploads", tags=["media"])

#: Where pieces of files are sent to.
BELOW = "/api/uploads"
VERSION = "1.0.0"
_EXTENSIONS = "creation,termination,expiration,checksum"
_DIGESTS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256}
_PIECE = "application/offset+octet-stream"
#: Who sends nothing for so long is gone, and must not keep the upload from being gone on with.
SILENCE_S = 30.0
_WRITTEN_AT_ONCE = 1 << 20
_LONGEST_METADATA = 4096

UploadId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", examples=["0123456789abcdef0123456789abcdef"])]


def _told(**headers: str) -> dict[str, Any]:
    return {
        name.replace("_", "-").title(): {"description": what, "schema": {"type": "string"}}
        for name, what in headers.items()
    }


_MEDIA = "Where the recording is that came of it, once it has arrived whole."
_EXPIRES = "When it is forgotten, as a date of HTTP."
_OFFSET = "How many bytes have arrived and will outlast a crash."


@router.options(
    "",
    status_code=204,
    summary="What uploads can do",
    response_class=Response,
    responses={204: {"headers": _told(tus_version="1.0.0", tus_extension="", tus_max_size="In bytes.")}},
)
async def describe_uploads(app: Opened, asker: Asker) -> Response:
    """The version of tus, its extensions and the largest file, as headers."""
    headers = {
        "Tus-Version": VERSION,
        "Tus-Extension": _EXTENSIONS,
        "Tus-Max-Size": str(app.settings.upload_limit_mb << 20),
        "Tus-Checksum-Algorithm": ",".join(_DIGESTS),
    }
    return Response(status_code=204, headers=headers)


@router.post(
    "",
    status_code=201,
    summary="Begin a resumable upload",
    response_class=Response,
    responses={
        201: {"headers": _told(location="Where to send its bytes.", upload_expires=_EXPIRES)},
        **problems.describe(409, 412, 413, 422),
    },
)
async def begin_upload(
    app: Opened,
    asker: Asker,
    upload_length: Annotated[int, Header(ge=1, le=LARGEST_ID, description="Size of the file in bytes.")],
    upload_metadata: Annotated[
        str | None,
        Header(
            max_length=_LONGEST_METADATA,
            description="Names with values in base64, separated by commas: `filename`, and as wished `title`, "
            "`language`, `speaker_count`, `wanted`, `tags` (separated by commas) and `origin` (`recording`).",
            examples=["filename dGFsay5tcDM=,language ZW4="],
        ),
    ] = None,
) -> Response:
    """Announce a file; send its bytes to the answer's `Location` with PATCH, in as many pieces as you like.

    Nothing is lost when the connection or the server breaks off: HEAD tells where to go on, for seven days.
    """
    told = _metadata(upload_metadata)
    wished = _wished(told)
    name = harmless_name(told.get("filename") or told.get("name") or "")
    options = {"wishes": asdict(wished.wishes()), "origin": wished.origin, "metadata": upload_metadata}

    def begun() -> Upload:
        uploads.sweep_uploads(app)
        with app.database.transaction() as db:
            return uploads.begin(app, db, asker.id, name, upload_length, options)

    upload = await to_thread.run_sync(begun)
    headers = {"Location": f"{BELOW}/{upload.id}", "Upload-Expires": _expires(upload)}
    return Response(status_code=201, headers=headers)


@router.head(
    "/{upload_id}",
    summary="How far an upload is",
    response_class=Response,
    responses={
        200: {"headers": _told(upload_offset=_OFFSET, upload_length="Its size.", upload_media=_MEDIA)},
        **problems.describe(404, 409, 412, 413),
    },
)
async def get_upload(app: Opened, asker: Asker, upload_id: UploadId) -> Response:
    """Where to go on, and what came of an upload that has arrived whole."""
    upload = await to_thread.run_sync(uploads.find, app, asker.id, upload_id)
    offset = await to_thread.run_sync(uploads.arrived, app, upload)
    media_id = upload.media_id
    if media_id is None and offset == upload.size_bytes:
        # Whoever sent the last byte was not told what came of it; nor, perhaps, did anything come of it yet.
        async with _held(app, asker.id, upload_id) as it:
            media_id = await to_thread.run_sync(uploads.finish, app, it)
    headers = {"Upload-Length": str(upload.size_bytes)} | _state(upload, offset, media_id)
    if (metadata := upload.options.get("metadata")) is not None:
        headers["Upload-Metadata"] = metadata
    return Response(status_code=200, headers=headers)


@router.patch(
    "/{upload_id}",
    status_code=204,
    summary="Send a piece of an upload",
    response_class=Response,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {_PIECE: {"schema": {"type": "string", "format": "binary"}}},
        }
    },
    responses={
        204: {"headers": _told(upload_offset=_OFFSET, upload_expires=_EXPIRES, upload_media=_MEDIA)},
        **problems.describe(400, 404, 408, 409, 412, 413, 415, 422, 423, 460),
    },
)
async def add_piece(
    app: Opened,
    asker: Asker,
    request: Request,
    upload_id: UploadId,
    upload_offset: Annotated[
        int, Header(ge=0, le=LARGEST_ID, description="How many bytes have arrived, as HEAD and PATCH answer.")
    ],
    upload_checksum: Annotated[
        str | None,
        Header(
            max_length=100,
            description="`sha1` or `sha256`, a space, and the digest of this piece in base64: kept whole or not at all.",
            examples=["sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0="],
        ),
    ] = None,
) -> Response:
    """Send the bytes that follow; the answer to the last of them names the recording in `Upload-Media`.

    What arrived of a piece that broke off is kept. One request at a time: another is answered with 423.
    """
    async with _held(app, asker.id, upload_id) as it:
        _check(request, it, upload_offset)
        if not it.is_complete and upload_checksum is not None:
            await _take_checked(app, request, it, *_digest(upload_checksum))
        elif not it.is_complete:
            await _take(request, it)
        media_id = await to_thread.run_sync(uploads.finish, app, it) if it.is_complete else None
        return Response(status_code=204, headers=_state(it.upload, it.offset, media_id))


@router.delete(
    "/{upload_id}",
    status_code=204,
    summary="Give an upload up",
    response_class=Response,
    responses=problems.describe(404, 409, 412, 423),
)
async def delete_upload(app: Opened, asker: Asker, upload_id: UploadId) -> Response:
    """Forget an upload and what arrived of it. A recording that came of it stays."""
    try:
        await to_thread.run_sync(uploads.discard, app, asker.id, upload_id)
    except Busy as busy:
        raise _locked(busy) from None
    return Response(status_code=204)


def forget_expired(app: Mediatheque) -> None:
    """Clear up what nobody went on with, when the server starts; a database that is away is no reason not to."""
    with suppress(Unavailable):
        uploads.sweep_uploads(app)


class Tus:
    """What tus wants of every request and answer: its version, and methods for who can only POST."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not (scope["path"] == BELOW or scope["path"].startswith(f"{BELOW}/")):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)

        async def send_with_version(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault("Tus-Resumable", VERSION)
            await send(message)

        if headers.get("tus-resumable", VERSION) != VERSION:
            detail = f"This server speaks version {VERSION} of tus; send 'Tus-Resumable: {VERSION}'."
            refusal = problems.answer(412, detail, Request(scope), headers={"Tus-Version": VERSION})
            await refusal(scope, receive, send_with_version)
            return
        if scope["method"] == "POST" and headers.get("x-http-method-override") in ("PATCH", "DELETE", "HEAD"):
            scope = {**scope, "method": headers["x-http-method-override"]}
        await self._app(scope, receive, send_with_version)


@asynccontextmanager
async def _held(app: Mediatheque, user_id: int, upload_id: str) -> AsyncGenerator[Held]:
    with ExitStack() as open_:
        try:
            it = await to_thread.run_sync(open_.enter_context, uploads.held(app, user_id, upload_id))
        except Busy as busy:
            raise _locked(busy) from None
        yield it


def _locked(busy: Busy) -> HTTPException:
    return HTTPException(423, str(busy), {"Retry-After": "2"})


def _check(request: Request, it: Held, offset: int) -> None:
    """Raise unless the piece can follow what has arrived."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _PIECE:
        raise HTTPException(415, f"Send the bytes with the header Content-Type: {_PIECE}.")
    if offset != it.offset:
        raise HTTPException(
            409,
            f"{it.offset} bytes have arrived, not {offset}; go on from there.",
            _state(it.upload, it.offset, it.upload.media_id),
        )
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > it.upload.size_bytes - it.offset:
        raise TooLarge(
            f"{it.upload.size_bytes - it.offset} bytes are missing, and this piece has {declared}."
        )


async def _take(request: Request, it: Held) -> None:
    """Write a body down as it comes; what has come is kept however it ends."""
    waiting = bytearray()
    try:
        async for chunk in _heard(request):
            waiting += chunk
            if len(waiting) >= _WRITTEN_AT_ONCE:
                written, waiting = waiting, bytearray()
                await to_thread.run_sync(it.write, written)
    finally:
        it.write(waiting)
    await to_thread.run_sync(it.settle)


async def _take_checked(app: Mediatheque, request: Request, it: Held, digest: Any, expected: bytes) -> None:
    """Write a body down beside, and add it to the upload if its digest is right."""
    piece = app.data_dir / "uploads" / f"{secrets.token_hex(16)}.part"
    try:
        await _write_beside(request, piece, digest, it.upload.size_bytes - it.offset)
        if not hmac.compare_digest(digest.digest(), expected):
            raise HTTPException(
                460, "The piece was damaged on its way: its digest is another one; send it again."
            )
        await to_thread.run_sync(it.take, piece)
        await to_thread.run_sync(it.settle)
    finally:
        piece.unlink(missing_ok=True)


async def _write_beside(request: Request, piece: FilePath, digest: Any, most: int) -> None:
    size = 0
    with piece.open("xb") as file:
        async for chunk in _heard(request):
            size += len(chunk)
            if size > most:
                raise TooLarge(f"{most} bytes are missing, and this piece has more.")
            digest.update(chunk)
            await to_thread.run_sync(file.write, chunk)


async def _heard(request: Request) -> AsyncGenerator[bytes]:
    """A body as it comes; raises HTTPException when its sender falls silent or hangs up."""
    body = aiter(request.stream())
    while True:
        try:
            with fail_after(SILENCE_S):
                chunk = await anext(body)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise HTTPException(
                408, f"Nothing came for {SILENCE_S:g} seconds; ask with HEAD and go on."
            ) from None
        except ClientDisconnect:
            raise HTTPException(400, "The piece broke off; ask with HEAD and go on.") from None
        yield chunk


def _state(upload: Upload, offset: int, media_id: int | None) -> dict[str, str]:
    headers = {"Upload-Offset": str(offset), "Upload-Expires": _expires(upload)}
    if media_id is not None:
        headers["Upload-Media"] = f"/api/media/{media_id}"
    return headers


def _expires(upload: Upload) -> str:
    return format_datetime(uploads.expires_at(upload), usegmt=True)


def _digest(header: str) -> tuple[Any, bytes]:
    """The algorithm of an Upload-Checksum, begun, and the digest that is to come of it."""
    name, _, written = header.partition(" ")
    if name not in _DIGESTS:
        raise HTTPException(400, f"Upload-Checksum knows {' and '.join(_DIGESTS)}, not '{name[:20]}'.")
    try:
        return _DIGESTS[name](), base64.b64decode(written, validate=True)
    except binascii.Error:
        raise HTTPException(
            400, "Upload-Checksum is the digest in base64, after its name and a space."
        ) from None


def _metadata(header: str | None) -> dict[str, str]:
    """What an Upload-Metadata says; raises Invalid for what is none."""
    told: dict[str, str] = {}
    for pair in (header or "").split(","):
        name, _, value = pair.strip().partition(" ")
        if not name:
            continue
        try:
            told[name] = base64.b64decode(value, validate=True).decode()
        except ValueError:
            raise Invalid(f"Upload-Metadata: the value of '{name[:50]}' is no text in base64.") from None
    return told


def _wished(told: Mapping[str, str]) -> Wished:
    """The wishes among what programs tell; of the rest each has its own."""
    known = {name: value for name, value in told.items() if name in Wished.model_fields and value}
    try:
        return Wished.model_validate(known)
    except ValidationError as error:
        wrong = error.errors(include_context=False)
        raise RequestValidationError(
            [{**each, "loc": ("header", "Upload-Metadata", *each["loc"])} for each in wrong]
        ) from None
