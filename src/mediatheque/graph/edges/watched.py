"""WATCHED: films, episodes and videos that somebody has seen; a show by its episodes."""

from __future__ import annotations

from mediatheque.graph.edges import EdgeType, End, Facts, Standing
from mediatheque.graph.edges._telling import counted, times
from mediatheque.stores.graph import Edge
from mediatheque.vocabulary import EventKind

EDGE = EdgeType(
    code=1,
    facts=Facts.STANDING,
    standing=Standing(
        kind=EventKind.WATCHED,
        # Once says a little, again says more: to see something four times is nearly to love it.
        weight="CASE WHEN i.kind = 'show' THEN 0.4 + 0.3 * least(ui.episodes_seen, 10) / 10.0"
        " ELSE 0.4 + 0.1 * least(ui.seen_count - 1, 3) END",
        only="(ui.seen_count > 0 OR ui.episodes_seen > 0)",
        count="CASE WHEN i.kind = 'show' THEN greatest(ui.episodes_seen, ui.seen_count) ELSE ui.seen_count END",
    ),
)


def words(edge: Edge, source: End, target: End, *, forward: bool) -> str:
    """ "watched Arrival (2016) twice", "was watched twice by you"; "watched 12 episodes of Severance"."""
    if target.what == "show" and edge.count > 1:
        episodes = counted(edge.count, "episode")
        return (
            f"watched {episodes} of {target.name}"
            if forward
            else f"was watched by {source.name} ({episodes})"
        )
    again = times(edge.count)
    return f"watched {target.name}{again}" if forward else f"was watched{again} by {source.name}"
