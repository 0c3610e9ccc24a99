"""READ: books that somebody has read."""

from __future__ import annotations

from mediatheque.graph.edges import EdgeType, End, Facts, Standing
from mediatheque.graph.edges._telling import times
from mediatheque.stores.graph import Edge
from mediatheque.vocabulary import EventKind

EDGE = EdgeType(
    code=2,
    facts=Facts.STANDING,
    standing=Standing(
        kind=EventKind.READ,
        # A book takes a week: to have read it says more than to have watched a film.
        weight="0.5 + 0.15 * least(ui.seen_count - 1, 2)",
        only="ui.seen_count > 0",
        count="ui.seen_count",
    ),
)


def words(edge: Edge, source: End, target: End, *, forward: bool) -> str:
    """ "read Dune (1965)", "was read by you"."""
    again = times(edge.count)
    return f"read {target.name}{again}" if forward else f"was read{again} by {source.name}"
