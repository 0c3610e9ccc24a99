"""What a trained model says to one person: their history as it stands now, folded in without any training (pure)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mediatheque.recommend import models
from mediatheque.recommend.artifact import Artifact
from mediatheque.recommend.models import Explanation, Histories, History
from mediatheque.recommend.opinions import Floats, Told

#: A model is believed half of a person of whom it knows so many titles.
HALF_BELIEVED = 2.0


@dataclass(frozen=True, slots=True)
class FoldIn:
    """The scores of every title the model knows: 1 for the best that is new to the person, 0 from the average down."""

    artifact: Artifact
    history: History  # columns of the model, only what speaks for a title
    values: Floats
    peak: float  # what the model's own scores were divided by

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

    def values_of(self, item_ids: Sequence[int]) -> Floats:
        """The value of each of these titles; 0 for what the model does not know."""
        places = columns_of(self.artifact, item_ids)
        return np.where(places >= 0, self.values[places], 0.0)

    def ranked(self, without: Collection[int]) -> npt.NDArray[np.int64]:
        """Ids of the titles that the model has a good word for, best first."""
        open_values = self.values.copy()
        shut = columns_of(self.artifact, list(without))
        open_values[shut[shut >= 0]] = 0.0
        order = np.argsort(-open_values, kind="stable")
        return self.artifact.item_ids[order[: int((open_values > 0).sum())]]

    @property
    def item_ids(self) -> npt.NDArray[np.int64]:
        """The titles of the history."""
        return self.artifact.item_ids[self.history.items]

    def parts(self, item_ids: Sequence[int]) -> dict[int, Explanation]:
        """The values above 0 as sums: what anybody would get, and what each title of the history adds."""
        columns = {
            i: int(column) for i, column in zip(item_ids, columns_of(self.artifact, item_ids), strict=True)
        }
        told = {i: column for i, column in columns.items() if column >= 0 and self.values[column] > 0}
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
    scores = models.model(artifact.name).score(artifact.arrays, artifact.config, Histories.of([history]))[0]
    values = np.maximum(scores.astype(np.float64), 0.0)
    is_new = np.ones(len(values), np.bool_)
    is_new[columns[known & chosen]] = False
    peak = float(values[is_new].max(initial=0.0)) or 1.0
    values[is_new] /= peak
    values[~is_new] = 0.0
    return FoldIn(artifact, history, values, peak)


def columns_of(artifact: Artifact, item_ids: Sequence[int]) -> npt.NDArray[np.int64]:
    """The column of each of these titles; -1 for what the model does not know."""
    wanted = np.asarray(item_ids, np.int64)
    if not len(artifact.item_ids):
        return np.full(len(wanted), -1, np.int64)
    places = np.searchsorted(artifact.item_ids, wanted).clip(max=len(artifact.item_ids) - 1)
    return np.where(artifact.item_ids[places] == wanted, places, -1).astype(np.int64)
