"""How good a model's lists are for people whose later choices are known but were not learned from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mediatheque.recommend import models
from mediatheque.recommend.models import Arrays, Histories
from mediatheque.training import metrics
from mediatheque.training.dataset import Dataset
from mediatheque.training.interactions import Interactions
from mediatheque.training.metrics import Floats, Hits, Ints

#: Lists are judged by their first ten places; recall also by twenty.
PLACES, WIDE = 10, 20
_BATCH = 256


@dataclass(frozen=True, slots=True)
class Judges:
    """People with something to be asked by, and something to find. Row by row."""

    seen: Interactions  # all that they know: never shown
    targets: Interactions  # what they came to like later, among the items of the model

    def __len__(self) -> int:
        return self.seen.n_users

    @property
    def histories(self) -> Histories:
        """What a model is told of them."""
        return self.seen.having(self.seen.weights > 0).histories()

    def first(self, n: int) -> Judges:
        """So many of them."""
        rows = np.arange(min(n, len(self)))
        return Judges(self.seen.of_users(rows), self.targets.of_users(rows))


@dataclass(frozen=True, slots=True)
class Judgement:
    """The lists and their hits; figures a place for each judge."""

    lists: Ints
    hits: Hits
    ndcg: Floats
    targets: npt.NDArray[np.int64]

    def figures(self, n_items: int) -> Mapping[str, float]:
        """The means over all judges."""
        return {
            "ndcg_at_10": float(self.ndcg.mean()),
            "recall_at_20": float(metrics.recall(self.hits, self.targets, WIDE).mean()),
            "hit_rate_at_10": float(metrics.hit_rate(self.hits, PLACES).mean()),
            "coverage": metrics.coverage(self.lists[:, :PLACES], n_items),
        }


def judges(known: Dataset, later: Dataset) -> Judges:
    """Those who liked something later that is among the known items and was new to them."""
    targets = later.aligned_to(known)
    targets = targets.having(targets.weights > 0)
    old = known.seen.users.astype(np.int64) * targets.n_items + known.seen.items
    new = ~np.isin(targets.users.astype(np.int64) * targets.n_items + targets.items, old)
    targets = targets.having(new)
    likes = known.likes.per_user
    rows = np.flatnonzero((targets.per_user > 0) & (likes > 0))
    return Judges(known.seen.of_users(rows), targets.of_users(rows))


def judge(name: str, config: Any, arrays: Arrays, by: Judges, *, places: int = WIDE) -> Judgement:
    """What each judge would have been shown in so many places."""
    parts: list[Judgement] = []
    for start in range(0, len(by), _BATCH):
        rows = np.arange(start, min(start + _BATCH, len(by)))
        batch = Judges(by.seen.of_users(rows), by.targets.of_users(rows))
        parts.append(shown(models.model(name).score(arrays, config, batch.histories), batch, places))
    return Judgement(
        np.concatenate([part.lists for part in parts]),
        np.concatenate([part.hits for part in parts]),
        np.concatenate([part.ndcg for part in parts]),
        np.concatenate([part.targets for part in parts]),
    )


def shown(scores: npt.NDArray[np.float32], by: Judges, places: int = WIDE) -> Judgement:
    """The lists that these scores make, nothing that is known among them; -1 where there is no more."""
    masked = scores.copy()
    masked[by.seen.users, by.seen.items] = -np.inf
    lists = metrics.top(masked, places)
    if lists.shape[1] < places:
        lists = np.pad(lists, ((0, 0), (0, places - lists.shape[1])), constant_values=-1)
    hits = metrics.hits(lists, by.targets.starts, by.targets.items, by.seen.n_items)
    counts = by.targets.per_user
    return Judgement(lists, hits, metrics.ndcg(hits, counts, PLACES), counts)
