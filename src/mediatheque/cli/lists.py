"""Lists that begin with a title: similar."""

from __future__ import annotations

from typing import Annotated

import typer

from mediatheque.cli.finding import Kinds
from mediatheque.cli.opening import library, person
from mediatheque.cli.options import AsJson, ForUser
from mediatheque.cli.picking import ItemName, picked
from mediatheque.cli.printing import Printer
from mediatheque.cli.recommending import (
    Exclude,
    Languages,
    MaxAge,
    Number,
    PerSeries,
    Services,
    Variety,
    means_of,
    rules_of,
    say_list,
)


def similar(
    item: ItemName,
    kind: Kinds = None,
    n: Number = 10,
    unseen: Annotated[bool, typer.Option("--unseen", help="Only what you do not know yet.")] = False,
    exclude: Exclude = None,
    language: Languages = None,
    service: Services = None,
    max_age: MaxAge = None,
    per_series: PerSeries = None,
    variety: Variety = 1.0,
    user: ForUser = None,
    as_json: AsJson = False,
) -> None:
    """Show what is like a title, each with what they have in common.

    \b
    Examples:
      mediatheque similar Arrival
      mediatheque similar "Dune (2021)" --kind book --unseen
    """
    from mediatheque.recommend.queries.shown import add_shown
    from mediatheque.recommend.request import Request
    from mediatheque.recommend.similar import METHOD
    from mediatheque.recommend.similar import similar as serve

    printer = Printer(as_json)
    with library(printer) as app:
        means = means_of(app, printer)
        with app.database.transaction() as db:
            who = person(db, user)
            to = picked(db, who.id, item, printer)
            rules = rules_of(
                db, who.id, printer, kind, exclude, language, service, max_age, per_series, variety
            )
            request = Request(n=n, method=METHOD, rules=rules)
            best = serve(db, who.id, to.id, request, means, only_unseen=unseen)
            asked = request.as_json() | {"similar_to": to.id, "unseen": unseen, "via": "cli"}
            list_id = add_shown(db, who.id, asked, best)
    say_list(printer, list_id, best)
