"""Whether two recordings are the same, by how their fingerprints lie on each other: same, to be asked, or new.

A fingerprint is chromaprint's raw one: 32-bit integers, 8.08 a second, each of the 2.6 seconds that begin there. The bit
error rate between the same sound encoded twice is below 0.10, between different sounds above 0.35; what is between is
for a person to say. After J. Haitsma and T. Kalker, "A highly robust audio fingerprinting system", ISMIR 2002, for
candidates by equal integers and the error rate over aligned frames; the alignment in pieces is ours.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from mediatheque.archive._alignment import Piece, aligned
from mediatheque.vocabulary import Verdict

Fingerprint: TypeAlias = npt.NDArray[np.uint32]

#: 11,025 samples a second by steps of 1,365.
FRAMES_PER_S = 11_025 / 1_365
#: Fewer aligned frames (7.4 seconds) say nothing; a shorter recording is known by its bytes alone.
LEAST_FRAMES = 60
SAME_BELOW = 0.10
ASK_BELOW = 0.25
#: How many integers of a fingerprint are kept to find it by.
SAMPLE = 1_024
#: The same integer for two seconds: silence or a steady tone, which all silences and tones share.
_STILL = 16
#: A recording repeats an integer that often when it says nothing: a hum, a loop.
_MOST_EQUAL = 8
#: So many different integers among the aligned ones, or it is a flickering hum that lies on another.
_LEAST_DIFFERENT = 30
#: Rain, a fan or a room with a hum is like itself at any other moment (an error rate of 0.2 and less, where speech and
#: music have 0.45), and so like any other such recording: what lies on it has to fit that much better than by chance.
_FITS, _SURELY_FITS = 0.6, 0.5
#: Frames between the moments that are compared for that: 2.5 to 11 seconds, and no rhythm.
_LAGS = (20, 33, 54, 88)
#: How much of the shorter recording must lie in the longer one.
_MOST_OF_SHORTER, _PART_OF_SHORTER = 0.8, 0.3
#: What the longer one may have beside it: a minute of intro, advertisements and outro, or a tenth, but never half.
_BESIDE_FRAMES, _BESIDE_SHARE, _GOOD_PART_OF_LONGER = round(60 * FRAMES_PER_S), 0.1, 0.5
#: Where both have something at one place that the other has not (4 s, of which half is blur at the seams), they differ.
_REPLACED_FRAMES = 32
#: Cuts and insertions in the middle of what is still the same recording, and how much of the longer one they may be.
_MOST_PIECES, _INNER_SHARE = 4, 0.15
#: A copy that runs slower by more than this is another version.
_MOST_DRIFT = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How two fingerprints lie on each other.

    `offset` is the frame of the first recording at which the second begins (of the longest piece); shares are of the
    frames that say something, and `pieces` is how many stretches lie on each other, one after the other.
    """

    verdict: Verdict
    bit_error_rate: float = 0.5
    aligned_frames: int = 0
    offset: int = 0
    share_of_shorter: float = 0.0
    share_of_longer: float = 0.0
    pieces: int = 0


class Sample(NamedTuple):
    """The integers to find a recording by, as PostgreSQL's (signed), and the frame of each. Shapes (n,)."""

    hashes: npt.NDArray[np.int32]
    positions: npt.NDArray[np.int32]


def compare(one: Fingerprint, other: Fingerprint) -> Comparison:
    """How alike two recordings are.

    SAME: nearly all of the shorter lies in the longer, in one order, at an error rate of 0.10 at most (less where there is
    little but noise), and the longer has little beside it. ASK: a good part does. NEW: nothing does, or no more than a jingle.
    """
    says_one, says_other = _saying(one), _saying(other)
    if min(says_one.sum(), says_other.sum()) < LEAST_FRAMES:
        return Comparison(verdict=Verdict.NEW)
    by_chance = min(_restlessness(one, says_one), _restlessness(other, says_other))
    pieces = aligned(
        one,
        other,
        landmarks(one),
        landmarks(other),
        least_frames=LEAST_FRAMES,
        below=min(ASK_BELOW, _FITS * by_chance),
    )
    if not pieces:
        return Comparison(verdict=Verdict.NEW)
    return _judged(pieces, one, other, says_one, says_other, min(SAME_BELOW, _SURELY_FITS * by_chance))


def landmarks(fingerprint: Fingerprint) -> npt.NDArray[np.intp]:
    """The frames that say where in a recording one is: where the integer changes, without silence and common ones."""
    if not len(fingerprint):
        return np.zeros(0, np.intp)
    changes = np.concatenate([[True], fingerprint[1:] != fingerprint[:-1]]) & _saying(fingerprint)
    positions = np.flatnonzero(changes)
    _, which, counts = np.unique(fingerprint[positions], return_inverse=True, return_counts=True)
    return positions[counts[which] <= _MOST_EQUAL]


def sample(fingerprint: Fingerprint, most: int = SAMPLE) -> Sample:
    """At most `most` landmarks to find a recording by: those whose integers, well mixed, are the lowest.

    Two samples of the same sound have the same ones (A. Broder, "On the resemblance and containment of documents", 1997):
    as many of each as if the same share had been drawn of both, which is that of the longer one.
    """
    positions = landmarks(fingerprint)
    hashes = fingerprint[positions]
    if len(hashes) > most:
        lowest = np.argpartition(_mixed(hashes), most)[:most]
        positions, hashes = positions[lowest], hashes[lowest]
    return Sample(hashes.view(np.int32), positions.astype(np.int32))


def milliseconds(frames: float) -> int:
    """How long so many frames are."""
    return round(frames / FRAMES_PER_S * 1000)


def _judged(
    pieces: list[Piece],
    one: Fingerprint,
    other: Fingerprint,
    says_one: npt.NDArray[np.bool_],
    says_other: npt.NDArray[np.bool_],
    same_below: float,
) -> Comparison:
    frames, errors = _errors(pieces, one, other, says_one, says_other)
    gaps = _gaps(pieces, says_one, says_other)
    (shorter, beside_shorter), (longer, beside_longer) = sorted(
        [
            (int(says_one.sum()), sum(gap.of_one for gap in gaps)),
            (int(says_other.sum()), sum(gap.of_other for gap in gaps)),
        ]
    )
    longest = max(pieces, key=lambda piece: piece.end - piece.start)
    found = Comparison(
        verdict=Verdict.NEW,
        bit_error_rate=errors / (32 * max(frames, 1)),
        aligned_frames=frames,
        offset=longest.offset,
        share_of_shorter=1 - beside_shorter / shorter,
        share_of_longer=1 - beside_longer / longer,
        pieces=_whole(pieces),
    )
    different = len(np.unique(np.concatenate([other[piece.start : piece.end] for piece in pieces])))
    if (
        frames < LEAST_FRAMES
        or different < _LEAST_DIFFERENT
        or found.bit_error_rate > ASK_BELOW
        or found.share_of_shorter < _PART_OF_SHORTER
    ):
        return found
    is_whole = (
        found.share_of_shorter >= _MOST_OF_SHORTER
        and found.share_of_longer >= _GOOD_PART_OF_LONGER
        and beside_longer <= max(_BESIDE_FRAMES, _BESIDE_SHARE * longer)
    )
    is_one = (
        sum(max(gap) for gap in gaps[1:-1]) <= _INNER_SHARE * longer
        and max(min(gap) for gap in gaps) <= _REPLACED_FRAMES
        and found.pieces <= _MOST_PIECES
        and _drift(pieces) <= _MOST_DRIFT
    )
    is_same = found.bit_error_rate <= same_below and is_whole and is_one
    return replace(found, verdict=Verdict.SAME if is_same else Verdict.ASK)


def _errors(
    pieces: list[Piece],
    one: Fingerprint,
    other: Fingerprint,
    says_one: npt.NDArray[np.bool_],
    says_other: npt.NDArray[np.bool_],
) -> tuple[int, int]:
    """How many aligned frames say something in either, and how many of their bits differ."""
    frames = errors = 0
    for start, end, offset, _ in pieces:
        says = says_one[start + offset : end + offset] | says_other[start:end]
        differing = np.bitwise_count(one[start + offset : end + offset] ^ other[start:end])
        frames, errors = frames + int(says.sum()), errors + int(differing[says].sum())
    return frames, errors


class _Gap(NamedTuple):
    """What lies between two pieces, before the first or after the last: so many frames of either that say something."""

    of_one: int
    of_other: int


def _gaps(
    pieces: list[Piece], says_one: npt.NDArray[np.bool_], says_other: npt.NDArray[np.bool_]
) -> list[_Gap]:
    gaps: list[_Gap] = []
    at_one = at_other = 0
    for piece in pieces:
        gaps.append(
            _Gap(
                int(says_one[at_one : piece.start + piece.offset].sum()),
                int(says_other[at_other : piece.start].sum()),
            )
        )
        at_one, at_other = piece.end + piece.offset, piece.end
    gaps.append(_Gap(int(says_one[at_one:].sum()), int(says_other[at_other:].sum())))
    return gaps


def _whole(pieces: list[Piece]) -> int:
    """How many pieces there are when steps of a frame or two, which rounding and a slower clock make, are none."""
    return 1 + sum(abs(after.offset - before.offset) > 2 for before, after in pairwise(pieces))


def _drift(pieces: list[Piece]) -> float:
    """How much slower one runs than the other, by the small steps alone."""
    small = [
        after.offset - before.offset
        for before, after in pairwise(pieces)
        if abs(after.offset - before.offset) <= 2
    ]
    return abs(sum(small)) / max(pieces[-1].end - pieces[0].start, 1)


def _restlessness(fingerprint: Fingerprint, says: npt.NDArray[np.bool_]) -> float:
    """The bit error rate between a recording and itself some seconds later."""
    frames = errors = 0
    for lag in _LAGS:
        counted = says[lag:] & says[:-lag]
        frames += int(counted.sum())
        errors += int(np.bitwise_count(fingerprint[lag:] ^ fingerprint[:-lag])[counted].sum())
    return errors / (32 * frames) if frames else 0.0


def _saying(fingerprint: Fingerprint) -> npt.NDArray[np.bool_]:
    """Which frames are neither silence nor a steady tone. Shape (frames,)."""
    if not len(fingerprint):
        return np.zeros(0, np.bool_)
    begins = np.flatnonzero(np.concatenate([[True], fingerprint[1:] != fingerprint[:-1]]))
    lengths = np.diff(np.concatenate([begins, [len(fingerprint)]]))
    return np.repeat(lengths < _STILL, lengths)


def _mixed(hashes: Fingerprint) -> Fingerprint:
    """Integers among which no neighbours are neighbours: the end of MurmurHash3 (A. Appleby, public domain)."""
    mixed = hashes.copy()
    mixed ^= mixed >> np.uint32(16)
    mixed *= np.uint32(0x85EBCA6B)
    mixed ^= mixed >> np.uint32(13)
    mixed *= np.uint32(0xC2B2AE35)
    mixed ^= mixed >> np.uint32(16)
    return mixed
