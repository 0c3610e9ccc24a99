"""What more people turned to in the last two weeks than usually do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mediatheque.kit.database import Connection
from mediatheque.recommend.algorithms import Scores, Search, Term
from mediatheque.recommend.crowd import Crowd
from mediatheque.recommend.pool import Pool
from mediatheque.recommend.queries.eligible import eligible_among
from mediatheque.recommend.taste import Taste

#: What is seen more than usual is news, not a forecast of what one person likes; popularity counts it already.
IN_MIXTURE = False


def why_not(taste: Taste, crowd: Crowd) -> str | None:
    """Something has to be on the rise."""
    del taste
    return None if len(crowd.trends) else "nothing is seen by more people just now than usual"


def find(db: Connection, taste: Taste, search: Search) -> list[int]:
    """What gained most and may be recommended."""
    del taste
    top = search.crowd.trends.top().tolist()
    return eligible_among(db, top, search.eligible, search.n) if top else []


def score(taste: Taste, pool: Pool) -> Scores:
    """How much each gained; 1 is what gained most of all."""
    del taste
    gains = pool.crowd.trends.gains_of(pool.item_ids)
    return Scores(gains, np.where(gains > 0, 0, -1).astype(np.intp), (1.0,))


def explain(taste: Taste, pool: Pool, rows: Sequence[int]) -> list[list[Term]]:
    """One term: the people."""
    del taste
    gains = pool.crowd.trends.gains_of([pool.traits[row].item_id for row in rows])
    return [[Term("people lately", float(gain))] if gain else [] for gain in gains]
