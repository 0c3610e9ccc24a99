"""The titles nearest to a vector that may be recommended."""

from __future__ import annotations

from mediatheque.kit.database import Connection
from mediatheque.recommend.interests import Vectors
from mediatheque.recommend.queries import Eligible
from mediatheque.stores.vectors import Condition, store


def near(db: Connection, model_id: int, vector: Vectors, limit: int, which: Eligible) -> list[int]:
    """Ids of the nearest eligible titles that have a vector of this model, nearest first."""
    condition, values = which.sql()
    return [
        found.item_id for found in store().nearest(db, model_id, vector, limit, Condition(condition, values))
    ]
