"""What a trained model says to one person: their history as it stands now, folded in without any training (pure).

A model whose scores are products of a taste and an item is never asked to score everything: its best items are
searched (`nearest.py`), and those in question are scored. Any other model scores all of its items once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from mediatheque.recommend import models
from mediatheque.recommend.artifact import Artifact
from mediatheque.recommend.models import Explanation, Histories, History
from mediatheque.recommend.nearest import Columns, Floats32, Found, Mask, Nearest, best_of
from mediatheque.recommend.opinions import Floats, Told

#: A model is believed half of a person of whom it knows so many titles.
HALF_BELIEVED = 2.0
#: So many of the best new titles are found at once, because a list is mostly picked from these.
LEADERS = 256


class Scored(Protocol):
    """A model's scores for one person."""

    @property
    def size(self) -> int:
        """Bytes kept for this person."""
        ...

    def of(self, columns: Columns) -> Floats32:
        """The scores of these items."""
        ...

    def best(self, count: int, shut: Columns, among: Mask | None) -> Found:
        """The best items that are not shut, `among` these if given; fewer only where there are no more."""
        ...


@dataclass(frozen=True, slots=True)
class Searched:
    """Scores as products, worked out for what is asked."""

    nearest: Nearest
    taste: Floats32

    @property
    def size(self) -> int:
        return self.taste.nbytes

    def of(self, columns: Columns) -> Floats32:
        return self.nearest.scores_of(self.taste, columns)

    def best(self, count: int, shut: Columns, among: Mask | None) -> Found:
        return self.nearest.best(self.taste, count, shut, among)


@dataclass(frozen=True, slots=True)
class Listed:
    """All scores, side by side."""

    scores: Floats32

    @property
    def size(self) -> int:
        return self.scores.nbytes

    def of(self, columns: Columns) -> Floats32:
        return self.scores[columns]

    def best(self, count: int, shut: Columns, among: Mask | None) -> Found:
        scores = self.scores.copy() if among is None else np.where(among, self.scores, np.float32(-np.inf))
        scores[shut] = -np.inf
        return best_of(scores, count)


@dataclass(frozen=True, slots=True)
class FoldIn:
    """The value of every title the model knows: 1 for the best that is new to the person, 0 from the average down."""

    artifact: Artifact
    history: History  # columns of the model, only what speaks for a title
    chosen: Columns  # what the person has been through, by rising column: worth 0
    scored: Scored
    leaders: Found  # the best that are new, as the model scores them
    peak: float  # what the model's own scores are divided by

    @property
    def trust(self) -> float:
        """How much the model should count for this person beside what goes by content, 0 to 1."""
        return self.artifact.trust * self._known

    @property
    def proof(self) -> float:
        """How much it should count beside everybody's favourites alone, 0 to 1."""
        return self.artifact.proof * self._known

    @property
    def _known(self) -> float:
        return len(self.history) / (len(self.history) + HALF_BELIEVED)

    @property
    def size(self) -> int:
        """Bytes kept for this person, about."""
        return self.scored.size + 12 * len(self.leaders.columns) + 8 * (len(self.history) + len(self.chosen))

    def values_of(self, item_ids: Sequence[int]) -> Floats:
        """The value of each of these titles; 0 for what the model does not know."""
        columns = columns_of(self.artifact, item_ids)
        values = np.zeros(len(columns))
        counts = (columns >= 0) & ~_is_in(columns, self.chosen)
        values[counts] = np.maximum(self.scored.of(columns[counts]).astype(np.float64), 0.0) / self.peak
        return values

    def best(self, count: int, without: Collection[int], among: Mask | None = None) -> npt.NDArray[np.int64]:
        """Ids of the titles that the model has the best word for, so many at most, best first.

        `among` says of each of the model's columns whether it may be one of them.
        """
        never = columns_of(self.artifact, list(without))
        shut = np.union1d(never[never >= 0], self.chosen)
        found = self._from_leaders(count, shut, among)
        if found is None:
            best = self.scored.best(count, shut, among)
            found = best.columns[best.scores > 0]
        return self.artifact.item_ids[found]

    def _from_leaders(self, count: int, shut: Columns, among: Mask | None) -> Columns | None:
        """The best, where what was found already holds enough of them."""
        columns = self.leaders.columns
        is_open = (self.leaders.scores > 0) & ~_is_in(columns, shut)
        if among is not None:
            is_open &= among[columns]
        are_all = len(columns) < LEADERS or self.leaders.scores[-1] <= 0
        return columns[is_open][:count] if are_all or int(is_open.sum()) >= count else None

    @property
    def item_ids(self) -> npt.NDArray[np.int64]:
        """The titles of the history."""
        return self.artifact.item_ids[self.history.items]

    def parts(self, item_ids: Sequence[int]) -> dict[int, Explanation]:
        """The values above 0 as sums: what anybody would get, and what each title of the history adds."""
        columns = columns_of(self.artifact, item_ids)
        values = self.values_of(item_ids)
        told = {i: int(c) for i, c, value in zip(item_ids, columns, values, strict=True) if value > 0}
        it = self.artifact
        whys = models.explain_all(it.name, it.arrays, it.config, self.history, list(told.values()))
        return {
            i: Explanation(why.base / self.peak, why.parts / self.peak)
            for i, why in zip(told, whys, strict=True)
        }


def fold_in(
    artifact: Artifact, item_ids: Sequence[int], told: Told, chosen: npt.NDArray[np.bool_]
) -> FoldIn | None:
    """The model's word on a history; None where it knows nothing that speaks for a title.

    `chosen` marks what the person has been through: it is never recommended, so it sets no standard.
    """
    weights = artifact.opinions.weights(told)
    columns = columns_of(artifact, item_ids)
    known = columns >= 0
    liked = known & (weights > 0)
    if not liked.any():
        return None
    order = np.argsort(columns[liked])
    history = History(columns[liked][order].astype(np.int32), weights[liked][order])
    scored = _scored(artifact, history)
    shut = np.unique(columns[known & chosen])
    leaders = scored.best(LEADERS, shut, None)
    peak = max(float(leaders.scores[0]), 0.0) if len(leaders.scores) else 0.0
    return FoldIn(artifact, history, shut, scored, leaders, peak or 1.0)


def _scored(artifact: Artifact, history: History) -> Scored:
    it, factored = artifact, models.factored(artifact.name)
    if factored is not None and it.nearest is not None:
        return Searched(it.nearest, factored.taste(it.arrays, it.config, history))
    return Listed(models.model(it.name).score(it.arrays, it.config, Histories.of([history]))[0])


def _is_in(columns: Columns, among: Columns) -> Mask:
    """Which of these columns are among those, which rise."""
    if not len(among):
        return np.zeros(len(columns), np.bool_)
    return among[np.searchsorted(among, columns).clip(max=len(among) - 1)] == columns


def columns_of(artifact: Artifact, item_ids: Sequence[int]) -> npt.NDArray[np.int64]:
    """The column of each of these titles; -1 for what the model does not know."""
    wanted = np.asarray(item_ids, np.int64)
    if not len(artifact.item_ids):
        return np.full(len(wanted), -1, np.int64)
    places = np.searchsorted(artifact.item_ids, wanted).clip(max=len(artifact.item_ids) - 1)
    return np.where(artifact.item_ids[places] == wanted, places, -1).astype(np.int64)
