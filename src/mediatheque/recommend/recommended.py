"""A list of recommendations, and how it came about: what is handed out, and kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mediatheque.vocabulary import Recommendation

#: All methods together.
MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class Arm:
    """One side of an experiment: its name, and the trained model that served for it."""

    name: str  # "champion" or "challenger"
    model: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommended:
    """A list, best first, and how it came about."""

    recommendations: tuple[Recommendation, ...] = ()
    method: str = MIXED  # as asked for
    model: str | None = None  # the trained model that had a say, and its version
    version: int | None = None
    fallback: str | None = None  # why a simpler method than the one asked for served all of it
    arms: tuple[Arm, ...] = ()  # of an experiment: whose lists were interleaved

    def __iter__(self) -> Iterator[Recommendation]:
        return iter(self.recommendations)

    def __len__(self) -> int:
        return len(self.recommendations)
