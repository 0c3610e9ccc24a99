"""SIMILAR: titles that mean nearly the same, or that the same people have been through; worked out by a job."""

from __future__ import annotations

from mediatheque.graph.edges import EdgeType, End, Facts
from mediatheque.stores.graph import Edge

EDGE = EdgeType(code=19, facts=Facts.COMPUTED)


def words(edge: Edge, source: End, target: End, *, forward: bool) -> str:
    """ "is much like Arrival (2016)", "has much the same audience as Arrival (2016)"."""
    other = target.name if forward else source.name
    by_company = (edge.together or 0.0) > (edge.likeness or 0.0)
    return f"has much the same audience as {other}" if by_company else f"is much like {other}"
