"""NARRATED_BY: who reads a book aloud, or tells a documentary."""

from __future__ import annotations

from mediatheque.graph.edges import Credited, EdgeType, End, Facts
from mediatheque.stores.graph import Edge
from mediatheque.vocabulary import Role

EDGE = EdgeType(code=13, facts=Facts.ITEM, credited=Credited(roles=(Role.NARRATOR,), weight="0.6"))


def words(edge: Edge, source: End, target: End, *, forward: bool) -> str:
    """ "was narrated by Denis Villeneuve", "narrated Arrival (2016)"."""
    del edge
    return f"was narrated by {target.name}" if forward else f"narrated {source.name}"
