"""Jobs as they go, pushed: server-sent events that can be resumed, and the same messages over a WebSocket."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, WebSocket
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import HTTPConnection
from starlette.websockets import WebSocketDisconnect

from mediatheque.accounts import queries as accounts
from mediatheque.accounts.tokens import issue_ticket, read_token
from mediatheque.api import problems
from mediatheque.api.asking import Asker, MaybeBearer, MaybeCookie, Opened, SigningKey, user_of
from mediatheque.api.jobs import All, job_view, whose
from mediatheque.api.shapes import EVENT_SCHEMA, LARGEST_ID
from mediatheque.flows.following import Following, Listener
from mediatheque.jobs.queries import Changes, job_with_id
from mediatheque.kit.errors import MediathequeError, TooManyRequests
from mediatheque.library.queries.users import User
from mediatheque.wiring import Mediatheque

router = APIRouter(tags=["jobs"])

#: What tickets for these connections are for.
_PURPOSE = "jobs"
#: Proxies cut off a connection on which nothing comes for a minute or so.
_SIGN_OF_LIFE_S = 15.0
#: Then the client comes again, and shows that it still may.
_LONGEST_S = 3600.0
_MOST_LISTENERS = 20
#: RFC 6455, 7.4.1.
_GOING_AWAY, _POLICY_VIOLATION = 1001, 1008

JobId = Annotated[int | None, Query(alias="job", ge=1, le=LARGEST_ID, description="Only this one.")]
Ticket = Annotated[
    str | None,
    Query(
        max_length=1000,
        description="From `/api/tickets`, for a browser, whose EventSource and WebSocket cannot send headers.",
    ),
]
After = Annotated[
    str | None,
    Query(
        alias="cursor",
        max_length=20,
        pattern="^[0-9]+$",
        description="The `id` of the last event that came, to hear what changed since.",
    ),
]


class TicketView(BaseModel):
    """Good for opening one kind of connection, for a minute."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"ticket": "eyJhbGciOi…", "expires_at": "2026-11-20T10:01:00Z"}}
    )

    ticket: str = Field(description="Hand it over as `?ticket=…`.")
    expires_at: datetime


_EVENTS = """Events called `job`, each with a job as JSON, whenever one of them changes; first those that go on now. The
`id` is where to go on after a cut: browsers send it by themselves. Without one, what has not ended is told anew. Some may
be told twice; each tells a job's whole state. Comments come as signs of life, and after an hour the stream ends."""


@router.post("/tickets", summary="A ticket for a live connection")
async def make_ticket(asker: Asker, key: SigningKey) -> TicketView:
    """For a browser: ask for one, then open `/api/jobs/events?ticket=…` or the WebSocket `/api/jobs/live?ticket=…`."""
    ticket = issue_ticket(key, asker.id, _PURPOSE)
    return TicketView(ticket=ticket.text, expires_at=ticket.expires_at)


@router.get(
    "/jobs/events",
    summary="Your jobs as they go",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": _EVENTS,
            "content": {"text/event-stream": {"schema": EVENT_SCHEMA, "example": "event: job\n\n"}},
        },
        **problems.describe(401, 403, 404, 429),
    },
)
async def events(
    request: Request,
    app: Opened,
    given: MaybeBearer,
    cookie: MaybeCookie,
    job: JobId = None,
    all: All = False,  # noqa: A002  the parameter's public name
    ticket: Ticket = None,
    cursor: After = None,
    wait: Annotated[
        bool, Query(description="false: tell what there is, and end; to be asked again with its `id`.")
    ] = True,
    last_event_id: Annotated[
        str | None,
        Header(max_length=20, pattern="^[0-9]*$", description="As `cursor`, as browsers send it."),
    ] = None,
) -> StreamingResponse:
    """Server-sent events. Send the token as a header, a ticket or the page's cookie; the same is at `/api/jobs/live` as
    a WebSocket."""
    del given, cookie  # read below, as the WebSocket's are
    asker = await _asker(request, ticket)
    user_id = await _reach(app, asker, job, is_all=all)
    _make_room(request, asker)
    since = _number(last_event_id or cursor)
    written = _written(_following(request), asker, user_id, job, since, wait=wait)
    headers = {"X-Accel-Buffering": "no", "Cache-Control": "no-store"}
    return StreamingResponse(written, media_type="text/event-stream", headers=headers)


async def _written(
    following: Following,
    asker: User,
    user_id: int | None,
    job_id: int | None,
    cursor: int | None,
    *,
    wait: bool,
) -> AsyncGenerator[str]:
    async with following.listening(user_id, owner=asker.id, job_id=job_id, cursor=cursor) as listener:
        yield "retry: 2000\n\n"
        yield _events(listener.now(), asker)
        if not wait:
            return
        async for changes in _heard(listener):
            yield ": still here\n\n" if changes is None else _events(changes, asker)


def _events(changes: Changes, asker: User) -> str:
    """As text/event-stream. Only at the end stands where to go on: who is cut off within hears of all of it again."""
    told = [f"event: job\ndata: {job_view(job, asker).model_dump_json()}\n\n" for job in changes.jobs]
    return "".join([*told, f"id: {changes.cursor}\n\n"])


@router.websocket("/jobs/live")
async def live(websocket: WebSocket) -> None:
    """The same as `/api/jobs/events`, one JSON object a message.

    {"event": "job", "data": {…}} for each, then {"event": "place", "id": "…"}: where to go on with `?cursor=…`.
    """
    app: Mediatheque = websocket.app.state.mediatheque
    try:
        asked = _Asked.model_validate(dict(websocket.query_params))
        asker = await _asker(websocket, asked.ticket)
        user_id = await _reach(app, asker, asked.job, is_all=asked.all)
        _make_room(websocket, asker)
    except (MediathequeError, ValueError) as error:
        # A client that shakes hands reads the reason of a close, never the body of a refusal.
        await websocket.accept()
        await websocket.close(_POLICY_VIOLATION, str(error)[:100])
        return
    await websocket.accept()
    following, cursor = _following(websocket), _number(asked.cursor)
    async with following.listening(user_id, owner=asker.id, job_id=asked.job, cursor=cursor) as listener:
        telling = asyncio.create_task(_tell(websocket, listener, asker))
        hanging_up = asyncio.create_task(_until_gone(websocket))
        done, _ = await asyncio.wait({telling, hanging_up}, return_when=asyncio.FIRST_COMPLETED)
        for task in (telling, hanging_up):
            task.cancel()
        await asyncio.gather(telling, hanging_up, return_exceptions=True)
        if hanging_up not in done:
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                await websocket.close(_GOING_AWAY, "Come again with your last id.")


class _Asked(BaseModel):
    """The query of a WebSocket."""

    ticket: str | None = Field(None, max_length=1000)
    job: int | None = Field(None, ge=1, le=LARGEST_ID)
    all: bool = False
    cursor: str | None = Field(None, max_length=20, pattern="^[0-9]+$")


async def _tell(websocket: WebSocket, listener: Listener, asker: User) -> None:
    changes: Changes | None = listener.now()
    heard = _heard(listener)
    while True:
        if changes is None:
            await _send(websocket, event="alive")
        else:
            for job in changes.jobs:
                await _send(websocket, event="job", data=job_view(job, asker).model_dump(mode="json"))
            await _send(websocket, event="place", id=str(changes.cursor))
        try:
            changes = await anext(heard)
        except StopAsyncIteration:
            return


async def _send(websocket: WebSocket, **message: Any) -> None:
    await websocket.send_text(json.dumps(message, ensure_ascii=False))


async def _until_gone(websocket: WebSocket) -> None:
    """Until the client hangs up; what it says is not heeded."""
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass


async def _heard(listener: Listener) -> AsyncGenerator[Changes | None]:
    """What changes, until it is over or an hour has passed; None now and then, as a sign of life."""
    ends_at = time.monotonic() + _LONGEST_S
    while (left := ends_at - time.monotonic()) > 0:
        try:
            changes = await asyncio.wait_for(listener.next(), min(_SIGN_OF_LIFE_S, left))
        except TimeoutError:
            yield None
            continue
        if changes is None:
            return
        yield changes


async def _asker(connection: HTTPConnection, ticket: str | None) -> User:
    app: Mediatheque = connection.app.state.mediatheque
    key: bytes = connection.app.state.signing_key
    if ticket is None or "authorization" in connection.headers:
        return await user_of(connection)
    claimed = read_token(key, ticket, purpose=_PURPOSE)
    return await app.database.run_alone(accounts.user_signed_in, claimed.user_id, claimed.issued_at)


async def _reach(app: Mediatheque, asker: User, job_id: int | None, *, is_all: bool) -> int | None:
    """Whose jobs are heard of. Raises Forbidden, NotFound for a job that is not theirs to see."""
    if job_id is None:
        return whose(asker, is_all=is_all)
    user_id = None if asker.is_admin else asker.id
    await app.database.run(job_with_id, job_id, user_id)
    return user_id


def _make_room(connection: HTTPConnection, asker: User) -> None:
    if _following(connection).count(asker.id) >= _MOST_LISTENERS:
        raise TooManyRequests(
            f"You have {_MOST_LISTENERS} live connections open; close one, or ask /api/jobs now and then.",
            5.0,
        )


def _following(connection: HTTPConnection) -> Following:
    following: Following = connection.app.state.following
    return following


def _number(cursor: str | None) -> int | None:
    return int(cursor) if cursor else None
