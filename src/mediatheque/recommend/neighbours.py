"""The titles nearest to some vectors that may be recommended."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from mediatheque.kit.database import Connection
from mediatheque.recommend.interests import Vectors
from mediatheque.recommend.mirror import Mirror
from mediatheque.recommend.queries.eligible import Eligible
from mediatheque.stores.vectors import Condition, store

#: Asked for in steps of so many: PostgreSQL makes a plan for each number.
_STEP = 20


def near_each(
    db: Connection,
    model_id: int,
    vectors: Sequence[Vectors],
    quotas: Sequence[int],
    which: Eligible,
    mirror: Mirror | None,
) -> list[int]:
    """Ids of the nearest eligible titles to each vector, as many as its quota, without repeats."""
    if not vectors:
        return []
    # What few lists ask for (a language, a service, an age …) the mirror does not know; own titles are not in it.
    if mirror is not None and which.is_usual and not which.own:
        return mirror.near_each(vectors, quotas, which)
    limit = math.ceil(max(quotas) / _STEP) * _STEP
    found = store().nearest_to_each(db, model_id, vectors, limit, Condition(*which.sql()))
    ids = (near.item_id for each, quota in zip(found, quotas, strict=True) for near in each[:quota])
    return list(dict.fromkeys(ids))


def vectors_of(
    db: Connection, model_id: int | None, mirror: Mirror | None, item_ids: Iterable[int]
) -> dict[int, Vectors]:
    """The unit vectors of those of these titles that have one."""
    if model_id is None:
        return {}
    wanted = list(dict.fromkeys(item_ids))
    found = mirror.vectors_of(wanted) if mirror is not None else {}
    if missing := [item_id for item_id in wanted if item_id not in found]:
        found |= store().vectors_of(db, model_id, missing)
    return found
