"""CREATED_BY: who created a show."""

from __future__ import annotations

from mediatheque.graph.edges import Credited, EdgeType, End, Facts
from mediatheque.stores.graph import Edge
from mediatheque.vocabulary import Role

EDGE = EdgeType(code=10, facts=Facts.ITEM, credited=Credited(roles=(Role.CREATOR,), weight="0.9"))


def words(edge: Edge, source: End, target: End, *, forward: bool) -> str:
    """ "was created by Denis Villeneuve", "created Arrival (2016)"."""
    del edge
    return f"was created by {target.name}" if forward else f"created {source.name}"
