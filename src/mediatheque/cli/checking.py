"""Is everything well? A table of all parts, with how to mend what is not: check."""

from __future__ import annotations

import typer

from mediatheque.cli import words
from mediatheque.cli.opening import settings
from mediatheque.cli.options import AsJson
from mediatheque.cli.printing import Printer


def check(as_json: AsJson = False) -> None:
    """Verify every part and say how to mend what fails; exits with 1 when something does.

    \b
    Examples:
      mediatheque check
      mediatheque check --json | grep fails
    """
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    from mediatheque.flows.checking import check_everything, is_well
    from mediatheque.flows.checks import State
    from mediatheque.wiring import open_mediatheque

    printer, read = Printer(as_json), settings()
    with printer.waiting("Looking at every part …"):
        checks = list(check_everything(read, lambda: open_mediatheque(read)))
    sign = {State.FINE: ("✓", "green"), State.NOTE: ("·", "yellow"), State.FAILS: ("✗", "bold red")}
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for one in checks:
        printer.emit({"part": one.part, "state": one.state.value, "said": one.said, "mend": one.mend or None})
        mend = Text.assemble("\n→ ", one.mend, style="bold" if one.state is State.FAILS else "dim")
        table.add_row(Text(*sign[one.state]), one.part, Text.assemble(one.said, mend if one.mend else ""))
    printer.say(Padding(table, (0, 0, 1, 0)))
    failing = sum(one.state is State.FAILS for one in checks)
    if is_well(checks):
        printer.say("Everything is well.", style="green")
        return
    printer.say(f"{words.counted(failing, 'part')} failed.", style="bold red")
    raise typer.Exit(1)
