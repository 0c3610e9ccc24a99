"""ACTED_IN: who plays in something; those billed first play more of it."""

from __future__ import annotations

from mediatheque.graph.edges import Credited, EdgeType, End, Facts
from mediatheque.graph.edges._telling import listed
from mediatheque.stores.graph import Edge
from mediatheque.vocabulary import Role

EDGE = EdgeType(
    code=12,
    facts=Facts.ITEM,
    credited=Credited(roles=(Role.CAST,), weight="0.8 / sqrt(1 + c.position / 2.0)", from_item=False),
)

#: How credits say that somebody plays nobody else.
_NOBODY = ("", "self", "himself", "herself", "themselves", "actor", "actress")


def words(edge: Edge, source: End, target: End, *, forward: bool) -> str:
    """ "played Louise Banks in Arrival (2016)", "features Amy Adams (Louise Banks)"."""
    who = "" if (edge.detail or "").casefold() in _NOBODY else listed((edge.detail or "").split(" / "))
    if forward:
        return f"played {who} in {target.name}" if who else f"appeared in {target.name}"
    return f"features {source.name} ({who})" if who else f"features {source.name}"
