"""The graph in the library's own database: tables of edges and nodes, walked along two indexes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
import numpy.typing as npt
from psycopg.types.numeric import Int8
from sqlalchemy import Connection, Row, text

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
    _lookups,
    _statements,
    check_expand,
    check_paths,
)
from mediatheque.stores.graph._loading import load as load
from mediatheque.stores.graph._statements import COLUMNS, N_COLUMNS, Walk
from mediatheque.vocabulary import NODE_CODES, NodeKind

_USER = NODE_CODES[NodeKind.USER]


def open_graph(url: str | None, types: Mapping[str, int]) -> Graph:
    """The graph in the database of the connection that each walk is given; `url` is None."""
    del url
    return PostgresGraph(types)


class PostgresGraph:
    """See the port."""

    is_remote = False

    def __init__(self, types: Mapping[str, int]) -> None:
        self._codes = dict(types)
        self._names = {code: name for name, code in types.items()}

    def neighbours(
        self,
        db: Connection,
        node: int,
        view: View,
        *,
        types: Sequence[str] = (),
        direction: Direction = "both",
        order: Order = "weight",
        limit: int = 50,
    ) -> list[Edge]:
        rows = db.execute(
            _lookups.neighbours(direction, order, bool(types)),
            {
                "node": Int8(node),
                "owners": _owners(node, view),
                "types": self._types(types),
                "limit": Int8(limit),
                "viewer": Int8(view.viewer),
            },
        )
        return [self._edge(row) for row in rows]

    def expand(
        self,
        db: Connection,
        starts: Sequence[int],
        view: View,
        *,
        types: Sequence[str] = (),
        hops: int = 2,
        limit: int = 100,
    ) -> list[Reached]:
        check_expand(hops, limit)
        starts = list(dict.fromkeys(starts))
        guests = [_guest(node, view) for node in starts]
        rows = db.execute(
            _statements.expand(hops, Walk(bool(types), any(guests))),
            {
                "starts": [Int8(node) for node in starts],
                "guests": [Int8(guest) for guest in guests],
                **self._asked(view, types, limit),
            },
        )
        return [Reached(row[0], row[1], row[2], self._edge(row, 3)) for row in rows]

    def paths(
        self,
        db: Connection,
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
        if start == end:
            return []
        guests = _guest(start, view), _guest(end, view)
        rows = db.execute(
            _statements.paths(max_length, shortest, Walk(bool(types), any(guests))),
            {
                "start": Int8(start),
                "end": Int8(end),
                "start_guest": Int8(guests[0]),
                "end_guest": Int8(guests[1]),
                **self._asked(view, types, limit),
            },
        )
        return [
            Path((*(row[2] for row in steps), end), tuple(self._edge(row, 3) for row in steps), steps[0][1])
            for steps in (list(rows_of_one) for _, rows_of_one in groupby(rows, itemgetter(0)))
        ]

    def common(
        self, db: Connection, a: int, b: int, view: View, *, types: Sequence[str] = (), limit: int = 50
    ) -> list[Shared]:
        rows = db.execute(
            _lookups.common(bool(types)),
            {
                "a": a,
                "b": b,
                "owners_a": _owners(a, view),
                "owners_b": _owners(b, view),
                "viewer": view.viewer,
                "types": self._types(types),
                "limit": limit,
            },
        ).all()
        return [Shared(row[0], self._edge(row, 2), self._edge(row, 2 + N_COLUMNS), row[1]) for row in rows]

    def edges_among(
        self,
        db: Connection,
        nodes: Sequence[int],
        view: View,
        *,
        types: Sequence[str] = (),
        limit: int = 5_000,
    ) -> list[Edge]:
        rows = db.execute(
            _lookups.among(bool(types)),
            {"nodes": list(nodes), "viewer": view.viewer, "types": self._types(types), "limit": limit},
        )
        return [self._edge(row) for row in rows]

    def links(
        self,
        db: Connection,
        nodes: Sequence[int],
        view: View,
        *,
        types: Sequence[str] = (),
        limit_each: int = FAN_OUT,
    ) -> Links:
        row = db.execute(
            _lookups.links(bool(types)),
            {
                "nodes": sorted(set(nodes)),
                "viewer": view.viewer,
                "types": self._types(types),
                "limit_each": limit_each,
            },
        ).one()
        node, other, type_ = (_numbers(row[n], np.int64) for n in range(3))
        return Links(node, other, type_, _numbers(row[3], np.float64))

    def nodes(self, db: Connection, numbers: Iterable[int]) -> dict[int, StoredNode]:
        rows = db.execute(
            text("SELECT id, owner_id, name, degree FROM graph_nodes WHERE id = ANY(:ids) ORDER BY id"),
            {"ids": list(numbers)},
        )
        return {row.id: StoredNode(row.id, row.owner_id, row.name, row.degree) for row in rows}

    def edges_after(self, db: Connection, view: View | None, after: EdgeKey | None, limit: int) -> list[Edge]:
        conditions = ["true"]
        given: dict[str, Any] = {"limit": limit}
        if view is not None:
            conditions.append("e.owner_id IN (0, :viewer)")
            given["viewer"] = view.viewer
        if after is not None:
            conditions.append(
                "e.source_id >= :source AND (e.source_id, e.target_id, e.type, e.owner_id) > (:source, :target, :type, :owner)"
            )
            given |= {
                "source": after.source,
                "target": after.target,
                "type": self._codes[after.type],
                "owner": after.owner_id,
            }
        rows = db.execute(
            text(f"""
                SELECT {COLUMNS} FROM graph_edges e WHERE {" AND ".join(conditions)}
                ORDER BY e.source_id, e.target_id, e.type, e.owner_id LIMIT :limit
            """),
            given,
        )
        return [self._edge(row) for row in rows]

    def edges_with_keys(self, db: Connection, keys: Sequence[EdgeKey]) -> list[Edge]:
        """Those of these edges that there are."""
        columns = tuple(zip(*keys, strict=True)) or ((), (), (), ())
        rows = db.execute(
            text(f"""
                SELECT {COLUMNS} FROM unnest(
                    CAST(:sources AS bigint[]), CAST(:targets AS bigint[]), CAST(:types AS smallint[]), CAST(:owners AS bigint[])
                ) AS k(source_id, target_id, type, owner_id)
                JOIN graph_edges e USING (source_id, target_id, type, owner_id)
            """),
            {
                "sources": list(columns[0]),
                "targets": list(columns[1]),
                "types": self._types(columns[2]),
                "owners": list(columns[3]),
            },
        )
        return [self._edge(row) for row in rows]

    def size(self, db: Connection) -> Size:
        row = db.execute(
            text(
                "SELECT (SELECT count(*) FROM graph_nodes) AS nodes, (SELECT count(*) FROM graph_edges) AS edges"
            )
        ).one()
        return Size(row.nodes, row.edges)

    def close(self) -> None:
        """The database is somebody else's."""

    def _types(self, types: Sequence[str]) -> list[int]:
        return [self._codes[name] for name in types]

    def _asked(self, view: View, types: Sequence[str], limit: int) -> dict[str, Any]:
        # Int8: else the type of a number, and with it the statement to prepare, would depend on how great it is.
        return {"viewer": Int8(view.viewer), "types": self._types(types), "limit": Int8(limit)}

    def _edge(self, row: Row[Any], at: int = 0) -> Edge:
        """The edge in COLUMNS from column `at` on."""
        return Edge(
            source=row[at],
            target=row[at + 1],
            type=self._names[row[at + 2]],
            owner_id=row[at + 3],
            weight=row[at + 4],
            confidence=row[at + 5],
            count=row[at + 6],
            first_at=row[at + 7],
            last_at=row[at + 8],
            batch_id=row[at + 9],
            said_by=row[at + 10],
            at_ms=row[at + 11],
            likeness=row[at + 12],
            together=row[at + 13],
            detail=row[at + 14],
        )


def _guest(node: int, view: View) -> int:
    """The guest whose node this is; 0: of none."""
    return node >> 4 if node & 15 == _USER and node >> 4 in view.guests else 0


def _owners(node: int, view: View) -> list[int]:
    """Whose edges of this node the viewer sees."""
    guest = _guest(node, view)
    return [guest] if guest else [0, view.viewer]


def _numbers(array: str | None, kind: type[Any]) -> npt.NDArray[Any]:
    return np.fromstring(array.strip("{}"), kind, sep=",") if array else np.zeros(0, kind)
