"""Who has what, how much it counts and since when: a matrix by users, of nothing but its entries."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mediatheque.recommend.models import Histories
from mediatheque.training.catalogue import Catalogue

if TYPE_CHECKING:
    import scipy.sparse as sparse


@dataclass(frozen=True, slots=True)
class Interactions:
    """User u's items are `items[starts[u]:starts[u + 1]]`, ascending, each with a weight and a time in seconds."""

    starts: npt.NDArray[np.int64]
    items: npt.NDArray[np.int32]
    weights: npt.NDArray[np.float32]
    times: npt.NDArray[np.int64]
    n_items: int
    #: What is known of the items besides who has them, for the models that can use it.
    catalogue: Catalogue | None = None

    @classmethod
    def of(
        cls,
        users: npt.NDArray[Any],
        items: npt.NDArray[Any],
        n_users: int,
        n_items: int,
        *,
        weights: npt.NDArray[Any] | None = None,
        times: npt.NDArray[Any] | None = None,
    ) -> Interactions:
        """The matrix of these entries, in any order; where one occurs twice, the last given counts."""
        order = np.lexsort((items, users))
        same = (np.diff(users[order]) == 0) & (np.diff(items[order]) == 0)
        order = order[np.append(~same, True)] if len(order) else order
        starts = np.zeros(n_users + 1, np.int64)
        np.cumsum(np.bincount(users[order], minlength=n_users), out=starts[1:])
        return cls(
            starts,
            items[order].astype(np.int32),
            np.ones(len(order), np.float32) if weights is None else weights[order].astype(np.float32),
            np.zeros(len(order), np.int64) if times is None else times[order].astype(np.int64),
            n_items,
        )

    def __len__(self) -> int:
        return len(self.items)

    @property
    def n_users(self) -> int:
        return len(self.starts) - 1

    @property
    def users(self) -> npt.NDArray[np.int32]:
        """The user of each entry."""
        return np.repeat(np.arange(self.n_users, dtype=np.int32), self.per_user)

    @property
    def per_user(self) -> npt.NDArray[np.int64]:
        """How many items each user has."""
        return np.diff(self.starts)

    @property
    def per_item(self) -> npt.NDArray[np.int64]:
        """How many users have each item."""
        return np.bincount(self.items, minlength=self.n_items)

    def having(self, entries: npt.NDArray[Any]) -> Interactions:
        """Only these entries (a mask), with the same users and items."""
        kept = np.zeros(self.n_users + 1, np.int64)
        np.cumsum(entries, dtype=np.int64, out=(sums := np.zeros(len(entries), np.int64)))
        kept[1:] = np.append(0, sums)[self.starts[1:]]
        return replace(
            self,
            starts=kept,
            items=self.items[entries],
            weights=self.weights[entries],
            times=self.times[entries],
        )

    def of_users(self, users: npt.NDArray[Any]) -> Interactions:
        """These users' rows, in this order."""
        lengths = self.per_user[users]
        ends = np.cumsum(lengths)
        total = int(ends[-1]) if len(ends) else 0
        places = np.arange(total) + np.repeat(self.starts[users] - (ends - lengths), lengths)
        starts = np.append(0, ends).astype(np.int64)
        return replace(
            self,
            starts=starts,
            items=self.items[places],
            weights=self.weights[places],
            times=self.times[places],
        )

    def of_items(self, items: npt.NDArray[Any]) -> Interactions:
        """Only these items, which get the numbers 0 … in this order."""
        number = np.full(self.n_items, -1, np.int64)
        number[items] = np.arange(len(items))
        kept = self.having(number[self.items] >= 0)
        chosen = Interactions.of(
            kept.users, number[kept.items], self.n_users, len(items), weights=kept.weights, times=kept.times
        )
        return replace(chosen, catalogue=None if self.catalogue is None else self.catalogue.of_items(items))

    def histories(self) -> Histories:
        """What each user has, as models take it."""
        return Histories(self.starts, self.items, self.weights)

    def matrix(self) -> sparse.csr_array:
        """The matrix for scipy, of the same memory."""
        import scipy.sparse as sparse

        shape = (self.n_users, self.n_items)
        return sparse.csr_array((self.weights, self.items, self.starts), shape=shape)
