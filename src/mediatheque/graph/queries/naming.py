"""What nodes are called, as far as the viewer may know of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from mediatheque.stores.graph import View
from mediatheque.vocabulary import NODE_CODES, Node, NodeKind


@dataclass(frozen=True, slots=True)
class Thing:
    """A node as a reader knows it."""

    node: Node
    name: str  # "Arrival (2016)"; of the viewer, "you"
    what: str = ""  # of an item its kind, "film"; of a passage its recording's title
    is_reader: bool = False


#: Trigrams that two spellings share, of all that either has: "arival" and "arrival" share 0.5.
_LEAST_ALIKE = 0.35

# What stands alone is there for everybody when it is everybody's; a person or a genre is there through its edges, so one that
# only somebody else's own titles have is not.
_MAY_KNOW = f"""
    (n.owner_id = :viewer OR n.id = ANY(CAST(:guests AS bigint[])) OR n.owner_id = 0 AND (
        n.id & 15 = {NODE_CODES[NodeKind.ITEM]} OR n.degree > 0
        OR EXISTS (SELECT FROM graph_edges e WHERE e.source_id = n.id AND e.owner_id = :viewer)
        OR EXISTS (SELECT FROM graph_edges e WHERE e.target_id = n.id AND e.owner_id = :viewer)
    ))
"""
_THING = f"""
    SELECT n.id, n.name, n.degree, i.kind, r.title AS recording
    FROM graph_nodes n
        LEFT JOIN items i ON n.id & 15 = {NODE_CODES[NodeKind.ITEM]} AND i.id = n.id >> 4
        LEFT JOIN passages p ON n.id & 15 = {NODE_CODES[NodeKind.PASSAGE]} AND p.id = n.id >> 4
        LEFT JOIN media m ON m.id = p.media_id LEFT JOIN items r ON r.id = m.item_id
"""


def things(db: Connection, view: View, numbers: Iterable[int]) -> dict[int, Thing]:
    """The things that these nodes are, by number: those of them that the viewer may know of."""
    rows = db.execute(
        text(f"{_THING} WHERE n.id = ANY(CAST(:ids AS bigint[])) AND {_MAY_KNOW}"),
        {"ids": list(numbers), **_seen_by(view)},
    )
    return {row.id: _thing(row, view) for row in rows}


def thing_named(
    db: Connection, view: View, name: str, kinds: Sequence[NodeKind] = (), *, limit: int = 20
) -> list[Thing]:
    """Things of that name, whatever its case, those with the most connections first; a title also without its year."""
    rows = db.execute(
        text(f"""
            {_THING} WHERE {_MAY_KNOW}
                AND (CAST(:codes AS int[]) = '{{}}' OR n.id & 15 = ANY(CAST(:codes AS int[])))
                AND (lower(left(n.name, 200)) = lower(:name)
                    OR lower(left(n.name, 200)) >= lower(:name) || ' (' AND lower(left(n.name, 200)) < lower(:name) || ' )'
                        AND lower(i.title) = lower(:name))
            ORDER BY n.degree DESC, n.id LIMIT :limit
        """),
        {
            "name": name.strip()[:200],
            "codes": [NODE_CODES[kind] for kind in kinds],
            "limit": limit,
            **_seen_by(view),
        },
    )
    return [_thing(row, view) for row in rows]


def things_begun(
    db: Connection, view: View, beginning: str, kinds: Sequence[NodeKind] = (), *, limit: int = 20
) -> list[Thing]:
    """Things whose names, or the words in them, begin so, whatever their case; those with the most connections first."""
    begun = beginning.strip().lower()[:200]
    rows = db.execute(
        text(f"""
            {_THING} WHERE {_MAY_KNOW} AND n.id & 15 <> {NODE_CODES[NodeKind.PASSAGE]}
                AND (CAST(:codes AS int[]) = '{{}}' OR n.id & 15 = ANY(CAST(:codes AS int[])))
                AND (starts_with(lower(left(n.name, 200)), :begun) OR strpos(lower(left(n.name, 200)), :within) > 0)
            ORDER BY starts_with(lower(left(n.name, 200)), :begun) DESC, n.degree DESC, n.id LIMIT :limit
        """),
        {
            "begun": begun,
            "within": f" {begun}",
            "codes": [NODE_CODES[kind] for kind in kinds],
            "limit": limit,
            **_seen_by(view),
        },
    )
    return [_thing(row, view) for row in rows]


def things_like(
    db: Connection, view: View, name: str, kinds: Sequence[NodeKind] = (), *, limit: int = 8
) -> list[Thing]:
    """Things whose names are spelt much like that, the most alike first; for who mistyped: all names are looked at."""
    alike = "greatest(similarity(lower(left(n.name, 200)), lower(:name)), similarity(lower(i.title), lower(:name)))"
    rows = db.execute(
        text(f"""
            {_THING} WHERE {alike} >= :least AND {_MAY_KNOW}
                AND n.id & 15 <> {NODE_CODES[NodeKind.PASSAGE]}
                AND (CAST(:codes AS int[]) = '{{}}' OR n.id & 15 = ANY(CAST(:codes AS int[])))
            ORDER BY {alike} DESC, n.degree DESC, n.id LIMIT :limit
        """),
        {
            "name": name.strip()[:200],
            "least": _LEAST_ALIKE,
            "codes": [NODE_CODES[kind] for kind in kinds],
            "limit": limit,
            **_seen_by(view),
        },
    )
    return [_thing(row, view) for row in rows]


def _seen_by(view: View) -> dict[str, Any]:
    return {"viewer": view.viewer, "guests": [Node(NodeKind.USER, guest).number for guest in view.guests]}


def _thing(row: Any, view: View) -> Thing:
    node = Node.from_number(row.id)
    if node == Node(NodeKind.USER, view.viewer):
        return Thing(node, "you", is_reader=True)
    return Thing(node, row.name, row.kind or row.recording or "")
