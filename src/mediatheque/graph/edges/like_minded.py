"""LIKE_MINDED: people who rate alike, where both of them share their taste; worked out by a job."""

from __future__ import annotations

from mediatheque.graph.edges import EdgeType, End, Facts
from mediatheque.graph.edges._telling import counted
from mediatheque.stores.graph import Edge

EDGE = EdgeType(code=20, facts=Facts.COMPUTED)


def words(edge: Edge, source: End, target: End, *, forward: bool) -> str:
    """ "rated 12 titles much as Ben did"."""
    other = target if forward else source
    return f"rated {counted(edge.count, 'title')} much as {other.name} did"
