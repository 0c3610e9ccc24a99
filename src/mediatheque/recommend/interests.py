"""The several interests of one person: their liked titles' vectors in as many groups as the data shows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

#: One vector or a matrix of them, a row each.
Vectors = npt.NDArray[np.float32]
#: The number of each row's group.
Groups = npt.NDArray[np.intp]

#: Nobody is asked to look at more interests than this.
MOST_INTERESTS = 5
#: How much better one more group must explain a title that was left out (mean cosine). Measured with MiniLM on
#: MovieLens-1M, what all texts share taken off: with .005 people with twenty liked titles have 3.6 interests and lists are
#: worse (NDCG@100 .090), with .02 they have 2.3 (.099), with .04 hardly anybody has more than one or two (.106).
WORTH_A_GROUP = 0.02
#: Groups are found among so many titles, taken evenly from the weighty to the light; the others join the nearest.
_FOUND_AMONG = 150
_ROUNDS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """A group of liked titles. The rows of `pulls` add up to `centre`, so a likeness splits up by title."""

    item_ids: tuple[int, ...]
    centre: Vectors  # unit length
    pulls: Vectors
    share: float  # of all interests; they add up to 1


def interests(
    item_ids: Sequence[int], weights: Sequence[float], vectors: Sequence[Vectors]
) -> tuple[Interest, ...]:
    """Groups of these titles (weights above 0), the largest share first; the number of groups is found."""
    if not item_ids:
        return ()
    units = unit_rows(np.asarray(np.stack(vectors), dtype=np.float32))
    weighed = np.asarray(weights, dtype=np.float32)
    group_of = _grouped(units, weighed)
    # Square roots: an interest with a tenth of the weight still deserves to be seen.
    sizes = np.sqrt(np.bincount(group_of, weights=weighed))
    shares = sizes / sizes.sum()
    found = [
        _interest(item_ids, units, weighed, np.flatnonzero(group_of == group), float(shares[group]))
        for group in range(len(shares))
        if shares[group] > 0
    ]
    return tuple(sorted(found, key=lambda interest: (-interest.share, interest.item_ids)))


def unit_rows(vectors: Vectors) -> Vectors:
    """The rows scaled to length one; a zero row stays zero."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.where(lengths > 0, lengths, 1.0)).astype(np.float32)


def _interest(
    item_ids: Sequence[int], units: Vectors, weights: Vectors, members: npt.NDArray[np.intp], share: float
) -> Interest:
    pulls = units[members] * weights[members, None]
    total = pulls.sum(axis=0)
    length = float(np.linalg.norm(total)) or 1.0
    return Interest(
        item_ids=tuple(item_ids[int(member)] for member in members),
        centre=(total / length).astype(np.float32),
        pulls=(pulls / length).astype(np.float32),
        share=share,
    )


def _grouped(units: Vectors, weights: Vectors) -> Groups:
    """The group of each row."""
    if len(units) <= _FOUND_AMONG:
        return _best_grouping(units, weights)
    sample = np.argsort(-weights, kind="stable")[:: math.ceil(len(units) / _FOUND_AMONG)]
    found = _best_grouping(units[sample], weights[sample])
    centres = unit_rows(_totals(units[sample], weights[sample], found, int(found.max()) + 1))
    return np.argmax(units @ centres.T, axis=1)


def _best_grouping(units: Vectors, weights: Vectors) -> Groups:
    """The group of each row, for the number of groups that best explains each title from the others."""
    group_of = np.zeros(len(units), dtype=np.intp)
    best, best_worth = group_of, _explained(units, weights, group_of, 1)
    for groups in range(2, min(MOST_INTERESTS, len(units) // 2) + 1):
        group_of = _settled(units, weights, _with_worst_split(units, weights, group_of, groups), groups)
        worth = _explained(units, weights, group_of, groups) - WORTH_A_GROUP * (groups - 1)
        if worth > best_worth:
            best, best_worth = group_of, worth
    return best


def _with_worst_split(units: Vectors, weights: Vectors, group_of: Groups, groups: int) -> Groups:
    """The grouping with its most scattered group cut in two across its longest axis: no dice, no lone outliers."""
    centres = unit_rows(_totals(units, weights, group_of, groups - 1))
    off = units - centres[group_of] * np.einsum("ij,ij->i", units, centres[group_of])[:, None]
    off *= np.sqrt(weights)[:, None]
    squares = np.einsum("ij,ij->i", off, off)
    worst = int(np.argmax(np.bincount(group_of, weights=squares, minlength=groups - 1)))
    members = np.flatnonzero(group_of == worst)
    axis = off[members[np.argmax(squares[members])]]
    for _ in range(6):
        axis = off[members].T @ (off[members] @ axis)
        axis /= max(float(np.linalg.norm(axis)), 1e-12)
    cut = group_of.copy()
    cut[members[off[members] @ axis > 0]] = groups - 1
    return cut


def _settled(units: Vectors, weights: Vectors, group_of: Groups, groups: int) -> Groups:
    """Every title in the group whose centre it is nearest to (spherical k-means)."""
    for _ in range(_ROUNDS):
        centres = unit_rows(_totals(units, weights, group_of, groups))
        moved = np.argmax(units @ centres.T, axis=1)
        if np.array_equal(moved, group_of):
            break
        group_of = moved
    return group_of


def _explained(units: Vectors, weights: Vectors, group_of: Groups, groups: int) -> float:
    """Mean likeness of each title to the nearest centre, its own group's taken without the title itself."""
    totals = _totals(units, weights, group_of, groups)
    lengths = np.linalg.norm(totals, axis=1)
    towards = units @ totals.T
    rows = np.arange(len(units))
    own = towards[rows, group_of]
    # |S − wv|² = |S|² − 2w(v·S) + w²: the length of the group's sum without the title, from scalars.
    without = np.sqrt(np.maximum(lengths[group_of] ** 2 - 2 * weights * own + weights**2, 0))
    likeness = towards / np.where(lengths > 0, lengths, 1.0)
    likeness[rows, group_of] = np.where(without > 1e-4, (own - weights) / np.maximum(without, 1e-4), -1.0)
    return float(np.average(likeness.max(axis=1), weights=weights))


def _totals(units: Vectors, weights: Vectors, group_of: Groups, groups: int) -> Vectors:
    """The weighted sum of each group's vectors."""
    belongs = (group_of[None, :] == np.arange(groups)[:, None]).astype(np.float32)
    totals: Vectors = (belongs * weights) @ units
    return totals
