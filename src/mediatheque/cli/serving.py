"""The library for browsers and programs: up (database, migrations, worker and API in one), and worker."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import Generator
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from mediatheque.cli import words
from mediatheque.cli.opening import chosen, library, settings
from mediatheque.cli.options import AsJson
from mediatheque.cli.printing import Printer
from mediatheque.kit.errors import Invalid, Unavailable

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI

    from mediatheque.wiring import Mediatheque

#: How long a request, or a job's step, may take to end once we were told to stop.
_GRACE_S = 5
#: A worker that fell over (the database went away) begins again after so long.
_AGAIN_AFTER_S = 5.0


def up(
    host: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(metavar="ADDRESS", help="Where to listen; 127.0.0.1 is this computer alone."),
    ] = None,
    port: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(min=0, max=65535, help="The port; 8686 when nothing says otherwise, 0 for any."),
    ] = None,
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="Leave background work to: mediatheque worker")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Start everything: the database, background work, and the API for browsers and programs.

    Stops cleanly on Ctrl-C.

    \b
    Examples:
      mediatheque up
      mediatheque up --port 9000
      mediatheque up --demo
      mediatheque up --host 0.0.0.0 --no-worker
    """
    printer = Printer(as_json)
    read = settings()
    with _listening(read.host if host is None else host, read.port if port is None else port) as listener:
        _log_to_stderr(read.log_level)
        with library(printer) as app:
            from mediatheque.api.app import create_app

            api = create_app(app)
            _say_hello(app, printer, listener, with_worker=not no_worker)
            asyncio.run(_serve(app, api, listener, printer, with_worker=not no_worker))
    printer.emit({"stopped": True})
    printer.say("Stopped.")


def worker(
    concurrency: Annotated[int, typer.Option(min=1, max=32, help="How many jobs at once.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Run background work (imports over HTTP, embedding, catalogue sync) here; any number may run.

    \b
    Examples:
      mediatheque worker
      MEDIATHEQUE_DATABASE_URL=postgresql://… mediatheque worker --concurrency 4
    """
    printer = Printer(as_json)
    _log_to_stderr(settings().log_level)
    with library(printer) as app:
        printer.emit({"worker": os.getpid()})
        printer.say("Working; Ctrl-C stops.")
        asyncio.run(_work_only(app, concurrency))
    printer.emit({"stopped": True})
    printer.say("Stopped.")


async def _serve(
    app: Mediatheque, api: FastAPI, listener: socket.socket, printer: Printer, *, with_worker: bool
) -> None:
    """Serve until a signal says to stop: first the worker ends its step, then the API its requests."""
    stop = _stop_on_signals()
    server = _server(api, app.settings.log_level)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    working = asyncio.create_task(_keep_working(app, stop)) if with_worker else None
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    printer.say("Stopping …")
    stop.set()
    if working is not None:
        await asyncio.gather(working, return_exceptions=True)
    server.should_exit = True
    await asyncio.gather(serving, stopping, return_exceptions=True)
    if not server.started:
        raise Unavailable("The API did not start; the lines above say why")


async def _work_only(app: Mediatheque, concurrency: int) -> None:
    await _keep_working(app, _stop_on_signals(), concurrency)


async def _keep_working(app: Mediatheque, stop: asyncio.Event, concurrency: int = 1) -> None:
    """A worker, and another one when it falls over, until told to stop."""
    from mediatheque.flows.jobs import run_worker

    log = logging.getLogger(__name__)
    while not stop.is_set():
        try:
            await run_worker(app, concurrency=concurrency, stop=stop)
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
    import uvicorn

    class Server(uvicorn.Server):
        """Leaves the signals to us: the worker has to hear of them too."""

        @contextlib.contextmanager
        def capture_signals(self) -> Generator[None]:
            yield

    return Server(
        uvicorn.Config(
            api,
            log_config=None,
            log_level=log_level.lower(),
            access_log=log_level.upper() == "DEBUG",
            timeout_graceful_shutdown=_GRACE_S,
            server_header=False,
        )
    )


@contextlib.contextmanager
def _listening(host: str, port: int) -> Generator[socket.socket]:
    """A socket on that address; raises Unavailable when the port is taken, Invalid for no address."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        raise Invalid(f"'{host}' is no address of this computer; try --host 127.0.0.1") from None
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
            listener.listen(128)
        except PermissionError:
            raise Unavailable(
                f"Port {port} needs an administrator; choose one above 1023, as --port 8686"
            ) from None
        except OSError as error:
            raise Unavailable(
                f"Cannot listen on {host}, port {port} ({(error.strerror or str(error)).lower()}). Is Mediatheque "
                f"running already? Choose another port with: mediatheque up --port {port + 1 if port < 65535 else 0}"
            ) from None
        yield listener


def _say_hello(app: Mediatheque, printer: Printer, listener: socket.socket, *, with_worker: bool) -> None:
    from mediatheque.library.queries.users import all_users

    host, port = listener.getsockname()[:2]
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host  # noqa: S104
    url = f"http://{shown}:{port}"
    with app.database.transaction() as db:
        names = [user.name for user in all_users(db)]
    printer.emit({"url": url, "pid": os.getpid(), "data_dir": str(app.data_dir), "worker": with_worker})
    printer.say(f"Mediatheque is at {url}", style="bold green")
    printer.say(f"  The API’s description:  {url}/api/openapi.json")
    if chosen.get().is_demo:
        from mediatheque.flows.demo import PASSWORD

        printer.say(f"  Sign in as {words.listed(names, 'or')} with the password: {PASSWORD}")
    elif names:
        printer.say(
            f"  Sign in as {words.listed(names, 'or')}; give a password with: mediatheque users password NAME"
        )
    else:
        printer.say("  Make the first account, the administrator’s, at /api/auth/register")
    printer.note("Ctrl-C stops.")


def _log_to_stderr(level: str) -> None:
    logging.basicConfig(level=level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for name in ("uvicorn.error", "procrastinate"):
        # Their chatter about starting and stopping is ours to tell.
        logging.getLogger(name).setLevel(logging.WARNING if level.upper() == "INFO" else level.upper())
