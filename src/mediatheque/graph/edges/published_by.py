"""PUBLISHED_BY: the channel that a video or a recording is from."""

from __future__ import annotations

from mediatheque.graph.edges import Credited, EdgeType, End, Facts
from mediatheque.stores.graph import Edge
from mediatheque.vocabulary import Role

EDGE = EdgeType(code=14, facts=Facts.ITEM, credited=Credited(roles=(Role.CHANNEL,), weight="0.5"))


def words(edge: Edge, source: End, target: End, *, forward: bool) -> str:
    """ "was published by Veritasium", "published The Deep (2019)"."""
    del edge
    return f"was published by {target.name}" if forward else f"published {source.name}"
