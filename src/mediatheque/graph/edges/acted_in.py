"""ACTED_IN: who plays in something; those billed first play more of it."""

from __future__ import annotations

from mediatheque.graph.edges import EdgeType, End, Facts
from mediatheque.graph.edges._facts import credited
from mediatheque.stores.graph import Edge
from mediatheque.vocabulary import Role

EDGE = EdgeType(
    code=12,
    facts=Facts.ITEM,
    selects=(credited((Role.CAST,), weight="0.8 / sqrt(1 + c.position / 2.0)", from_item=False),),
)


def words(edge: Edge, source: End, target: End, *, forward: bool) -> str:
    """ "has Denis Villeneuve in it", "plays in Arrival (2016)"."""
    del edge
    return f"plays in {target.name}" if forward else f"has {source.name} in it"
