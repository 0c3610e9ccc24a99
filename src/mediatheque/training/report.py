"""An evaluation as one page: nothing to load, nothing that runs, readable by day and by night."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from mediatheque.training import report_plots

#: What stands in the first table; the others are below.
_ACCURACY = ("ndcg", "recall", "precision", "map", "mrr", "hit_rate")


def page(found: Mapping[str, Any]) -> str:
    """The page of an evaluation, given as it is kept."""
    by_name = {measure["name"]: measure for measure in found["measures"]}
    models, ndcg = found["models"], by_name["ndcg"]
    pictures = {
        "by_model": report_plots.by_model(models, ndcg),
        "by_group": report_plots.by_group(models, found["groupings"], ndcg),
        "against": report_plots.against(models, ndcg, [by_name["novelty"], by_name["coverage"]]),
    }
    return _templates().get_template("report.html").render(
        found,
        accuracy=[by_name[name] for name in _ACCURACY],
        beyond=[measure for measure in found["measures"] if measure["name"] not in _ACCURACY],
        # Drawn here from figures and escaped labels, so it may stand as it is.
        pictures={name: Markup(drawn) for name, drawn in pictures.items()},  # noqa: S704
    )  # fmt: skip


def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader("mediatheque.training", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"day": _day, "figure": _figure, "percent": _percent, "counted": _counted}
    return made


def _day(moment: str | None) -> str:
    """“14 March 2021”."""
    at = datetime.fromisoformat(moment) if moment else None
    return f"{at.day} {at:%B} {at.year}" if at else "no date"


def _figure(value: float | None, digits: int = 3) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _percent(value: float) -> str:
    return f"{value:.1%}"


def _counted(value: int) -> str:
    return f"{value:,}"
