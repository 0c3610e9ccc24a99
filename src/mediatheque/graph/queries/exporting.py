"""All nodes that somebody may know of, page by page."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, text

from mediatheque.graph.queries.naming import things
from mediatheque.stores.graph import StoredNode, View
from mediatheque.vocabulary import Node, NodeKind


def nodes_known(db: Connection, view: View, *, page: int = 5_000) -> Iterator[StoredNode]:
    """The common nodes and the viewer's own by rising number, then the viewer's guests; a page of them at a time.

    Of a guest no degree is told: it would count what only the guest sees.
    """
    last = 0
    while True:
        rows = db.execute(
            text("""
                SELECT id, owner_id, name, degree FROM graph_nodes
                WHERE owner_id IN (0, :viewer) AND id > :last ORDER BY id LIMIT :page
            """),
            {"viewer": view.viewer, "last": last, "page": page},
        ).all()
        if not rows:
            break
        last = rows[-1].id
        known = things(db, view, (row.id for row in rows))
        yield from (StoredNode(row.id, row.owner_id, row.name, row.degree) for row in rows if row.id in known)
    guests = things(db, view, (Node(NodeKind.USER, guest).number for guest in view.guests))
    yield from (StoredNode(number, guest.node.id, guest.name, 0) for number, guest in sorted(guests.items()))
