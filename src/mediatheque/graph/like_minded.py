"""Who rates like whom: the nearest of each person among those who share their taste, as edges (pure).

Pearson's correlation over what both rated, each rating less its person's mean, times n / (n + SHRINK) for n titles in common
(Herlocker et al. 1999), as `neighbours_by_pearson` in SQL. Ratings come in halves, so that every sum is one of whole
numbers, and the same in whatever order it is added up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mediatheque.graph.incidence import Incidence
from mediatheque.graph.nearest import GONE, Lists, Places, Scores, all_nearest, follow

Ids = npt.NDArray[np.int64]
Whole = npt.NDArray[np.int64]

#: So many people each, who have rated at least so many titles in common.
K, LEAST_IN_COMMON = 20, 5
SHRINK = 100.0
#: Less alike is not alike.
_FLOOR = 1e-4
#: So many titles are compared at once.
_TITLES = 1024


class Tastes:
    """How alike people rate, from ratings (person's place, title's place, stars), each pair once; (people, titles)."""

    floor, slack = _FLOOR, 0.0

    def __init__(
        self, people: Places, titles: Places, stars: npt.NDArray[np.float32], shape: tuple[int, int]
    ) -> None:
        self.size, self._n_titles = shape
        halves = np.rint(stars * 2).astype(np.int64)
        self._rated = Incidence(people, titles, shape)
        self._counts = self._rated.sizes()
        self._totals = np.bincount(people, halves, self.size).astype(np.int64)
        order = np.argsort(titles, kind="stable")
        self._people, self._titles, self._halves = people[order], titles[order], halves[order]

    def block(self, rows: Places) -> Scores:
        sums = _Sums.zero((len(rows), self.size))
        for start in range(0, self._n_titles, _TITLES):
            stars = self._dense(start)
            mine = stars[rows]
            if mine.any():
                sums.add(mine, stars)
        return _likeness(sums, self._counts[rows, None], self._totals[rows, None], self._counts, self._totals)

    def exact(self, a: Places, b: Places) -> Scores:
        rows, row_of = np.unique(a, return_inverse=True)
        found = np.empty(len(a), np.float32)
        at_once = max((1 << 22) // max(self.size, 1), 1)
        for start in range(0, len(rows), at_once):
            which = np.flatnonzero((row_of >= start) & (row_of < start + at_once))
            found[which] = self.block(rows[start : start + at_once])[row_of[which] - start, b[which]]
        return found

    def in_common(self, a: Places, b: Places) -> Whole:
        """How many titles both of each pair have rated."""
        return self._rated.in_common(a, b)

    def _dense(self, start: int) -> npt.NDArray[np.float32]:
        """Half stars of everybody for some titles; 0: not rated."""
        first, last = np.searchsorted(self._titles, [start, start + _TITLES])
        stars = np.zeros((self.size, min(_TITLES, self._n_titles - start)), np.float32)
        stars[self._people[first:last], self._titles[first:last] - start] = self._halves[first:last]
        return stars


@dataclass(slots=True)
class _Sums:
    """Of what two people both rated: how many, the sums of either's ratings, of their squares, and of the products."""

    count: Whole
    a: Whole
    b: Whole
    aa: Whole
    bb: Whole
    ab: Whole

    @classmethod
    def zero(cls, shape: tuple[int, int]) -> _Sums:
        return cls(*(np.zeros(shape, np.int64) for _ in range(6)))

    def add(self, a: npt.NDArray[np.float32], b: npt.NDArray[np.float32]) -> None:
        """Sums of at most 1,024 whole numbers up to 100: exact in 24 bits."""
        has_a, has_b = (a > 0).astype(np.float32), (b > 0).astype(np.float32).T
        self.count += (has_a @ has_b).astype(np.int64)
        self.a += (a @ has_b).astype(np.int64)
        self.b += (has_a @ b.T).astype(np.int64)
        self.aa += (a * a @ has_b).astype(np.int64)
        self.bb += (has_a @ (b * b).T).astype(np.int64)
        self.ab += (a @ b.T).astype(np.int64)


def _likeness(s: _Sums, n_a: Whole, total_a: Whole, n_b: Whole, total_b: Whole) -> Scores:
    """From whole numbers alone until the last step: a rating less the mean, times how many ratings there are."""
    agreed = n_a * n_b * s.ab - n_b * total_a * s.b - n_a * total_b * s.a + s.count * total_a * total_b
    spread_a = n_a * n_a * s.aa - 2 * n_a * total_a * s.a + s.count * total_a * total_a
    spread_b = n_b * n_b * s.bb - 2 * n_b * total_b * s.b + s.count * total_b * total_b
    alike = (s.count >= LEAST_IN_COMMON) & (agreed > 0) & (spread_a > 0) & (spread_b > 0)
    spread = np.sqrt(spread_a.astype(np.float64)) * np.sqrt(spread_b.astype(np.float64))
    correlation = agreed / np.where(alike, spread, 1)
    found = s.count / (s.count + SHRINK) * np.minimum(correlation, 1)
    return np.where(alike, found, 0).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Links:
    """From each person to those most like them: `a` → `b`, how alike, and titles in common."""

    a: Ids
    b: Ids
    likeness: Scores
    titles: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.a)

    def take(self, which: npt.NDArray[np.bool_] | Places) -> Links:
        return Links(self.a[which], self.b[which], self.likeness[which], self.titles[which])


def follow_links(old: Links, ids: Ids, tastes: Tastes, changed: Ids | None) -> Links:
    """The links after these people (None: all) rated anew, came or went. `ids`: whose tastes they are, rising."""
    if changed is None:
        lists = all_nearest(tastes, K)
    else:
        lists = follow(_recovered(old, ids), _there(ids, changed), tastes)
    rows, places, scores = lists.entries()
    return Links(ids[rows], ids[places], scores, tastes.in_common(rows, places).astype(np.int32))


def link_changes(old: Links, new: Links) -> tuple[Links, Links]:
    """What of `old` has to go so that, with what is to be added, `new` is there."""
    columns = [("a", "i8"), ("b", "i8"), ("likeness", "f4"), ("titles", "i4")]

    def rows(links: Links) -> npt.NDArray[np.void]:
        table = np.empty(len(links), columns)
        for name, _ in columns:
            table[name] = getattr(links, name)
        return table

    before, now = rows(old), rows(new)
    return old.take(~np.isin(before, now)), new.take(~np.isin(now, before))


def _recovered(old: Links, ids: Ids) -> Lists:
    rows, others = _places(ids, old.a), _places(ids, old.b)
    there = rows >= 0
    return Lists.of(rows[there], others[there], old.likeness[there], len(ids), K)


def _places(ids: Ids, wanted: Ids) -> Places:
    if not len(ids):
        return np.full(len(wanted), GONE, np.intp)
    found = np.searchsorted(ids, wanted).clip(max=len(ids) - 1)
    return np.where(ids[found] == wanted, found, GONE)


def _there(ids: Ids, wanted: Ids) -> Places:
    places = _places(ids, wanted)
    return places[places >= 0]
