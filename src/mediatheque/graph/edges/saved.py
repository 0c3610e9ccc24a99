"""SAVED: what somebody keeps for later."""

from __future__ import annotations

from mediatheque.graph.edges import EdgeType, End, Facts, Standing
from mediatheque.stores.graph import Edge
from mediatheque.vocabulary import EventKind

EDGE = EdgeType(
    code=6,
    facts=Facts.STANDING,
    standing=Standing(kind=EventKind.SAVED, weight="0.35", only="ui.is_saved"),
)


def words(edge: Edge, source: End, target: End, *, forward: bool) -> str:
    """ "saved Arrival (2016) for later", "is on your list for later"."""
    del edge
    whose = "your" if source.is_reader else f"{source.name}’s"
    return f"saved {target.name} for later" if forward else f"is on {whose} list for later"
