"""The titles nearest to some vectors that may be recommended."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mediatheque.kit.database import Connection
from mediatheque.recommend.interests import Vectors
from mediatheque.recommend.queries.eligible import Eligible
from mediatheque.stores.vectors import Condition, store

#: Asked for in steps of so many: PostgreSQL makes a plan for each number.
_STEP = 20


def near_each(
    db: Connection, model_id: int, vectors: Sequence[Vectors], quotas: Sequence[int], which: Eligible
) -> list[int]:
    """Ids of the nearest eligible titles to each vector, as many as its quota, without repeats."""
    if not vectors:
        return []
    limit = math.ceil(max(quotas) / _STEP) * _STEP
    found = store().nearest_to_each(db, model_id, vectors, limit, Condition(*which.sql()))
    ids = (near.item_id for each, quota in zip(found, quotas, strict=True) for near in each[:quota])
    return list(dict.fromkeys(ids))
