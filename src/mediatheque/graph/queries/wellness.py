"""What is asked of the graph to tell whether it is well, and what mends it where working it out again does not."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text

from mediatheque.graph.edges import codes
from mediatheque.graph.queries.projection import settle_nodes


@dataclass(frozen=True, slots=True)
class Figures:
    """How the graph stands; all but the first two should be 0."""

    nodes: int
    edges: int
    without_a_node: int  # edges, at least one end of which is no node
    twice: int  # edges too many
    miscounted: int  # nodes whose degree is not the number of their owner's edges
    of_no_type: int  # edges of a type that this version does not know
    waiting: int  # changes that no commit has worked out


def graph_figures(db: Connection) -> Figures:
    """Count everything: some seconds for a million edges."""
    row = db.execute(
        text("""
            WITH ends AS (
                SELECT source_id AS id, owner_id FROM graph_edges UNION ALL SELECT target_id, owner_id FROM graph_edges
            ),
            degrees AS (SELECT id, owner_id, count(*) AS degree FROM ends GROUP BY id, owner_id)
            SELECT (SELECT count(*) FROM graph_nodes) AS nodes,
                (SELECT count(*) FROM graph_edges) AS edges,
                (SELECT count(*) FROM graph_edges e
                 WHERE NOT EXISTS (SELECT FROM graph_nodes n WHERE n.id = e.source_id)
                    OR NOT EXISTS (SELECT FROM graph_nodes n WHERE n.id = e.target_id)) AS without_a_node,
                (SELECT coalesce(sum(n - 1), 0) FROM (
                    SELECT count(*) AS n FROM graph_edges GROUP BY source_id, target_id, type, owner_id HAVING count(*) > 1
                 ) AS doubled)::bigint AS twice,
                (SELECT count(*) FROM graph_nodes n LEFT JOIN degrees d ON d.id = n.id AND d.owner_id = n.owner_id
                 WHERE n.degree <> coalesce(d.degree, 0)) AS miscounted,
                (SELECT count(*) FROM graph_edges WHERE type <> ALL(CAST(:types AS smallint[]))) AS of_no_type,
                (SELECT count(*) FROM graph_dirty) AS waiting
        """),
        {"types": list(codes().values())},
    )
    return Figures(**row.mappings().one())


def mend(db: Connection) -> None:
    """Whatever `graph_figures` finds wrong is right; the caller has everybody's turn.

    Working edges out again leaves what no fact asks about: a row that is there twice, an edge that nothing is at the end of.
    """
    # Every fact has just been read: what a broken transaction left to be worked out is.
    db.execute(text("DELETE FROM graph_dirty"))
    changed = set(
        db.execute(
            text(f"""
                WITH gone AS (
                    DELETE FROM graph_edges WHERE type <> ALL(CAST(:types AS smallint[])) OR ctid = ANY(ARRAY(
                        SELECT place FROM (
                            SELECT ctid AS place, row_number() OVER (
                                PARTITION BY source_id, target_id, type, owner_id ORDER BY weight DESC, ctid
                            ) AS nth FROM graph_edges
                        ) AS counted WHERE nth > 1
                    )) RETURNING source_id, target_id
                )
                SELECT source_id AS id FROM gone UNION SELECT target_id FROM gone UNION {_MISSING}
            """),
            {"types": list(codes().values())},
        ).scalars()
    )
    settle_nodes(db, list(changed))
    nowhere = db.execute(
        text(f"""
            DELETE FROM graph_edges e USING ({_MISSING}) AS missing
            WHERE missing.id IN (e.source_id, e.target_id) RETURNING e.source_id, e.target_id
        """)
    ).all()
    settle_nodes(db, list({end for row in nowhere for end in row}))


#: What edges begin or end at, and is no node.
_MISSING = """
    SELECT e.id FROM (SELECT source_id AS id FROM graph_edges UNION SELECT target_id FROM graph_edges) AS e
    WHERE NOT EXISTS (SELECT FROM graph_nodes n WHERE n.id = e.id)
"""
