"""Steps of a walk over the graph as one person sees it: the catalogue's edges and their own, never by way of people.

Asked of the library's own tables, also where a graph elsewhere answers walks: it is told from these. What others did
has no say: of SIMILAR only the likeness of texts counts, whose nearest are kept whoever has been through what.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
from sqlalchemy import text

from mediatheque.graph.edges import codes
from mediatheque.kit.database import Connection
from mediatheque.recommend.walk import Steps
from mediatheque.stores.graph import FAN_OUT
from mediatheque.vocabulary import NODE_CODES, NodeKind

#: What a walk passes by. Seasons hold nothing but their show's episodes; another's doings are nobody's way.
PASSED = (
    NodeKind.ITEM,
    NodeKind.GENRE,
    NodeKind.PERSON,
    NodeKind.TAG,
    NodeKind.SERIES,
    NodeKind.VOICE,
    NodeKind.PASSAGE,
)
#: So many nearest by text are kept of every title, whatever else is (graph/similar.py).
MOST_ALIKE = 10

_SIMILAR = codes()["SIMILAR"]


def steps_from(
    db: Connection, viewer: int, nodes: Iterable[int], to: Sequence[NodeKind] = PASSED, fan_out: int = FAN_OUT
) -> Steps:
    """The heaviest steps from each node, so many to each side; `viewer` 0: nobody's own. The likeness of texts is its own weight."""
    sides = "UNION ALL".join(
        f"""
            (SELECT e.{other}_id AS other, e.type, {is_source} AS is_forward, e.weight FROM graph_edges e
             WHERE e.{side}_id = n.id AND e.owner_id IN (0, :viewer) AND e.type <> {_SIMILAR}
                AND e.{other}_id & 15 = ANY(CAST(:kinds AS bigint[]))
             ORDER BY e.weight DESC, e.{other}_id, e.type LIMIT :fan_out)
        """
        for side, other, is_source in (("source", "target", "true"), ("target", "source", "false"))
    )
    alike = "UNION ALL".join(
        f"""
            SELECT e.{other}_id AS other, e.type, {is_source} AS is_forward, e.likeness AS weight FROM graph_edges e
            WHERE e.{side}_id = n.id AND e.owner_id IN (0, :viewer) AND e.type = {_SIMILAR} AND e.likeness > 0
        """
        for side, other, is_source in (("source", "target", "true"), ("target", "source", "false"))
    )
    row = db.execute(
        text(f"""
            SELECT array_agg(n.id)::text, array_agg(s.other)::text, array_agg(s.type)::text,
                array_agg(s.is_forward::int)::text, array_agg(s.weight)::text
            FROM unnest(CAST(:nodes AS bigint[])) AS n(id) CROSS JOIN LATERAL (
                {sides} UNION ALL (
                    SELECT * FROM ({alike}) AS alike WHERE n.id & 15 = {NODE_CODES[NodeKind.ITEM]}
                    ORDER BY weight DESC, other LIMIT {MOST_ALIKE}
                )
            ) AS s
        """),
        {
            "nodes": _array(nodes),
            "viewer": viewer,
            "kinds": _array(NODE_CODES[kind] for kind in to),
            "fan_out": fan_out,
        },
    ).one()
    node, other, type_, is_forward, weight = (_numbers(column) for column in row)
    return Steps(
        node.astype(np.int64),
        other.astype(np.int64),
        type_.astype(np.int64),
        is_forward > 0,
        weight,
    )


def nodes_of(db: Connection, nodes: Iterable[int]) -> dict[int, tuple[int, str]]:
    """The degree and the name of each of these nodes, which the walk has come to by edges that its viewer sees."""
    rows = db.execute(
        text("SELECT id, degree, name FROM graph_nodes WHERE id = ANY(CAST(:ids AS bigint[]))"),
        {"ids": _array(nodes)},
    )
    return {number: (degree, name) for number, degree, name in rows}


def _array(numbers: Iterable[int]) -> str:
    """An array as PostgreSQL writes it."""
    return f"{{{','.join(map(str, numbers))}}}"


def _numbers(written: str | None) -> npt.NDArray[np.float64]:
    """An array of numbers below 2^53 that PostgreSQL wrote; a list of thousands takes psycopg longer than the query."""
    return np.fromstring(written[1:-1], np.float64, sep=",") if written else np.zeros(0)
