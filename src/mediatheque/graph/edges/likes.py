"""LIKES: what somebody said that they like."""

from __future__ import annotations

from mediatheque.graph.edges import EdgeType, End, Facts, Standing
from mediatheque.stores.graph import Edge
from mediatheque.vocabulary import EventKind

EDGE = EdgeType(
    code=5,
    facts=Facts.STANDING,
    standing=Standing(kind=EventKind.LIKED, weight="0.9", only="ui.liking > 0"),
)


def words(edge: Edge, source: End, target: End, *, forward: bool) -> str:
    """ "like Arrival (2016)", "is liked by you"."""
    del edge
    verb = "like" if source.is_reader else "likes"
    return f"{verb} {target.name}" if forward else f"is liked by {source.name}"
