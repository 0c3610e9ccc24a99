"""LIKE_MINDED: people who rate alike, where both of them share their taste; worked out by a job."""

from __future__ import annotations

from mediatheque.graph.edges import EdgeType, End, Facts
from mediatheque.stores.graph import Edge

EDGE = EdgeType(code=20, facts=Facts.COMPUTED)


def words(edge: Edge, source: End, target: End, *, forward: bool) -> str:
    """ "rate alike with Ben in 12 titles"."""
    subject, other = (source, target) if forward else (target, source)
    verb = "rate" if subject.is_reader else "rates"
    return f"{verb} {edge.count} titles much like {other.name}"
