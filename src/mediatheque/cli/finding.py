"""What is there: search."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from mediatheque.cli import words
from mediatheque.cli.opening import library, person
from mediatheque.cli.options import AsJson, ForUser
from mediatheque.cli.printing import Printer, item_json
from mediatheque.kit.errors import MediathequeError
from mediatheque.vocabulary import Kind, service_name

if TYPE_CHECKING:
    from mediatheque.tools.embedder import Embedder
    from mediatheque.vocabulary import SearchHit
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
    service: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            "--on",
            metavar="SERVICE",
            help="Of films and shows, only what streams there, as netflix; may be given several times.",
        ),
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
        services=tuple(map(service_name, service or ())),
    )
    with library(printer) as app:
        embedder = None if mode is Mode.TEXT else embedder_of(app, printer, must=mode is Mode.SEMANTIC)
        with app.database.transaction() as db:
            who = person(db, user)
            which = replace(which, max_age=who.age_limit(), may_see_unrated=who.may_see_unrated)
            hits = find(
                db, embedder, asked, who.id, mode=mode.value, which=which, threshold=threshold, limit=limit
            )
    say_hits(printer, asked, hits)


def embedder_of(app: Mediatheque, printer: Printer, *, must: bool = False) -> Embedder | None:
    """The embedder; where it cannot be opened and need not be, None and a word about it."""
    try:
        return app.embedder
    except MediathequeError as error:
        if must:
            raise
        printer.note(f"Going by words alone: {error}")
        return None


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
