"""Whether one model is better than another, or only luckier: the paired t-test over users, and Holm's correction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats


@dataclass(frozen=True, slots=True)
class Comparison:
    """The mean gain of a challenger per user, its 95 % interval, and the chance of such a gain if there were none."""

    gain: float
    low: float
    high: float
    p: float
    users: int

    @property
    def is_better(self) -> bool:
        """Better beyond chance, at 5 %."""
        return self.gain > 0 and self.p < 0.05


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over users and its 95 % interval."""

    mean: float
    low: float
    high: float


def compare(challenger: npt.NDArray[Any], champion: npt.NDArray[Any]) -> Comparison:
    """The paired t-test of one measure of the same users, two-sided."""
    gains = challenger.astype(np.float64) - champion
    n = len(gains)
    mean = float(gains.mean()) if n else 0.0
    error = float(gains.std(ddof=1) / np.sqrt(n)) if n > 1 else 0.0
    if error == 0.0:
        # Without spread there is nothing to test: equal figures prove nothing, equal gains of one user neither.
        return Comparison(mean, mean, mean, 1.0, n)
    reach = float(stats.t.ppf(0.975, n - 1)) * error
    p = float(2 * stats.t.sf(abs(mean / error), n - 1))
    return Comparison(mean, mean - reach, mean + reach, p, n)


def estimate(values: npt.NDArray[Any]) -> Estimate:
    """The mean over users with Student's interval; the interval of fewer than two users is the mean alone."""
    n = len(values)
    mean = float(values.mean()) if n else 0.0
    reach = float(stats.t.ppf(0.975, n - 1) * values.std(ddof=1) / np.sqrt(n)) if n > 1 else 0.0
    return Estimate(mean, mean - reach, mean + reach)


def holm(chances: Sequence[float]) -> list[float]:
    """The chances of several comparisons, each made as large as befits one of so many (Holm 1979).

    The smallest of n is multiplied by n, the next by n - 1 …, and none falls below the one before it. Below .05
    then means that of all that is claimed together, something is wrong in one of twenty such tables at most.
    """
    adjusted = [1.0] * len(chances)
    highest = 0.0
    for place, which in enumerate(sorted(range(len(chances)), key=chances.__getitem__)):
        highest = max(highest, min(1.0, (len(chances) - place) * chances[which]))
        adjusted[which] = highest
    return adjusted
