"""Two rankings in one list, so that what people follow tells which one they like better (pure).

Team-draft interleaving (Radlinski, Kurup and Joachims 2008, "How does clickthrough data reflect retrieval quality?"):
as two captains pick their teams, the rankings take turns in putting their best title that is not there yet on the
list, and before each pair of turns a coin says who begins. Every place is then as often one's as the other's, so
that neither gains by standing higher, and of two equal rankings none wins.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Drafted(Generic[T]):
    """A place of the list: the title, and whose pick it was, 0 or 1; None: it only fills the list up."""

    title: T
    team: int | None


def team_draft(
    first: Sequence[T],
    second: Sequence[T],
    n: int,
    coin: Callable[[], bool],
    may_take: Callable[[T, Sequence[T]], bool] = lambda title, taken: True,
) -> list[Drafted[T]]:
    """The `n` best of both rankings (fewer, where there are no more), each title once.

    `coin` says whether the first begins a pair of turns. What `may_take` refuses, given what is on the list, is passed
    over. Once one ranking has nothing left to pick, the rest of the other speaks for neither.
    """
    rankings, drafted, counts = (first, second), list[Drafted[T]](), [0, 0]
    taken: list[T] = []

    def best(team: int) -> T | None:
        there = set(taken)
        return next((t for t in rankings[team] if t not in there and may_take(t, taken)), None)

    while len(drafted) < n:
        picks = best(0), best(1)
        if picks == (None, None):
            break
        team: int | None = None
        if counts[0] != counts[1]:
            # Who had the first turn of a pair has had it: the other's is due, if there is anything to pick.
            due = 0 if counts[0] < counts[1] else 1
            team = due if picks[due] is not None else None
        elif picks[0] is not None and picks[1] is not None:
            team = 0 if coin() else 1
        pick = picks[team] if team is not None else picks[0] if picks[0] is not None else picks[1]
        assert pick is not None
        if team is not None:
            counts[team] += 1
        drafted.append(Drafted(pick, team))
        taken.append(pick)
    return drafted
