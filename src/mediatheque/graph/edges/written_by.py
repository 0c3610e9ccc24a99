"""WRITTEN_BY: who wrote a book, or the script of a film."""

from __future__ import annotations

from mediatheque.graph.edges import Credited, EdgeType, End, Facts
from mediatheque.stores.graph import Edge
from mediatheque.vocabulary import Role

EDGE = EdgeType(
    code=11,
    facts=Facts.ITEM,
    credited=Credited(roles=(Role.WRITER, Role.AUTHOR), weight="0.9"),
)


def words(edge: Edge, source: End, target: End, *, forward: bool) -> str:
    """ "was written by Denis Villeneuve", "wrote Arrival (2016)"."""
    del edge
    return f"was written by {target.name}" if forward else f"wrote {source.name}"
