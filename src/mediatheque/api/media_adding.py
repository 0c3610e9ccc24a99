"""Adding recordings: a link as JSON, a file or what was spoken into the microphone as a form."""

from __future__ import annotations

import hashlib
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from mediatheque.api import problems
from mediatheque.api.asking import Asker, Opened
from mediatheque.api.events import IdempotencyKey
from mediatheque.api.media_details import added_view
from mediatheque.api.media_shapes import AddedView, NewLink, Wished
from mediatheque.api.uploading import received
from mediatheque.archive.queries.media import media_with_id
from mediatheque.flows import archiving
from mediatheque.flows.archiving import Added
from mediatheque.kit.errors import TooLarge
from mediatheque.library.queries import idempotency
from mediatheque.wiring import Mediatheque

router = APIRouter(prefix="/media", tags=["media"])

#: Where whole files are sent to.
UPLOADS = frozenset({"/api/media"})
_LONGEST_JSON = 64 << 10

_TEXT: dict[str, Any] = {"type": "string"}
#: Read by us as it arrives, so it is described by hand.
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/NewLink"}},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary", "description": "Sound or a video."},
                        "origin": {
                            "type": "string",
                            "enum": ["file", "recording"],
                            "description": "`recording`: spoken into a microphone just now.",
                        },
                        "title": _TEXT,
                        "language": _TEXT,
                        "speaker_count": {"type": "integer", "minimum": 1, "maximum": 20},
                        "wanted": {"type": "string", "enum": ["audio", "video"]},
                        "tags": {"type": "string", "description": "Separated by commas."},
                    },
                }
            },
        },
    }
}


@router.post(
    "",
    status_code=202,
    summary="Add a recording",
    openapi_extra=_BODY,
    responses={
        200: {"description": "You had it already.", "model": AddedView},
        202: {
            "description": "It is new, and worked on in the background.",
            "headers": {"Location": {"description": "Where it is.", "schema": {"type": "string"}}},
        },
        **problems.describe(400, 409, 413, 415, 422, 503),
    },
)
async def add_media(
    app: Opened, asker: Asker, request: Request, response: Response, idempotency_key: IdempotencyKey = None
) -> AddedView:
    """Send a link as JSON, or a file as a form. What you have already is not added again: that is answered with 200.

    Files that take long to send are better sent in pieces, see `/api/uploads`.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        added = await _add_link(app, asker.id, await _json(request), idempotency_key)
    elif kind == "multipart/form-data":
        added = await _add_file(app, asker.id, request)
    else:
        raise HTTPException(415, "Send a link as application/json, or a file as multipart/form-data.")
    response.status_code = 202 if added.is_new else 200
    response.headers["Location"] = f"/api/media/{added.media.id}"
    return added


async def _json(request: Request) -> NewLink:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_JSON:
            raise TooLarge(
                f"A link is said in {_LONGEST_JSON >> 10} KiB; send a file as multipart/form-data."
            )
    try:
        return NewLink.model_validate_json(bytes(body))
    except ValidationError as error:
        raise _refused(error) from None


async def _add_link(app: Mediatheque, user_id: int, given: NewLink, key: str | None) -> AddedView:
    wishes = given.wishes()
    request_hash = hashlib.sha256(b"media" + given.model_dump_json().encode()).digest()

    def added() -> AddedView:
        with app.database.transaction() as db:
            if key is not None:
                before = idempotency.answer_given(db, user_id, key, request_hash)
                if before is not None:
                    media = media_with_id(db, before["media_id"], user_id)
                    return added_view(db, Added(media, False, media.job_id))
            done = archiving.add_link(app, db, user_id, given.url, wishes)
            if key is not None:
                idempotency.keep_answer(db, user_id, key, {"media_id": done.media.id})
            return added_view(db, done)

    return await to_thread.run_sync(added)


async def _add_file(app: Mediatheque, user_id: int, request: Request) -> AddedView:
    async with received(request, app.data_dir / "uploads", app.settings.upload_limit_mb) as upload:
        try:
            # A form sends what was left empty as empty.
            form = Wished.model_validate({name: value for name, value in upload.fields.items() if value})
        except ValidationError as error:
            raise _refused(error) from None
        wishes = form.wishes()

        def added() -> AddedView:
            done = archiving.add_file(app, user_id, upload.path, upload.name, wishes, origin=form.origin)
            with app.database.transaction() as db:
                return added_view(db, done)

        return await to_thread.run_sync(added)


def _refused(error: ValidationError) -> RequestValidationError:
    wrong = error.errors(include_context=False, include_url=False)
    return RequestValidationError([{**each, "loc": ("body", *each["loc"])} for each in wrong])
