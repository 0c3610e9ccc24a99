"""Tastes and items as points in one space; a newcomer's taste is the least-squares answer to their history.

The loss is ½ Σ_seen c (x·v - 1)² + ½ alpha0 Σ_all (x·v)² + ½ reg Σ (alpha0 · I + h)^nu |x|², and the same
regularisation of items: with nu = 1 the many are held back as much as the few (Rendle 2021).
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
    alpha0: float = 0.1
    reg: float = 0.01
    nu: float = 1.0
    epochs: int = 12
    seed: int = 42


def shapes(config: Config) -> Shapes:
    """`gram` is VᵀV of the items' vectors V, kept because it is the same for everybody."""
    return {"vectors": ("items", config.dimensions), "gram": (config.dimensions, config.dimensions)}


def score(arrays: Arrays, config: Config, histories: Histories) -> Scores:
    """The products of each taste with every item."""
    vectors = arrays["vectors"]
    tastes = np.zeros((len(histories), config.dimensions), np.float32)
    for user in range(len(histories)):
        history = histories[user]
        system = _system(arrays, config, history)
        told = history.weights.astype(np.float64) @ vectors[history.items].astype(np.float64)
        tastes[user] = np.linalg.solve(system, told)
    return tastes @ vectors.T


def explain(arrays: Arrays, config: Config, history: History, item: int) -> Explanation:
    """A taste is a sum over the history once its system is known, so each item adds its own product."""
    vectors = arrays["vectors"]
    direction = np.linalg.solve(_system(arrays, config, history), vectors[item].astype(np.float64))
    return Explanation(0.0, (vectors[history.items] @ direction) * history.weights)


def _system(arrays: Arrays, config: Config, history: History) -> Floats:
    """The matrix A of A·x = Σ c v whose answer is the taste."""
    vectors = arrays["vectors"]
    mine = vectors[history.items].astype(np.float64)
    held_back = config.reg * (config.alpha0 * len(vectors) + len(history)) ** config.nu
    system = config.alpha0 * arrays["gram"].astype(np.float64) + mine.T @ (mine * history.weights[:, None])
    system[np.diag_indices_from(system)] += held_back
    return system
