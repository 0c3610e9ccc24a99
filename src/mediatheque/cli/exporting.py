"""Everything that is yours, as one file: export."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Optional

import typer

from mediatheque.cli import words
from mediatheque.cli.opening import library, person
from mediatheque.cli.options import AsJson, ForUser
from mediatheque.cli.printing import Printer
from mediatheque.kit.errors import Invalid


def export(
    file: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Argument(
            metavar="[FILE]", dir_okay=False, help="Where to; mediatheque-NAME-DATE.zip when left out."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", "-f", help="Replace a file that is there.")] = False,
    user: ForUser = None,
    as_json: AsJson = False,
) -> None:
    """Write your whole library into a ZIP: facts that Mediatheque reads back, and tables for spreadsheets.

    \b
    Examples:
      mediatheque export
      mediatheque export backup.zip --user Mira --force
      mediatheque import backup.zip --user Mira
    """
    from mediatheque.flows.exporting import export_library

    printer = Printer(as_json)
    with library(printer) as app:
        with app.database.transaction() as db:
            who = person(db, user)
        path = file or Path(f"mediatheque-{_file_name(who.name)}-{datetime.now().astimezone():%Y-%m-%d}.zip")
        if path.exists() and not force:
            raise Invalid(f"{path} is there already; choose another name, or say --force to replace it")
        if not path.absolute().parent.is_dir():
            raise Invalid(f"There is no folder {path.absolute().parent}; make it, or choose another place")
        with printer.waiting(f"Writing {path.name} …"):
            export_library(app.database, who.id, path)
    size = path.stat().st_size
    printer.emit({"file": str(path), "bytes": size, "user": who.name})
    printer.say(f"{who.name}’s library is in {path} ({words.size(size)}).")
    printer.note(f"Read it back anywhere with: mediatheque import {path}")


def _file_name(name: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in name.lower()).strip("-") or "library"
