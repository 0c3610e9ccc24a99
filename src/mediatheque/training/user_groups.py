"""Which people a model is good for: judges by the length of their history, and by how mainstream it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mediatheque.training import metrics
from mediatheque.training.interactions import Interactions
from mediatheque.training.metrics import Floats

#: A history is of the last of these whose number of titles it reaches.
LENGTHS = {"new": 0, "light": 10, "regular": 50, "heavy": 200}
_TASTES = ("niche", "mixed", "mainstream")

Masks = Mapping[str, npt.NDArray[np.bool_]]


@dataclass(frozen=True, slots=True)
class Group:
    """A group of judges, and its bounds in words."""

    name: str
    what: str


@dataclass(frozen=True, slots=True)
class Grouping:
    """Groups that together are everybody."""

    name: str
    what: str
    groups: Sequence[Group]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where one group ends and the next begins, from what was known of the judges before they judged."""

    terciles: tuple[float, float]  # of the mean popularity percentile of what is liked

    @classmethod
    def of(cls, seen: Interactions, ranks: Floats) -> Bounds:
        """The bounds for these histories, where `ranks` says how popular each item is."""
        taste = _mainstreamness(seen, ranks)
        low, high = np.quantile(taste, (1 / 3, 2 / 3)) if len(taste) else (0.0, 1.0)
        return cls((float(low), float(high)))

    def groupings(self) -> list[Grouping]:
        """The groups, for people to read."""
        starts = [*LENGTHS.items()]
        lengths = [
            Group(
                name, f"{start}–{starts[n + 1][1] - 1} titles" if n + 1 < len(starts) else f"{start} or more"
            )
            for n, (name, start) in enumerate(starts)
        ]
        low, high = (f"{bound:.0%}" for bound in self.terciles)
        tastes = [
            Group(name, what)
            for name, what in zip(_TASTES, (f"up to {low}", f"{low} to {high}", f"over {high}"), strict=True)
        ]
        return [
            Grouping("history", "How many titles somebody had when they judged", lengths),
            Grouping("taste", "How popular what they liked is: mean percentile, in thirds of judges", tastes),
        ]

    def members(self, seen: Interactions, ranks: Floats) -> Mapping[str, Masks]:
        """Which of these rows belong to each group of each grouping."""
        which = np.searchsorted(list(LENGTHS.values()), seen.per_user, "right") - 1
        taste = np.searchsorted(self.terciles, _mainstreamness(seen, ranks), "left")
        return {
            "history": {name: which == n for n, name in enumerate(LENGTHS)},
            "taste": {name: taste == n for n, name in enumerate(_TASTES)},
        }


def _mainstreamness(seen: Interactions, ranks: Floats) -> Floats:
    likes = seen.having(seen.weights > 0)
    return metrics.mean_of_rows(likes.starts, likes.items, ranks)
