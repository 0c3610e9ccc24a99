"""Lists of what is nearest to each thing, exact, and how they follow what changes: to the last bit as worked out anew (pure).

Things have places, 0 to n. A list holds the k nearest that are near enough; of two equally near the earlier place comes
first, so that there is one right list. After a change of some things, the list of another is worked out again only where it
held one of these that is no longer near enough: else whatever it left out is farther than all it has, and what comes in is
among the changed ones. The product that tells what comes in is all that has to be compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.intp]
Scores = npt.NDArray[np.float32]

#: In a list: nothing more; and something that is there no longer.
END, GONE = -1, -2
#: How many scores of a block are in memory at once: 64 MB of them.
_AT_ONCE = 1 << 24
#: So many columns are looked at through their best.
_GROUP = 64


class Nearness(Protocol):
    """How near things are to one another: the higher the score, the nearer, and as near one way as the other."""

    size: int
    #: What is less near is not near at all.
    floor: float
    #: How far a block's scores may be off, since the order of a sum's terms is nobody's promise; 0: they are exact.
    slack: float

    def block(self, rows: Places) -> Scores:
        """How near these are to everything, (rows, size); the array is the caller's."""
        ...

    def exact(self, a: Places, b: Places) -> Scores:
        """How near the things of each pair are: always the same number for the same two."""
        ...


@dataclass(frozen=True, slots=True)
class Lists:
    """A list for each place, (n, k), nearest first: the places, then END; their scores, then −inf."""

    places: npt.NDArray[np.intp]
    scores: Scores

    @classmethod
    def empty(cls, n: int, k: int) -> Lists:
        return cls(np.full((n, k), END, np.intp), np.full((n, k), -np.inf, np.float32))

    @classmethod
    def of(cls, rows: Places, places: Places, scores: Scores, n: int, k: int) -> Lists:
        """The k best of each row among entries (row, place, score)."""
        order = np.lexsort((places, -scores, rows))
        rows, places, scores = rows[order], places[order], scores[order]
        rank = np.arange(len(rows)) - np.searchsorted(rows, rows)
        best = rank < k
        lists = cls.empty(n, k)
        lists.places[rows[best], rank[best]] = places[best]
        lists.scores[rows[best], rank[best]] = scores[best]
        return lists

    @property
    def k(self) -> int:
        return self.places.shape[1]

    def entries(self) -> tuple[Places, Places, Scores]:
        """(row, place, score) of all that is listed."""
        rows, columns = np.nonzero(self.places >= 0)
        return rows, self.places[rows, columns], self.scores[rows, columns]


def nearest(near: Nearness, rows: Places, k: int) -> Lists:
    """The lists of these rows, in their order."""
    lists, at_once = Lists.empty(len(rows), k), _rows_at_once(near)
    for start in range(0, len(rows), at_once):
        some = rows[start : start + at_once]
        scores = near.block(some)
        scores[np.arange(len(some)), some] = -np.inf
        row, place = _promising(scores, k, near)
        found = near.exact(some[row], place) if near.slack else scores[row, place]
        enough = found >= near.floor
        best = Lists.of(row[enough], place[enough], found[enough], len(some), k)
        lists.places[start : start + at_once], lists.scores[start : start + at_once] = (
            best.places,
            best.scores,
        )
    return lists


def all_nearest(near: Nearness, k: int, is_row: npt.NDArray[np.bool_] | None = None) -> Lists:
    """The lists of all places, worked out anew; of those that are no rows empty."""
    lists = Lists.empty(near.size, k)
    rows = np.arange(near.size) if is_row is None else np.flatnonzero(is_row)
    found = nearest(near, rows, k)
    lists.places[rows], lists.scores[rows] = found.places, found.scores
    return lists


def follow(old: Lists, changed: Places, near: Nearness, is_row: npt.NDArray[np.bool_] | None = None) -> Lists:
    """The lists after these places' nearness has changed, or they came to be: what `all_nearest` would say.

    `old` speaks of today's places; what went away since is GONE, and what is new has an empty list. `is_row`: whose
    lists are wanted, where not everybody's.
    """
    k, is_row = old.k, np.ones(near.size, np.bool_) if is_row is None else is_row
    is_changed = np.zeros(near.size, np.bool_)
    is_changed[changed] = True
    follows = is_row & ~is_changed
    was_full = old.places[:, k - 1] != END
    # A list that was not full left out nothing that is near enough.
    least = np.where(was_full, old.scores[:, k - 1], np.float32(near.floor))
    new, into, score = _reaching(near, changed, np.where(follows, least, np.inf).astype(np.float32))

    listed = old.places >= 0
    stays = listed & ~is_changed[np.where(listed, old.places, 0)]
    touches = follows & ((old.places != END) & ~stays).any(axis=1)
    touches[into] = True
    touched = np.flatnonzero(touches)
    number = np.full(near.size, -1, np.intp)
    number[touched] = np.arange(len(touched))
    row, column = np.nonzero(stays[touched])
    merged = Lists.of(
        np.concatenate([row, number[into]]),
        np.concatenate([old.places[touched[row], column], new]),
        np.concatenate([old.scores[touched[row], column], score]),
        len(touched),
        k,
    )
    # What was left out is farther than the last of a full list was.
    last, bound = merged.scores[:, k - 1], old.scores[touched, k - 1]
    as_near = (last == bound) & (merged.places[:, k - 1] <= old.places[touched, k - 1])
    certain = ~was_full[touched] | (merged.places[:, k - 1] != END) & ((last > bound) | as_near)

    lists = Lists(old.places.copy(), old.scores.copy())
    lists.places[~is_row], lists.scores[~is_row] = END, -np.inf
    lists.places[touched], lists.scores[touched] = merged.places, merged.scores
    anew = np.concatenate([touched[~certain], np.flatnonzero(is_row & is_changed)])
    found = nearest(near, anew, k)
    lists.places[anew], lists.scores[anew] = found.places, found.scores
    return lists


def _reaching(near: Nearness, changed: Places, least: Scores) -> tuple[Places, Places, Scores]:
    """(changed, other, score) of the pairs that are at least as near as the other asks for."""
    found: list[tuple[Places, Places, Scores]] = [
        (np.zeros(0, np.intp), np.zeros(0, np.intp), np.zeros(0, np.float32))
    ]
    at_once = _rows_at_once(near)
    for start in range(0, len(changed), at_once):
        some = changed[start : start + at_once]
        scores = near.block(some)
        row, other = np.divmod(np.flatnonzero(scores >= least - np.float32(near.slack)), near.size)
        score = near.exact(some[row], other) if near.slack else scores[row, other]
        reaches = (score >= least[other]) & (some[row] != other)
        found.append((some[row][reaches], other[reaches], score[reaches]))
    new, into, score = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return new, into, score


def _rows_at_once(near: Nearness) -> int:
    return max(_AT_ONCE // max(near.size, 1), 16)


def _promising(scores: Scores, k: int, near: Nearness) -> tuple[Places, Places]:
    """(row, column) of every score that may be among the k best of its row, and some more.

    The k-th best of the groups' best is no better than the k-th best of all, and far fewer numbers to sort.
    """
    rows, n = scores.shape
    width, bound = n // _GROUP, np.full((rows, 1), near.floor - near.slack, np.float32)
    if width < 4 * k:
        if n > k:
            kth = np.partition(scores, n - k, axis=1)[:, n - k, None]
            bound = np.maximum(bound, kth - np.float32(2 * near.slack))
        row, place = np.nonzero(scores >= bound)
        return row, place
    groups = scores[:, : width * _GROUP].reshape(rows, _GROUP, width)
    best = groups.max(axis=1)
    kth = np.partition(best, width - k, axis=1)[:, width - k, None]
    bound = np.maximum(bound, kth - np.float32(2 * near.slack))
    row, group = np.nonzero(best >= bound)
    which, member = np.nonzero(groups[row, :, group] >= bound[row])
    tail_row, tail = np.nonzero(scores[:, width * _GROUP :] >= bound)
    return (
        np.concatenate([row[which], tail_row]),
        np.concatenate([member * width + group[which], tail + width * _GROUP]),
    )
