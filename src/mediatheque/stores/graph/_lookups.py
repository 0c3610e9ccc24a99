"""The SQL of what a walk of one step answers: neighbours, common ground, links among many."""

from __future__ import annotations

from functools import cache

from sqlalchemy import TextClause, text

from mediatheque.stores.graph import Direction, Order
from mediatheque.stores.graph._statements import COLUMNS, KNOWN, again, root

_WHICH = "AND e.type = ANY(CAST(:types AS smallint[]))"
_ENDS = (("source", "target"), ("target", "source"))


@cache
def neighbours(direction: Direction, order: Order, has_types: bool) -> TextClause:
    """Rows of COLUMNS. Takes node, owners, viewer, types, limit."""
    sides = {"out": _ENDS[:1], "in": _ENDS[1:], "both": _ENDS}[direction]
    by = "weight DESC" if order == "weight" else "last_at DESC NULLS LAST, weight DESC"
    parts = [
        f"""
            (SELECT {COLUMNS}, e.{other}_id AS other, {way} AS way FROM graph_edges e
            WHERE e.{side}_id = :node AND e.owner_id = o.owner_id AND (o.owner_id IN (0, :viewer) OR {KNOWN})
                {_WHICH if has_types else ""}
            ORDER BY {by}, e.{other}_id, e.type LIMIT :limit)
        """
        for way, (side, other) in enumerate(sides)
    ]
    return text(f"""
        SELECT found.* FROM unnest(CAST(:owners AS bigint[])) AS o(owner_id)
            CROSS JOIN LATERAL ({" UNION ALL ".join(parts)}) AS found
        ORDER BY {by}, other, type, owner_id, way LIMIT :limit
    """)


@cache
def among(has_types: bool) -> TextClause:
    """Rows of COLUMNS. Takes nodes, viewer, types, limit.

    Found from their sources: hubs (genres, series, tags) are targets, and theirs would all be read. OFFSET 0 keeps the
    planner from thinking otherwise, and IS TRUE from asking for each source which nodes there are.
    """
    owners = " UNION ALL ".join(
        f"""
            SELECT e.source_id, e.target_id, e.type, e.owner_id, e.weight FROM graph_edges e
            WHERE e.source_id = asked.id AND e.owner_id = {owner} {_WHICH if has_types else ""}
        """
        for owner in ("0", ":viewer")
    )
    return text(f"""
        WITH asked AS MATERIALIZED (SELECT DISTINCT unnest(CAST(:nodes AS bigint[])) AS id),
        found AS MATERIALIZED (
            SELECT s.source_id AS a, s.target_id AS b, s.type, s.owner_id, s.weight, 0 AS way
            FROM asked CROSS JOIN LATERAL ({owners} OFFSET 0) AS s
            WHERE (s.target_id IN (SELECT id FROM asked)) IS TRUE
            ORDER BY s.weight DESC, s.source_id, s.target_id, s.type, s.owner_id LIMIT :limit
        )
        SELECT {COLUMNS} FROM found CROSS JOIN LATERAL ({again("found")}) AS e
        ORDER BY e.weight DESC, e.source_id, e.target_id, e.type, e.owner_id
    """)


@cache
def links(has_types: bool) -> TextClause:
    """One row of four arrays as text: node, other end, type, weight. Takes nodes, viewer, types, limit_each."""
    parts = [
        f"""(
            SELECT e.{other}_id AS other, e.type, e.weight FROM graph_edges e
            WHERE e.{side}_id = f.node AND e.owner_id = {owner} {_WHICH if has_types else ""}
            ORDER BY e.weight DESC, e.{other}_id, e.type LIMIT :limit_each
        )"""
        for side, other in _ENDS
        for owner in ("0", ":viewer")
    ]
    # Four aggregates instead of a row for each edge: they become arrays without an object for each.
    return text(f"""
        SELECT array_agg(node)::text, array_agg(other)::text, array_agg(type)::text, array_agg(weight)::text FROM (
            SELECT f.node, found.* FROM unnest(CAST(:nodes AS bigint[])) AS f(node) CROSS JOIN LATERAL (
                SELECT * FROM ({" UNION ALL ".join(parts)}) AS all_sides ORDER BY weight DESC, other, type LIMIT :limit_each
            ) AS found ORDER BY f.node, found.weight DESC, found.other, found.type
        ) AS listed
    """)


@cache
def common(has_types: bool) -> TextClause:
    """Rows: node, score, COLUMNS of a's edge, COLUMNS of b's. Takes a, b, owners_a, owners_b, viewer, types, limit."""

    def of(end: str) -> str:
        sides = " UNION ALL ".join(
            f"""
                SELECT e.{other}_id AS node, e.weight, e.type, e.owner_id, {way} AS way FROM graph_edges e
                WHERE e.{side}_id = :{end} AND e.owner_id = ANY(CAST(:owners_{end} AS bigint[]))
                    AND (e.owner_id IN (0, :viewer) OR {KNOWN}) {_WHICH if has_types else ""}
            """
            for way, (side, other) in enumerate(_ENDS)
        )
        return f"""
            SELECT DISTINCT ON (node) CAST(:{end} AS bigint) AS a, node AS b, * FROM ({sides}) AS both_ways
            WHERE node NOT IN (:a, :b) ORDER BY node, weight DESC, type, owner_id, way
        """

    return text(f"""
        WITH a AS MATERIALIZED ({of("a")}), b AS MATERIALIZED ({of("b")}),
        best AS MATERIALIZED (
            SELECT node, score FROM (
                SELECT a.node, a.weight * b.weight / {root("a.node")} AS score FROM a JOIN b ON b.node = a.node
            ) AS met ORDER BY score DESC, node LIMIT :limit
        )
        SELECT best.node, best.score, {COLUMNS}, {COLUMNS.replace("e.", "g.")}
        FROM best JOIN a ON a.node = best.node JOIN b ON b.node = best.node
            CROSS JOIN LATERAL ({again("a")}) AS e CROSS JOIN LATERAL ({again("b")}) AS g
        ORDER BY best.score DESC, best.node
    """)
