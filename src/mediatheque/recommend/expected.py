"""How many stars a person would give to titles, by the trained machine that serves, from what they rated so far."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mediatheque.kit.database import Connection
from mediatheque.recommend import models
from mediatheque.recommend.artifact import Artifact
from mediatheque.recommend.champion import OnDuty
from mediatheque.recommend.fold_in import columns_of
from mediatheque.recommend.models import History
from mediatheque.recommend.queries.known import latest_ratings

#: Of who rated less nothing is expected; more than these only cost time.
LEAST_RATED, MOST_RATED = 3, 300
LEAST_STARS, MOST_STARS = 0.5, 5.0


def expected_stars(
    db: Connection, user_id: int, item_ids: Sequence[int], on_duty: OnDuty
) -> dict[int, float]:
    """Expected stars, 0.5 to 5, of those titles that the machine knows; none without one, or for who rated little."""
    artifact = on_duty.artifact
    if artifact is None or artifact.name != "stars" or not item_ids:
        return {}
    history = _history(artifact, latest_ratings(db, user_id, MOST_RATED))
    if len(history) < LEAST_RATED:
        return {}
    columns = columns_of(artifact, item_ids)
    known = [(i, int(column)) for i, column in zip(item_ids, columns, strict=True) if column >= 0]
    whys = models.explain_all(
        artifact.name, artifact.arrays, artifact.config, history, [column for _, column in known]
    )
    return {
        item_id: float(np.clip(why.score, LEAST_STARS, MOST_STARS))
        for (item_id, _), why in zip(known, whys, strict=True)
    }


def _history(artifact: Artifact, ratings: dict[int, float]) -> History:
    columns = columns_of(artifact, list(ratings))
    known = columns >= 0
    stars = np.fromiter(ratings.values(), np.float32, len(ratings))
    return History(columns[known].astype(np.int32), stars[known])
