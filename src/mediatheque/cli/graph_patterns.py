"""The graph as a whole: what one's titles fall into, what one's taste is about, files of it, and building it anew."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mediatheque.cli import words
from mediatheque.cli.drawing import thing_json
from mediatheque.cli.graph import graph
from mediatheque.cli.naming import described
from mediatheque.cli.opening import library, person
from mediatheque.cli.options import AsJson, ForUser
from mediatheque.cli.printing import Printer
from mediatheque.cli.walking import build, see_that_it_is_built, walking
from mediatheque.kit.errors import Invalid

if TYPE_CHECKING:
    from mediatheque.graph.central import Centre
    from mediatheque.graph.communities import Community


@graph.command("communities")
def communities(
    resolution: Annotated[
        float, typer.Option(min=0.1, max=10.0, help="More: smaller communities; less: larger ones.")
    ] = 1.0,
    top: Annotated[int, typer.Option("--top", min=1, max=100, help="How many titles of each to show.")] = 5,
    user: ForUser = None,
    as_json: AsJson = False,
) -> None:
    """Show what your titles fall into: groups that hang together, named by what they share.

    \b
    Examples:
      mediatheque graph communities
      mediatheque graph communities --resolution 2 --top 10 --json
    """
    from mediatheque.graph.communities import communities as found_in

    printer = Printer(as_json)
    with walking(printer, user) as on, printer.waiting("Looking what hangs together …"):
        found = found_in(on.graph, on.db, on.view, resolution=resolution, top=top)
    for one in found.communities:
        printer.emit(_community_json(one))
    if not found.communities:
        printer.say("Nothing of yours hangs together yet. Import your history with: mediatheque import FILE")
        return
    for one in found.communities:
        _say_community(printer, one)
    if found.others_size:
        printer.note(f"{words.counted(found.others_size, 'title')} in none of them.")
    if found.items_left_out:
        printer.note(
            f"{words.counted(found.items_left_out, 'title')} with which you have least to do were not looked at."
        )


def _say_community(printer: Printer, one: Community) -> None:
    from rich.padding import Padding
    from rich.text import Text

    size = words.counted(one.size, "title")
    share = f"{one.share:.0%}" if one.share >= 0.005 else "less than 1%"
    printer.say(Text.assemble((one.name, "bold"), f"  {size}, {share} of your time"))
    titles = words.listed(thing.name for thing in one.members)
    more = one.size - len(one.members)
    told = f"{titles}; and {words.number(more)} more" if more > 0 else titles
    printer.say(Padding(Text(told), (0, 0, 0, 2)))
    if shared := "; ".join(f"{t.name} ({t.members})" for t in one.traits):
        printer.say(Padding(Text(f"In common: {shared}", style="dim"), (0, 0, 0, 2)))
    printer.say("")


@graph.command("central")
def central(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=100, help="How many of each.")] = 10,
    user: ForUser = None,
    as_json: AsJson = False,
) -> None:
    """Show who and what your taste is about: the people and themes that your loved titles lead back to.

    \b
    Examples:
      mediatheque graph central
      mediatheque graph central -n 20 --json
    """
    from mediatheque.graph.central import central as found_in

    printer = Printer(as_json)
    with walking(printer, user) as on, printer.waiting("Walking from what you love …"):
        found = found_in(on.graph, on.db, on.view, limit=limit)
    if not found.people and not found.themes:
        printer.say("There is too little to tell by yet. Import your history, or rate a few titles.")
        return
    for name, centres in (("People", found.people), ("Themes", found.themes)):
        for one in centres:
            printer.emit({"part": name.lower(), **_centre_json(one)})
        if centres:
            printer.table(
                (name, "Yours", "Against others", ""),
                [(one.thing.name, words.number(one.titles), f"{one.lift:.1f}×", one.sentence) for one in centres],
                right=("Yours", "Against others"),
                wrapping=(name, ""),
            )  # fmt: skip
            printer.say("")


@graph.command("export")
def export(
    form: Annotated[str, typer.Argument(metavar="FORM", help="graphml, jsonl, cypher or neo4j-csv.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to; - for standard output.")],
    force: Annotated[bool, typer.Option("--force", "-f", help="Replace a file that is there.")] = False,
    user: ForUser = None,
    as_json: AsJson = False,
) -> None:
    """Write the graph as you see it into a file for other programs: the catalogue and your own, nobody else's.

    \b
    Examples:
      mediatheque graph export graphml library.graphml
      mediatheque graph export jsonl - | head
      mediatheque graph export cypher library.cypher --user Mira --force
    """
    from mediatheque.flows.exporting_graph import export_graph

    is_stdout = str(file) == "-"
    if is_stdout and as_json:
        raise Invalid("Standard output is for one of both: leave out --json, or name a file")
    printer = Printer(is_json=as_json or is_stdout)
    if not is_stdout:
        _check_place(file, force=force)
    with library(printer) as app:
        see_that_it_is_built(app, printer)
        with app.database.transaction() as db:
            who = person(db, user)
        with closing(_as_generator(export_graph(app.database, app.graph, who.id, form))) as pieces:
            if is_stdout:
                for piece in pieces:
                    sys.stdout.buffer.write(piece)
                sys.stdout.buffer.flush()
                return
            with printer.waiting(f"Writing {file.name} …"):
                _write(file, pieces)
    size = file.stat().st_size
    printer.emit({"file": str(file), "form": form, "bytes": size, "user": who.name})
    printer.say(f"The graph as {who.name} sees it is in {file} ({words.size(size)}).")


def _as_generator(pieces: Iterator[bytes]) -> Generator[bytes]:
    """Pieces that can be ended before the last one is taken."""
    yield from pieces


def _check_place(file: Path, *, force: bool) -> None:
    if file.exists() and not force:
        raise Invalid(f"{file} is there already; choose another name, or say --force to replace it")
    if not file.absolute().parent.is_dir():
        raise Invalid(f"There is no folder {file.absolute().parent}; make it, or choose another place")


def _write(file: Path, pieces: Iterator[bytes]) -> None:
    """All of it or nothing: what is not whole never bears the name."""
    part = file.with_name(f".{file.name}.part")
    try:
        with part.open("wb") as into:
            for piece in pieces:
                into.write(piece)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


@graph.command("rebuild")
def rebuild(as_json: AsJson = False) -> None:
    """Work out the whole graph again from the facts; where nothing changed, nothing changes.

    It follows every change by itself: this is for after `mediatheque check` says that something is wrong with it.

    \b
    Examples:
      mediatheque graph rebuild
      mediatheque rebuild graph --json
    """
    printer = Printer(as_json)
    with library(printer) as app:
        done = build(app, printer, anew=True)
        with app.database.transaction() as db:
            from mediatheque.graph.queries.wellness import graph_figures

            figures = graph_figures(db)
    printer.emit({"graph": done, "nodes": figures.nodes, "edges": figures.edges})
    printer.say(
        f"Rebuilt from {words.counted(done, 'title')} and people: "
        f"{words.counted(figures.nodes, 'thing')}, {words.counted(figures.edges, 'connection')}."
    )


@graph.command("sync")
def sync(
    anew: Annotated[bool, typer.Option("--anew", help="Tell everything again.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring the copy of the graph in a Neo4j up to date, as the worker does all the time (see MEDIATHEQUE_GRAPH_URL).

    \b
    Examples:
      mediatheque graph sync
      mediatheque graph sync --anew --json
    """
    from mediatheque.flows.syncing_graph import sync_graph

    printer = Printer(as_json)
    with library(printer) as app:
        see_that_it_is_built(app, printer)
        with printer.progress("Telling the graph elsewhere") as on_progress:
            synced = sync_graph(app, anew=anew, on_progress=on_progress)
    loaded = synced.loaded
    printer.emit(
        {
            "loaded": {"nodes": loaded.nodes, "edges": loaded.edges} if loaded else None,
            "changes": synced.changes,
        }
    )
    if loaded:
        printer.say(
            f"Loaded {words.counted(loaded.nodes, 'thing')} and {words.counted(loaded.edges, 'connection')}."
        )
    changed = words.counted(synced.changes, "change")
    printer.say(f"Told of {changed}." if synced.changes else "It is up to date.")


def _community_json(one: Community) -> dict[str, Any]:
    return {
        "number": one.number,
        "name": one.name,
        "size": one.size,
        "share": one.share,
        "members": [thing_json(thing) for thing in one.members],
        "traits": [
            {"name": t.name, "what": t.what, "members": t.members, "score": t.score} for t in one.traits
        ],
    }


def _centre_json(one: Centre) -> dict[str, Any]:
    return {
        **thing_json(one.thing),
        "described": described(one.thing),
        "score": one.score,
        "lift": one.lift,
        "titles": one.titles,
        "average_rating": one.average_rating,
        "sentence": one.sentence,
    }
