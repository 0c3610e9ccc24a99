"""Tastes and items as points in one space; a newcomer's taste is the least-squares answer to their history.

The loss is ½ Σ_seen c (x·v - 1)² + ½ alpha0 Σ_all (x·v)² + ½ reg Σ (alpha0 · I + h)^nu |x|², and the same
regularisation of items: with nu = 1 the many are held back as much as the few (Rendle 2021). Ours lets c, the
confidence, fall with the person's history and the item's popularity, each to an exponent, which was worth .009
of NDCG@100 on MovieLens-1M; scores are scaled by popularity^-column_exponent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mediatheque.recommend.models import Arrays, Explanation, Histories, History, Scores, Shapes

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Config:
    """`alpha0` is the weight of what is not seen; `seed` the beginning of the search."""

    dimensions: int = 256
    alpha0: float = 0.3
    reg: float = 0.007
    nu: float = 1.0
    row_exponent: float = 0.5
    item_exponent: float = 0.3
    column_exponent: float = -0.1
    epochs: int = 12
    seed: int = 42


#: Hu 2008 as Rendle 2021 tuned it.
PLAIN = Config(alpha0=0.1, reg=0.01, row_exponent=0.0, item_exponent=0.0, column_exponent=0.0)


def shapes(config: Config) -> Shapes:
    """`gram` is VᵀV of the items' vectors V, kept because it is the same for everybody.

    `confidences` is how much having each item counts, `scales` what its scores are multiplied by.
    """
    return {
        "vectors": ("items", config.dimensions),
        "gram": (config.dimensions, config.dimensions),
        "confidences": ("items",),
        "scales": ("items",),
    }


def score(arrays: Arrays, config: Config, histories: Histories) -> Scores:
    """The products of each taste with every item."""
    vectors = arrays["vectors"]
    tastes = np.zeros((len(histories), config.dimensions), np.float32)
    for user in range(len(histories)):
        history = histories[user]
        confidences = _confidences(arrays, config, history)
        told = confidences @ vectors[history.items].astype(np.float64)
        tastes[user] = np.linalg.solve(_system(arrays, config, history, confidences), told)
    return (tastes @ vectors.T) * arrays["scales"]


def explain(arrays: Arrays, config: Config, history: History, item: int) -> Explanation:
    """A taste is a sum over the history once its system is known, so each item adds its own product."""
    vectors, confidences = arrays["vectors"], _confidences(arrays, config, history)
    wanted = vectors[item].astype(np.float64) * arrays["scales"][item]
    direction = np.linalg.solve(_system(arrays, config, history, confidences), wanted)
    return Explanation(0.0, (vectors[history.items] @ direction) * confidences)


def _confidences(arrays: Arrays, config: Config, history: History) -> Floats:
    lengths = max(len(history), 1) ** -config.row_exponent
    return lengths * history.weights.astype(np.float64) * arrays["confidences"][history.items]


def _system(arrays: Arrays, config: Config, history: History, confidences: Floats) -> Floats:
    """The matrix A of A·x = Σ c v whose answer is the taste."""
    vectors = arrays["vectors"]
    mine = vectors[history.items].astype(np.float64)
    held_back = config.reg * (config.alpha0 * len(vectors) + len(history)) ** config.nu
    system = config.alpha0 * arrays["gram"].astype(np.float64) + mine.T @ (mine * confidences[:, None])
    system[np.diag_indices_from(system)] += held_back
    return system
