"""What is there, and what was said: search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from mediatheque.cli import words
from mediatheque.cli.opening import library, person
from mediatheque.cli.options import AsJson, ForUser
from mediatheque.cli.printing import Printer, item_json
from mediatheque.cli.quoting import say_recordings
from mediatheque.kit.errors import MediathequeError
from mediatheque.vocabulary import Kind, service_name

if TYPE_CHECKING:
    from mediatheque.search.passages import MediaHit
    from mediatheque.tools.embedder import Embedder
    from mediatheque.vocabulary import SearchHit
    from mediatheque.wiring import Mediatheque


class Mode(StrEnum):
    """How to search."""

    HYBRID = "hybrid"
    TEXT = "text"
    SEMANTIC = "semantic"


class Where(StrEnum):
    """Where to look."""

    ALL = "all"
    ITEMS = "items"
    PASSAGES = "passages"


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
    where: Annotated[
        Where, typer.Option("--in", help="Among items, in what is said in your recordings, or both.")
    ] = Where.ALL,
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
    speaker: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(metavar="NAME", help="Only what they say; may be given several times."),
    ] = None,
    tag: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(metavar="TAG", help="Only recordings with this tag; may be given several times."),
    ] = None,
    source: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            metavar="SITE",
            help="Only recordings from there, as youtube or example.org; or link, file, recording, folder.",
        ),
    ] = None,
    since: Annotated[
        Optional[datetime],  # noqa: UP045
        typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="Only recordings added then or later."),
    ] = None,
    until: Annotated[
        Optional[datetime],  # noqa: UP045
        typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="Only recordings added then or before."),
    ] = None,
    threshold: Annotated[
        Optional[float],  # noqa: UP045
        typer.Option(
            min=0.0,
            max=1.0,
            help="The least likeness in meaning that counts; else 0.4 of items, 0.25 of what is said.",
            show_default=False,
        ),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=100, help="How many at most.")] = 12,
    user: ForUser = None,
    as_json: AsJson = False,
) -> None:
    """Search by title (typos allowed), by meaning, and in what is said in your recordings.

    Options that only recordings have (speaker, tag, source, dates) leave other items out.

    \b
    Examples:
      mediatheque search arival
      mediatheque search "someone alone at sea" --kind film --unseen
      mediatheque search "family saga" --kind book --year 1950-1999 --mode semantic
      mediatheque search dune --json
      mediatheque search "seven coats of varnish" --in passages --speaker Tove
      mediatheque search '"slow bread" -yeast' --tag baking --since 2026-01-01
    """
    from mediatheque.library.queries.items import ItemFilter
    from mediatheque.search.find import find, query_vector
    from mediatheque.search.passage_filter import passage_filter
    from mediatheque.search.passages import LEAST_LIKENESS, search_recordings

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
    narrowed = passage_filter(
        speakers=speaker or (), tags=tag or (), sources=source or (), added=(_day(since), _day(until))
    )
    hits: list[SearchHit] = []
    recordings: list[MediaHit] = []
    with library(printer) as app:
        embedder = None if mode is Mode.TEXT else embedder_of(app, printer, must=mode is Mode.SEMANTIC)
        vector = query_vector(embedder, asked, mode=mode.value)
        with app.database.transaction() as db:
            who = person(db, user)
            which = replace(which, max_age=who.age_limit(), may_see_unrated=who.may_see_unrated)
            if where is not Where.PASSAGES and not narrowed.is_of_recordings:
                hits = find(
                    db,
                    embedder,
                    asked,
                    who.id,
                    mode=mode.value,
                    which=which,
                    threshold=0.4 if threshold is None else threshold,
                    limit=limit,
                    vector=vector,
                )
            if where is not Where.ITEMS:
                recordings = search_recordings(
                    db,
                    who.id,
                    asked,
                    embedder_name=embedder.name if embedder is not None else None,
                    vector=vector,
                    which=replace(narrowed, item=which),
                    mode=mode.value,
                    threshold=LEAST_LIKENESS if threshold is None else threshold,
                    limit=limit,
                )
    say_hits(printer, asked, hits, recordings, is_narrowed=narrowed.is_of_recordings)


def embedder_of(app: Mediatheque, printer: Printer, *, must: bool = False) -> Embedder | None:
    """The embedder; where it cannot be opened and need not be, None and a word about it."""
    try:
        return app.embedder
    except MediathequeError as error:
        if must:
            raise
        printer.note(f"Going by words alone: {error}")
        return None


def say_hits(
    printer: Printer,
    asked: str,
    hits: Sequence[SearchHit],
    recordings: Sequence[MediaHit] = (),
    *,
    is_narrowed: bool = False,
) -> None:
    """Print what was found: items, and below them what was said."""
    for hit in hits:
        printer.emit({"item": item_json(hit.item), "score": hit.score, "matched": list(hit.matched)})
    if not hits and not recordings:
        hint = (
            "Look whether the speaker, tag or source is written so: mediatheque media list"
            if is_narrowed
            else "A lower --threshold finds what is less alike."
        )
        printer.say(f"Nothing found for “{asked}”. {hint}")
        return
    if hits:
        _say_items(printer, hits)
    if hits and recordings:
        printer.say("")
    say_recordings(printer, recordings)


def _say_items(printer: Printer, hits: Sequence[SearchHit]) -> None:
    by_name = {"text": "words", "semantic": "meaning"}
    rows = [
        (
            str(hit.item.id),
            words.title_of(hit.item.work),
            "; ".join(filter(None, (words.about(hit.item.work), words.connected(hit.item.work)))),
            f"{hit.score:.2f}",
            words.listed(by_name.get(m, m) for m in hit.matched),
        )
        for hit in hits
    ]
    printer.table(("#", "Title", "", "Score", "Found by"), rows, right=("#", "Score"), wrapping=("Title", ""))


def _day(at: datetime | None) -> date | None:
    return at.date() if at is not None else None


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
