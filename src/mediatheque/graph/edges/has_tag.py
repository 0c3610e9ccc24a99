"""HAS_TAG: what a recording is about, as its owner or the recording itself says."""

from __future__ import annotations

from mediatheque.graph.edges import EdgeType, End, Facts, Select
from mediatheque.graph.edges._media import RECORDINGS
from mediatheque.stores.graph import Edge
from mediatheque.vocabulary import NodeKind

EDGE = EdgeType(
    code=8,
    facts=Facts.ITEM,
    selects=(
        Select(
            anchor="source",
            source=(NodeKind.ITEM, "shown.item"),
            target=(NodeKind.TAG, "t.tag_id"),
            columns={
                "owner_id": "m.user_id",
                "weight": "CASE WHEN bool_or(t.by = 'person') THEN 0.7 ELSE 0.4 END",
                "said_by": "CASE WHEN bool_or(t.by = 'person') THEN 'you' ELSE 'the recording' END",
                "first_at": "min(m.added_at)",
            },
            rows=f"""
                {RECORDINGS} JOIN media_tags t ON t.media_id = m.id AND NOT t.is_removed
                GROUP BY shown.item, t.tag_id, m.user_id
            """,
        ),
    ),
)


def words(edge: Edge, source: End, target: End, *, forward: bool) -> str:
    """ "is tagged deep sea", "is a tag of Listening in the Dark"."""
    del edge
    return f"is tagged {target.name}" if forward else f"is a tag of {source.name}"
