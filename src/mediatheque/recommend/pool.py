"""The titles a list is picked from: what scoring needs to know of each, side by side in arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mediatheque.recommend.crowd import Crowd
from mediatheque.recommend.interests import Vectors
from mediatheque.vocabulary import Kind

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What makes two titles more of the same."""

    item_id: int
    kind: Kind
    language: str | None = None
    series: str | None = None  # the show of an episode, the series of a book
    genres: frozenset[int] = frozenset()  # ids
    makers: frozenset[int] = frozenset()  # ids of the people who directed, created, wrote or published it


@dataclass(frozen=True, slots=True)
class Pool:
    """Candidates, a row each; vectors are in the space of the person's taste, zero without an embedding."""

    traits: Sequence[Traits]
    vectors: Vectors
    crowd: Crowd

    def __len__(self) -> int:
        return len(self.traits)

    @property
    def item_ids(self) -> list[int]:
        return [traits.item_id for traits in self.traits]
