"""How many stars a person would give: a Bayesian factorisation machine that meets each person by their ratings.

Features are the person, the title, and all that the person has rated (each 1/√n: SVD++, Koren 2008), as a
factorisation machine (Rendle 2010) sampled by Gibbs (Freudenthaler 2011). Of each kept sample s of the posterior
the titles' part is stored; the person's own bias and vector are the mean of what their ratings leave
to be believed under that sample's prior, and the answer is the mean over samples.

Here the weights of a history are stars, and only rated titles belong in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mediatheque.recommend.models import Arrays, Explanation, Histories, History, Scores, Shapes

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Config:
    """Of `draws` of the posterior the first half is left out, and `kept` of the rest are stored."""

    rank: int = 8
    draws: int = 200
    kept: int = 12
    seed: int = 42


def shapes(config: Config) -> Shapes:
    """S samples, I titles, r ranks: biases and vectors of titles, and of their having been rated.

    `noise` is the precision of a rating; `own_means` and `own_precisions` are of a person's bias and vector.
    """
    kept, rank = config.kept, config.rank
    return {
        "level": (kept,),
        "noise": (kept,),
        "biases": (kept, "items"),
        "vectors": (kept, "items", rank),
        "rated_biases": (kept, "items"),
        "rated_vectors": (kept, "items", rank),
        "own_means": (kept, rank + 1),
        "own_precisions": (kept, rank + 1),
    }


def score(arrays: Arrays, config: Config, histories: Histories) -> Scores:
    """The stars expected of each person for every title; a history of nothing gets what is usual."""
    scores = np.zeros((len(histories), arrays["biases"].shape[1]), np.float32)
    for user in range(len(histories)):
        met = _meet(arrays, config, histories[user])
        fixed = arrays["level"][:, None] + arrays["biases"] + met.rated_bias[:, None] + met.own[:, :1]
        vectors = arrays["vectors"].astype(np.float64)
        # v·(own + rated) and own·rated: the products of the three vectors that meet.
        answers = fixed + np.einsum("sir,sr->si", vectors, met.own[:, 1:] + met.rated) + met.among[:, None]
        scores[user] = answers.mean(axis=0)
    return scores


def explain(arrays: Arrays, config: Config, history: History, item: int) -> Explanation:
    """What each rating adds: by how far it is from what was expected, and by its having been given at all."""
    return explain_all(arrays, config, history, [item])[0]


def explain_all(arrays: Arrays, config: Config, history: History, items: Sequence[int]) -> list[Explanation]:
    """As `explain`, for several items: the person is met once."""
    met = _meet(arrays, config, history)
    return [_explained(arrays, met, history, item) for item in items]


class _Met(NamedTuple):
    """A person under each sample: their own bias and vector, what having rated adds, and what each rating did."""

    own: Floats  # (S, r + 1)
    rated: Floats  # (S, r)
    rated_bias: Floats  # (S,)
    among: Floats  # (S,): the products that do not depend on the title asked about
    by_rating: Floats  # (S, h, r + 1): adds up to `own` less `unmoved`
    unmoved: Floats  # (S, r + 1): what the prior alone says


def _meet(arrays: Arrays, config: Config, history: History) -> _Met:
    mine = {name: arrays[name][:, history.items].astype(np.float64) for name in _OF_TITLES}
    share = len(history) ** -0.5 if len(history) else 0.0
    rated = share * mine["rated_vectors"].sum(axis=1)
    rated_bias = share * mine["rated_biases"].sum(axis=1)
    squares = share**2 * (mine["rated_vectors"] ** 2).sum(axis=(1, 2))
    pairs = 0.5 * ((rated**2).sum(axis=1) - squares)
    expected = (
        (arrays["level"] + rated_bias + pairs)[:, None]
        + mine["biases"]
        + np.einsum("shr,sr->sh", mine["vectors"], rated)
    )
    left = history.weights.astype(np.float64) - expected
    # What the person's bias and vector meet in each rating.
    meets = np.concatenate([np.ones((*left.shape, 1)), mine["vectors"] + rated[:, None]], axis=2)
    precisions, noise = arrays["own_precisions"].astype(np.float64), arrays["noise"].astype(np.float64)
    system = np.einsum("sha,shb->sab", meets, meets) * noise[:, None, None]
    system[:, *np.diag_indices(config.rank + 1)] += precisions
    answers = np.linalg.inv(system)
    by_rating = np.einsum("sab,shb->sha", answers, meets) * (left * noise[:, None])[..., None]
    unmoved = np.einsum("sab,sb->sa", answers, precisions * arrays["own_means"])
    own = unmoved + by_rating.sum(axis=1)
    among = pairs + (own[:, 1:] * rated).sum(axis=1)
    return _Met(own, rated, rated_bias, among, by_rating, unmoved)


_OF_TITLES = ("biases", "vectors", "rated_biases", "rated_vectors")


def _explained(arrays: Arrays, met: _Met, history: History, item: int) -> Explanation:
    vector = arrays["vectors"][:, item].astype(np.float64)
    meets = np.concatenate([np.ones((len(vector), 1)), vector + met.rated], axis=1)
    share = len(history) ** -0.5 if len(history) else 0.0
    having = share * (
        arrays["rated_biases"][:, history.items]
        + np.einsum("shr,sr->sh", arrays["rated_vectors"][:, history.items].astype(np.float64), vector)
    )
    parts = np.einsum("sha,sa->sh", met.by_rating, meets) + having
    pairs = met.among - (met.own[:, 1:] * met.rated).sum(axis=1)
    base = arrays["level"] + arrays["biases"][:, item] + pairs + (met.unmoved * meets).sum(axis=1)
    return Explanation(float(np.mean(base)), parts.mean(axis=0))
