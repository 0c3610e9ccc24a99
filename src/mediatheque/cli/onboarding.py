"""The first minutes: rate a few well-known titles, so that recommendations have something to go by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from mediatheque.cli import words
from mediatheque.cli.finding import Kinds
from mediatheque.cli.opening import library, person
from mediatheque.cli.options import AsJson, ForUser
from mediatheque.cli.printing import Printer, item_json

if TYPE_CHECKING:
    from mediatheque.library.queries.users import User
    from mediatheque.vocabulary import Item, Kind
    from mediatheque.wiring import Mediatheque

_UNKNOWN, _SAVE, _QUIT = "", "s", "q"
_HOW = "stars (1 to 5, halves too); Enter: I don't know it; s: save it for later; q: enough"


def start(
    n: Annotated[int, typer.Option("-n", "--number", min=1, max=50, help="How many titles.")] = 10,
    kind: Kinds = None,
    answers: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            "--answer",
            "-a",
            metavar="ITEM=STARS",
            help="Answer one by its number, as 12=4, or 12=unknown. May be given several times.",
        ),
    ] = None,
    user: ForUser = None,
    as_json: AsJson = False,
) -> None:
    """Rate a few well-known titles: the quickest way to recommendations of one's own.

    On a terminal one title is asked about after the other, each chosen by what was said before. Elsewhere
    the titles are listed, to be answered with --answer or rated as any other.

    \b
    Examples:
      mediatheque start
      mediatheque start -n 20 --kind film
      mediatheque start --json
      mediatheque start --answer 12=4.5 --answer 15=unknown --json
    """
    printer, kinds = Printer(as_json), tuple(kind or ())
    unknown: set[int] = set()
    with library(printer) as app:
        with app.database.transaction() as db:
            who = person(db, user)
        for given in answers or ():
            _answered(app, who, given, unknown)
        if printer.is_interactive and not answers:
            _ask(app, printer, who, n, kinds)
        else:
            _list(printer, _picks(app, who, n, kinds, unknown))


def _answered(app: Mediatheque, who: User, given: str, unknown: set[int]) -> None:
    number, _, said = given.partition("=")
    if not number.strip().isdecimal() or not said.strip():
        raise typer.BadParameter(f"'{given}' is not of the form 12=4 or 12=unknown", param_hint="--answer")
    if said.strip() == "unknown":
        unknown.add(int(number))
        return
    try:
        stars = float(said)
    except ValueError:
        raise typer.BadParameter(f"'{said}' is no number of stars", param_hint="--answer") from None
    _tell(app, who, int(number), stars)


def _ask(app: Mediatheque, printer: Printer, who: User, n: int, kinds: Sequence[Kind]) -> None:
    """One title at a time, until `n` were shown, nothing is left, or it is enough."""
    unknown: set[int] = set()
    rated = 0
    printer.note(f"Type {_HOW}.")
    for place in range(1, n + 1):
        best = _picks(app, who, 1, kinds, unknown)
        if not best:
            printer.say("There is nothing left to ask about.")
            break
        said = _asked(f"{place}/{n}  {words.item(best[0])}")
        if said == _QUIT:
            break
        unknown.add(best[0].id)
        if said == _SAVE:
            _tell(app, who, best[0].id, None)
        elif said != _UNKNOWN:
            _tell(app, who, best[0].id, float(said))
            rated += 1
    printer.say(
        f"You rated {words.counted(rated, 'title')}. See what comes of it with: mediatheque recommend"
    )


def _asked(title: str) -> str:
    """What somebody typed, once it can be an answer."""
    from mediatheque.kit.errors import Invalid
    from mediatheque.library.queries.history import check_rating

    def read(text: str) -> str:
        said = text.strip().lower().replace(",", ".")
        if said in (_UNKNOWN, _SAVE, _QUIT):
            return said
        try:
            check_rating(float(said))
        except (ValueError, Invalid):
            raise typer.BadParameter(f"type {_HOW}") from None
        return said

    return typer.prompt(title, default="", show_default=False, value_proc=read, err=True)


def _picks(app: Mediatheque, who: User, n: int, kinds: Sequence[Kind], unknown: set[int]) -> list[Item]:
    from mediatheque.cli.opening import embedder_name
    from mediatheque.recommend.onboarding import picks
    from mediatheque.recommend.request import Means
    from mediatheque.stores.vectors import store

    name = embedder_name(app)
    with app.database.transaction() as db:
        model_id = store().model_id(db, name) if name else None
        return picks(db, who.id, n, kinds=kinds, unknown=unknown, means=Means(model_id=model_id))


def _tell(app: Mediatheque, who: User, item_id: int, stars: float | None) -> None:
    """Keep the rating, or that the title is saved for later."""
    from mediatheque.library.queries.history import add_events, check_rating
    from mediatheque.library.queries.items import item_with_id
    from mediatheque.vocabulary import Event, EventKind

    check_rating(stars)
    kind = EventKind.SAVED if stars is None else EventKind.RATED
    with app.database.transaction() as db:
        item = item_with_id(db, item_id, who.id)
        add_events(db, who.id, [(item.id, Event(kind=kind, value=stars), None)])


def _list(printer: Printer, best: Sequence[Item]) -> None:
    for item in best:
        printer.emit({"item": item_json(item)})
    if not best:
        printer.say("There is nothing to ask about: fill the catalogue first, with: mediatheque sync starter")
        return
    printer.table(("Number", "Title"), [(str(item.id), words.item(item)) for item in best], right=("Number",))
    printer.note("Rate what you know with: mediatheque start --answer NUMBER=STARS")
