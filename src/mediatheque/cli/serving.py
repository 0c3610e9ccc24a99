"""The library for browsers and programs: up (database, migrations, worker, API and page in one), and worker."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
from collections.abc import Generator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from mediatheque.cli import words
from mediatheque.cli.addresses import address_of, how_to_enter
from mediatheque.cli.opening import chosen, library, settings
from mediatheque.cli.options import AsJson
from mediatheque.cli.printing import Printer
from mediatheque.kit.errors import Invalid, Unavailable

if TYPE_CHECKING:
    from mediatheque.jobs.states import Lane
    from mediatheque.wiring import Mediatheque


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
    """Start everything: the database, background work, the page, and the API for programs.

    Stops cleanly on Ctrl-C.

    \b
    Examples:
      mediatheque up
      mediatheque up --port 9000
      mediatheque up --demo
      mediatheque up --host 0.0.0.0 --no-worker
    """
    serve_library(Printer(as_json), host, port, with_worker=not no_worker, is_demo=chosen.get().is_demo)


def serve_library(
    printer: Printer,
    host: str | None = None,
    port: int | None = None,
    *,
    with_worker: bool = True,
    is_demo: bool = False,
) -> None:
    """Serve a library until told to stop, where the settings say unless a host or a port is named."""
    read = settings(is_demo=is_demo)
    with listening(read.host if host is None else host, read.port if port is None else port) as listener:
        _log_to_stderr(read.log_level)
        with library(printer, is_demo=is_demo) as app:
            _fill_demo(app, printer)
            from mediatheque.api.app import create_app
            from mediatheque.api.settling import settle
            from mediatheque.cli import running

            api = create_app(app)
            settle()
            running.serve(
                app,
                api,
                listener,
                with_worker=with_worker,
                say_hello=lambda: _say_hello(app, printer, listener, with_worker=with_worker),
                say_goodbye=lambda: printer.say("Stopping …"),
            )
    printer.emit({"stopped": True})
    printer.say("Stopped.")


def _fill_demo(app: Mediatheque, printer: Printer) -> None:
    """Have the demo's household move in before its library is shown for the first time; a program is told nothing
    but the address, so for it the library stays as it is."""
    from mediatheque.accounts.queries import has_users

    with app.database.transaction() as db:
        is_wanted = app.is_demo and not printer.is_json and not has_users(db)
    if is_wanted:
        from mediatheque.cli.demo_telling import tell_demo

        tell_demo(app, printer)


_AtOnce = typer.Option(min=0, max=32, help="How many jobs of this lane at once.")


def worker(
    interactive: Annotated[int, _AtOnce] = 2,
    bulk: Annotated[int, _AtOnce] = 1,
    heavy: Annotated[int, _AtOnce] = 1,
    lanes: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            "--lanes",
            metavar="LANE",
            help="Only these: interactive (imports, single recordings), bulk (feeds, embedding, syncs) or heavy "
            "(speech, training); several with a comma.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run background work here; any number of workers may run, on any number of machines.

    \b
    Examples:
      mediatheque worker
      mediatheque worker --interactive 4 --heavy 0
      MEDIATHEQUE_DATABASE_URL=postgresql://… mediatheque worker --lanes heavy
    """
    printer = Printer(as_json)
    at_once = _at_once({"interactive": interactive, "bulk": bulk, "heavy": heavy}, lanes)
    _log_to_stderr(settings().log_level)
    with library(printer) as app:
        from mediatheque.cli import running

        def say_hello() -> None:
            printer.emit({"worker": os.getpid()})
            printer.say("Working; Ctrl-C stops.")

        running.work(app, at_once, say_hello)
    printer.emit({"stopped": True})
    printer.say("Stopped.")


def _at_once(counts: Mapping[str, int], wanted: Sequence[str] | None) -> dict[Lane, int]:
    """How many jobs of each lane; raises Invalid for a lane there is none of, or none at all."""
    from mediatheque.jobs.states import Lane

    names = [name.strip() for given in wanted or [",".join(counts)] for name in given.split(",")]
    if unknown := [name for name in names if name not in counts]:
        raise Invalid(f"'{unknown[0]}' is no lane; there is {words.listed(counts, 'and')}")
    chosen_ones = {Lane(name): counts[name] for name in names if counts[name]}
    if not chosen_ones:
        raise Invalid("This worker would do nothing; give a lane at least one job at once, as --heavy 1")
    return chosen_ones


@contextlib.contextmanager
def listening(host: str, port: int) -> Generator[socket.socket]:
    """A socket on that address; raises Unavailable when the port is taken, Invalid for no address."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        raise Invalid(f"'{host}' is no address of this computer; try --host 127.0.0.1") from None
    # Only of a socket that names TCP as its protocol does asyncio send small answers at once: else they wait 40 ms.
    with socket.socket(family, kind, protocol) as listener:
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

    url = address_of(*listener.getsockname()[:2])
    with app.database.transaction() as db:
        names = [user.name for user in all_users(db)]
    printer.emit({"url": url, "pid": os.getpid(), "data_dir": str(app.data_dir), "worker": with_worker})
    printer.say(f"Mediatheque is at {url}", style="bold green")
    if app.is_demo and names:
        printer.say(f"  {how_to_enter(names)}")
    elif names:
        printer.say(
            f"  Sign in as {words.listed(names, 'or')}; give a password with: mediatheque users password NAME"
        )
    else:
        printer.say("  Open it to make the first account, the administrator’s.")
    printer.note("Ctrl-C stops.")


def _log_to_stderr(level: str) -> None:
    logging.basicConfig(level=level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    if level.upper() == "INFO":
        logging.getLogger("procrastinate").setLevel(logging.WARNING)
