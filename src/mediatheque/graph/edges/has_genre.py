"""HAS_GENRE: what sort of story a title is, as catalogues and its owner's exports say."""

from __future__ import annotations

from mediatheque.graph.edges import LIVE, OWNER, EdgeType, End, Facts, Select
from mediatheque.graph.edges._facts import SAID, said_of_items
from mediatheque.graph.edges._telling import a
from mediatheque.stores.graph import Edge
from mediatheque.vocabulary import NodeKind

EDGE = EdgeType(
    code=7,
    facts=Facts.ITEM,
    selects=(
        Select(
            anchor="source",
            source=(NodeKind.ITEM, "i.id"),
            target=(NodeKind.GENRE, "g.genre_id"),
            # A title of one genre is more of it than one of five.
            columns={"owner_id": OWNER, "weight": "0.4 / sqrt(count(*) OVER (PARTITION BY i.id))", **SAID},
            rows=f"""
                items i JOIN item_genres g ON g.item_id = i.id JOIN genres n ON n.id = g.genre_id
                {said_of_items("k.work -> 'genres' ? n.name")} WHERE {LIVE}
            """,
        ),
    ),
)

#: What a title of some kinds is called.
_NOUNS = {"audio": "recording"}


def words(edge: Edge, source: End, target: End, *, forward: bool) -> str:
    """ "is a science fiction film", "includes Arrival (2016)"."""
    del edge
    if not forward:
        return f"includes {source.name}"
    genre = " ".join(word if word.isupper() else word.lower() for word in target.name.split())
    return f"is {a(genre)} {genre} {_NOUNS.get(source.what, source.what) or 'title'}"
