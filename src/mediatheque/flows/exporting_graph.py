"""The graph as somebody sees it, in a form that other programs read: the common part and their own, of nobody else's anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from mediatheque.graph.exports import form as form_called
from mediatheque.graph.queries.exporting import nodes_known
from mediatheque.graph.queries.naming import things
from mediatheque.graph.walks import view_of
from mediatheque.kit.database import Connection, Database
from mediatheque.stores.graph import Edge, EdgeKey, Graph, StoredNode, View

#: So many edges are held at a time.
_PAGE = 5_000
#: Pieces are handed on when they come to so many bytes.
_PIECE_BYTES = 64 << 10


def export_graph(database: Database, graph: Graph, user_id: int, form: str) -> Iterator[bytes]:
    """The graph's bytes in that form (a name on the shelf `graph.exports`), in pieces, as one moment had it.

    Raises Invalid for a form that there is not, before anything is read. The reader has one of the database's connections
    until the last piece is taken, or the iterator is closed.
    """
    return _pieces(database, graph, user_id, form_called(form).write)


def _pieces(
    database: Database,
    graph: Graph,
    user_id: int,
    write: Callable[[Iterable[StoredNode], Iterable[Edge]], Iterator[bytes]],
) -> Iterator[bytes]:
    # One snapshot for nodes and edges: else an edge might come whose node was not there yet.
    with database.engine.connect().execution_options(isolation_level="REPEATABLE READ") as db, db.begin():
        view = view_of(db, user_id)
        waiting = bytearray()
        for piece in write(nodes_known(db, view, page=_PAGE), _edges(db, graph, view)):
            waiting += piece
            if len(waiting) >= _PIECE_BYTES:
                yield bytes(waiting)
                waiting.clear()
        if waiting:
            yield bytes(waiting)


def _edges(db: Connection, graph: Graph, view: View) -> Iterator[Edge]:
    """The viewer's edges and the common ones, both ends of which the viewer may know of."""
    after: EdgeKey | None = None
    while page := graph.edges_after(db, view, after, _PAGE):
        after = page[-1].key
        known = things(db, view, {end for edge in page for end in (edge.source, edge.target)})
        yield from (edge for edge in page if edge.source in known and edge.target in known)
