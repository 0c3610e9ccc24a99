"""Histories go in, are listed, and are taken back: import, batches, undo."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from mediatheque.cli import words
from mediatheque.cli.opening import library, person
from mediatheque.cli.options import AsJson, ForUser
from mediatheque.cli.printing import Printer, option_of, print_error
from mediatheque.cli.reports import batch_json, preview_json, say_preview, say_report, state_of
from mediatheque.kit.errors import Conflict, MediathequeError, NeedsAnswer

if TYPE_CHECKING:
    from mediatheque.importers import Options
    from mediatheque.library.queries.batches import Batch
    from mediatheque.library.queries.users import User
    from mediatheque.wiring import Mediatheque

#: A file smaller than this is read before a bar could be looked at.
_WORTH_A_BAR = 200_000


def import_files(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", exists=True, dir_okay=False, help="Exports, also as ZIP.")
    ],
    user: ForUser = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Show what would come in, and store nothing.")
    ] = False,
    source: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(metavar="NAME", help="Whose export it is, where the file does not tell."),
    ] = None,
    profile: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(metavar="NAME", help="Which profile of the account to read; “all” for every one."),
    ] = None,
    date_order: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            metavar="ORDER", help="How its dates are written: day-first, month-first or year-first."
        ),
    ] = None,
    timezone: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(metavar="PLACE", help="Where its local times were written, as Europe/Berlin."),
    ] = None,
    no_embed: Annotated[
        bool, typer.Option("--no-embed", help="Leave search by meaning for later (mediatheque embed).")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Import what a service let you download.

    Netflix, YouTube, Letterboxd, Goodreads, StoryGraph, IMDb, Trakt, and Mediatheque's own export are
    recognised by their content. A file imported twice changes nothing; a longer one adds what is new;
    an interrupted import goes on when it is run again.

    \b
    Examples:
      mediatheque import NetflixViewingHistory.csv --user Mira
      mediatheque import takeout.zip --dry-run
      mediatheque import netflix-report.zip --profile all --date-order day-first
      mediatheque import *.csv --json
    """
    printer = Printer(as_json)
    options = _options(profile, date_order, timezone)
    with library(printer) as app:
        with app.database.transaction() as db:
            who = person(db, user)
        importing = _Importing(app, printer, who, source, options)
        failed = 0
        done: list[Batch] = []
        for number, file in enumerate(files):
            if number:
                printer.say()
            try:
                if dry_run:
                    importing.preview(file)
                else:
                    done.append(importing.run(file))
            except MediathequeError as error:
                if len(files) == 1:
                    raise
                failed += 1
                print_error(_naming(file, error), is_json=as_json)
        if not dry_run:
            importing.after(done, embeds=not no_embed)
    if failed:
        raise typer.Exit(1)


def batches(
    batch: Annotated[
        Optional[int],  # noqa: UP045
        typer.Argument(metavar="[BATCH]", help="Show one batch with its rejected rows."),
    ] = None,
    user: ForUser = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many to list.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List what was imported, the latest first; or show one batch and the rows it rejected.

    \b
    Examples:
      mediatheque batches
      mediatheque batches 3
      mediatheque batches --user Mira --json
    """
    from mediatheque.library.queries.batches import batch_with_id, list_batches, rejections_of

    printer = Printer(as_json)
    with library(printer) as app, app.database.transaction() as db:
        who = person(db, user)
        if batch is not None:
            one = batch_with_id(db, batch, who.id)
            rejections = [rejected for _, rejected in rejections_of(db, batch)]
            printer.emit(
                batch_json(one) | {"rejections": [{"where": r.where, "why": r.why} for r in rejections]}
            )
            say_report(printer, one, rejections, is_detailed=True)
            return
        there = list_batches(db, who.id, limit=limit)
    for one in there:
        printer.emit(batch_json(one))
    if not there:
        printer.say(f"{who.name} has imported nothing yet. Begin with: mediatheque import FILE")
        return
    columns = ("#", "When", "File", "From", "State", "New", "Known", "Rejected", "Ask")
    rows = [
        (
            str(b.id),
            words.short_day(b.started_at),
            b.file_name,
            b.source,
            state_of(b),
            *(words.number(n) for n in (b.new, b.known, b.rejected, b.review)),
        )
        for b in there
    ]
    printer.table(columns, rows, right=("#", "New", "Known", "Rejected", "Ask"), wrapping=("File",))


def undo(
    batch: Annotated[
        int, typer.Argument(metavar="BATCH", help="The batch's number, see mediatheque batches.")
    ],
    user: ForUser = None,
    as_json: AsJson = False,
) -> None:
    """Take a batch back: exactly what it brought goes.

    \b
    Examples:
      mediatheque batches
      mediatheque undo 3
    """
    from mediatheque.flows.undoing import undo_batch

    printer = Printer(as_json)
    with library(printer) as app:
        with app.database.transaction() as db:
            who = person(db, user)
        with printer.waiting(f"Taking batch {batch} back …"):
            gone = undo_batch(app.database, who.id, batch)
    printer.emit(batch_json(gone))
    printer.say(f"Batch {batch} is undone: {words.counted(gone.new, 'row')} of {gone.file_name} went.")
    printer.note("The file can be imported again at any time.")


def _options(profile: str | None, date_order: str | None, timezone: str | None) -> Options:
    from mediatheque.importers import Options

    _check_choice("--date-order", date_order, ("day-first", "month-first", "year-first"))
    if timezone is not None:
        from zoneinfo import ZoneInfo

        try:
            ZoneInfo(timezone)
        except (KeyError, ValueError, OSError):
            raise typer.BadParameter(
                f"'{timezone}' is no place such as Europe/Berlin", param_hint="--timezone"
            ) from None
    return Options(profile=profile, date_order=date_order, timezone=timezone)  # pyright: ignore[reportArgumentType]


def _check_choice(option: str, value: str | None, choices: tuple[str, ...]) -> None:
    if value is not None and value not in choices:
        raise typer.BadParameter(f"'{value}' is not one of {', '.join(choices)}", param_hint=option)


class _Importing:
    """One run of `import`: the files of one person, read with one set of answers."""

    def __init__(
        self, app: Mediatheque, printer: Printer, who: User, source: str | None, options: Options
    ) -> None:
        self.app, self.printer, self.who = app, printer, who
        self.source, self.options = source, options

    def run(self, file: Path) -> Batch:
        """Import one file, asking what only its owner can tell."""
        from mediatheque.flows.import_history import begin_import, finish_import

        source, options = self.source, self.options
        while True:
            try:
                with self.app.database.transaction() as db:
                    batch = begin_import(db, self.who.id, file, source=source, options=options)
                break
            except NeedsAnswer as question:
                source, options = self._answered(file, question, source, options)
        if batch.rows_read:
            behind = words.counted(batch.rows_read, "row")
            self.printer.say(f"Going on with batch {batch.id}, which was interrupted after {behind}.")
        began = time.monotonic()
        try:
            with self.printer.progress(f"Importing {file.name}", self._rows_in(file, batch)) as on_rows:
                batch = finish_import(self.app.database, batch, file, on_progress=on_rows)
        except KeyboardInterrupt:
            self.printer.say(
                f"Stopped. What came in so far is safe: run the same command again, and batch {batch.id} goes on."
            )
            raise typer.Exit(130) from None
        self._report(batch, time.monotonic() - began)
        return batch

    def preview(self, file: Path) -> None:
        """Say what a file would bring."""
        from mediatheque.flows.import_history import preview_file

        source, options = self.source, self.options
        while True:
            try:
                with self.printer.progress(f"Reading {file.name}") as on_rows:
                    preview = preview_file(
                        self.app.database,
                        self.who.id,
                        file,
                        source=source,
                        options=options,
                        on_progress=on_rows,
                    )
                break
            except NeedsAnswer as question:
                source, options = self._answered(file, question, source, options)
        self.printer.emit(preview_json(file, preview))
        say_preview(self.printer, file, preview)

    def after(self, done: list[Batch], *, embeds: bool) -> None:
        """Make what is new findable by meaning, and say what to do next."""
        new, review = sum(b.new for b in done), sum(b.review for b in done)
        if new and embeds:
            from mediatheque.cli.embedding import embed_new

            embed_new(self.app, self.printer)
        for batch in done:
            self.printer.emit(batch_json(batch))
        if not done:
            return
        self.printer.say()
        whose = f" --user {self.who.name}"
        if review:
            self.printer.say(f"Answer {words.counted(review, 'question')}:  mediatheque review{whose}")
        self.printer.say(f"See what to watch next:  mediatheque recommend{whose}")
        if new:
            self.printer.note(f"Take it back with:  mediatheque undo {done[-1].id}{whose}")

    def _answered(
        self, file: Path, question: NeedsAnswer, source: str | None, options: Options
    ) -> tuple[str | None, Options]:
        """The options with the answer in them; raises the question again where nobody can be asked."""
        if not self.printer.is_interactive:
            choices = words.listed(question.choices, "or")
            raise NeedsAnswer(
                f"{question}. Say {option_of(question)} with one of: {choices}",
                question.option,
                question.choices,
            ) from None
        self.printer.say(f"{file.name}: {question}.")
        for n, choice in enumerate(question.choices, 1):
            self.printer.say(f"  {n}  {choice}")
        answer = question.choices[self.printer.ask_number("Which one", len(question.choices)) - 1]
        if question.option == "source":
            return answer, options
        return source, replace(options, **{question.option: answer})

    def _rows_in(self, file: Path, batch: Batch) -> int | None:
        """How many rows a bar will have to show; None where nobody looks, or it is not worth counting."""
        from mediatheque import importers
        from mediatheque.importers import Options
        from mediatheque.kit.files import Upload

        if not self.printer.console.is_terminal or file.stat().st_size < _WORTH_A_BAR:
            return None
        with self.printer.waiting(f"Looking through {file.name} …"), Upload.open(file) as upload:
            return sum(1 for _ in importers.importer(batch.source).read(upload, Options(**batch.options)))

    def _report(self, batch: Batch, seconds: float) -> None:
        from mediatheque.library.queries.batches import rejections_of

        with self.app.database.transaction() as db:
            rejections = [rejected for _, rejected in rejections_of(db, batch.id)]
        say_report(self.printer, batch, rejections, seconds=seconds)


def _naming(file: Path, error: MediathequeError) -> MediathequeError:
    """The error with the file's name, where several files were given."""
    if file.name not in str(error) and not isinstance(error, NeedsAnswer | Conflict):
        return type(error)(f"{file.name}: {error}")
    return error
