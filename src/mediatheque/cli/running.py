"""The API and the worker in one process, until a signal says to stop; loaded only by who serves."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import Callable, Generator, Mapping
from typing import TYPE_CHECKING

import uvicorn

from mediatheque.flows.worker import LANES, run_worker
from mediatheque.jobs.states import Lane
from mediatheque.kit.errors import Unavailable

if TYPE_CHECKING:
    from fastapi import FastAPI

    from mediatheque.wiring import Mediatheque

#: How long a request may take to end once we were told to stop.
_GRACE_S = 5
#: A worker that fell over (the database went away) begins again after so long.
_AGAIN_AFTER_S = 5.0


def serve(
    app: Mediatheque,
    api: FastAPI,
    listener: socket.socket,
    *,
    with_worker: bool,
    say_hello: Callable[[], None],
    say_goodbye: Callable[[], None],
) -> None:
    """Answer requests on `listener`, and do background work, until told to stop."""

    async def until_told() -> None:
        stop = _stop_on_signals()
        server = _server(api, app.settings.log_level)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started and not serving.done():
            await asyncio.sleep(0.01)
        if serving.done():
            raise Unavailable("The API did not start; the lines above say why")
        say_hello()
        working = asyncio.create_task(_keep_working(app, stop)) if with_worker else None
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        say_goodbye()
        # First the worker ends its step, then the API its requests and the database.
        stop.set()
        if working is not None:
            await asyncio.gather(working, return_exceptions=True)
        # Who follows jobs would wait for ever; let go, they come again when we are back.
        api.state.following.close()
        server.should_exit = True
        await asyncio.gather(serving, stopping, return_exceptions=True)

    asyncio.run(until_told())


def work(app: Mediatheque, lanes: Mapping[Lane, int], say_hello: Callable[[], None]) -> None:
    """Do background work until told to stop."""

    async def until_told() -> None:
        stop = _stop_on_signals()
        say_hello()
        await _keep_working(app, stop, lanes)

    asyncio.run(until_told())


async def _keep_working(app: Mediatheque, stop: asyncio.Event, lanes: Mapping[Lane, int] = LANES) -> None:
    """A worker, and another one when it falls over, until told to stop."""
    log = logging.getLogger(__name__)
    while not stop.is_set():
        try:
            await run_worker(app, lanes=lanes, stop=stop)
        except Exception:
            log.exception("Background work fell over; it begins again in %.0f s.", _AGAIN_AFTER_S)
        if not stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _AGAIN_AFTER_S)


def _stop_on_signals() -> asyncio.Event:
    """An event that Ctrl-C or SIGTERM sets; pressed twice, the process ends at once."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def once_or_twice() -> None:
        if stop.is_set():
            os._exit(130)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, once_or_twice)
    return stop


def _server(api: FastAPI, log_level: str) -> uvicorn.Server:
    class Server(uvicorn.Server):
        """Leaves the signals to us: the worker has to hear of them too."""

        @contextlib.contextmanager
        def capture_signals(self) -> Generator[None]:
            yield

    return Server(
        uvicorn.Config(
            api,
            log_config=None,
            # Its chatter about starting and stopping is ours to tell.
            log_level="warning" if log_level.upper() == "INFO" else log_level.lower(),
            access_log=log_level.upper() == "DEBUG",
            timeout_graceful_shutdown=_GRACE_S,
            server_header=False,
        )
    )
