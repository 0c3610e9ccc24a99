"""The catalogue and what is concluded from facts: sync, enrich, rebuild."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from mediatheque.cli import words
from mediatheque.cli.embedding import embed_new
from mediatheque.cli.finding import embedder_of
from mediatheque.cli.opening import library, person
from mediatheque.cli.options import AsJson, ForUser
from mediatheque.cli.printing import Printer
from mediatheque.cli.walking import build as build_graph
from mediatheque.kit.errors import Invalid
from mediatheque.vocabulary import Kind

if TYPE_CHECKING:
    from mediatheque.wiring import Mediatheque

NoEmbed = Annotated[
    bool, typer.Option("--no-embed", help="Leave search by meaning for later (mediatheque embed).")
]


class Part(StrEnum):
    """What can be rebuilt."""

    ITEMS = "items"
    HISTORY = "history"
    GRAPH = "graph"
    EMBEDDINGS = "embeddings"
    ALL = "all"


def sync(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="starter, tmdb, google-books or open-library.")
    ],
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many works at most.")] = 1000,
    language: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(metavar="CODE", help="Works in this language, as sv; may be given several times."),
    ] = None,
    genre: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--genre", "-g", help="Works of this genre; may be given several times."),
    ] = None,
    kind: Annotated[
        Optional[list[Kind]],  # noqa: UP045
        typer.Option("--kind", "-k", help="Only this kind; may be given several times."),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Ask for no details: fewer requests, no credits.")
    ] = False,
    no_embed: NoEmbed = False,
    as_json: AsJson = False,
) -> None:
    """Fill the catalogue from a source; goes on where it was interrupted, and brings nothing twice.

    TMDB asks for MEDIATHEQUE_TMDB_TOKEN; the others work without a key.

    \b
    Examples:
      mediatheque sync starter
      mediatheque sync tmdb --limit 5000 --language ja --language ko
      mediatheque sync open-library --genre Mystery --quick
    """
    from mediatheque.enrich.sources import SyncPlan
    from mediatheque.flows import catalogue

    printer = Printer(as_json)
    plan = SyncPlan(
        limit=limit,
        languages=tuple(language or ()),
        genres=tuple(genre or ()),
        kinds=frozenset(kind) if kind else frozenset(Kind),
        is_detailed=not quick,
    )
    with library(printer) as app:
        with printer.progress(f"Asking {source}", limit if source != "starter" else None) as on_progress:
            synced = catalogue.sync(
                app.database, source, app.source_settings(source), plan, on_progress=on_progress
            )
        embedded = 0 if no_embed else embed_new(app, printer)
    printer.emit(
        {
            "source": synced.source,
            "seen": synced.seen,
            "new_claims": synced.new_claims,
            "new_items": synced.new_items,
            "matched": synced.matched,
            "embedded": embedded,
        }
    )
    printer.say(
        f"{words.counted(synced.seen, 'work')} from {synced.source}: "
        f"{words.counted(synced.new_items, 'new title')} in the catalogue."
    )
    if synced.matched:
        printer.say(f"{words.counted(synced.matched, 'title')} of your own history found their entry.")


def enrich(
    source: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--source", "-s", metavar="SOURCE", help="Ask this one; may be given several times."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="About how many titles to ask.")] = 1000,
    no_embed: NoEmbed = False,
    user: ForUser = None,
    as_json: AsJson = False,
) -> None:
    """Ask the sources about titles of your history that the catalogue does not have, the latest first.

    \b
    Examples:
      mediatheque enrich
      mediatheque enrich --source tmdb --source open-library --user Mira
    """
    from mediatheque.enrich import sources
    from mediatheque.flows.enriching import enrich_own_items

    printer = Printer(as_json)
    names = tuple(source or (name for name in sources.names() if name != "starter"))
    for name in names:
        sources.source(name)
    with library(printer) as app:
        ready = _with_keys(app, printer, names)
        with app.database.transaction() as db:
            who = person(db, user)
        with printer.progress("Asking about your titles") as on_progress:
            enriched = enrich_own_items(
                app.database, who.id, app.source_settings, names=ready, limit=limit, on_progress=on_progress
            )
        if enriched.claims and not no_embed:
            embed_new(app, printer)
    why = {failure.source: failure.why for failure in enriched.failures}
    printer.emit(
        {
            "asked": enriched.asked,
            "claims": enriched.claims,
            "matched": enriched.matched,
            "failures": [{"source": name, "why": reason} for name, reason in why.items()],
        }
    )
    printer.say(
        f"{words.counted(enriched.asked, 'title')} asked about, {words.counted(enriched.claims, 'answer')}, "
        f"{words.counted(enriched.matched, 'title')} found."
    )
    for name, reason in why.items():
        printer.say(f"{name} did not always answer: {reason}", style="yellow")
    if enriched.asked and why and not enriched.claims:
        raise typer.Exit(1)


def _with_keys(app: Mediatheque, printer: Printer, names: tuple[str, ...]) -> tuple[str, ...]:
    """The sources that have what they need; raises Invalid when none has."""
    from mediatheque.enrich import sources

    ready = tuple(n for n in names if app.source_settings(n).token or not sources.source(n).needs_key)
    for name in names:
        if name not in ready:
            printer.note(f"{name} is not asked: it needs MEDIATHEQUE_{name.upper().replace('-', '_')}_TOKEN")
    if not ready:
        raise Invalid("None of these sources can be asked without its key; see: mediatheque check")
    return ready


def rebuild(
    part: Annotated[
        Part, typer.Argument(metavar="items|history|graph|embeddings|all", help="What to work out again.")
    ],
    as_json: AsJson = False,
) -> None:
    """Work out again what follows from the facts; where nothing changed, nothing changes.

    items: the merged fields of every title. history: what is seen, rated, saved and hidden. graph: what is
    connected with what. embeddings: the vectors behind search by meaning.

    \b
    Examples:
      mediatheque rebuild history
      mediatheque rebuild all --json
    """
    from mediatheque.flows import embedding, rebuilding

    printer = Printer(as_json)
    done: dict[str, Any] = {}
    with library(printer) as app:
        if part in (Part.ITEMS, Part.ALL):
            with printer.progress("Merging titles", _count_items(app)) as on_progress:
                done["items"] = rebuilding.rebuild_items(app.database, on_progress=on_progress)
        if part in (Part.HISTORY, Part.ALL):
            with printer.progress("Reading histories") as on_progress:
                done["users"] = rebuilding.rebuild_history(app.database, on_progress=on_progress)
        if part in (Part.GRAPH, Part.ALL):
            done["graph"] = build_graph(app, printer, anew=True)
        if part in (Part.EMBEDDINGS, Part.ALL):
            embedder = embedder_of(app, printer, must=part is Part.EMBEDDINGS)
            if embedder is None:
                printer.note("MEDIATHEQUE_EMBEDDER is none, so there are no embeddings to rebuild.")
            else:
                with printer.progress("Learning what titles mean", _count_items(app)) as on_progress:
                    done["embeddings"] = embedding.rebuild(app.database, embedder, on_progress=on_progress)
    printer.emit(done)
    what = {"items": "title", "users": "history", "graph": "connected thing", "embeddings": "embedding"}
    parts = words.listed(words.counted(n, what[name]) for name, n in done.items())
    printer.say(f"Rebuilt: {parts or 'nothing'}.")


def _count_items(app: Mediatheque) -> int:
    from mediatheque.library.queries.rebuilding import count_live_items

    with app.database.transaction() as db:
        return count_live_items(db)
