"""Everything in one go, on an invented household: demo."""

from __future__ import annotations

from typing import Annotated, Optional

import typer

from mediatheque.cli.opening import library
from mediatheque.cli.options import AsJson
from mediatheque.cli.printing import Printer


def demo(
    serve: Annotated[
        Optional[bool],  # noqa: UP045
        typer.Option("--serve/--no-serve", help="Then serve its page; a terminal is asked."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Try everything on an invented household: import, recognise, recommend, search.

    It has a library of its own, in the folder “demo” of the data folder, and never touches yours. Run
    again, it shows the same library and imports nothing twice. With --demo every other command uses it.

    \b
    Examples:
      mediatheque demo
      mediatheque demo --serve
      mediatheque up --demo
      mediatheque review --demo --user Nora
    """
    from mediatheque.cli.demo_telling import tell_demo

    printer = Printer(as_json)
    with library(printer, is_demo=True) as app:
        tell_demo(app, printer)
    if serve is None and printer.is_interactive:
        printer.say()
        serve = typer.confirm("Serve its page now?", default=True)
    if serve:
        from mediatheque.cli.serving import serve_library

        serve_library(printer, is_demo=True)
