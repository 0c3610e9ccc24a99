"""Which titles are alike: the nearest of each by what they mean and by who has been through them, as edges (pure).

An edge is there where either title is among the K nearest of the other, by either of the two. It keeps both scores, so a
title's list is the best of its edges: whatever is no edge of it is less near. Nothing else has to be stored to follow changes.

How much an edge says is the chance that not both are wrong, 1 − (1 − likeness)(1 − together), where neither is below 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mediatheque.graph.incidence import Incidence
from mediatheque.graph.nearest import GONE, Lists, Nearness, Places, Scores, all_nearest, follow

Ids = npt.NDArray[np.int64]

#: So many nearest by each of the two.
K = 10
#: Texts less alike than this have little to do with each other. Measured with MiniLM on 30,000 films: two at random are .21
#: alike, the nearest hundredth .41; the tenth nearest of a film is so at .52, of the hundredth film with the farthest at .40.
LEAST_LIKENESS = 0.35
#: Audiences that have less in common than this say nothing of their titles.
LEAST_TOGETHER = 0.1
#: To be alike is worked out, to be by the same people is known: the likest titles say half as much as a credit can, or ways
#: over three likenesses would come before "also directed by".
GUESS = 0.5
#: So many people besides whoever reads it have been through both: an edge shows nobody's own history, not even to
#: somebody who knows what all but one of the others did (k-anonymity, Sweeney 2002, with k = 3 beside the reader).
LEAST_PEOPLE = 3

_PAIRS_AT_ONCE = 1 << 22


class Meanings:
    """The likeness of texts: the cosine of their unit vectors, (n, dimensions)."""

    def __init__(self, vectors: npt.NDArray[np.float32], floor: float = LEAST_LIKENESS) -> None:
        self._vectors, self.size, self.floor = vectors, len(vectors), floor
        # A sum of d products of a unit vector's numbers, each rounded to 24 bits, in whatever order (Higham 2002, 3.1).
        self.slack = 2 * vectors.shape[1] * 2.0**-24

    def block(self, rows: Places) -> Scores:
        return self._vectors[rows] @ self._vectors.T

    def exact(self, a: Places, b: Places) -> Scores:
        """By sums of doubles, one pair like the other, so that it matters to none which ones are asked for together."""
        found = np.empty(len(a), np.float32)
        at_once = max(_PAIRS_AT_ONCE // max(self._vectors.shape[1], 1), 1)
        for start in range(0, len(a), at_once):
            some = slice(start, start + at_once)
            found[some] = (self._vectors[a[some]].astype(np.float64) * self._vectors[b[some]]).sum(axis=1)
        return found


class Companies:
    """The cosine of titles' audiences, from who has been through what; 0 where fewer than it takes are in both."""

    slack = 0.0

    def __init__(
        self, titles: Places, people: Places, shape: tuple[int, int], floor: float = LEAST_TOGETHER
    ) -> None:
        self._audiences = Incidence(titles, people, shape)
        self._sizes = self._audiences.sizes().astype(np.float64)
        self.size, self.floor = shape[0], floor

    def block(self, rows: Places) -> Scores:
        return _cosine(self._audiences.shared(rows), self._sizes[rows, None], self._sizes)

    def exact(self, a: Places, b: Places) -> Scores:
        return _cosine(self.people(a, b), self._sizes[a], self._sizes[b])

    def people(self, a: Places, b: Places) -> npt.NDArray[np.int64]:
        """How many people have been through both titles of each pair."""
        return self._audiences.in_common(a, b)


def _cosine(
    shared: npt.NDArray[np.float32] | npt.NDArray[np.int64],
    a: npt.NDArray[np.float64],
    b: npt.NDArray[np.float64],
) -> Scores:
    scores = (shared / np.sqrt(np.maximum(a * b, 1))).astype(np.float32)
    scores[shared <= LEAST_PEOPLE] = 0
    return scores


@dataclass(frozen=True, slots=True)
class Edges:
    """Edges between titles, by rising ids: `a` < `b`, both scores (NaN: there is none) and the people in both audiences."""

    a: Ids
    b: Ids
    likeness: Scores
    together: Scores
    people: npt.NDArray[np.int32]

    @classmethod
    def none(cls) -> Edges:
        ids, scores = np.zeros(0, np.int64), np.zeros(0, np.float32)
        return cls(ids, ids, scores, scores, np.zeros(0, np.int32))

    def __len__(self) -> int:
        return len(self.a)

    @property
    def weight(self) -> npt.NDArray[np.float64]:
        """How much each says, in (0, GUESS]."""
        likeness, together = (
            np.clip(np.nan_to_num(s.astype(np.float64)), 0, 1) for s in (self.likeness, self.together)
        )
        return GUESS * (1 - (1 - likeness) * (1 - together))

    def take(self, which: npt.NDArray[np.bool_] | Places) -> Edges:
        return Edges(
            self.a[which], self.b[which], self.likeness[which], self.together[which], self.people[which]
        )


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two ways to be alike. `ids` are the titles by place, `changed` those that it is no longer true of."""

    ids: Ids
    near: Nearness
    changed: Ids | None  # None: all of them
    is_row: npt.NDArray[np.bool_] | None = None  # whose lists are wanted; None: everybody's


def company_of(titles: Ids, people: Ids, changed: Ids | None) -> Side:
    """The side of who has been through what, (title, person) each once; titles of too few people are left out."""
    ids, counts = np.unique(titles, return_counts=True)
    ids = ids[counts > LEAST_PEOPLE]
    kept = np.isin(titles, ids)
    who, column = np.unique(people[kept], return_inverse=True)
    near = Companies(np.searchsorted(ids, titles[kept]), column, (len(ids), len(who)))
    return Side(ids, near, changed)


def follow_edges(old: Edges, meaning: Side, company: Side | None = None) -> Edges:
    """The edges after the sides' changes: what they would be if they were worked out from nothing.

    `company` None: nobody has any, as for a person's own titles.
    """
    sides = [meaning] if company is None else [meaning, company]
    ends = [_pairs(side, _lists(side, old, is_meaning=side is meaning)) for side in sides]
    a, b = (np.concatenate(parts) for parts in zip(*ends, strict=True))
    if not len(a):
        return Edges.none()
    pairs = np.unique(np.stack([a, b], axis=1), axis=0)
    a, b = pairs[:, 0].copy(), pairs[:, 1].copy()
    known = _places_in(old, a, b)
    likeness = _scores(meaning, a, b, known, old.likeness)
    together, people = np.full(len(a), np.nan, np.float32), np.zeros(len(a), np.int32)
    if company is not None:
        together = _scores(company, a, b, known, old.together)
        together[together <= 0] = np.nan
        people = _people(company, a, b, known, old.people)
        people[np.isnan(together)] = 0
    return Edges(a, b, likeness, together, people)


def changes(old: Edges, new: Edges) -> tuple[Edges, Edges]:
    """What of `old` has to go so that, with what is to be added, `new` is there. What is otherwise now does both."""
    known = _places_in(old, new.a, new.b)
    there = np.flatnonzero(known >= 0)
    before, now = old.take(known[there]), new.take(there)
    same = (
        _same(before.likeness, now.likeness)
        & _same(before.together, now.together)
        & (before.people == now.people)
    )
    goes, comes = np.ones(len(old), np.bool_), np.ones(len(new), np.bool_)
    goes[known[there[same]]] = comes[there[same]] = False
    return old.take(goes), new.take(comes)


def _lists(side: Side, old: Edges, *, is_meaning: bool) -> Lists:
    if side.changed is None:
        return all_nearest(side.near, K, side.is_row)
    before = recovered(side, old.a, old.b, old.likeness if is_meaning else old.together)
    return follow(before, _places(side.ids, side.changed, dropped=True), side.near, side.is_row)


def recovered(side: Side, a: Ids, b: Ids, scores: Scores) -> Lists:
    """The lists that edges came from: the best of each title's own."""
    enough = scores >= np.float32(side.near.floor)  # false of NaN
    a, b, scores = a[enough], b[enough], scores[enough]
    rows = np.concatenate([_places(side.ids, a), _places(side.ids, b)])
    others = np.concatenate([_places(side.ids, b), _places(side.ids, a)])
    is_row = rows >= 0
    if side.is_row is not None:
        is_row &= side.is_row[rows]
    return Lists.of(rows[is_row], others[is_row], np.tile(scores, 2)[is_row], len(side.ids), K)


def _places(ids: Ids, wanted: Ids, *, dropped: bool = False) -> Places:
    """Where these ids are; GONE, or left out, where they are not. `ids` may be of any order."""
    if not len(ids):
        return np.full(0 if dropped else len(wanted), GONE, np.intp)
    order = np.argsort(ids, kind="stable")
    found = order[np.searchsorted(ids, wanted, sorter=order).clip(max=len(ids) - 1)]
    is_there = ids[found] == wanted
    return found[is_there] if dropped else np.where(is_there, found, GONE)


def _pairs(side: Side, lists: Lists) -> tuple[Ids, Ids]:
    rows, places, _ = lists.entries()
    ends = side.ids[rows], side.ids[places]
    return np.minimum(*ends), np.maximum(*ends)


def _places_in(edges: Edges, a: Ids, b: Ids) -> Places:
    """Where among the edges each pair is; −1: nowhere."""
    if not len(edges) or not len(a):
        return np.full(len(a), -1, np.intp)
    span = max(int(edges.b.max()), int(b.max())) + 1
    low = min(int(edges.a.min()), int(a.min()))
    keys, wanted = (edges.a - low) * span + edges.b, (a - low) * span + b
    order = np.argsort(keys, kind="stable")
    found = order[np.searchsorted(keys, wanted, sorter=order).clip(max=len(keys) - 1)]
    return np.where(keys[found] == wanted, found, -1)


def _is_settled(side: Side, a: Ids, b: Ids, known: Places) -> npt.NDArray[np.bool_]:
    """Whether an old edge's score still counts."""
    if side.changed is None:
        return np.zeros(len(a), np.bool_)
    return (known >= 0) & ~np.isin(a, side.changed) & ~np.isin(b, side.changed)


def _scores(side: Side, a: Ids, b: Ids, known: Places, old: Scores) -> Scores:
    found = np.full(len(a), np.nan, np.float32)
    settled = _is_settled(side, a, b, known)
    found[settled] = old[known[settled]]
    which, rows, columns = _to_ask(side, a, b, settled)
    found[which] = side.near.exact(rows, columns)
    return found


def _people(side: Side, a: Ids, b: Ids, known: Places, old: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    found = np.zeros(len(a), np.int32)
    settled = _is_settled(side, a, b, known)
    found[settled] = old[known[settled]]
    which, rows, columns = _to_ask(side, a, b, settled)
    if isinstance(side.near, Companies):
        found[which] = side.near.people(rows, columns)
    return found


def _to_ask(side: Side, a: Ids, b: Ids, settled: npt.NDArray[np.bool_]) -> tuple[Places, Places, Places]:
    """Which pairs' scores are to be worked out, where both ends have a place; and these places."""
    rows, columns = _places(side.ids, a), _places(side.ids, b)
    which = np.flatnonzero(~settled & (rows >= 0) & (columns >= 0))
    return which, rows[which], columns[which]


def _same(one: Sequence[float] | Scores, other: Sequence[float] | Scores) -> npt.NDArray[np.bool_]:
    one, other = np.asarray(one), np.asarray(other)
    return (one == other) | np.isnan(one) & np.isnan(other)
