"""Every place of every list that was shown, and what came of it, as arrays (pure)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

#: What may come of a title, as the columns of `Impressions.outcomes`.
OUTCOMES = ("clicked", "saved", "started", "watched", "liked", "declined")
#: Any of these is a title taken up.
TAKEN = ("clicked", "saved", "started", "watched", "liked")
#: The two sides of a duel.
CHAMPION, CHALLENGER = "champion", "challenger"


@dataclass(frozen=True, slots=True)
class Impressions:
    """Every place that was shown, I in all, by rising list and rank."""

    users: Ints  # (I,)
    lists: Ints  # (I,)
    ranks: Ints  # (I,) 1 is the top
    methods: npt.NDArray[np.str_]  # (I,) what served it
    models: npt.NDArray[np.str_]  # (I,) "wedlae 3": the trained model that had a say, "" without one
    arms: npt.NDArray[np.str_]  # (I,) "champion", "challenger" or ""
    duels: npt.NDArray[np.str_]  # (I,) "wedlae 3 against ials 4", "" in no experiment
    outcomes: Bools  # (I, len(OUTCOMES))

    def __len__(self) -> int:
        return len(self.users)

    @property
    def taken(self) -> Bools:
        """(I,) Whether the title was taken up."""
        columns = [OUTCOMES.index(name) for name in TAKEN]
        return np.asarray(self.outcomes[:, columns].any(axis=1), np.bool_)


@dataclass(frozen=True, slots=True)
class Propensity:
    """How likely a place is looked at, by its rank: 1 / log2(rank + 1), or rank^−eta where that is given."""

    eta: float | None = None

    def of(self, ranks: Ints) -> Floats:
        """(I,) in (0, 1]."""
        if self.eta is None:
            return 1 / np.log2(ranks + 1.0)
        return ranks.astype(np.float64) ** -self.eta

    def __str__(self) -> str:
        return "1/log2(rank + 1)" if self.eta is None else f"rank^-{self.eta:g}"
