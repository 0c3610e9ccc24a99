"""CREATED_BY: who created a show."""

from __future__ import annotations

from mediatheque.graph.edges import EdgeType, End, Facts
from mediatheque.graph.edges._facts import credited
from mediatheque.stores.graph import Edge
from mediatheque.vocabulary import Role

EDGE = EdgeType(code=10, facts=Facts.ITEM, selects=(credited((Role.CREATOR,), weight="0.9", from_item=True),))


def words(edge: Edge, source: End, target: End, *, forward: bool) -> str:
    """ "was created by Denis Villeneuve", "created Arrival (2016)"."""
    del edge
    return f"was created by {target.name}" if forward else f"created {source.name}"
