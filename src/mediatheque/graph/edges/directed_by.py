"""DIRECTED_BY: who directed a film or an episode."""

from __future__ import annotations

from mediatheque.graph.edges import Credited, EdgeType, End, Facts
from mediatheque.stores.graph import Edge
from mediatheque.vocabulary import Role

EDGE = EdgeType(code=9, facts=Facts.ITEM, credited=Credited(roles=(Role.DIRECTOR,), weight="0.9"))


def words(edge: Edge, source: End, target: End, *, forward: bool) -> str:
    """ "was directed by Denis Villeneuve", "directed Arrival (2016)"."""
    del edge
    return f"was directed by {target.name}" if forward else f"directed {source.name}"
