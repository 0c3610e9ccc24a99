"""The graph in a Neo4j, or in another server that speaks Bolt and Cypher: a copy of the library's own, kept up to date.

It is told what changed (see flows/syncing_graph.py), and asked the same walks as the library's own database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from mediatheque.kit.errors import Invalid
from mediatheque.stores.graph import (
    FAN_OUT,
    Direction,
    Edge,
    EdgeKey,
    Graph,
    Links,
    Order,
    Path,
    Reached,
    Shared,
    Size,
    StoredNode,
    View,
    _cypher,
    _frontier,
    check_expand,
    check_paths,
)
from mediatheque.stores.graph._arriving import Arriving, Changes, Mark
from mediatheque.stores.graph._bolt import Answer, Wire, check_driver
from mediatheque.vocabulary import NODE_CODES, NodeKind

if TYPE_CHECKING:
    from neo4j import ManagedTransaction

    from mediatheque.kit.database import Connection

R = TypeVar("R")

__all__ = ["Changes", "Mark", "Neo4jGraph", "open_graph"]

_USER = NODE_CODES[NodeKind.USER]


def open_graph(url: str | None, types: Mapping[str, int]) -> Graph:
    """The graph on the server at `url`; nothing is reached until it is asked. Raises Invalid, Unavailable without driver."""
    if url is None:
        raise Invalid("A graph in Neo4j needs MEDIATHEQUE_GRAPH_URL.")
    check_driver()
    return Neo4jGraph(url, types)


class Neo4jGraph:
    """See the port. The connection to the database that each walk is given is not used."""

    is_remote = True

    def __init__(self, url: str, types: Mapping[str, int]) -> None:
        self._wire = Wire(url)
        self._codes = dict(types)
        #: How it is told what there is.
        self.arriving = Arriving(self._wire, self._codes)

    @property
    def address(self) -> str:
        """Where it is, without who asks."""
        return self._wire.address

    def close(self) -> None:
        """Give the connections back."""
        self._wire.close()

    def ask(
        self,
        cypher: str,
        given: Mapping[str, Any] | None = None,
        *,
        seconds: float = 10.0,
        limit: int = 1_000,
    ) -> Answer:
        """What a question in Cypher brings, at most `limit` rows, within `seconds`; for administrators, as it sees all.

        Raises Invalid where it cannot be read, may change something or reaches beyond the graph; Unavailable.
        """
        return self._wire.ask(cypher, given or {}, seconds=seconds, limit=limit)

    def neighbours(
        self,
        db: Connection | None,
        node: int,
        view: View,
        *,
        types: Sequence[str] = (),
        direction: Direction = "both",
        order: Order = "weight",
        limit: int = 50,
    ) -> list[Edge]:
        rows = self._rows(
            _cypher.neighbours(direction, order),
            node=node,
            owners=_owners(node, view),
            viewer=view.viewer,
            types=self._types(types),
            limit=limit,
        )
        return [_edge(row) for row in rows]

    def expand(
        self,
        db: Connection | None,
        starts: Sequence[int],
        view: View,
        *,
        types: Sequence[str] = (),
        hops: int = 2,
        limit: int = 100,
    ) -> list[Reached]:
        check_expand(hops, limit)

        def walk(surroundings: _Surroundings) -> list[Reached]:
            return _frontier.expand(
                starts,
                surroundings.edges_of,
                surroundings.degrees_of,
                lambda node: _goes_on(node, view),
                hops=hops,
                limit=limit,
            )

        return self._walk(walk, set(starts), view, types)

    def paths(
        self,
        db: Connection | None,
        start: int,
        end: int,
        view: View,
        *,
        types: Sequence[str] = (),
        max_length: int = 4,
        limit: int = 5,
        shortest: bool = False,
    ) -> list[Path]:
        check_paths(max_length, limit)

        def walk(surroundings: _Surroundings) -> list[Path]:
            return _frontier.paths(
                start,
                end,
                surroundings.edges_of,
                surroundings.degrees_of,
                lambda node: _goes_on(node, view),
                max_length=max_length,
                limit=limit,
                shortest=shortest,
            )

        return self._walk(walk, {start, end}, view, types)

    def common(
        self,
        db: Connection | None,
        a: int,
        b: int,
        view: View,
        *,
        types: Sequence[str] = (),
        limit: int = 50,
    ) -> list[Shared]:
        rows = self._rows(
            _cypher.COMMON,
            a=a,
            b=b,
            owners_a=_owners(a, view),
            owners_b=_owners(b, view),
            viewer=view.viewer,
            types=self._types(types),
            limit=limit,
        )
        return [Shared(row["node"], _edge(row), _edge(row, "_b"), row["score"]) for row in rows]

    def edges_among(
        self,
        db: Connection | None,
        nodes: Sequence[int],
        view: View,
        *,
        types: Sequence[str] = (),
        limit: int = 5_000,
    ) -> list[Edge]:
        asked = list(dict.fromkeys(nodes))
        rows = self._rows(
            _cypher.EDGES_AMONG, nodes=asked, viewer=view.viewer, types=self._types(types), limit=limit
        )
        return [_edge(row) for row in rows]

    def links(
        self,
        db: Connection | None,
        nodes: Sequence[int],
        view: View,
        *,
        types: Sequence[str] = (),
        limit_each: int = FAN_OUT,
    ) -> Links:
        asked = sorted(set(nodes))
        rows = self._rows(
            _cypher.LINKS, nodes=asked, viewer=view.viewer, types=self._types(types), limit=limit_each
        )
        found = sorted(
            ((row["node"], row["other"], row["code"], row["weight"]) for row in rows),
            key=lambda link: (link[0], -link[3], link[1], link[2]),
        )
        numbers = np.array([link[:3] for link in found], np.int64).reshape(-1, 3)
        weights = np.array([link[3] for link in found], np.float64)
        return Links(numbers[:, 0], numbers[:, 1], numbers[:, 2], weights)

    def nodes(self, db: Connection | None, numbers: Iterable[int]) -> dict[int, StoredNode]:
        rows = self._rows(_cypher.NODES, keys=sorted(set(numbers)))
        found = (StoredNode(row["key"], row["owner_id"], row["name"], row["degree"]) for row in rows)
        return {node.number: node for node in sorted(found)}

    def edges_after(
        self, db: Connection | None, view: View | None, after: EdgeKey | None, limit: int
    ) -> list[Edge]:
        rows = self._rows(
            _cypher.EDGES_AFTER,
            everybody=view is None,
            viewer=0 if view is None else view.viewer,
            source=-1 if after is None else after.source,
            target=-1 if after is None else after.target,
            code=-1 if after is None else self._codes[after.type],
            owner=-1 if after is None else after.owner_id,
            limit=limit,
        )
        return [_edge(row) for row in rows]

    def size(self, db: Connection | None) -> Size:
        (nodes,), (edges,) = self._rows(_cypher.COUNT_NODES), self._rows(_cypher.COUNT_EDGES)
        return Size(nodes["found"], edges["found"])

    def _rows(self, text: str, **given: Any) -> list[Mapping[str, Any]]:
        return self._wire.read(lambda tx: [record.data() for record in tx.run(text, given)])  # pyright: ignore[reportArgumentType]

    def _walk(
        self, walk: Callable[[_Surroundings], R], ends: set[int], view: View, types: Sequence[str]
    ) -> R:
        """A walk of several questions, all in one transaction."""
        wanted = self._types(types)
        return self._wire.read(lambda tx: walk(_Surroundings(tx, ends, view, wanted)))

    def _types(self, types: Sequence[str]) -> list[str]:
        for name in types:
            self._codes[name]  # KeyError, as everywhere
        return list(types)


class _Surroundings:
    """What a walk asks about the nodes that it comes to; degrees come with the edges that lead there."""

    def __init__(self, tx: ManagedTransaction, ends: set[int], view: View, types: list[str]) -> None:
        self._tx, self._ends, self._view, self._types = tx, ends, view, types
        self._degrees: dict[int, int] = {}

    def edges_of(self, nodes: Sequence[int], fan_out: int) -> list[tuple[int, Edge]]:
        asked = [{"node": node, "owners": self._owners(node)} for node in nodes]
        given = {"asked": asked, "viewer": self._view.viewer, "types": self._types, "limit": fan_out}
        found: list[tuple[int, Edge, Mapping[str, Any]]] = []
        for record in self._tx.run(_cypher.EDGES_OF, given):
            row = record.data()
            self._degrees[row["other"]] = row["degree"]
            found.append((row["node"], _edge(row), row))
        found.sort(key=_heaviest_first)
        return [(node, edge) for node, edge, _ in found]

    def degrees_of(self, nodes: Sequence[int]) -> dict[int, int]:
        unknown = [node for node in nodes if node not in self._degrees]
        if unknown:
            for record in self._tx.run(_cypher.NODES, {"keys": unknown}):
                self._degrees[record["key"]] = record["degree"]
        return {node: self._degrees[node] for node in nodes if node in self._degrees}

    def _owners(self, node: int) -> list[int]:
        return _owners(node, self._view) if node in self._ends else [0, self._view.viewer]


def _heaviest_first(found: tuple[int, Edge, Mapping[str, Any]]) -> tuple[float, int, int, int, bool]:
    node, edge, row = found
    return (-edge.weight, row["other"], row["given"]["code"], edge.owner_id, edge.target == node)


def _edge(row: Mapping[str, Any], of: str = "") -> Edge:
    given: Mapping[str, Any] = row[f"given{of}"]
    return Edge(
        source=row[f"source{of}"],
        target=row[f"target{of}"],
        type=row[f"type{of}"],
        owner_id=given["owner_id"],
        weight=given["weight"],
        confidence=given["confidence"],
        count=given["count"],
        first_at=_moment(given.get("first_at")),
        last_at=_moment(given.get("last_at")),
        batch_id=given.get("batch_id"),
        said_by=given.get("said_by"),
        at_ms=given.get("at_ms"),
        likeness=given.get("likeness"),
        together=given.get("together"),
        detail=given.get("detail"),
    )


def _moment(given: Any) -> datetime | None:
    """A moment in UTC: ArcadeDB keeps the clock and forgets the zone, which was UTC."""
    if given is None:
        return None
    moment: datetime = given.to_native()
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _goes_on(node: int, view: View) -> bool:
    """Whether a walk passes through this node: through no other person."""
    return node & 15 != _USER or node >> 4 == view.viewer


def _owners(node: int, view: View) -> list[int]:
    """Whose edges of this node the viewer sees, where a walk begins or ends with it."""
    is_guest = node & 15 == _USER and node >> 4 in view.guests
    return [node >> 4] if is_guest else [0, view.viewer]
