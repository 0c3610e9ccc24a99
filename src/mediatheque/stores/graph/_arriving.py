"""How a graph elsewhere is told what there is: a load in pieces, then rounds of changes, each in one transaction.

What arrived is written in the same transaction as a mark (:Mediatheque). So a piece whose commit nobody heard of is not
there twice when it is sent again, a round that comes once more changes nothing, and who finds another mark than they
left (a server restored from yesterday, emptied, or another one) knows that all is to be sent anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from mediatheque.kit.errors import Conflict
from mediatheque.stores.graph import Edge, EdgeKey, StoredNode, _cypher
from mediatheque.vocabulary import Node, NodeKind

if TYPE_CHECKING:
    from neo4j import ManagedTransaction

    from mediatheque.stores.graph._bolt import Wire

T = TypeVar("T")
K = TypeVar("K")

#: So much is forgotten in one transaction: it has to fit into the server's memory.
_FORGOTTEN_AT_ONCE = 20_000
_OTHERS = "Somebody else is telling the graph elsewhere what there is; leave it to them."
#: What of an edge is said by which nodes it is between, and by what it is called.
_ELSEWHERE = ("source", "target", "type")
_PROPERTIES = tuple(field.name for field in fields(Edge) if field.name not in _ELSEWHERE)


class Mark(NamedTuple):
    """What has arrived: all of a load, and so many rounds of changes since."""

    load: str
    round: int


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be so: nodes and edges as they are now, and those that are no more."""

    nodes: Sequence[StoredNode] = ()
    edges: Sequence[Edge] = ()
    gone_nodes: Sequence[int] = ()
    gone_edges: Sequence[EdgeKey] = ()


class Arriving:
    """What is told to one graph. Every method may raise Unavailable."""

    def __init__(self, wire: Wire, codes: Mapping[str, int]) -> None:
        self._wire = wire
        self._codes = codes

    def mark(self) -> Mark | None:
        """What has arrived; None: nothing, or a load that came to no end."""
        rows = self._wire.read(lambda tx: [record.data() for record in tx.run(_cypher.MARK)])
        if not rows or rows[0]["round"] is None or rows[0]["round"] < 0:
            return None
        return Mark(rows[0]["load"], rows[0]["round"])

    def begin_load(self, load: str) -> None:
        """Make the schema and forget all there was."""
        for statement in _cypher.SCHEMA:
            self._wire.alone(statement)

        def take_over(tx: ManagedTransaction) -> None:
            tx.run(_cypher.BEGIN_LOAD, load=load).consume()

        self._wire.write(take_over)
        for text in (_cypher.FORGET_EDGES, _cypher.FORGET_NODES):
            while self._forget(text):
                pass

    def add(self, load: str, piece: int, nodes: Sequence[StoredNode], edges: Sequence[Edge]) -> None:
        """Piece 1, 2, … of a load: what is not there yet; edges after both of their nodes. Once more does nothing.

        Raises Conflict when another load was begun since.
        """

        def write(tx: ManagedTransaction) -> None:
            if not tx.run(_cypher.NEXT_PIECE, load=load, piece=piece).data():
                standing = tx.run(_cypher.MARK).data()
                if standing and (standing[0]["load"], standing[0]["piece"]) == (load, piece):
                    return
                raise Conflict(_OTHERS)
            self._put_nodes(tx, nodes)
            self._put_edges(tx, edges, _cypher.add_edges)

        self._wire.write(write)

    def end_load(self, load: str) -> None:
        """All of it is there. Raises Conflict when another load was begun since."""

        def write(tx: ManagedTransaction) -> None:
            if not tx.run(_cypher.END_LOAD, load=load).data():
                raise Conflict(_OTHERS)

        self._wire.write(write)

    def apply(self, mark: Mark, changes: Changes) -> None:
        """A round of changes, all of it or nothing, after which `mark` has arrived; once more does nothing.

        Raises Conflict when what is there is neither the round before nor this one.
        """

        def write(tx: ManagedTransaction) -> None:
            if not tx.run(_cypher.NEXT_ROUND, load=mark.load, round=mark.round).data():
                raise Conflict(_OTHERS)
            for type_, rows in _by(changes.gone_edges, lambda key: key.type).items():
                tx.run(_cypher.remove_edges(type_), rows=[key._asdict() for key in rows]).consume()  # pyright: ignore[reportArgumentType]
            if changes.gone_nodes:
                tx.run(_cypher.REMOVE_NODES, keys=list(changes.gone_nodes)).consume()
            self._put_nodes(tx, changes.nodes)
            self._put_edges(tx, changes.edges, _cypher.put_edges)

        self._wire.write(write)

    def clear(self) -> None:
        """Forget everything, the mark too."""

        def forget_mark(tx: ManagedTransaction) -> None:
            tx.run(_cypher.FORGET_MARK).consume()

        self._wire.write(forget_mark)
        for text in (_cypher.FORGET_EDGES, _cypher.FORGET_NODES):
            while self._forget(text):
                pass

    def _forget(self, text: str) -> int:
        def forget(tx: ManagedTransaction) -> int:
            rows = tx.run(text, limit=_FORGOTTEN_AT_ONCE).data()  # pyright: ignore[reportArgumentType]
            return rows[0]["gone"] if rows else 0

        return self._wire.write(forget)

    def _put_nodes(self, tx: ManagedTransaction, nodes: Sequence[StoredNode]) -> None:
        for kind, rows in _by(nodes, lambda node: Node.from_number(node.number).kind).items():
            tx.run(_cypher.put_nodes(kind), rows=[_node_row(kind, node) for node in rows]).consume()  # pyright: ignore[reportArgumentType]

    def _put_edges(self, tx: ManagedTransaction, edges: Sequence[Edge], text: Callable[[str], str]) -> None:
        for type_, rows in _by(edges, lambda edge: edge.type).items():
            code = self._codes[type_]
            tx.run(text(type_), rows=[_edge_row(edge, code) for edge in rows]).consume()  # pyright: ignore[reportArgumentType]


def _by(things: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    found: dict[K, list[T]] = {}
    for thing in things:
        found.setdefault(key(thing), []).append(thing)
    return found


def _node_row(kind: NodeKind, node: StoredNode) -> dict[str, Any]:
    return {
        "key": node.number,
        "kind": kind.value,
        "id": Node.from_number(node.number).id,
        "owner_id": node.owner_id,
        "name": node.name,
        "degree": node.degree,
    }


def _edge_row(edge: Edge, code: int) -> dict[str, Any]:
    given = {name: getattr(edge, name) for name in _PROPERTIES}
    return {
        "source": edge.source,
        "target": edge.target,
        "owner_id": edge.owner_id,
        "given": {"code": code, **{name: value for name, value in given.items() if value is not None}},
    }
