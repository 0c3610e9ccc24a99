"""The graph in the library's own database: tables of edges and nodes, walked along two indexes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

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
    _frontier,
    check_expand,
    check_paths,
)
from mediatheque.vocabulary import NODE_CODES, NodeKind

_USER = NODE_CODES[NodeKind.USER]
_COLUMNS = """
    e.source_id, e.target_id, e.type, e.owner_id, e.weight, e.confidence, e.count, e.first_at, e.last_at, e.batch_id,
    e.said_by, e.at_ms, e.likeness, e.together, e.detail
"""
#: A condition of guests' edges: what they lead to is somebody's whom the viewer may know of.
_KNOWN = "EXISTS (SELECT FROM graph_nodes n WHERE n.id = e.target_id AND n.owner_id IN (0, :viewer))"


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
            text(_neighbours(direction, order, bool(types))),
            {
                "node": node,
                "owners": _owners(node, view),
                "types": self._types(types),
                "limit": limit,
                "viewer": view.viewer,
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
        return _frontier.expand(
            starts,
            lambda nodes, fan_out: self._edges_of(db, nodes, set(starts), view, types, fan_out),
            lambda nodes: self._degrees(db, nodes),
            lambda node: _goes_on(node, view),
            hops=hops,
            limit=limit,
        )

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
        return _frontier.paths(
            start,
            end,
            lambda nodes, fan_out: self._edges_of(db, nodes, {start, end}, view, types, fan_out),
            lambda nodes: self._degrees(db, nodes),
            lambda node: _goes_on(node, view),
            max_length=max_length,
            limit=limit,
            shortest=shortest,
        )

    def common(
        self, db: Connection, a: int, b: int, view: View, *, types: Sequence[str] = (), limit: int = 50
    ) -> list[Shared]:
        rows = db.execute(
            text(_common(bool(types))),
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
        return [Shared(row.node, self._edge(row, "a_"), self._edge(row, "b_"), row.score) for row in rows]

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
            text(f"""
                WITH asked AS MATERIALIZED (SELECT DISTINCT unnest(CAST(:nodes AS bigint[])) AS id)
                SELECT {_COLUMNS} FROM asked a JOIN graph_edges e ON e.source_id = a.id AND e.owner_id IN (0, :viewer)
                    JOIN asked b ON b.id = e.target_id
                {"WHERE e.type = ANY(CAST(:types AS smallint[]))" if types else ""}
                ORDER BY e.weight DESC, e.source_id, e.target_id, e.type, e.owner_id LIMIT :limit
            """),
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
        # Four aggregates instead of a row for each edge: a fifth of the time for 30,000 of them.
        row = db.execute(
            text(_links(bool(types))),
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
                SELECT {_COLUMNS} FROM graph_edges e WHERE {" AND ".join(conditions)}
                ORDER BY e.source_id, e.target_id, e.type, e.owner_id LIMIT :limit
            """),
            given,
        )
        return [self._edge(row) for row in rows]

    def size(self, db: Connection) -> Size:
        row = db.execute(
            text(
                "SELECT (SELECT count(*) FROM graph_nodes) AS nodes, (SELECT count(*) FROM graph_edges) AS edges"
            )
        ).one()
        return Size(row.nodes, row.edges)

    def _edges_of(
        self,
        db: Connection,
        nodes: Sequence[int],
        ends: set[int],
        view: View,
        types: Sequence[str],
        fan_out: int,
    ) -> list[tuple[int, Edge]]:
        """The heaviest edges of each node; a guest's own node has the guest's where the walk begins or ends."""
        rows = db.execute(
            text(_edges_of(bool(types))),
            {
                "nodes": list(nodes),
                "guests": [_guest(node, view) if node in ends else 0 for node in nodes],
                "viewer": view.viewer,
                "types": self._types(types),
                "fan_out": fan_out,
            },
        )
        return [(row.node, self._edge(row)) for row in rows]

    def _degrees(self, db: Connection, nodes: Sequence[int]) -> dict[int, int]:
        rows = db.execute(
            text("SELECT id, degree FROM graph_nodes WHERE id = ANY(:ids)"), {"ids": list(nodes)}
        )
        return {row.id: row.degree for row in rows}

    def _types(self, types: Sequence[str]) -> list[int]:
        return [self._codes[name] for name in types]

    def _edge(self, row: Any, of: str = "") -> Edge:
        given = row._mapping
        return Edge(
            source=given[f"{of}source_id"],
            target=given[f"{of}target_id"],
            type=self._names[given[f"{of}type"]],
            owner_id=given[f"{of}owner_id"],
            weight=given[f"{of}weight"],
            confidence=given[f"{of}confidence"],
            count=given[f"{of}count"],
            first_at=given[f"{of}first_at"],
            last_at=given[f"{of}last_at"],
            batch_id=given[f"{of}batch_id"],
            said_by=given[f"{of}said_by"],
            at_ms=given[f"{of}at_ms"],
            likeness=given[f"{of}likeness"],
            together=given[f"{of}together"],
            detail=given[f"{of}detail"],
        )


def _goes_on(node: int, view: View) -> bool:
    """Whether a walk passes through this node: through no other person."""
    return node & 15 != _USER or node >> 4 == view.viewer


def _guest(node: int, view: View) -> int:
    """The guest whose node this is; 0: of none."""
    return node >> 4 if node & 15 == _USER and node >> 4 in view.guests else 0


def _owners(node: int, view: View) -> list[int]:
    """Whose edges of this node the viewer sees."""
    guest = _guest(node, view)
    return [guest] if guest else [0, view.viewer]


def _neighbours(direction: Direction, order: Order, has_types: bool) -> str:
    sides = {"out": ("source",), "in": ("target",), "both": ("source", "target")}[direction]
    by = "weight DESC" if order == "weight" else "last_at DESC NULLS LAST, weight DESC"
    parts = [
        f"""
            SELECT {_COLUMNS}, e.{"target" if side == "source" else "source"}_id AS other FROM graph_edges e
            WHERE e.{side}_id = :node AND e.owner_id = o.owner_id AND (o.owner_id IN (0, :viewer) OR {_KNOWN})
                {"AND e.type = ANY(CAST(:types AS smallint[]))" if has_types else ""}
        """
        for side in sides
    ]
    by_other = (
        f"{by.replace('weight', 'e.weight').replace('last_at', 'e.last_at')}, other, e.type LIMIT :limit"
    )
    each = " UNION ALL ".join(f"({part} ORDER BY {by_other})" for part in parts)
    return f"""
        SELECT found.* FROM unnest(CAST(:owners AS bigint[])) AS o(owner_id) CROSS JOIN LATERAL ({each}) AS found
        ORDER BY {by}, other, type LIMIT :limit
    """


def _edges_of(has_types: bool) -> str:
    which = "AND e.type = ANY(CAST(:types AS smallint[]))" if has_types else ""
    parts = [
        f"""(
            SELECT {_COLUMNS}, e.{other}_id AS other FROM graph_edges e
            WHERE e.{side}_id = f.node AND e.owner_id = {owner} AND {condition} {which}
            ORDER BY e.weight DESC, e.{other}_id, e.type LIMIT :fan_out
        )"""
        for side, other in (("source", "target"), ("target", "source"))
        for owner, condition in (
            ("0", "f.guest = 0"),
            (":viewer", "f.guest = 0"),
            ("f.guest", f"f.guest > 0 AND {_KNOWN}"),
        )
    ]
    return f"""
        SELECT f.node, found.* FROM unnest(CAST(:nodes AS bigint[]), CAST(:guests AS bigint[])) AS f(node, guest)
        CROSS JOIN LATERAL (
            SELECT * FROM ({" UNION ALL ".join(parts)}) AS all_sides ORDER BY weight DESC, other, type LIMIT :fan_out
        ) AS found
    """


def _links(has_types: bool) -> str:
    which = "AND e.type = ANY(CAST(:types AS smallint[]))" if has_types else ""
    parts = [
        f"""(
            SELECT e.{other}_id AS other, e.type, e.weight FROM graph_edges e
            WHERE e.{side}_id = f.node AND e.owner_id = {owner} {which}
            ORDER BY e.weight DESC, e.{other}_id, e.type LIMIT :limit_each
        )"""
        for side, other in (("source", "target"), ("target", "source"))
        for owner in ("0", ":viewer")
    ]
    return f"""
        SELECT array_agg(node)::text, array_agg(other)::text, array_agg(type)::text, array_agg(weight::float8)::text FROM (
            SELECT f.node, found.* FROM unnest(CAST(:nodes AS bigint[])) AS f(node) CROSS JOIN LATERAL (
                SELECT * FROM ({" UNION ALL ".join(parts)}) AS all_sides ORDER BY weight DESC, other, type LIMIT :limit_each
            ) AS found ORDER BY f.node, found.weight DESC, found.other, found.type
        ) AS listed
    """


def _numbers(array: str | None, kind: type[Any]) -> npt.NDArray[Any]:
    return np.fromstring(array.strip("{}"), kind, sep=",") if array else np.zeros(0, kind)


def _common(has_types: bool) -> str:
    which = "AND e.type = ANY(CAST(:types AS smallint[]))" if has_types else ""
    names = [column.strip().removeprefix("e.") for column in _COLUMNS.split(",")]

    def of(end: str) -> str:
        sides = " UNION ALL ".join(
            f"""
                SELECT {_COLUMNS}, e.{other}_id AS node FROM graph_edges e
                WHERE e.{side}_id = :{end} AND e.owner_id = ANY(CAST(:owners_{end} AS bigint[]))
                    AND (e.owner_id IN (0, :viewer) OR {_KNOWN}) {which}
            """
            for side, other in (("source", "target"), ("target", "source"))
        )
        columns = ", ".join(f"{name} AS {end}_{name}" for name in names)
        return f"""
            SELECT DISTINCT ON (node) node, {columns} FROM ({sides}) AS both_sides
            WHERE node NOT IN (:a, :b) ORDER BY node, weight DESC, type
        """

    return f"""
        SELECT a.*, b.*, a.node AS node,
            a.a_weight::float8 * b.b_weight::float8 / sqrt(greatest(1, coalesce(n.degree, 1))::float8) AS score
        FROM ({of("a")}) AS a JOIN ({of("b")}) AS b ON b.node = a.node LEFT JOIN graph_nodes n ON n.id = a.node
        ORDER BY score DESC, a.node LIMIT :limit
    """
