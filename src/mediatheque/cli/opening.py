"""Opens the library for a command: which data folder, and which person."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mediatheque.cli.printing import Printer
from mediatheque.cli.words import listed
from mediatheque.kit.errors import Invalid, NotFound, Unavailable

if TYPE_CHECKING:
    from mediatheque.kit.database import Connection
    from mediatheque.kit.settings import Settings
    from mediatheque.library.queries.users import User
    from mediatheque.wiring import Mediatheque


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was said before the command's name."""

    data_dir: Path | None = None
    is_demo: bool = False
    is_debug: bool = False


_NOTHING = Chosen()
chosen: ContextVar[Chosen] = ContextVar("chosen", default=_NOTHING)


def settings(*, is_demo: bool | None = None) -> Settings:
    """The settings of the environment and the command line; the demo's library has a folder of its own."""
    from mediatheque.kit.settings import read_settings

    said = chosen.get()
    read = read_settings(**({"data_dir": said.data_dir} if said.data_dir else {}))
    wants_demo = _wants_demo(is_demo)
    return read.model_copy(update={"data_dir": read.data_dir / "demo"}) if wants_demo else read


@contextmanager
def library(printer: Printer, *, is_demo: bool | None = None) -> Generator[Mediatheque]:
    """The library, open for the length of a command."""
    with printer.waiting("Opening the library …"):
        from mediatheque.wiring import open_mediatheque

        app = open_mediatheque(settings(is_demo=is_demo), is_demo=_wants_demo(is_demo))
    try:
        yield app
    finally:
        app.close()


def _wants_demo(is_demo: bool | None) -> bool:
    return chosen.get().is_demo if is_demo is None else is_demo


def embedder_name(app: Mediatheque) -> str | None:
    """What texts are embedded with; None where there is none, or it cannot be opened."""
    try:
        return app.embedder.name if app.embedder else None
    except Unavailable:
        return None


def person(db: Connection, name: str | None) -> User:
    """The user called `name`, or the only one there is; raises NotFound, or Invalid naming who there is."""
    from mediatheque.library.queries.users import all_users, user_named

    if name:
        return user_named(db, name)
    everybody = all_users(db)
    if not everybody:
        raise NotFound("There is nobody here yet. Add yourself with: mediatheque users add NAME")
    if len(everybody) > 1:
        names = listed((user.name for user in everybody), "or")
        raise Invalid(f"Say for whom, with --user NAME or MEDIATHEQUE_USER=NAME: {names}")
    return everybody[0]
