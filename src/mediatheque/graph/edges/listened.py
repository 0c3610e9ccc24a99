"""LISTENED: recordings that somebody has listened to."""

from __future__ import annotations

from mediatheque.graph.edges import EdgeType, End, Facts, Standing
from mediatheque.graph.edges._telling import counted, times
from mediatheque.stores.graph import Edge
from mediatheque.vocabulary import EventKind

EDGE = EdgeType(
    code=3,
    facts=Facts.STANDING,
    standing=Standing(
        kind=EventKind.LISTENED,
        weight="0.4 + 0.1 * least(greatest(ui.seen_count, ui.episodes_seen) - 1, 3)",
        only="(ui.seen_count > 0 OR ui.episodes_seen > 0)",
        count="greatest(ui.seen_count, ui.episodes_seen)",
    ),
)


def words(edge: Edge, source: End, target: End, *, forward: bool) -> str:
    """ "listened to The Deep (2019) twice", "was listened to by you"."""
    if target.what == "show" and edge.count > 1:
        episodes = counted(edge.count, "episode")
        if forward:
            return f"listened to {episodes} of {target.name}"
        return f"was listened to by {source.name} ({episodes})"
    again = times(edge.count)
    return f"listened to {target.name}{again}" if forward else f"was listened to{again} by {source.name}"
