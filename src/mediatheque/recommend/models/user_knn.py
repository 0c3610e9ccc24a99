"""People like this one: what those who agree with a history have that it lacks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from mediatheque.recommend.models import Arrays, Explanation, Histories, History, Scores, Shapes
from mediatheque.recommend.models._sums import SparseRows

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Config:
    """The `neighbours` most alike speak, as loudly as they are alike; `likeness` is one of

    - "phi": Pearson's correlation of having and not having, over all items. Weights do not count.
    - "pearson": Pearson's correlation of the weights as ratings, over what both have, each centred on its
      person's mean, times n / (n + shrink): two ratings in common always agree perfectly, and mean nothing.

    What a neighbour says for an item is that they have it ("having"), or how far its weight is above their mean
    ("deviation"), which speaks against what they liked less.
    """

    neighbours: int = 100
    likeness: Literal["phi", "pearson"] = "phi"
    shrink: float = 100.0
    says: Literal["having", "deviation"] = "having"


class Likeness(NamedTuple):
    """How alike each person of the training is to a history, and from what.

    For person p it is scale[p] · Σ over the history of (mine[i] · theirs[i, p] - less[p]).
    """

    scale: Floats
    mine: Floats
    less: Floats
    values: Floats


def shapes(config: Config) -> Shapes:
    """`people` holds by item who has it, `having` by person what they have, both with weights less the person's mean."""
    return {
        "counts": ("items",),
        "sizes": ("users",),
        "people_starts": ("items + 1",),
        "people_columns": ("likes",),
        "people_values": ("likes",),
        "having_starts": ("users + 1",),
        "having_columns": ("likes",),
        "having_values": ("likes",),
    }


def score(arrays: Arrays, config: Config, histories: Histories) -> Scores:
    """For each item the likeness of the neighbours who have it, times what each says, added up."""
    having = _said(arrays, config)
    scores = np.zeros((len(histories), having.n_columns), np.float32)
    for user in range(len(histories)):
        nearest, values = neighbours(arrays, config, histories[user])
        scores[user] = having.weighted_sum(nearest, values)
    return scores


def neighbours(arrays: Arrays, config: Config, history: History) -> tuple[npt.NDArray[np.intp], Floats]:
    """Who speaks for a history, by rising number, and how alike each is to it."""
    values = _likeness(arrays, config, history).values
    nearest = _nearest(values, config.neighbours)
    return nearest, values[nearest]


def explain(arrays: Arrays, config: Config, history: History, item: int) -> Explanation:
    """Each item of the history adds its part of the likeness to each neighbour who has `item`."""
    likeness, having = _likeness(arrays, config, history), _having(arrays)
    nearest = _nearest(likeness.values, config.neighbours)
    speakers = nearest[_has(having, nearest, item)]
    theirs = _theirs(config, having).dense(speakers)[:, history.items]
    loud = likeness.scale[speakers] * _said(arrays, config).at(speakers, item)
    return Explanation(0.0, loud @ (theirs * likeness.mine - likeness.less[speakers, None]))


def _likeness(arrays: Arrays, config: Config, history: History) -> Likeness:
    people, sizes = _people(arrays), arrays["sizes"].astype(np.float64)
    if config.likeness == "phi":
        n, mine = float(len(arrays["counts"])), float(len(history))
        ones = people._replace(values=np.ones_like(people.values))
        shared = ones.weighted_sum(history.items, np.ones(len(history)))
        spread = np.sqrt(np.maximum(mine * (n - mine) * sizes * (n - sizes), 0.0))
        scale = np.divide(1.0, spread, out=np.zeros_like(spread), where=spread > 0)
        weights = np.full(len(history), n)
        return Likeness(scale, weights, sizes, scale * (n * shared - mine * sizes))
    weights = history.weights.astype(np.float64)
    weights = weights - weights.mean() if len(weights) else weights
    ones = people._replace(values=np.ones_like(people.values))
    squares = people._replace(values=people.values.astype(np.float64) ** 2)
    agreed = people.weighted_sum(history.items, weights)
    both = ones.weighted_sum(history.items, np.ones(len(history)))
    spread = np.sqrt(
        ones.weighted_sum(history.items, weights**2)
        * squares.weighted_sum(history.items, np.ones(len(history)))
    )
    # Below this the spread is what rounding left of people who rate everything alike.
    scale = np.divide(both / (both + config.shrink), spread, out=np.zeros_like(spread), where=spread > 1e-9)
    return Likeness(scale, weights, np.zeros_like(sizes), scale * agreed)


def _nearest(values: Floats, count: int) -> npt.NDArray[np.intp]:
    """The people most alike, of those alike at all; among equals the earlier."""
    alike = np.flatnonzero(values > 0)
    return np.sort(alike[np.argsort(-values[alike], kind="stable")[:count]])


def _people(arrays: Arrays) -> SparseRows:
    return SparseRows.of(arrays, "people", len(arrays["sizes"]))


def _having(arrays: Arrays) -> SparseRows:
    return SparseRows.of(arrays, "having", len(arrays["counts"]))


def _said(arrays: Arrays, config: Config) -> SparseRows:
    """What each person says for each item that they have."""
    having = _having(arrays)
    return having._replace(values=np.ones_like(having.values)) if config.says == "having" else having


def _theirs(config: Config, having: SparseRows) -> SparseRows:
    """What counts of people's having an item: that they do, or how much."""
    return having._replace(values=np.ones_like(having.values)) if config.likeness == "phi" else having


def _has(having: SparseRows, people: npt.NDArray[np.intp], item: int) -> npt.NDArray[np.bool_]:
    return having._replace(values=np.ones_like(having.values)).at(people, item) > 0
