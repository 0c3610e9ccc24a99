"""What is there, and what to watch next: search and recommend."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from mediatheque.cli import words
from mediatheque.cli.opening import library, person
from mediatheque.cli.options import AsJson, ForUser
from mediatheque.cli.picking import picked
from mediatheque.cli.printing import Printer, item_json
from mediatheque.kit.errors import MediathequeError
from mediatheque.vocabulary import Kind

if TYPE_CHECKING:
    from mediatheque.tools.embedder import Embedder
    from mediatheque.vocabulary import Recommendation, SearchHit
    from mediatheque.wiring import Mediatheque


class Mode(StrEnum):
    """How to search."""

    HYBRID = "hybrid"
    TEXT = "text"
    SEMANTIC = "semantic"


Kinds = Annotated[
    Optional[list[Kind]],  # noqa: UP045
    typer.Option("--kind", "-k", help="Only this kind; may be given several times."),
]


def search(
    query: Annotated[
        list[str], typer.Argument(metavar="QUERY", help="A title, words of it, or what it is about.")
    ],
    mode: Annotated[
        Mode, typer.Option("--mode", "-m", help="By words, by meaning, or both together.")
    ] = Mode.HYBRID,
    kind: Kinds = None,
    genre: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--genre", "-g", help="Only this genre; may be given several times."),
    ] = None,
    year: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(metavar="YEARS", help="One year, or a range: 1990-1999, 2010-, -1960."),
    ] = None,
    language: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(metavar="CODE", help="Only what was made in this language, as sv or ja."),
    ] = None,
    seen: Annotated[
        Optional[bool],  # noqa: UP045
        typer.Option(
            "--seen/--unseen", help="Only what you have been through, or have not.", show_default=False
        ),
    ] = None,
    threshold: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="The least likeness in meaning that counts.")
    ] = 0.4,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=100, help="How many at most.")] = 12,
    user: ForUser = None,
    as_json: AsJson = False,
) -> None:
    """Search by title (typos allowed) and by meaning.

    \b
    Examples:
      mediatheque search arival
      mediatheque search "someone alone at sea" --kind film --unseen
      mediatheque search "family saga" --kind book --year 1950-1999 --mode semantic
      mediatheque search dune --json
    """
    from mediatheque.library.queries.items import ItemFilter
    from mediatheque.search.find import find

    printer, asked = Printer(as_json), " ".join(query)
    first, last = _years(year)
    which = ItemFilter(
        kinds=tuple(kind or ()),
        genres=tuple(genre or ()),
        year_from=first,
        year_to=last,
        language=language.lower() if language else None,
        is_seen=seen,
    )
    with library(printer) as app:
        embedder = None if mode is Mode.TEXT else embedder_of(app, printer, must=mode is Mode.SEMANTIC)
        with app.database.transaction() as db:
            who = person(db, user)
            hits = find(
                db, embedder, asked, who.id, mode=mode.value, which=which, threshold=threshold, limit=limit
            )
    say_hits(printer, asked, hits)


def recommend(
    kind: Kinds = None,
    n: Annotated[int, typer.Option("-n", "--number", min=1, max=100, help="How many.")] = 10,
    method: Annotated[
        str,
        typer.Option("--method", "-m", help="mixed, popular, content, because-you-liked or collaborative."),
    ] = "mixed",
    exclude: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--exclude", "-x", metavar="ITEM", help="Not this one; may be given several times."),
    ] = None,
    user: ForUser = None,
    as_json: AsJson = False,
) -> None:
    """Recommend what to watch or read next, each with the reason.

    \b
    Examples:
      mediatheque recommend
      mediatheque recommend --kind book -n 5
      mediatheque recommend --exclude "Dune (2021)" --method content
    """
    from mediatheque.recommend.queries.shown import add_shown
    from mediatheque.recommend.serve import methods
    from mediatheque.recommend.serve import recommend as serve

    if method not in methods():
        raise typer.BadParameter(f"'{method}' is not one of {', '.join(methods())}", param_hint="--method")
    printer, kinds = Printer(as_json), tuple(kind or ())
    with library(printer) as app:
        model_id = model_of(app, printer)
        with app.database.transaction() as db:
            who = person(db, user)
            excluded = [picked(db, who.id, name, printer).id for name in exclude or ()]
            best = serve(
                db,
                who.id,
                kinds=kinds,
                n=n,
                exclude=excluded,
                method=method,
                model_id=model_id,
                on_duty=app.champions.current(),
            )
            asked = {
                "kinds": [k.value for k in kinds],
                "n": n,
                "exclude": excluded,
                "method": method,
                "via": "cli",
            }
            add_shown(db, who.id, asked, best)
    for recommendation in best:
        printer.emit(recommendation_json(recommendation))
    if not best:
        printer.say("There is nothing to recommend yet. Fill the catalogue with: mediatheque sync starter")
        return
    say_recommendations(printer, best)
    printer.note("Say what you think of one: mediatheque rate, watch, save or hide TITLE")


def embedder_of(app: Mediatheque, printer: Printer, *, must: bool = False) -> Embedder | None:
    """The embedder; where it cannot be opened and need not be, None and a word about it."""
    try:
        return app.embedder
    except MediathequeError as error:
        if must:
            raise
        printer.note(f"Going by words alone: {error}")
        return None


def model_of(app: Mediatheque, printer: Printer) -> int | None:
    """The number of the embedder's model in this library; None when nothing is embedded by it."""
    from mediatheque.stores.vectors import store

    embedder = embedder_of(app, printer)
    if embedder is None:
        return None
    with app.database.transaction() as db:
        return store().model_id(db, embedder.name)


def say_hits(printer: Printer, asked: str, hits: list[SearchHit]) -> None:
    """Print what was found."""
    for hit in hits:
        printer.emit({"item": item_json(hit.item), "score": hit.score, "matched": list(hit.matched)})
    if not hits:
        printer.say(f"Nothing found for “{asked}”. A lower --threshold finds what is less alike.")
        return
    by_name = {"text": "words", "semantic": "meaning"}
    rows = [
        (
            str(hit.item.id),
            words.title_of(hit.item.work),
            words.about(hit.item.work),
            f"{hit.score:.2f}",
            words.listed(by_name.get(m, m) for m in hit.matched),
        )
        for hit in hits
    ]
    printer.table(("#", "Title", "", "Score", "Found by"), rows, right=("#", "Score"), wrapping=("Title", ""))


def say_recommendations(printer: Printer, best: list[Recommendation]) -> None:
    """Print recommendations, the reason below each."""
    from rich.table import Table
    from rich.text import Text

    if fallback := next((r.fallback for r in best if r.fallback), None):
        printer.say(_sentence(fallback), style="yellow")
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", no_wrap=True)
    for n, recommendation in enumerate(best, 1):
        item = recommendation.item
        said = Text.assemble(
            (words.title_of(item.work), "bold"),
            f"  {words.about(item.work)}",
            (f"  #{item.id} {recommendation.method}\n", "dim"),
            (_sentence(recommendation.because), "italic"),
        )
        table.add_row(str(n), said)
    printer.say(table)


def recommendation_json(recommendation: Recommendation) -> dict[str, Any]:
    """A recommendation as a program reads it."""
    return {
        "item": item_json(recommendation.item),
        "score": recommendation.score,
        "method": recommendation.method,
        "because": recommendation.because,
        "fallback": recommendation.fallback,
        "contributions": dict(recommendation.contributions),
    }


def _sentence(text: str) -> str:
    """With a capital and a full stop."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def _years(text: str | None) -> tuple[int | None, int | None]:
    if text is None:
        return None, None
    first, dash, last = text.strip().partition("-")
    if not (first or last) or any(part and not part.isdecimal() for part in (first, last)):
        raise typer.BadParameter(
            f"'{text}' is no year and no range such as 1990-1999, 2010- or -1960", param_hint="--year"
        )
    begin, end = (int(part) if part else None for part in (first, last))
    return begin, (end if dash else begin)
