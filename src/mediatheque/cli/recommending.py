"""What to watch, read or hear next: recommend."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, Optional

import typer

from mediatheque.cli import words
from mediatheque.cli.finding import Kinds, embedder_of
from mediatheque.cli.opening import library, person
from mediatheque.cli.options import AsJson, ForUser
from mediatheque.cli.picking import picked
from mediatheque.cli.printing import Printer, item_json

if TYPE_CHECKING:
    from mediatheque.kit.database import Connection
    from mediatheque.recommend.request import Means, Recommended, Rules
    from mediatheque.vocabulary import Kind, Recommendation
    from mediatheque.wiring import Mediatheque

Number = Annotated[int, typer.Option("-n", "--number", min=1, max=100, help="How many.")]
Method = Annotated[
    str,
    typer.Option(
        "--method",
        "-m",
        metavar="METHOD",
        help="mixed, or one method alone: popular, trending, content, because-you-liked, connected, like-minded, collaborative.",
    ),
]
Exclude = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option("--exclude", "-x", metavar="ITEM", help="Not this one; may be given several times."),
]
Languages = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option(
        "--language", "-l", metavar="CODE", help="Only made in this language, as sv or ja; repeatable."
    ),
]
Services = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option(
        "--on", metavar="SERVICE", help="Only what this service streams, as netflix, or any; repeatable."
    ),
]
MaxAge = Annotated[
    Optional[int],  # noqa: UP045
    typer.Option("--max-age", min=0, max=21, help="Nothing that is meant for older people."),
]
PerSeries = Annotated[
    Optional[int],  # noqa: UP045
    typer.Option("--per-series", min=1, max=100, help="So many of one show or series at most."),
]
Variety = Annotated[
    float, typer.Option(min=0.0, max=3.0, help="0: by score alone; 1: as usual; more: less of the same.")
]


def recommend(
    kind: Kinds = None,
    n: Number = 10,
    method: Method = "mixed",
    exclude: Exclude = None,
    language: Languages = None,
    service: Services = None,
    max_age: MaxAge = None,
    per_series: PerSeries = None,
    variety: Variety = 1.0,
    as_of: Annotated[
        Optional[datetime],  # noqa: UP045
        typer.Option(
            formats=["%Y-%m-%d"],
            metavar="DATE",
            help="As if it were this day: by what was known, and out, before it.",
        ),
    ] = None,
    like: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            metavar="ITEM", help="For somebody who likes this, and of whom nothing else is known; repeatable."
        ),
    ] = None,
    because_of: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(metavar="ITEM", help="What is like this title of yours, and new to you."),
    ] = None,
    together: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            "--with",
            metavar="NAME",
            help="For you and this user together, who shares their taste; repeatable.",
        ),
    ] = None,
    strategy: Annotated[
        Literal["fair", "average", "least-misery"],
        typer.Option(
            help="With others: so that everybody gets their share, by the mean, or by the least pleased."
        ),
    ] = "fair",
    seen_by_some: Annotated[
        bool, typer.Option("--seen-by-some", help="With others: also what some of you know.")
    ] = False,
    user: ForUser = None,
    as_json: AsJson = False,
) -> None:
    """Recommend what to watch or read next, each with the reason.

    \b
    Examples:
      mediatheque recommend
      mediatheque recommend --kind book -n 5 --language sv
      mediatheque recommend --exclude "Dune (2021)" --method content
      mediatheque recommend --as-of 2024-01-01
      mediatheque recommend --like Arrival --like "The Dispossessed"
      mediatheque recommend --because-of "Dune (2021)"
      mediatheque recommend --with Ben --with Cleo
    """
    from mediatheque.recommend import because_of as near
    from mediatheque.recommend import group
    from mediatheque.recommend.listing import methods
    from mediatheque.recommend.queries.shown import add_shown
    from mediatheque.recommend.request import Request
    from mediatheque.recommend.serve import recommend as serve
    from mediatheque.recommend.serve import recommend_from

    if method not in methods():
        raise typer.BadParameter(f"'{method}' is not one of {', '.join(methods())}", param_hint="--method")
    if as_of is not None and (as_of := as_of.replace(tzinfo=UTC)) > datetime.now(UTC):
        raise typer.BadParameter(f"{words.day(as_of)} is still to come", param_hint="--as-of")
    begins = {"--like": like, "--because-of": because_of, "--with": together}
    _check_beginning([name for name, value in begins.items() if value], method, is_past=as_of is not None)
    printer = Printer(as_json)
    with library(printer) as app:
        means = means_of(app, printer)
        with app.database.transaction() as db:
            who = person(db, user)
            rules = rules_of(
                db, who.id, printer, kind, exclude, language, service, max_age, per_series, variety
            )
            request = Request(n=n, method=method, rules=rules, as_of=as_of)
            asked = request.as_json() | {"via": "cli"}
            if like:
                liked = [picked(db, who.id, name, printer).id for name in like]
                best = recommend_from(db, who.id, liked, request, means)
                asked |= {"items": sorted(set(liked))}
            elif because_of:
                one = picked(db, who.id, because_of, printer)
                best = near.because_of(db, who.id, one.id, request, means)
                asked |= {"method": near.METHOD, "because_of": one.id}
            elif together:
                others = [member.id for member in group.members_of(db, who.id, together)[1:]]
                by = group.Strategy(strategy)
                best = group.recommend_to_group(
                    db, who.id, together, request, means, strategy=by, seen_by_some=seen_by_some
                )
                asked |= {"method": group.METHOD, "with": others, "strategy": strategy}
                asked |= {"seen_by_some": seen_by_some}
            else:
                best = serve(db, who.id, request, means)
            list_id = add_shown(db, who.id, asked, best)
    say_list(printer, list_id, best)


def _check_beginning(begins: Sequence[str], method: str, *, is_past: bool) -> None:
    """A list begins with one thing."""
    if len(begins) > 1:
        raise typer.BadParameter(f"{begins[0]} and {begins[1]} are two lists", param_hint=begins[1])
    if begins and is_past:
        raise typer.BadParameter(f"{begins[0]} is about now; leave out --as-of", param_hint=begins[0])
    if begins and begins[0] != "--like" and method != "mixed":
        raise typer.BadParameter(
            f"{begins[0]} has a method of its own; leave out --method", param_hint=begins[0]
        )


def rules_of(
    db: Connection,
    user_id: int,
    printer: Printer,
    kind: Iterable[Kind] | None,
    exclude: Iterable[str] | None,
    language: Iterable[str] | None,
    service: Iterable[str] | None,
    max_age: int | None,
    per_series: int | None,
    variety: float,
) -> Rules:
    """The rules of a list, as options give them."""
    from mediatheque.recommend.request import Rules

    services = None if service is None else tuple(name.lower() for name in service if name.lower() != "any")
    return Rules(
        kinds=tuple(kind or ()),
        exclude=frozenset(picked(db, user_id, name, printer).id for name in exclude or ()),
        languages=tuple(code.lower() for code in language or ()),
        services=services,
        max_age=max_age,
        per_series=per_series,
        variety=variety,
    )


def say_list(printer: Printer, list_id: int, best: Recommended) -> None:
    """Print a list, or what to do where there is nothing on it."""
    for recommendation in best:
        printer.emit({"list": list_id, **recommendation_json(recommendation)})
    if not len(best):
        printer.say(
            "There is nothing to recommend. Ask for less, or fill the catalogue with: mediatheque sync starter"
        )
        return
    say_recommendations(printer, best)
    printer.note("Say what you think: mediatheque rate, watch, save or hide TITLE; or: mediatheque why TITLE")


def means_of(app: Mediatheque, printer: Printer) -> Means:
    """What there is to recommend with, as far as it can be had."""
    from mediatheque.recommend.request import Means
    from mediatheque.stores.vectors import store

    challenger = app.challengers.ready() if app.challengers is not None else None
    embedder = embedder_of(app, printer)
    if embedder is None:
        return Means(on_duty=app.champions.ready(), stars=app.stars.ready(), challenger=challenger)
    with app.database.transaction() as db:
        return Means(
            model_id=store().model_id(db, embedder.name),
            on_duty=app.champions.ready(),
            stars=app.stars.ready(),
            challenger=challenger,
        )


def say_recommendations(printer: Printer, best: Iterable[Recommendation]) -> None:
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
        if (expected := recommendation.expected_rating) is not None:
            said.append(f" You would give it about {words.stars(round(expected * 2) / 2)}.", "dim")
        table.add_row(str(n), said)
    printer.say(table)


def recommendation_json(recommendation: Recommendation) -> dict[str, Any]:
    """A recommendation as a program reads it."""
    return {
        "item": item_json(recommendation.item),
        "score": recommendation.score,
        "method": recommendation.method,
        "because": recommendation.because,
        "expected_rating": recommendation.expected_rating,
        "fallback": recommendation.fallback,
        "contributions": [asdict(one) for one in recommendation.contributions],
    }


def _sentence(text: str) -> str:
    """With a capital and a full stop."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
