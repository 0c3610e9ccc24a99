"""What commands print: text and tables for people, or JSON on stdout with the text on stderr."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Protocol

import typer

from mediatheque.kit.errors import MediathequeError, NeedsAnswer, NotFound
from mediatheque.vocabulary import Item

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

#: Narrower than this a table would break words; output that goes into a file is as wide.
_NARROWEST, _FILE_WIDTH = 60, 120


class OnRows(Protocol):
    """Told how much is behind us."""

    def __call__(self, done: int, /) -> None: ...


@dataclass(frozen=True)
class Printer:
    """Where a command's words go."""

    is_json: bool = False

    @cached_property
    def console(self) -> Console:
        """The console for people: stdout, or stderr when stdout is for a program."""
        return console(on_stderr=self.is_json)

    @property
    def is_interactive(self) -> bool:
        """Whether somebody sits there who can be asked."""
        return not self.is_json and sys.stdin.isatty() and self.console.is_terminal

    def say(self, *parts: RenderableType, style: str | None = None) -> None:
        """Print for people; strings are taken as they are, never as markup."""
        self.console.print(*parts, style=style)

    def note(self, text: str) -> None:
        """Print something of lesser weight."""
        self.say(text, style="dim")

    def ask_number(self, question: str, most: int, *, also: Mapping[str, int] | None = None) -> int:
        """A number from 1 to `most` that somebody types, or what one of the words in `also` stands for."""
        allowed = {str(n): n for n in range(1, most + 1)} | dict(also or {})

        def read(text: str) -> int:
            if text.strip().lower() not in allowed:
                others = f" or {', '.join(also)}" if also else ""
                raise typer.BadParameter(f"type a number from 1 to {most}{others}")
            return allowed[text.strip().lower()]

        return typer.prompt(question, value_proc=read, err=True)

    def emit(self, line: Mapping[str, Any]) -> None:
        """One JSON object for a program; nothing when people read."""
        if self.is_json:
            typer.echo(json.dumps(line, ensure_ascii=False, default=_as_json))

    def table(
        self,
        columns: Sequence[str],
        rows: Iterable[Sequence[str]],
        *,
        right: Sequence[str] = (),
        wrapping: Sequence[str] = (),
    ) -> None:
        """Print a table; columns in `right` hold numbers, those in `wrapping` give way where it is narrow."""
        from rich import box
        from rich.table import Table
        from rich.text import Text

        table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
        for column in columns:
            justify = "right" if column in right else "left"
            table.add_column(column, justify=justify, overflow="fold", no_wrap=column not in wrapping)
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        self.say(table)

    @contextmanager
    def progress(self, doing: str, total: int | None = None) -> Generator[OnRows]:
        """A bar on the terminal while something long runs; silent elsewhere."""
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console(on_stderr=True),
            transient=True,
            disable=not sys.stderr.isatty(),
        )
        with bar:
            task = bar.add_task(doing, total=total)
            yield lambda done: bar.update(task, completed=done)

    @contextmanager
    def waiting(self, text: str) -> Generator[None]:
        """A spinner on the terminal while something runs whose length nobody knows."""
        on_stderr = console(on_stderr=True)
        if not on_stderr.is_terminal:
            yield
            return
        with on_stderr.status(text):
            yield

    @contextmanager
    def steps(self, text: str) -> Generator[Callable[[str], None]]:
        """As `waiting`, for what says itself what it does next."""
        on_stderr = console(on_stderr=True)
        if not on_stderr.is_terminal:
            yield lambda step: None
            return
        with on_stderr.status(text) as status:
            yield lambda step: status.update(f"{step} …")


def console(*, on_stderr: bool = False) -> Console:
    """A console that prints text as it is: titles with brackets or colons are no markup and no emoji,

    and what in a title is a command to the terminal, or turns its line around, is shown as a mark.
    """
    stream = sys.stderr if on_stderr else sys.stdout
    made = _harmless_console()(stderr=on_stderr, markup=False, highlight=False, emoji=False, soft_wrap=False)
    if not stream.isatty() and "COLUMNS" not in os.environ:
        made.width = _FILE_WIDTH
    made.width = max(made.width, _NARROWEST)
    return made


@cache
def _harmless_console() -> type[Console]:
    from rich.console import Console, ConsoleOptions
    from rich.segment import Segment

    class HarmlessConsole(Console):
        def render(
            self, renderable: RenderableType, options: ConsoleOptions | None = None
        ) -> Iterable[Segment]:
            for segment in super().render(renderable, options):
                is_ours = segment.control or segment.text.isprintable()
                yield segment if is_ours else segment._replace(text=segment.text.translate(_HARMLESS))

    return HarmlessConsole


#: Control characters but for line ends and tabs, and those that change the direction of what follows them.
_HARMLESS = {
    code: "\ufffd"
    for code in (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
    if chr(code) not in "\n\t"
}


def print_error(error: MediathequeError, *, is_json: bool) -> None:
    """One red line on stderr, and for a program one object on stdout."""
    hint = _LISTS.get(error.among, "") if isinstance(error, NotFound) else ""
    console(on_stderr=True).print(f"Error: {error}{hint}", style="red", soft_wrap=True)
    if is_json:
        said: dict[str, Any] = {"error": str(error)}
        if isinstance(error, NeedsAnswer):
            said |= {"option": option_of(error), "choices": list(error.choices)}
        typer.echo(json.dumps(said, ensure_ascii=False))


#: Where to look for what was not found.
_LISTS = {
    "recordings": " List yours with: mediatheque media list",
    "pairs": " List yours with: mediatheque media duplicates",
    "jobs": " List yours with: mediatheque jobs",
}


def option_of(question: NeedsAnswer) -> str:
    """The command-line option, or the argument, that answers a question."""
    if question.option in ("item", "name"):
        return question.option.upper()
    return f"--{question.option.replace('_', '-')}"


def item_json(item: Item) -> dict[str, Any]:
    """An item as a program reads it."""
    from mediatheque.kit.wire import work_to_json

    return {
        "id": item.id,
        **work_to_json(item.work),
        "parent_id": item.parent_id,
        "is_listed": item.is_listed,
    }


def _as_json(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else str(value)
