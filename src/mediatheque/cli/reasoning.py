"""Why a list was as it was, and what came of lists: why, lift."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from mediatheque.cli import words
from mediatheque.cli.opening import library, person
from mediatheque.cli.options import AsJson, ForUser
from mediatheque.cli.picking import picked
from mediatheque.cli.printing import Printer, item_json
from mediatheque.kit.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.text import Text

    from mediatheque.graph.walks import Telling
    from mediatheque.kit.database import Connection
    from mediatheque.recommend.lift import Estimate, Report
    from mediatheque.recommend.recorder import Place, Share, Why
    from mediatheque.wiring import Mediatheque

_VIAS = {"api": "over HTTP", "cli": "on the command line"}
_SINCE = {"there": "", "merged": "merged since", "gone": "gone since"}
#: The longest bar, and in a whole list how small a share is no line of its own.
_BAR, _SMALL = 16, 0.03
#: So many ways through the graph are told for a title that is asked about alone.
_WAYS = 3


class By(StrEnum):
    """What `lift` compares."""

    METHOD = "method"
    MODEL = "model"


def why(
    which: Annotated[
        Optional[str],  # noqa: UP045
        typer.Argument(
            metavar="[LIST]", help="The list's number, or a title: the last list with it.", show_default=False
        ),
    ] = None,
    item: Annotated[
        Optional[str],  # noqa: UP045
        typer.Argument(metavar="[ITEM]", help="A title of the list, or its number.", show_default=False),
    ] = None,
    user: ForUser = None,
    as_json: AsJson = False,
) -> None:
    """Show why a list of recommendations was as it was: each score as a sum, by which method and model.

    Told from what was kept when it was shown, whatever was trained or promoted since; below it, what connects you with
    the title, as it is now. Without a number: the last list.

    \b
    Examples:
      mediatheque why
      mediatheque why Contact
      mediatheque why 12
      mediatheque why 12 Contact --json
    """
    printer = Printer(as_json)
    with library(printer) as app, app.database.transaction() as db:
        who = person(db, user)
        told = _told(db, who.id, which, item, printer)
        is_alone = len(told.places) < told.length
        ways = _ways(app, db, who.id, told, limit=_WAYS if is_alone else 1)
    for place in told.places:
        paths = [telling.sentence for telling in ways.get(place.item_id, ())]
        printer.emit({"list": _list_json(told), **_place_json(place), "paths": paths})
    _say_head(printer, told)
    for place in told.places:
        _say_place(printer, told, place, is_alone=is_alone)
        _say_ways(printer, ways.get(place.item_id, ()))
    if len(told.places) == told.length > 1:
        printer.note(f"One of them in full: mediatheque why {told.id} TITLE")


def lift(
    since: Annotated[
        Optional[datetime],  # noqa: UP045
        typer.Option(formats=["%Y-%m-%d"], help="Only lists shown from this day on."),
    ] = None,
    by: Annotated[
        By, typer.Option(help="What to compare: methods, or trained models and their versions.")
    ] = By.METHOD,
    eta: Annotated[
        Optional[float],  # noqa: UP045
        typer.Option(
            min=0.0,
            max=3.0,
            show_default=False,
            help="How fast people stop looking further down: the place of rank r is looked at like 1/r^ETA; "
            "0: all alike; left out: like 1/log2(r + 1).",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what came of recommendations: how many were clicked, saved, watched, by which method and which model.

    Whatever people did within 30 days after a title was shown to them counts, imported histories included. Intervals
    hold 95 %. With MEDIATHEQUE_EXPERIMENT=interleave, two models are compared place by place.

    \b
    Examples:
      mediatheque lift
      mediatheque lift --by model --since 2026-01-01
      mediatheque lift --json
    """
    from mediatheque.recommend.impressions import Propensity
    from mediatheque.recommend.lift import as_json as json_of
    from mediatheque.recommend.lift import lift as worked_out
    from mediatheque.recommend.queries.answers import impressions

    printer = Printer(as_json)
    with library(printer) as app, app.database.transaction() as db:
        seen = impressions(db, since=since.replace(tzinfo=UTC) if since else None)
    report = worked_out(seen, by=by.value, propensity=Propensity(eta))
    printer.emit(json_of(report))
    if not report.lists:
        printer.say("No list has been shown yet. Ask for one with: mediatheque recommend")
        return
    _say_report(printer, report)


def _say_report(printer: Printer, report: Report) -> None:
    from mediatheque.recommend.lift import BASELINE

    printer.say(f"{words.counted(report.lists, 'list')} shown to {_people(report.people)}.", style="bold")
    what = report.by.capitalize()
    names = ("clicked", "saved", "watched", "liked", "declined")
    counts = ("People", "Lists", "Shown", *(name.capitalize() for name in names))
    counted = [
        (
            group.label,
            *map(words.number, (group.people, group.lists, group.shown, *(group.outcomes[n] for n in names))),
        )
        for group in report.groups
    ]
    printer.table((what, *counts), counted, right=counts, wrapping=(what,))
    rates = ("Taken up", "If all were looked at", f"Against {BASELINE}")
    rated = [
        (group.label, _rate(group.rate), _rate(group.corrected), _gain(group.lift) if group.lift else "")
        for group in report.groups
    ]
    printer.say("")
    printer.table((what, *rates), rated, right=rates, wrapping=(what,))
    for duel in report.duels:
        printer.say(
            f"{duel.label}: {words.counted(duel.lists, 'list')}, {_people(duel.people)}; lists won "
            f"{duel.wins['champion']} to {duel.wins['challenger']}, {words.counted(duel.ties, 'tie')}."
        )
    for sentence in report.sentences:
        printer.say(sentence)
    printer.note(f"A place is taken to be looked at like {report.propensity}; other guesses: --eta.")


def _people(n: int) -> str:
    return "one person" if n == 1 else f"{words.number(n)} people"


def _rate(of: Estimate) -> str:
    """“12 % (8–17)”."""
    return f"{of.value:.1%} ({100 * of.low:.1f}–{100 * of.high:.1f})"


def _gain(of: Estimate) -> str:
    """“+12% (-3 to +27)”."""
    return f"{of.value:+.0%} ({100 * of.low:+.0f} to {100 * of.high:+.0f})"


def _told(db: Connection, user_id: int, which: str | None, item: str | None, printer: Printer) -> Why:
    from mediatheque.recommend.queries.shown import last_list_with
    from mediatheque.recommend.recorder import why

    if which is not None and item is None and not which.isdecimal():
        title = picked(db, user_id, which, printer)
        list_id = last_list_with(db, user_id, title.id)
        if list_id is None:
            raise NotFound(f"{words.item(title)} is on none of your lists.")
        shown = {place.item_id for place in why(db, user_id, list_id).places}
        return why(
            db, user_id, list_id, title.parent_id if title.id not in shown and title.parent_id else title.id
        )
    if which is not None and not which.isdecimal():
        raise typer.BadParameter(f"'{which}' is no number of a list", param_hint="LIST")
    list_id = int(which) if which is not None else None
    if item is None:
        return why(db, user_id, list_id)
    number = item.removeprefix("id:")
    whole = why(db, user_id, list_id)
    # A title that is gone has a number only.
    if number.isdecimal() and int(number) in {place.item_id for place in whole.places}:
        return why(db, user_id, whole.id, int(number))
    return why(db, user_id, whole.id, picked(db, user_id, item, printer).id)


def _ways(
    app: Mediatheque, db: Connection, user_id: int, told: Why, *, limit: int
) -> dict[int, Sequence[Telling]]:
    """What connects the person with each title in the graph, where it is built: true of now, not of then."""
    from mediatheque.graph.queries.projection import is_built
    from mediatheque.graph.walks import view_of
    from mediatheque.graph.walks import why as ways_to

    if not is_built(db):
        return {}
    view = view_of(db, user_id)
    return {
        place.item_id: ways_to(app.graph, db, view, place.item_id, limit=limit)
        for place in told.places
        if place.item is not None and place.item.id == place.item_id
    }


def _say_ways(printer: Printer, ways: Sequence[Telling]) -> None:
    from rich.padding import Padding
    from rich.text import Text

    for telling in ways:
        printer.say(Padding(Text(f"⇢ {telling.sentence}."), (0, 0, 0, 5)))


def _say_head(printer: Printer, told: Why) -> None:
    by = f"{told.model} version {told.version} had a say" if told.model else "no trained model had a say"
    asked = f", asked for {_VIAS.get(told.via, told.via)}" if told.via else ""
    printer.say(f"List {told.id}, {words.moment(told.shown_at)}{asked}: {told.method}; {by}.", style="bold")
    for name, model, version in told.arms:
        printer.note(f"An experiment: the {name} was {model} version {version}.")
    if told.fallback:
        printer.say(f"{told.fallback[:1].upper()}{told.fallback[1:]}.", style="yellow")
    if not told.length:
        printer.say("Nothing was on it.")


def _say_place(printer: Printer, told: Why, place: Place, *, is_alone: bool) -> None:
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    title = words.item(place.item) if place.item else f"Item {place.item_id}, which is there no more"
    notes = [f"#{place.item.id if place.item else place.item_id}", place.method, place.arm]
    notes += [_SINCE[place.since] if place.item else ""]
    head = Text.assemble(
        (f"\n{place.rank:>3}  ", "bold"),
        (title, "bold"),
        f"  {place.score:.3f}  ",
        (" ".join(filter(None, notes)), "dim"),
    )
    printer.say(head)
    printer.say(Padding(Text(place.because, style="italic"), (0, 0, 0, 5)))
    if place.fallback and place.fallback != told.fallback:
        printer.say(Padding(Text(f"{place.fallback}.", style="yellow"), (0, 0, 0, 5)))
    table = Table.grid(padding=(0, 2))
    for justify in ("left", "left", "left", "right", "right"):
        table.add_column(justify=justify)
    for row in _sum_rows(place.shares, is_alone=is_alone):
        table.add_row(*row)
    printer.say(Padding(table, (0, 0, 0, 5)))
    for answer in place.answers:
        value = f" {answer.value:g}" if answer.value is not None else ""
        printer.say(
            Padding(Text(f"→ {answer.kind}{value}, {words.moment(answer.at)}", style="green"), (0, 0, 0, 5))
        )


def _sum_rows(shares: tuple[Share, ...], *, is_alone: bool) -> list[tuple[str | Text, ...]]:
    """A score as a sum: a line for each addend, the small ones together where the whole list is told."""
    largest = max((abs(share.contribution.amount) for share in shares), default=0.0)
    total = sum(abs(share.contribution.amount) for share in shares)
    small = [] if is_alone else [s for s in shares if abs(s.contribution.amount) < _SMALL * total]
    rows = [
        _sum_row(s.contribution.method, s.contribution.label, s.contribution.amount, s.share, largest)
        for s in shares
        if len(small) < 2 or s not in small
    ]
    if len(small) > 1:
        amount, share = sum(s.contribution.amount for s in small), sum(s.share or 0.0 for s in small)
        rows.append(_sum_row("various", f"{len(small)} smaller ones", amount, share, largest))
    return rows


def _sum_row(
    method: str, label: str, amount: float, share: float | None, largest: float
) -> tuple[str | Text, ...]:
    from rich.text import Text

    length = max(round(_BAR * abs(amount) / largest), 1) if largest and amount else 0
    return (
        Text(method or "list", style="dim"),
        label,
        Text("█" * length, style="green" if amount > 0 else "red"),
        f"{amount:+.3f}",
        "" if share is None else f"{share:.0%}",
    )


def _list_json(told: Why) -> dict[str, Any]:
    return {
        "id": told.id,
        "shown_at": told.shown_at.isoformat(),
        "method": told.method,
        "model": told.model,
        "version": told.version,
        "fallback": told.fallback,
        "arms": {name: {"model": model, "version": version} for name, model, version in told.arms},
        "request": dict(told.request),
        "length": told.length,
    }


def _place_json(place: Place) -> dict[str, Any]:
    return {
        "rank": place.rank,
        "item_id": place.item_id,
        "item": item_json(place.item) if place.item else None,
        "since": place.since.value,
        "score": place.score,
        "method": place.method,
        "because": place.because,
        "fallback": place.fallback,
        "arm": place.arm,
        "contributions": [asdict(one.contribution) | {"share": one.share} for one in place.shares],
        "answers": [asdict(answer) for answer in place.answers],
    }
