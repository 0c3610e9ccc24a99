"""A great many edges into the database at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from mediatheque.kit.database import driver_connection
from mediatheque.stores.graph import EdgeColumns, _copying

#: From so many edges on, an empty table is worth being filled without its indexes, with nobody else at it.
_MANY = 10_000


def load(db: Connection, edges: EdgeColumns) -> None:
    """Add edges that are not there yet, between nodes that are, and count them there.

    The caller has the graph's turn (`take_graphs_turn`) for their owners. Into an empty table, many are loaded with the
    indexes made afterwards: until the commit nobody else can read it. Of a million edges in a second and a half a third
    would else be spent on indexes.
    """
    if not len(edges):
        return
    if len(edges) >= _MANY and _is_empty(db):
        _fill(db, edges)
    else:
        _copy(db, edges, "")
    _count(db, edges)


def _fill(db: Connection, edges: EdgeColumns) -> None:
    db.execute(text("LOCK TABLE graph_edges IN ACCESS EXCLUSIVE MODE"))
    if not _is_empty(db):  # somebody was faster
        _copy(db, edges, "")
        return
    indexes = db.execute(
        text(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() AND tablename = 'graph_edges'"
        )
    ).all()
    # What is emptied in the same transaction may be written as if it had long been there: seen by all, once committed,
    # so that walks need not look from the index into the table, and on wal_level = minimal not written twice.
    db.execute(text("TRUNCATE graph_edges"))
    for index in indexes:
        db.execute(text(f'DROP INDEX "{index.indexname}"'))
    _copy(db, edges, ", FREEZE")
    for index in indexes:
        db.exec_driver_sql(index.indexdef)
    db.execute(text("ANALYZE graph_edges"))


def _copy(db: Connection, edges: EdgeColumns, options: str) -> None:
    copying = f"COPY graph_edges ({_copying.COLUMNS}) FROM STDIN (FORMAT binary{options})".encode()
    with driver_connection(db).cursor() as cursor, cursor.copy(copying) as copy:
        copy.write(_copying.HEADER)
        for rows in _copying.rows(edges):
            copy.write(rows)
        copy.write(_copying.TRAILER)


def _count(db: Connection, edges: EdgeColumns) -> None:
    """A node counts the edges that are of its owner."""
    nodes, owners, counts = counted(edges)
    db.execute(
        text("""
            UPDATE graph_nodes n SET degree = n.degree + c.edges
            FROM unnest(CAST(:nodes AS bigint[]), CAST(:owners AS bigint[]), CAST(:counts AS integer[])) AS c(id, owner_id, edges)
            WHERE n.id = c.id AND n.owner_id = c.owner_id
        """),
        {"nodes": nodes.tolist(), "owners": owners.tolist(), "counts": counts.tolist()},
    )


def counted(edges: EdgeColumns) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]:
    """Nodes, owners, and how many edges of that owner's the node has."""
    ends = np.concatenate([edges.source, edges.target])
    if edges.owner is None:
        nodes, counts = np.unique(ends, return_counts=True)
        return nodes, np.zeros_like(nodes), counts
    owners = np.tile(edges.owner, 2)
    is_common = owners == 0
    nodes, counts = np.unique(ends[is_common], return_counts=True)
    ends, owners = ends[~is_common], owners[~is_common]
    order = np.lexsort((ends, owners))
    ends, owners = ends[order], owners[order]
    first = np.flatnonzero(np.diff(ends, prepend=-1) | np.diff(owners, prepend=-1))
    return (
        np.concatenate([nodes, ends[first]]),
        np.concatenate([np.zeros_like(nodes), owners[first]]),
        np.concatenate([counts, np.diff(first, append=len(ends))]),
    )


def _is_empty(db: Connection) -> bool:
    return not db.execute(text("SELECT EXISTS (SELECT FROM graph_edges)")).scalar_one()
