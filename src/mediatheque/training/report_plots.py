"""The pictures of an evaluation as SVG that takes its colours from the page around it, so that it suits any light."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# SVG in a page may say var(--ink), matplotlib may not: it draws in colours that nothing else has, which are replaced.
_INK, _FAINT = "#010203", "#010204"
_SERIES = tuple(f"#0a0b{n:02x}" for n in range(1, 9))
_VARIABLES = {_INK: "var(--ink)", _FAINT: "var(--line)"} | {
    color: f"var(--series-{n})" for n, color in enumerate(_SERIES, 1)
}
_MARKERS = "osD^vPX*"
_STYLE: Any = {
    "svg.fonttype": "none",  # text as text: it can be searched, read aloud, and is a tenth of the size
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "axes.edgecolor": _FAINT,
    "xtick.color": _FAINT,
    "ytick.color": _FAINT,
    "xtick.labelcolor": _INK,
    "ytick.labelcolor": _INK,
    "grid.color": _FAINT,
    "axes.spines.top": False,
    "axes.spines.right": False,
}

Models = Sequence[Mapping[str, Any]]


def by_model(models: Models, measure: Mapping[str, Any]) -> str:
    """A measure of each model with its 95 % interval, the best first."""
    ranked = sorted(models, key=lambda model: model["figures"][measure["name"]]["value"])
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(9.6, 0.8 + 0.4 * len(ranked)), layout="constrained")
        axes: Axes = figure.subplots()
        for place, model in enumerate(ranked):
            found = model["figures"][measure["name"]]
            color = _color(models, model)
            if found["low"] is not None:
                axes.plot([found["low"], found["high"]], [place, place], color=color, linewidth=3, alpha=0.45)
            axes.plot(found["value"], place, marker="o", markersize=8, color=color)
            axes.annotate(
                f"{found['value']:.3f}",
                (found["value"], place),
                (0, 7),
                textcoords="offset points",
                ha="center",
            )
        axes.set_yticks(range(len(ranked)), [model["label"] for model in ranked])
        axes.set_ylim(-0.6, len(ranked) - 0.25)
        axes.set_xlim(left=0)
        axes.grid(axis="x", linewidth=0.6)
        axes.tick_params(length=0)
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(f"{measure['label']}, mean of judges with 95 % interval")
        return _svg(figure, f"{measure['label']} of each model")


def by_group(models: Models, groupings: Sequence[Mapping[str, Any]], measure: Mapping[str, Any]) -> str:
    """A measure of each model in each group of judges, a panel for each way to part them."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(9.6, 3.8), layout="constrained")
        panels: Sequence[Axes] = figure.subplots(1, len(groupings), sharey=True, squeeze=False)[0]
        for axes, grouping in zip(panels, groupings, strict=True):
            shown = [group for group in grouping["groups"] if _has(models, grouping, group)]
            for number, model in enumerate(models):
                of_groups = model["by_group"][grouping["name"]]
                found = [of_groups[group["name"]][measure["name"]] for group in shown]
                nudge = (number - (len(models) - 1) / 2) * 0.09
                places = [place + nudge for place in range(len(shown))]
                _whiskers(axes, places, found, _color(models, model), _marker(models, model), model["label"])
            ticks = [f"{group['name']}\n{group['what']}\n{group['judges']} judges" for group in shown]
            axes.set_xticks(range(len(shown)), ticks)
            axes.set_xlim(-0.6, max(len(shown), 1) - 0.4)
            axes.grid(axis="y", linewidth=0.6)
            axes.tick_params(length=0)
        panels[0].set_ylabel(measure["label"])
        panels[0].set_ylim(bottom=0)  # once all panels, which share it, are drawn
        handles, labels = panels[0].get_legend_handles_labels()
        if labels:
            figure.legend(handles, labels, loc="outside upper center", ncols=len(labels), frameon=False)
        return _svg(figure, f"{measure['label']} of each model by group of judges")


def against(models: Models, measure: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> str:
    """A measure of each model against others: what accuracy costs."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(9.6, 3.6), layout="constrained")
        panels: Sequence[Axes] = figure.subplots(1, len(others), sharey=True, squeeze=False)[0]
        for axes, other in zip(panels, others, strict=True):
            for model in models:
                x, y = (model["figures"][one["name"]]["value"] for one in (other, measure))
                marker, color = _marker(models, model), _color(models, model)
                axes.plot(x, y, marker, markersize=9, color=color, label=model["label"])
            axes.set_xlabel(other["label"])
            axes.margins(0.15)
            axes.grid(linewidth=0.6)
            axes.tick_params(length=0)
        panels[0].set_ylabel(measure["label"])
        panels[0].set_ylim(bottom=0)  # once all panels, which share it, are drawn
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=len(labels), frameon=False)
        names = " and ".join(other["label"] for other in others)
        return _svg(figure, f"{measure['label']} against {names}")


def _whiskers(
    axes: Axes,
    places: Sequence[float],
    found: Sequence[Mapping[str, Any]],
    color: str,
    marker: str,
    label: str,
) -> None:
    for place, one in zip(places, found, strict=True):
        if one["low"] is not None:
            axes.plot([place, place], [one["low"], one["high"]], color=color, linewidth=2, alpha=0.45)
    values = [one["value"] for one in found]
    axes.plot(places, values, marker, markersize=6, color=color, label=label)


def _has(models: Models, grouping: Mapping[str, Any], group: Mapping[str, Any]) -> bool:
    return all(group["name"] in model["by_group"][grouping["name"]] for model in models)


def _color(models: Models, model: Mapping[str, Any]) -> str:
    return _SERIES[models.index(model) % len(_SERIES)]


def _marker(models: Models, model: Mapping[str, Any]) -> str:
    return _MARKERS[models.index(model) % len(_MARKERS)]


def _svg(figure: Figure, described: str) -> str:
    """The figure for the inside of a page: no header, no links, nothing that would leak into the page's own style."""
    drawn = io.StringIO()
    figure.savefig(drawn, format="svg", transparent=True)
    text = drawn.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>|<style[^>]*>.*?</style>|<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r' xmlns(:\w+)?="[^"]*"| (width|height)="[\d.]+pt"', "", text, count=4)
    for color, variable in _VARIABLES.items():
        text = text.replace(color, variable)
    return text.replace("<svg", f'<svg role="img" aria-label="{escape(described, quote=True)}"', 1)
