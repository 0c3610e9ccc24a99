"""SIMILAR: titles that mean nearly the same, or that the same people have been through; worked out by a job."""

from __future__ import annotations

from mediatheque.graph.edges import EdgeType, End, Facts
from mediatheque.stores.graph import Edge

EDGE = EdgeType(code=19, facts=Facts.COMPUTED)


#: From such a cosine of their meanings on, how alike two titles are; two at random have 0.1.
_HOW = ((0.65, "much like"), (0.5, "like"), (-1.0, "somewhat like"))


def words(edge: Edge, source: End, target: End, *, forward: bool) -> str:
    """ "is much like Arrival (2016)", "has much the same audience as Arrival (2016)"."""
    other = target.name if forward else source.name
    likeness = edge.likeness if edge.likeness is not None else -1.0
    if (edge.together or 0.0) > likeness:
        return f"has much the same audience as {other}"
    return f"is {next(how for least, how in _HOW if likeness >= least)} {other}"
