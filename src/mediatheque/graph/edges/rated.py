"""RATED: what somebody gave stars; the more stars, the heavier."""

from __future__ import annotations

from mediatheque.graph.edges import EdgeType, End, Facts, Standing
from mediatheque.stores.graph import Edge
from mediatheque.vocabulary import EventKind

EDGE = EdgeType(
    code=4,
    facts=Facts.STANDING,
    standing=Standing(
        kind=EventKind.RATED,
        weight="ra.value / 5.0",
        only="ra.value IS NOT NULL",
        detail="trim_scale(ra.value::numeric)::text",
    ),
)


def words(edge: Edge, source: End, target: End, *, forward: bool) -> str:
    """ "gave 4.5 of 5 stars to Arrival (2016)", "got 4.5 of 5 stars from you"."""
    stars = f"{edge.detail} of 5 stars"
    return f"gave {stars} to {target.name}" if forward else f"got {stars} from {source.name}"
