"""What is like a history by its content, as a whole: which directions tell what is in it from all that is not.

Every item has a place in a space of what is known of it (text, genres, year, people). A taste is the least-squares
answer t to "1 for the history, 0 for everything": (VᵀCV + others · mean(vvᵀ) + reg · I) t = VᵀC1. So it knows not
only what a history is near to, but also what sets it apart, from one title on, and needs nobody else. On
MovieLens-1M it reached .17 of NDCG@100, the nearness to the mean of the history .135.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mediatheque.recommend.models import Arrays, Explanation, Factors, Histories, History, Scores, Shapes

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Config:
    """All items together count like `others` that are not wanted; `dimensions` at most are kept of the space."""

    dimensions: int = 256
    others: float = 1000.0
    reg: float = 30.0


def shapes(config: Config) -> Shapes:
    """`places` are the items' points, `gram` the mean of their outer products."""
    return {"places": ("items", "dimensions"), "gram": ("dimensions", "dimensions")}


#: A score is the product of a taste and an item.
IS_FACTORED = True


def factors(arrays: Arrays, config: Config) -> Factors:
    """The items' places; all count alike."""
    places = arrays["places"]
    return Factors(places, np.broadcast_to(np.float32(1), len(places)))


def taste(arrays: Arrays, config: Config, history: History) -> Scores:
    """The least-squares answer to a history."""
    mine = arrays["places"][history.items].astype(np.float64)
    told = history.weights.astype(np.float64) @ mine
    return np.linalg.solve(_system(arrays, config, history, mine), told).astype(np.float32)


def score(arrays: Arrays, config: Config, histories: Histories) -> Scores:
    """The products of each taste with every item."""
    tastes = [taste(arrays, config, histories[user]) for user in range(len(histories))]
    return np.array(tastes, np.float32).reshape(len(histories), -1) @ arrays["places"].T


def explain(arrays: Arrays, config: Config, history: History, item: int) -> Explanation:
    """A taste is a sum over the history once its system is known, so each item adds its own product."""
    return explain_all(arrays, config, history, [item])[0]


def explain_all(arrays: Arrays, config: Config, history: History, items: Sequence[int]) -> list[Explanation]:
    """As `explain`, for several items: the system is solved once."""
    mine = arrays["places"][history.items].astype(np.float64)
    goals = arrays["places"][np.asarray(items, np.int64)].astype(np.float64)
    directions = np.linalg.solve(_system(arrays, config, history, mine), goals.T)
    return [Explanation(0.0, of_item) for of_item in (directions.T @ mine.T) * history.weights]


def _system(arrays: Arrays, config: Config, history: History, mine: Floats) -> Floats:
    system = config.others * arrays["gram"].astype(np.float64)
    system += mine.T @ (mine * history.weights[:, None])
    system[np.diag_indices_from(system)] += config.reg
    return system
