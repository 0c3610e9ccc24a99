"""SPEAKS_IN: whose voice is in a recording, once somebody has named it; a name that credits know is that person."""

from __future__ import annotations

from mediatheque.graph.edges import EdgeType, End, Facts, Select
from mediatheque.graph.edges._media import RECORDINGS
from mediatheque.stores.graph import Edge
from mediatheque.vocabulary import NodeKind

_COLUMNS = {
    "owner_id": "m.user_id",
    # By the share of the time, the square root of it: who says a tenth is there.
    "weight": "0.3 + 0.5 * sqrt(least(1.0, sum(s.speaking_ms) / greatest(1.0, max(m.duration_ms))))",
    "said_by": "CASE WHEN bool_or(s.named_by = 'person') THEN 'you' ELSE 'the recording' END",
    "confidence": "CASE WHEN bool_or(s.named_by = 'person') THEN 1.0 ELSE 0.7 END",
    "first_at": "min(m.added_at)",
}
_ROWS = f"{RECORDINGS} JOIN media_speakers s ON s.media_id = m.id JOIN voices v ON v.id = s.voice_id"
_KNOWN = "LEFT JOIN people p ON p.name = v.name"

EDGE = EdgeType(
    code=15,
    facts=Facts.ITEM,
    selects=(
        Select(
            anchor="target",
            source=(NodeKind.VOICE, "v.id"),
            target=(NodeKind.ITEM, "shown.item"),
            columns=_COLUMNS,
            rows=f"{_ROWS} {_KNOWN} WHERE p.id IS NULL GROUP BY shown.item, v.id, m.user_id",
        ),
        Select(
            anchor="target",
            source=(NodeKind.PERSON, "p.id"),
            target=(NodeKind.ITEM, "shown.item"),
            columns=_COLUMNS,
            rows=f"{_ROWS} {_KNOWN} WHERE p.id IS NOT NULL GROUP BY shown.item, p.id, m.user_id",
        ),
    ),
)


def words(edge: Edge, source: End, target: End, *, forward: bool) -> str:
    """ "speaks in Listening in the Dark", "features the voice of Maren"."""
    del edge
    return f"speaks in {target.name}" if forward else f"features the voice of {source.name}"
