"""What the people who rate as one person does say of titles, as arrays (pure)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What they say of one title: the value is at most 1, and `above` is what those add who liked it."""

    value: float
    people: int
    average: float
    people_above: int
    above: float


@dataclass(frozen=True, slots=True)
class Peers:
    """Titles that enough of them rated, by rising id; a value of 1 is what they say most for, below 0 against."""

    item_ids: npt.NDArray[np.int64]
    values: Floats
    people: npt.NDArray[np.int64]
    averages: Floats
    people_above: npt.NDArray[np.int64]
    above: Floats

    def top(self) -> npt.NDArray[np.int64]:
        """What they speak for, most of all first."""
        rows = np.flatnonzero(self.values > 0)
        return self.item_ids[rows[np.lexsort((self.item_ids[rows], -self.values[rows]))]]

    def values_of(self, item_ids: Sequence[int]) -> Floats:
        """What they say of each of these; 0 for what too few of them rated."""
        found = [self._place(item_id) for item_id in item_ids]
        return np.array([0.0 if place is None else self.values[place] for place in found])

    def of(self, item_id: int) -> Verdict | None:
        place = self._place(item_id)
        if place is None:
            return None
        return Verdict(
            float(self.values[place]),
            int(self.people[place]),
            float(self.averages[place]),
            int(self.people_above[place]),
            float(self.above[place]),
        )

    def _place(self, item_id: int) -> int | None:
        place = int(np.searchsorted(self.item_ids, item_id))
        return place if place < len(self.item_ids) and self.item_ids[place] == item_id else None


def peers_from(rows: Sequence[Any]) -> Peers:
    """From rows of (item, score, people, average, people above, score above), by rising item."""
    columns = list(zip(*rows, strict=True))
    scores, above = np.array(columns[1], np.float64), np.array(columns[5], np.float64)
    peak = max(float(scores.max()), 0.0) or 1.0
    return Peers(
        np.array(columns[0], np.int64),
        scores / peak,
        np.array(columns[2], np.int64),
        np.array(columns[3], np.float64),
        np.array(columns[4], np.int64),
        above / peak,
    )
