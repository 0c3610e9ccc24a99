"""MENTIONED_IN: the passage of a recording in which somebody speaks of a title, with the second."""

from __future__ import annotations

from mediatheque.graph.edges import EdgeType, End, Facts, Select
from mediatheque.graph.edges._media import AT_THAT_MOMENT, MENTIONS
from mediatheque.graph.edges._telling import clock
from mediatheque.stores.graph import Edge
from mediatheque.vocabulary import NodeKind

EDGE = EdgeType(
    code=18,
    facts=Facts.ITEM,
    selects=(
        Select(
            anchor="source",
            source=(NodeKind.ITEM, "named.item"),
            target=(NodeKind.PASSAGE, "heard.id"),
            columns={
                "owner_id": "m.user_id",
                "weight": "0.8 * greatest(max(w.confidence), 0.01)",
                "confidence": "greatest(max(w.confidence), 0.01)",
                "count": "count(*)",
                "at_ms": "min(w.start_ms)",
                "detail": "min(w.said)",
                "said_by": "'the recording'",
                "first_at": "min(m.added_at)",
            },
            rows=f"{MENTIONS} {AT_THAT_MOMENT} GROUP BY named.item, heard.id, m.user_id",
        ),
    ),
)


def words(edge: Edge, source: End, target: End, *, forward: bool) -> str:
    """ "is mentioned in Listening in the Dark at 1:12", "mentions Arrival (2016) at 1:12"."""
    when = f" at {clock(edge.at_ms)}" if edge.at_ms is not None else ""
    return (
        f"is mentioned in {target.what or target.name}{when}" if forward else f"mentions {source.name}{when}"
    )
