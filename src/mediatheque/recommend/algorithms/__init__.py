"""The shelf of recommenders: each module finds titles by one method, scores any title, and explains its scores.

An algorithm is a module with the functions of `Algorithm`. Its file name is its public name
(`because_you_liked.py` is "because-you-liked") in the CLI, the API and a recommendation's `method`.
`find` alone asks the database; `score` and `explain` are arithmetic on arrays, so any algorithm
can score what another one found, and a mixture is a sum.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, cast

import numpy as np
import numpy.typing as npt

from mediatheque.kit import shelf
from mediatheque.kit.database import Connection
from mediatheque.recommend.crowd import Crowd
from mediatheque.recommend.mirror import Mirror
from mediatheque.recommend.pool import Floats, Pool
from mediatheque.recommend.queries.eligible import Eligible
from mediatheque.recommend.taste import Taste
from mediatheque.recommend.walk import Link


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for: titles that are eligible, about `n` of them, by vectors of this model if any."""

    eligible: Eligible
    n: int
    model_id: int | None
    crowd: Crowd
    mirror: Mirror | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """One addend of a score: what it is for, and the title of the person's that it comes from, if one."""

    name: str
    amount: float
    item_id: int | None = None
    link: Link | None = None  # what connects that title, where the term goes by the graph


@dataclass(frozen=True, slots=True)
class Scores:
    """A score for each title of a pool: 1 is the best that the method can say, 0 is nothing.

    A lane is what a title was chosen for (an interest, a loved title, a kind); -1 is none. `lane_shares`
    says how much of a list each lane should get, and adds up to 1.
    """

    values: Floats
    lanes: npt.NDArray[np.intp]
    lane_shares: tuple[float, ...] = ()


class Algorithm(Protocol):
    """What every module on this shelf offers.

    One that asks the database for more than titles also has `ready(db, taste)`: the taste with what it asked for.
    """

    #: Whether it has a say in the mixture, or speaks only when asked for by name.
    IN_MIXTURE: bool

    def why_not(self, taste: Taste, crowd: Crowd) -> str | None:
        """Why this method has nothing to say to this person, in words for them; None: it has."""
        ...

    def find(self, db: Connection, taste: Taste, search: Search) -> list[int]:
        """Eligible titles worth scoring, `n` or more where there are as many, in no particular order."""
        ...

    def score(self, taste: Taste, pool: Pool) -> Scores:
        """A score for every title of the pool, found by this method or not."""
        ...

    def explain(self, taste: Taste, pool: Pool, rows: Sequence[int]) -> list[list[Term]]:
        """For each of these rows of the pool the terms of its score: they add up to it, the largest first."""
        ...


def names() -> tuple[str, ...]:
    """Public names of the algorithms."""
    return shelf.names_on(sys.modules[__name__])


def mixed() -> tuple[str, ...]:
    """Public names of those that have a say in the mixture."""
    return tuple(name for name in names() if algorithm(name).IN_MIXTURE)


def ready(db: Connection, wanted: Sequence[str], taste: Taste) -> Taste:
    """The taste with all that these algorithms need to know of the person."""
    for name in wanted:
        ask = getattr(algorithm(name), "ready", None)
        taste = taste if ask is None else ask(db, taste)
    return taste


def algorithm(name: str) -> Algorithm:
    """The algorithm of that name; raises Invalid naming what there is."""
    return cast(Algorithm, shelf.take(sys.modules[__name__], name))
