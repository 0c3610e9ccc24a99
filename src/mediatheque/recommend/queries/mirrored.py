"""What a copy of the catalogue's vectors has to know of their titles, and whether any of it has changed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from sqlalchemy import text

from mediatheque.kit.database import Connection
from mediatheque.stores.vectors import Condition

#: Titles for everybody.
LISTED = Condition("i.owner_id IS NULL AND i.merged_into IS NULL", {})


def kinds_and_shows(
    db: Connection, model_id: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.str_], npt.NDArray[np.int64]]:
    """The listed items that this model has embedded, by rising id: ids, kinds, and the shows of episodes (else 0)."""
    # Three aggregates instead of a row for each item, which would keep other threads from their work for as long.
    row = db.execute(
        text(f"""
            SELECT array_agg(i.id ORDER BY i.id)::text AS ids, array_agg(i.kind ORDER BY i.id)::text AS kinds,
                array_agg(coalesce(i.parent_id, 0) ORDER BY i.id)::text AS shows
            FROM embeddings e JOIN items i ON i.id = e.item_id WHERE e.model_id = :model AND {LISTED.sql}
        """),
        {"model": model_id},
    ).one()
    if row.ids is None:
        return np.zeros(0, np.int64), np.zeros(0, np.str_), np.zeros(0, np.int64)
    return _numbers(row.ids), np.array(row.kinds.strip("{}").split(",")), _numbers(row.shows)


def changes(db: Connection) -> tuple[int, ...]:
    """How often the tables behind the vectors were written to, as PostgreSQL counts it: about a second late."""
    rows = db.execute(
        text("""
            SELECT n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_user_tables
            WHERE schemaname = current_schema() AND relname IN ('embeddings', 'items') ORDER BY relname
        """)
    ).all()
    return tuple(count for row in rows for count in row)


def _numbers(array: str) -> npt.NDArray[np.int64]:
    return np.fromstring(array.strip("{}"), np.int64, sep=",")
