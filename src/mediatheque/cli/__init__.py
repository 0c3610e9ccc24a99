"""The command line: what every command has in common, and the list of them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any, Optional

import typer
from typer.core import TyperGroup

from mediatheque.cli import (
    adding,
    asking,
    catalogue,
    checking,
    demo,
    embedding,
    evaluating,
    exporting,
    finding,
    graph_patterns,
    importing,
    jobs,
    lists,
    media_changes,
    onboarding,
    reasoning,
    recommending,
    reviewing,
    serving,
    telling,
    training,
    users,
)
from mediatheque.cli.opening import Chosen, chosen
from mediatheque.cli.printing import print_error
from mediatheque.kit.errors import MediathequeError

#: Options of the program that people also write after the command's name.
_ANYWHERE = ("--debug", "--demo")


class _Commands(TyperGroup):
    """Turns what users can mend into one line and exit code 1."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        first = [arg for arg in args[:end] if arg in _ANYWHERE]
        rest = [arg for arg in args[:end] if arg not in _ANYWHERE]
        ctx.meta["mediatheque.is_json"] = "--json" in rest
        return super().parse_args(ctx, [*first, *rest, *args[end:]])

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except MediathequeError as error:
            if chosen.get().is_debug:
                raise
            print_error(error, is_json=ctx.meta["mediatheque.is_json"])
            raise typer.Exit(1) from None


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Your own library of everything you watch, read and hear: import it, search it, get recommendations.",
)


def _version(is_wanted: bool) -> None:
    if is_wanted:
        from mediatheque import __version__

        typer.echo(f"mediatheque {__version__}")
        raise typer.Exit


@app.callback()
def _before(  # pyright: ignore[reportUnusedFunction]
    data_dir: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            envvar="MEDIATHEQUE_DATA_DIR",
            file_okay=False,
            show_default=False,
            help="Folder for the database, caches and keys.",
        ),
    ] = None,
    is_demo: Annotated[
        bool, typer.Option("--demo", help="Use the demo's library instead of your own.")
    ] = False,
    is_debug: Annotated[bool, typer.Option("--debug", help="Show where an error comes from.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    chosen.set(Chosen(data_dir=data_dir, is_demo=is_demo, is_debug=is_debug))


_HISTORY, _RECORDINGS, _FIND, _SAY, _LIBRARY = (
    "Your history",
    "Your recordings",
    "Find",
    "Say",
    "The library",
)
app.command("demo", rich_help_panel="Start")(demo.demo)
app.command("start", rich_help_panel="Start")(onboarding.start)
app.command("up", rich_help_panel="Start")(serving.up)
app.command("worker", rich_help_panel="Start")(serving.worker)
app.command("check", rich_help_panel="Start")(checking.check)
app.command("import", rich_help_panel=_HISTORY)(importing.import_files)
app.command("batches", rich_help_panel=_HISTORY)(importing.batches)
app.command("undo", rich_help_panel=_HISTORY)(importing.undo)
app.command("review", rich_help_panel=_HISTORY)(reviewing.review)
app.command("add", rich_help_panel=_RECORDINGS)(adding.add)
app.command("watch-folder", rich_help_panel=_RECORDINGS)(adding.watch_folder)
app.add_typer(media_changes.media, name="media", rich_help_panel=_RECORDINGS)
app.command("search", rich_help_panel=_FIND)(finding.search)
app.command("ask", rich_help_panel=_FIND)(asking.ask)
app.command("recommend", rich_help_panel=_FIND)(recommending.recommend)
app.command("similar", rich_help_panel=_FIND)(lists.similar)
app.command("why", rich_help_panel=_FIND)(reasoning.why)
app.command("rate", rich_help_panel=_SAY)(telling.rate)
app.command("watch", rich_help_panel=_SAY)(telling.watch)
app.command("save", rich_help_panel=_SAY)(telling.save)
app.command("hide", rich_help_panel=_SAY)(telling.hide)
app.command("unhide", rich_help_panel=_SAY)(telling.unhide)
app.add_typer(graph_patterns.graph, name="graph", rich_help_panel=_FIND)
app.command("export", rich_help_panel=_HISTORY)(exporting.export)
app.add_typer(jobs.jobs, name="jobs", rich_help_panel=_LIBRARY)
app.add_typer(users.app, name="users", rich_help_panel=_LIBRARY)
app.command("train", rich_help_panel=_LIBRARY)(training.train)
app.add_typer(training.models, name="models", rich_help_panel=_LIBRARY)
app.add_typer(evaluating.evaluate, name="evaluate", rich_help_panel=_LIBRARY)
app.add_typer(evaluating.evaluations, name="evaluations", rich_help_panel=_LIBRARY)
app.command("lift", rich_help_panel=_LIBRARY)(reasoning.lift)
app.command("sync", rich_help_panel=_LIBRARY)(catalogue.sync)
app.command("enrich", rich_help_panel=_LIBRARY)(catalogue.enrich)
app.command("embed", rich_help_panel=_LIBRARY)(embedding.embed)
app.command("rebuild", rich_help_panel=_LIBRARY)(catalogue.rebuild)


def main() -> None:
    """Run the command line."""
    # Titles come in every script; a terminal that cannot show one shows a question mark, not a traceback.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # pyright: ignore[reportAttributeAccessIssue]
    app()
