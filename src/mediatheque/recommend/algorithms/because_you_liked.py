"""Neighbours of a person's best-loved titles, one at a time, so that the reason can name the title."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from mediatheque.kit.database import Connection
from mediatheque.recommend.algorithms import Scores, Search, Term
from mediatheque.recommend.crowd import Crowd
from mediatheque.recommend.neighbours import near_each
from mediatheque.recommend.pool import Pool
from mediatheque.recommend.taste import Taste

#: So many loved titles are asked for their neighbours.
MOST_LOVED = 3

IN_MIXTURE = True


def why_not(taste: Taste, crowd: Crowd) -> str | None:
    """Somebody who has not said what they love cannot be told "because you liked …"."""
    del crowd
    if taste.loved(1):
        return None
    if any(seed.weight > 0 for seed in taste.seeds):
        return "you have not yet liked anything, or rated it 4 or better, that has been embedded"
    return "nothing is known about your taste yet"


def find(db: Connection, taste: Taste, search: Search) -> list[int]:
    """The nearest titles to each loved one."""
    loved = taste.loved(MOST_LOVED)
    if search.model_id is None or not loved:
        return []
    texts = [taste.space.text_of(taste.vectors[seed.item_id]) for seed in loved]
    quotas = [5 + math.ceil(search.n / len(loved))] * len(loved)
    return near_each(db, search.model_id, texts, quotas, search.eligible, search.mirror)


def score(taste: Taste, pool: Pool) -> Scores:
    """Likeness to the loved title that a title is most like, weighed by how much and how lately it was loved."""
    loved = taste.loved(MOST_LOVED)
    if not loved or not len(pool):
        return Scores(np.zeros(len(pool)), np.full(len(pool), -1, dtype=np.intp))
    weights = np.array([seed.weight for seed in loved])
    likeness = pool.vectors @ np.stack([taste.vectors[seed.item_id] for seed in loved]).T
    values = likeness.astype(np.float64) * (0.75 + 0.25 * weights / weights.max())
    values /= max(float(values.max()), 1e-6)
    lanes = np.where(pool.vectors.any(axis=1), values.argmax(axis=1), -1)
    return Scores(values.max(axis=1), lanes, tuple(weights / weights.sum()))


def explain(taste: Taste, pool: Pool, rows: Sequence[int]) -> list[list[Term]]:
    """One term: the loved title."""
    loved = taste.loved(MOST_LOVED)
    scores = score(taste, pool)
    return [
        [Term("like", float(scores.values[row]), loved[scores.lanes[row]].item_id)]
        if scores.lanes[row] >= 0
        else []
        for row in rows
    ]
