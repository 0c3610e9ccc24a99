"""Is the graph well? Whether this version built it, and whether it holds together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mediatheque.flows.checks import Check, State
from mediatheque.graph.queries.projection import is_built
from mediatheque.graph.queries.wellness import Figures, graph_figures

if TYPE_CHECKING:
    from mediatheque.kit.database import Connection

_PART = "graph"
_REBUILD = "work it out again: mediatheque graph rebuild"


def check_graph(db: Connection) -> Iterator[Check]:
    """Every edge has both its nodes and is there once, nodes count their edges, and nothing waits."""
    if not is_built(db):
        said = "has not been built by this version yet"
        yield Check(
            _PART, State.NOTE, said, "it is built when it is needed, or now: mediatheque graph rebuild"
        )
        return
    figures = graph_figures(db)
    wrong = list(_wrong(figures))
    if wrong:
        yield Check(_PART, State.FAILS, "; ".join(wrong), _REBUILD)
    else:
        things = "1 thing" if figures.nodes == 1 else f"{figures.nodes:,} things"
        connections = "1 connection" if figures.edges == 1 else f"{figures.edges:,} connections"
        said = f"{things}, {connections}; every one with both its ends, and there once"
        yield Check(_PART, State.FINE, said)


def _wrong(figures: Figures) -> Iterator[str]:
    for n, said in (
        (figures.without_a_node, "connections of {:,} lead nowhere"),
        (figures.twice, "connections of {:,} are there twice"),
        (figures.of_no_type, "connections of {:,} are of a type that this version does not know"),
    ):
        if n:
            yield f"{n:,} {said.format(figures.edges)}"
    if figures.miscounted:
        yield f"{figures.miscounted:,} things of {figures.nodes:,} have miscounted their connections"
    if figures.waiting:
        yield f"{figures.waiting:,} changes were never worked out"
