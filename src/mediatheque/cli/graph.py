"""The graph: a thing and what it is connected with, ways between things, and where one met something before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from mediatheque.cli import words
from mediatheque.cli.drawing import (
    around_tree,
    edge_json,
    neighbour_tree,
    path_tree,
    telling_json,
    thing_json,
)
from mediatheque.cli.naming import ThingName, described, label, meant
from mediatheque.cli.options import AsJson, ForUser
from mediatheque.cli.picking import ItemName, picked
from mediatheque.cli.printing import Printer
from mediatheque.cli.walking import Open, walking
from mediatheque.kit.errors import Invalid

if TYPE_CHECKING:
    from mediatheque.graph.queries.naming import Thing
    from mediatheque.graph.walks import Common, Telling
    from mediatheque.library.queries.users import User
    from mediatheque.stores.graph import Edge

graph = typer.Typer(
    no_args_is_help=True,
    help="How everything hangs together: show, path, common, why, timeline, communities, central, export, rebuild, sync.",
)

Types = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option(
        "--types",
        "-t",
        metavar="TYPE",
        help="Only such connections, as directed-by; several with commas between.",
    ),
]


@graph.command("show")
def show(
    name: ThingName,
    types: Types = None,
    hops: Annotated[int, typer.Option(min=1, max=4, help="How far around it.")] = 1,
    limit: Annotated[
        int, typer.Option("--limit", "-n", min=1, max=1000, help="How many connections at most.")
    ] = 40,
    user: ForUser = None,
    as_json: AsJson = False,
) -> None:
    """Show what a thing is connected with, and who says so: what says most first.

    \b
    Examples:
      mediatheque graph show Arrival
      mediatheque graph show "person:Denis Villeneuve" --hops 2
      mediatheque graph show "Dune (2021)" --types adapted-from,directed-by --json
      mediatheque graph show me --types rated -n 10
    """
    from mediatheque.graph import walks

    printer = Printer(as_json)
    with walking(printer, user) as on:
        here = meant(on.db, on.view, name, printer)
        given = (on.graph, on.db, on.view, here.node)
        if hops > 1:
            around = walks.around(*given, types=_types(types), hops=hops, limit=limit)
            found, tree = len(around), around_tree(here, around)
            for one in around:
                printer.emit(
                    {
                        **thing_json(one.thing), "hops": one.hops, "score": one.score,
                        "parent": label(one.parent), "words": one.words, "edge": edge_json(one.edge),
                    }
                )  # fmt: skip
        else:
            neighbours = walks.neighbours_of(*given, types=_types(types), limit=limit)
            found, tree = len(neighbours), neighbour_tree(here, neighbours)
            for one in neighbours:
                printer.emit({**thing_json(one.thing), "words": one.words, "edge": edge_json(one.edge)})
    if not found:
        among = " of these types" if types else ""
        printer.say(
            f"{described(here).capitalize() if here.is_reader else described(here)}: no connections{among}."
        )
        return
    printer.say(tree)
    if found == limit:
        most = "The one that says most" if limit == 1 else f"The {limit} that say most"
        printer.note(f"{most}; more with --limit.")


@graph.command("path")
def path(
    a: ThingName,
    b: ThingName,
    types: Types = None,
    max_length: Annotated[
        int, typer.Option("--max-length", "-l", min=1, max=6, help="Of so many connections at most.")
    ] = 4,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=20, help="How many at most.")] = 5,
    as_tree: Annotated[
        bool, typer.Option("--tree", help="Each step on a line of its own, with who says so.")
    ] = False,
    user: ForUser = None,
    as_json: AsJson = False,
) -> None:
    """Tell how two things hang together: the most telling ways from one to the other, each in a sentence.

    What many things share, as a large genre, tells little; what few share tells much.

    \b
    Examples:
      mediatheque graph path Arrival "Dune (2021)"
      mediatheque graph path "Listening in the Dark" "person:Frank Herbert" --max-length 6
      mediatheque graph path me Solaris --tree
    """
    from mediatheque.graph.walks import paths_between

    printer = Printer(as_json)
    with walking(printer, user) as on:
        start, end = (meant(on.db, on.view, name, printer) for name in (a, b))
        tellings = paths_between(
            on.graph, on.db, on.view, start.node, end.node,
            types=_types(types), max_length=max_length, limit=limit,
        )  # fmt: skip
    if not tellings and not as_json:
        longer = "" if max_length == 6 else f" Longer ones: --max-length {min(max_length + 2, 6)}"
        printer.say(
            f"No way from {described(start)} to {described(end)} was found with at most {max_length} connections.{longer}"
        )
    say_paths(printer, tellings, as_tree=as_tree)


@graph.command("why")
def why(
    item: ItemName,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=20, help="How many at most.")] = 3,
    as_tree: Annotated[bool, typer.Option("--tree", help="Each step on a line of its own.")] = False,
    user: ForUser = None,
    as_json: AsJson = False,
) -> None:
    """Tell what connects you with a title: by what you watched, read, heard or rated.

    \b
    Examples:
      mediatheque graph why Arrival
      mediatheque graph why "Dune (2021)" --tree
    """
    from mediatheque.graph.walks import why as told

    printer = Printer(as_json)
    with walking(printer, user) as on:
        title = picked(on.db, on.who.id, item, printer)
        tellings = told(on.graph, on.db, on.view, title.id, limit=limit)
    if not tellings:
        printer.say(f"Nothing that you know leads to {words.item(title)} in four steps.")
    say_paths(printer, tellings, as_tree=as_tree)


@graph.command("common")
def common(
    names: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Argument(metavar="[A B]", help="Two things: titles, people …", show_default=False),
    ] = None,
    together: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--with", metavar="NAME", help="You and this user, who shares their taste."),
    ] = None,
    types: Types = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=200, help="How much at most.")] = 12,
    user: ForUser = None,
    as_json: AsJson = False,
) -> None:
    """Tell what two things have in common, or you and somebody who shares their taste, as you have to, too.

    \b
    Examples:
      mediatheque graph common Arrival Sicario
      mediatheque graph common "person:Denis Villeneuve" "person:Amy Adams"
      mediatheque graph common --with Ben
    """
    from mediatheque.graph.walks import common_ground

    printer = Printer(as_json)
    if bool(names) == bool(together) or (names and len(names) != 2):
        raise typer.BadParameter("name two things, or one user: --with NAME", param_hint="A B")
    with walking(printer, user) as on:
        if together:
            names = ["me", f"user:{_sharing(on, together).name}"]
        a, b = (meant(on.db, on.view, name, printer) for name in names or ())
        if a.node == b.node:
            raise Invalid(f"{described(a)} is one thing; name two")
        found = common_ground(on.graph, on.db, on.view, a.node, b.node, types=_types(types), limit=limit)
    say_common(printer, a, b, found, viewer=on.who.id)


@graph.command("timeline")
def timeline(
    name: ThingName,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=500, help="How many times at most.")] = 50,
    user: ForUser = None,
    as_json: AsJson = False,
) -> None:
    """Tell where you met something before: when you watched, rated or saved it, and which recordings mention it.

    \b
    Examples:
      mediatheque graph timeline Arrival
      mediatheque graph timeline "Dune (1965)" --json
    """
    from mediatheque.graph.walks import timeline as told

    printer = Printer(as_json)
    with walking(printer, user) as on:
        here = meant(on.db, on.view, name, printer)
        met = told(on.graph, on.db, on.view, here.node, limit=limit)
    for one in met:
        printer.emit(
            {
                "at": one.at,
                "at_ms": one.at_ms,
                "words": one.words,
                "thing": thing_json(one.thing),
                "edge": edge_json(one.edge),
            }
        )
    if not met:
        printer.say(f"You have not met {here.name} before, as far as your library knows.")
        return
    printer.table(
        ("When", "What"),
        [(words.short_day(one.at) if one.at else "some day", one.words) for one in met],
        wrapping=("What",),
    )


def say_paths(printer: Printer, tellings: Sequence[Telling], *, as_tree: bool = False) -> None:
    """Print paths, each a sentence or a tree."""
    from rich.padding import Padding
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", no_wrap=True)
    for n, telling in enumerate(tellings, 1):
        printer.emit(telling_json(telling))
        table.add_row(
            str(n), Padding(path_tree(telling), (0, 0, 1, 0)) if as_tree else f"{telling.sentence}."
        )
    if tellings:
        printer.say(table)


def say_common(printer: Printer, a: Thing, b: Thing, found: Sequence[Common], *, viewer: int) -> None:
    """Print what two things have in common: what it is, and what each of them has to do with it."""
    from rich.text import Text
    from rich.tree import Tree

    for one in found:
        printer.emit(_common_json(one, viewer))
    if not found:
        printer.say(f"{_begun(a)} and {b.name} have nothing in common that is known.")
        return
    for one in found:
        tree = Tree(
            Text.assemble((one.thing.name, "bold"), described(one.thing).removeprefix(one.thing.name)),
            guide_style="dim",
        )
        tree.add(Text(f"{_begun(a)} {one.words_a}"))
        tree.add(Text(f"{_begun(b)} {one.words_b}"))
        printer.say(tree)


def _begun(thing: Thing) -> str:
    return "You" if thing.is_reader else thing.name


def _common_json(one: Common, viewer: int) -> dict[str, Any]:
    return {
        **thing_json(one.thing),
        "score": one.score,
        "words_a": one.words_a,
        "words_b": one.words_b,
        "edge_a": _edge_json(one.edge_a, viewer),
        "edge_b": _edge_json(one.edge_b, viewer),
    }


def _edge_json(edge: Edge, viewer: int) -> dict[str, Any]:
    """Of what somebody else has to do with a title, neither since when nor from which service."""
    return edge_json(edge) if edge.owner_id in (0, viewer) else {"type": edge.type}


def _sharing(on: Open, name: str) -> User:
    """The user called `name`, if both share their taste; raises saying what to do otherwise."""
    from mediatheque.library.queries.users import sharing_user_named

    other = sharing_user_named(on.db, name)
    if other.id == on.who.id:
        raise Invalid("That is you: name somebody else")
    if other.id not in on.view.guests:
        raise Invalid(
            f"{other.name} lets others see their taste, and you have to let them see yours:"
            f" mediatheque users set {on.who.name} --shares-taste"
        )
    return other


def _types(given: Sequence[str] | None) -> tuple[str, ...]:
    """The types, as they may stand side by side or with commas between."""
    return tuple(name for part in given or () for name in part.split(",") if name.strip())
