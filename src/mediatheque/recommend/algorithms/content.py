"""What is like the things a person likes: near any of their several interests, away from what they dislike."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mediatheque.kit.database import Connection
from mediatheque.recommend.algorithms import Scores, Search, Term
from mediatheque.recommend.crowd import Crowd
from mediatheque.recommend.interests import Vectors
from mediatheque.recommend.neighbours import near_each
from mediatheque.recommend.pool import Floats, Pool
from mediatheque.recommend.taste import Taste

#: How much being like a disliked title takes away: half of what being like a loved one gives.
DISLIKE = 0.5
#: A small interest's best match counts at least this much of the largest interest's.
LEAST_EMPHASIS = 0.75
#: So many disliked titles are stayed away from.
MOST_DISLIKED = 30
#: Titles named in an explanation; the rest of an interest is one term.
_NAMED = 3

IN_MIXTURE = True


def why_not(taste: Taste, crowd: Crowd) -> str | None:
    """Without a liked title that has a vector there is nothing to be near to."""
    del crowd
    if not taste.seeds:
        return "nothing is known about your taste yet"
    return None if taste.interests else "none of the titles you like has been embedded yet"


def find(db: Connection, taste: Taste, search: Search) -> list[int]:
    """The nearest titles to each interest, as many as its share of the list and some to choose from."""
    if search.model_id is None:
        return []
    texts = [taste.space.text_of(interest.centre) for interest in taste.interests]
    quotas = [10 + math.ceil(1.5 * search.n * interest.share) for interest in taste.interests]
    return near_each(db, search.model_id, texts, quotas, search.eligible, search.mirror)


def score(taste: Taste, pool: Pool) -> Scores:
    """Likeness to the interest that a title is nearest to, less its likeness to what was disliked."""
    near = _nearness(taste, pool)
    return Scores(near.values - near.pushed, near.lanes, tuple(i.share for i in taste.interests))


def explain(taste: Taste, pool: Pool, rows: Sequence[int]) -> list[list[Term]]:
    """The likeness to an interest's centre is a sum over its titles; the weightiest are named."""
    near = _nearness(taste, pool)
    return [_terms(taste, near, pool.vectors[row], row) for row in rows]


@dataclass(frozen=True, slots=True)
class _Nearness:
    values: Floats
    lanes: npt.NDArray[np.intp]
    scales: Floats  # of each interest: likeness × scale = value
    pushed: Floats
    pushed_by: npt.NDArray[np.intp]  # which disliked title pushes


def _nearness(taste: Taste, pool: Pool) -> _Nearness:
    rows = len(pool)
    if not taste.interests or not rows:
        nothing = np.zeros(rows)
        none = np.full(rows, -1, dtype=np.intp)
        return _Nearness(nothing, none, np.zeros(0), nothing, none)
    likeness = (pool.vectors @ np.stack([i.centre for i in taste.interests]).T).astype(np.float64)
    largest = taste.interests[0].share
    emphasis = [LEAST_EMPHASIS + (1 - LEAST_EMPHASIS) * i.share / largest for i in taste.interests]
    # A scattered interest has no near neighbours at all: each is measured by its own nearest.
    scales = np.array(emphasis) / np.maximum(likeness.max(axis=0), 1e-6)
    values = likeness * scales
    lanes = np.where(pool.vectors.any(axis=1), values.argmax(axis=1), -1)
    pushed, pushed_by = _push(taste, pool.vectors)
    return _Nearness(values.max(axis=1), lanes, scales, pushed, pushed_by)


def _push(taste: Taste, vectors: Vectors) -> tuple[Floats, npt.NDArray[np.intp]]:
    """How far each title is pushed down, and by which disliked one."""
    disliked = taste.disliked(MOST_DISLIKED)
    if not disliked:
        return np.zeros(len(vectors)), np.full(len(vectors), -1, dtype=np.intp)
    likeness = vectors @ np.stack([taste.vectors[seed.item_id] for seed in disliked]).T
    # Everything is a little like everything: only what is more like it than the rest is meant.
    excess = np.maximum(likeness - likeness.mean(axis=0), 0)
    push = DISLIKE * excess * np.array([-seed.weight for seed in disliked])
    return push.max(axis=1).astype(np.float64), push.argmax(axis=1)


def _terms(taste: Taste, near: _Nearness, vector: Vectors, row: int) -> list[Term]:
    terms: list[Term] = []
    if near.lanes[row] >= 0:
        interest = taste.interests[near.lanes[row]]
        amounts = (interest.pulls @ vector).astype(np.float64) * near.scales[near.lanes[row]]
        order = np.argsort(-amounts, kind="stable")
        terms = [Term("like", float(amounts[i]), interest.item_ids[i]) for i in order[:_NAMED]]
        # The rest is what is missing from the score, so that the sum holds to the last digit.
        rest = float(near.values[row]) - sum(term.amount for term in terms)
        if len(order) > _NAMED:
            terms.append(Term("others you like", rest))
        elif terms:
            terms[0] = Term("like", terms[0].amount + rest, terms[0].item_id)
    if near.pushed[row] > 0:
        seed = taste.disliked(MOST_DISLIKED)[near.pushed_by[row]]
        terms.append(Term("unlike", -float(near.pushed[row]), seed.item_id))
    return terms
