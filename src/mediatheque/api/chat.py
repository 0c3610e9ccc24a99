"""Asking the archive: answers sentence by sentence as server-sent events, and the conversations they belong to."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import ExitStack
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from mediatheque.api import problems
from mediatheque.api.asking import Asker, Opened
from mediatheque.api.chat_shapes import (
    Answerer,
    ChatQuestion,
    ThreadMessages,
    ThreadName,
    ThreadView,
    event,
    sentence_view,
    source_view,
    thread_messages,
    thread_view,
)
from mediatheque.api.cursors import Cursor, Limit, no_such_page, read_cursor, write_cursor
from mediatheque.api.embedding import embedder_or_none
from mediatheque.api.shapes import EVENT_SCHEMA, NO_NUL, Page, PathId
from mediatheque.kit.database import Connection
from mediatheque.kit.errors import Invalid, MediathequeError, Unavailable
from mediatheque.search.answers import EXTRACTIVE, Sentence
from mediatheque.search.queries import threads
from mediatheque.search.queries.threads import Thread
from mediatheque.wiring import Mediatheque

if TYPE_CHECKING:
    from mediatheque.flows.asking import Asking, Step
    from mediatheque.tools.llm import LanguageModel

router = APIRouter(tags=["chat"])
_log = logging.getLogger(__name__)

_LISTING = "threads"
#: Silence for longer ends connections on the way; a comment is no event.
_PING_EVERY_S, _PING = 15.0, ": still at it\n\n"
_BROKEN = "Something broke on our side; the server's log says what."

_EVENTS = """Server-sent events, each with a JSON object: `thread` (the conversation), `searching` (`query`: what is \
looked for), `sources` (what may be cited, best first), `sentence` (`text`, `citations`; only what was verified, one by \
one), `done` (`is_found`, `text`, `made_by`, `message_id`) or `problem` (`detail`)."""
_RESPONSES = {
    200: {"description": _EVENTS, "content": {"text/event-stream": {"schema": EVENT_SCHEMA}}},
    **problems.describe(404, 429),
}


@router.post("/chat", summary="Ask your archive", response_class=StreamingResponse, responses=_RESPONSES)
async def chat(app: Opened, asker: Asker, asked: ChatQuestion, request: Request) -> StreamingResponse:
    """An answer from your own recordings and history in which every sentence cites what was said, and when.

    What nothing in the archive says is answered with that (`is_found` false). Ending the connection ends the work.
    """
    # Not before somebody asks: it loads a numerical library.
    from mediatheque.flows.asking import Asking

    if asked.thread_id is not None:
        await app.database.run(threads.thread_with_id, asker.id, asked.thread_id)
    turn = ExitStack()
    turn.enter_context(request.app.state.chat_limits.turn(asker.id))
    which = asked.filters.which() if asked.filters is not None else None
    asking = Asking(asker.id, asked.question, asked.thread_id, which)
    headers = {"X-Accel-Buffering": "no", "Cache-Control": "no-store"}
    return _Events(_streamed(app, asking), turn, headers)


@router.get("/chat", summary="Who answers")
async def get_answerer(app: Opened, asker: Asker) -> Answerer:
    """The language model that writes answers, if there is one; without one, quotations answer by themselves."""
    llm = await to_thread.run_sync(_llm_or_none, app)
    return Answerer(made_by=EXTRACTIVE if llm is None else llm.name)


@router.get("/threads", summary="Your conversations", responses=problems.describe(404))
async def list_threads(
    app: Opened,
    asker: Asker,
    query: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=200,
            pattern=NO_NUL,
            description="Words that occur in the title, a question or an answer.",
        ),
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ThreadView]:
    """Conversations with your archive, the latest first."""
    place = read_cursor(_LISTING, cursor, str, int)
    before = (_moment(place[0]), place[1]) if place is not None else None
    found = await app.database.run(
        threads.list_threads, asker.id, words=query, before=before, limit=limit + 1
    )
    more = found[limit - 1] if len(found) > limit else None
    following = write_cursor(_LISTING, more.updated_at.isoformat(), more.id) if more is not None else None
    return Page(items=[thread_view(thread) for thread in found[:limit]], next=following)


@router.get("/threads/{thread_id}", summary="A conversation", responses=problems.describe(404))
async def get_thread(app: Opened, asker: Asker, thread_id: PathId) -> ThreadMessages:
    """A conversation and all that was said in it."""

    def read(db: Connection) -> ThreadMessages:
        thread = threads.thread_with_id(db, asker.id, thread_id)
        return thread_messages(thread, threads.messages_of(db, asker.id, thread_id))

    return await app.database.run(read)


@router.patch("/threads/{thread_id}", summary="Name a conversation", responses=problems.describe(404))
async def rename_thread(app: Opened, asker: Asker, thread_id: PathId, named: ThreadName) -> ThreadView:
    """Give a conversation a title of your own."""
    return thread_view(await app.database.run(threads.rename_thread, asker.id, thread_id, named.title))


@router.delete(
    "/threads/{thread_id}", status_code=204, summary="Delete a conversation", responses=problems.describe(404)
)
async def delete_thread(app: Opened, asker: Asker, thread_id: PathId) -> Response:
    """Delete a conversation with all that was said in it."""
    await app.database.run(threads.delete_thread, asker.id, thread_id)
    return Response(status_code=204)


class _Events(StreamingResponse):
    """A stream of events during which its asker's turn lasts, also when it ends before it has begun."""

    def __init__(self, events: AsyncGenerator[str], turn: ExitStack, headers: Mapping[str, str]) -> None:
        super().__init__(events, media_type="text/event-stream", headers=headers)
        self._turn = turn

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._turn:
            await super().__call__(scope, receive, send)


async def _streamed(app: Mediatheque, asking: Asking) -> AsyncGenerator[str]:
    """The events of an answer, which a thread works on; it is told to stop when nobody listens any more."""
    loop = asyncio.get_running_loop()
    events: asyncio.Queue[str | None] = asyncio.Queue()
    is_gone = threading.Event()

    def tell(written: str | None) -> None:
        if not is_gone.is_set():
            loop.call_soon_threadsafe(events.put_nowait, written)

    working = asyncio.ensure_future(
        to_thread.run_sync(_answer, app, asking, tell, is_gone.is_set, abandon_on_cancel=True)
    )
    try:
        while True:
            try:
                written = await asyncio.wait_for(events.get(), _PING_EVERY_S)
            except TimeoutError:
                yield _PING
                continue
            if written is None:
                return
            yield written
    finally:
        is_gone.set()
        working.cancel()


def _answer(
    app: Mediatheque, asking: Asking, tell: Callable[[str | None], None], is_cancelled: Callable[[], bool]
) -> None:
    from mediatheque.flows.asking import ask

    try:
        llm = _llm_or_none(app)
        for step in ask(
            app.database, asking, embedder=embedder_or_none(app), llm=llm, is_cancelled=is_cancelled
        ):
            tell(_written(step))
            if is_cancelled():
                break
    except MediathequeError as error:
        tell(event("problem", {"detail": str(error)}))
    except Exception:  # noqa: BLE001  a stream has begun: nobody else can tell its reader
        _log.exception("answering a question")
        tell(event("problem", {"detail": _BROKEN}))
    finally:
        tell(None)


def _written(step: Step) -> str:
    from mediatheque.flows.asking import Done, Searching

    if isinstance(step, Thread):
        return event("thread", thread_view(step))
    if isinstance(step, Sentence):
        return event("sentence", sentence_view(step))
    if isinstance(step, Searching):
        return event("searching", {"query": step.query})
    if isinstance(step, Done):
        answer = step.answer
        told = {"is_found": answer.is_found, "text": answer.text, "made_by": answer.made_by}
        return event("done", {**told, "message_id": step.message_id})
    return event("sources", {"sources": [source_view(source) for source in step.sources]})


def _llm_or_none(app: Mediatheque) -> LanguageModel | None:
    """The language model, if there is one and its setting can be used: quotations answer as well."""
    try:
        return app.llm
    except (Invalid, Unavailable) as error:
        _log.warning("answering without a language model: %s", error)
        return None


def _moment(written: str) -> datetime:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise no_such_page() from None
    if moment.tzinfo is None:
        raise no_such_page()
    return moment
