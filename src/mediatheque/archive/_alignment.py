"""How one fingerprint lies on another, in pieces: an intro, a cut or an insertion moves what comes after it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

#: So many equal integers at one offset make it worth looking at.
_LEAST_HITS = 5
#: Offsets that are looked at, those with the most equal integers first.
_MOST_OFFSETS = 64
#: Four seconds, over which errors are averaged to see where a piece begins and ends. The mean of so many frames was at
#: most 0.11 on the same sound encoded anew, and below 0.28 on one of a thousand offsets of different sounds.
_WINDOW = 32
#: Pieces that may follow each other are sought among so many of the best.
_MOST_PIECES = 128
#: What a frame is worth is this minus its errors: of two offsets that fit, the better one is taken.
_WORTH = 0.35


class Piece(NamedTuple):
    """Frames `start` to `end` (not included) of the second lie on those of the first that are `offset` further on."""

    start: int
    end: int
    offset: int
    #: By how much it is better than nothing: the sum over its frames.
    worth: float


def aligned(
    one: npt.NDArray[np.uint32],
    other: npt.NDArray[np.uint32],
    landmarks_of_one: npt.NDArray[np.intp],
    landmarks_of_other: npt.NDArray[np.intp],
    *,
    least_frames: int,
    below: float,
) -> list[Piece]:
    """The pieces of `other` that lie in `one`, in the order of both; each of `least_frames` at an error rate `below`."""
    found: list[Piece] = []
    left = np.ones(len(other), np.bool_)
    for offset in _offsets(one, other, landmarks_of_one, landmarks_of_other):
        start, end = max(0, -offset), min(len(other), len(one) - offset)
        # Most of what this offset could explain is explained: the next one differs by a frame.
        if end - start < least_frames or left[start:end].sum() < least_frames // 2:
            continue
        for piece in _pieces(one, other, offset, start, end, least_frames, below):
            found.append(piece)
            left[piece.start : piece.end] = False
        if left.sum() < least_frames // 2:
            break
    return _chain(found)


def _offsets(
    one: npt.NDArray[np.uint32],
    other: npt.NDArray[np.uint32],
    landmarks_of_one: npt.NDArray[np.intp],
    landmarks_of_other: npt.NDArray[np.intp],
) -> Iterator[int]:
    """Where landmarks are equal, the most frequent offset first; a frame to either side counts with it."""
    order = np.argsort(one[landmarks_of_one], kind="stable")
    places = landmarks_of_one[order]
    sorted_hashes = one[places]
    wanted = other[landmarks_of_other]
    first = np.searchsorted(sorted_hashes, wanted, "left")
    counts = np.searchsorted(sorted_hashes, wanted, "right") - first
    if not counts.sum():
        return
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    hits = places[np.repeat(first, counts) + within] - np.repeat(landmarks_of_other, counts)
    lowest = int(hits.min()) - 1
    at = np.bincount(hits - lowest, minlength=int(hits.max()) - lowest + 2)
    around = at.copy()
    around[1:] += at[:-1]
    around[:-1] += at[1:]
    # Of neighbours the one that most landmarks are at themselves comes first.
    worth_it = np.flatnonzero((around >= _LEAST_HITS) & (at > 0))
    best = worth_it[np.lexsort((worth_it, -around[worth_it], -at[worth_it]))]
    for offset in best[:_MOST_OFFSETS]:
        yield int(offset) + lowest


def _pieces(
    one: npt.NDArray[np.uint32],
    other: npt.NDArray[np.uint32],
    offset: int,
    start: int,
    end: int,
    least_frames: int,
    below: float,
) -> Iterator[Piece]:
    """The stretches that fit at this offset."""
    errors = np.bitwise_count(one[start + offset : end + offset] ^ other[start:end]) / np.float32(32)
    total = np.concatenate([[0.0], np.cumsum(errors, dtype=np.float64)])
    middle = np.arange(end - start)
    low, high = np.maximum(middle - _WINDOW // 2, 0), np.minimum(middle + _WINDOW // 2, end - start)
    fits = np.concatenate([[False], (total[high] - total[low]) / (high - low) <= below, [False]])
    edges = np.flatnonzero(fits[1:] != fits[:-1])
    for begin, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if stop - begin >= least_frames:
            worth = _WORTH * (stop - begin) - float(total[stop] - total[begin])
            yield Piece(start + begin, start + stop, offset, worth)


def _chain(found: list[Piece]) -> list[Piece]:
    """Of these pieces the most valuable ones that follow each other in both recordings; ends that overlap are cut off."""
    pieces = sorted(sorted(found, key=lambda p: -p.worth)[:_MOST_PIECES], key=lambda p: (p.end, p.start))
    best: list[tuple[float, int]] = []  # the worth of the best chain that ends here, and the piece before
    for n, piece in enumerate(pieces):
        worth, before = piece.worth, -1
        for m in range(n):
            if (cut := _after(piece, pieces[m])) is not None and best[m][0] + cut.worth > worth:
                worth, before = best[m][0] + cut.worth, m
        best.append((worth, before))
    if not best:
        return []
    chain: list[int] = []
    at = max(range(len(best)), key=lambda n: best[n][0])
    while at != -1:
        chain.append(at)
        at = best[at][1]
    chain.reverse()
    kept = [pieces[chain[0]]]
    for n in chain[1:]:
        cut = _after(pieces[n], kept[-1])
        assert cut is not None, "the chain was made of pieces that follow each other"
        kept.append(cut)
    return kept


def _after(piece: Piece, before: Piece) -> Piece | None:
    """What is left of a piece behind another one, in both recordings; None when that is less than half of it."""
    start = max(piece.start, before.end, before.end + before.offset - piece.offset)
    if 2 * (piece.end - start) < piece.end - piece.start:
        return None
    share = (piece.end - start) / (piece.end - piece.start)
    return Piece(start, piece.end, piece.offset, piece.worth * share)
