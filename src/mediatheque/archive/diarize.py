"""Who speaks when: vectors of short spans, clustered, and each line given to the nearest voice. Basic, and pure.

Two people who talk at once are one to it, and short remarks go to whoever speaks around them.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mediatheque.archive._clustering import Labels, Merge, Vectors, centroids, labels_after, merges
from mediatheque.archive._splitting import split_at
from mediatheque.archive.queries.speakers import FoundSpeaker
from mediatheque.archive.queries.transcript import Line

#: Spans of one speaker agree by 0.71 to 0.79 on average, of two people by 0.43 to 0.61 (read speech, 1.6 s each).
SAME_SPEAKER = 0.65
_SPAN_MS, _SHORTEST_MS = 2_400, 500
#: Who speaks less than that, and less than that share of all, is taken for a part of somebody else.
_LEAST_MS, _LEAST_SHARE = 3_000, 0.03
_MOST_SPEAKERS = 20
#: So many spans are clustered, evenly taken; further ones go to the nearest voice.
_MOST_CLUSTERED = 1_500
#: A line is split where the voice changes, when both parts are that long and that much nearer to their speakers.
_LEAST_PART_MS, _MARGIN = 1_200, 0.05


class Span(NamedTuple):
    """A part of a line that is listened to."""

    line: int
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Diarized:
    """Lines with their speakers, some of them split, and the speakers in the order in which they are first heard."""

    lines: list[Line]
    speakers: list[FoundSpeaker]


def spans_of(lines: Sequence[Line]) -> list[Span]:
    """What to listen to: each line in equal parts of about 2.4 s, none where it is too short."""
    spans: list[Span] = []
    for index, line in enumerate(lines):
        duration = line.end_ms - line.start_ms
        if duration < _SHORTEST_MS:
            continue
        parts = max(1, round(duration / _SPAN_MS))
        edges = [line.start_ms + duration * part // parts for part in range(parts + 1)]
        spans += [Span(index, start, end) for start, end in itertools.pairwise(edges)]
    return spans


def diarize(
    lines: Sequence[Line], spans: Sequence[Span], vectors: Vectors, speaker_count: int | None = None
) -> Diarized:
    """The lines with speakers; `vectors` are unit rows or zeros, one a span, `speaker_count` what a person said."""
    heard = np.abs(vectors).sum(axis=1) > 0
    if not heard.any():
        return Diarized([replace(line, speaker=None) for line in lines], [])
    durations = np.array([span.end_ms - span.start_ms for span in spans], np.float64)
    voices = _voices(vectors[heard], durations[heard], speaker_count)
    of_line: dict[int, list[int]] = {}
    for n, span in enumerate(spans):
        if heard[n]:
            of_line.setdefault(span.line, []).append(n)
    alike = vectors @ voices.T
    spoken: list[Line] = []
    for index, line in enumerate(lines):
        own = of_line.get(index, [])
        spoken += _given(line, [spans[n] for n in own], alike[own])
    return _numbered(_filled(spoken), voices)


def voices_of_lines(
    lines: Sequence[Line], spans: Sequence[Span], vectors: Vectors
) -> dict[int, npt.NDArray[np.float32]]:
    """The mean voice of each speaker whom the lines name already, by number."""
    known = [
        (lines[span.line].speaker, vector)
        for span, vector in zip(spans, vectors, strict=True)
        if vector.any()
    ]
    numbers = sorted({number for number, _ in known if number is not None})
    return {
        number: _unit(np.sum([vector for speaker, vector in known if speaker == number], axis=0))
        for number in numbers
    }


def _voices(vectors: Vectors, durations: npt.NDArray[np.float64], wanted: int | None) -> Vectors:
    """The speakers' mean vectors. Shape (speakers, dimensions)."""
    taken = np.unique(
        np.linspace(0, len(vectors) - 1, min(len(vectors), _MOST_CLUSTERED)).round().astype(int)
    )
    some, lengths = vectors[taken], durations[taken]
    tree = merges(some)
    if wanted is not None:
        labels = _cut_to(some, lengths, tree, min(wanted, len(some)))
    else:
        alike = sum(merge.cosine >= SAME_SPEAKER for merge in tree)
        labels = labels_after(tree, len(some), max(alike, len(some) - 4 * _MOST_SPEAKERS))
        labels = _large_only(some, lengths, labels)
    means = centroids(some, labels)
    # Each span goes to the nearest mean, and the means follow: what was merged too early finds its way back.
    for _ in range(3):
        nearest = (vectors @ means.T).argmax(axis=1)
        if len(np.unique(nearest)) < len(means):
            break
        means = centroids(vectors, nearest)
    return means


def _cut_to(vectors: Vectors, durations: npt.NDArray[np.float64], tree: list[Merge], wanted: int) -> Labels:
    """So many speakers as were asked for, each of whom speaks long enough, if there is any such cut."""
    for clusters in range(wanted, min(len(vectors), wanted * 8) + 1):
        labels = labels_after(tree, len(vectors), len(vectors) - clusters)
        large = _is_large(durations, labels)
        if large.sum() >= wanted:
            return _absorbed(vectors, labels, np.flatnonzero(large)[:wanted])
    return labels_after(tree, len(vectors), len(vectors) - wanted)


def _large_only(vectors: Vectors, durations: npt.NDArray[np.float64], labels: Labels) -> Labels:
    large = np.flatnonzero(_is_large(durations, labels))
    if not len(large):
        return np.zeros_like(labels)
    longest_first = large[np.argsort(-np.bincount(labels, durations)[large])]
    return _absorbed(vectors, labels, longest_first[:_MOST_SPEAKERS])


def _is_large(durations: npt.NDArray[np.float64], labels: Labels) -> npt.NDArray[np.bool_]:
    spoken = np.bincount(labels, durations)
    return (spoken >= _LEAST_MS) & (spoken >= _LEAST_SHARE * durations.sum())


def _absorbed(vectors: Vectors, labels: Labels, kept: npt.NDArray[np.intp]) -> Labels:
    """All that is in no kept cluster goes to the nearest one that is."""
    means = centroids(vectors, labels)[kept]
    new = (vectors @ means.T).argmax(axis=1)
    for number, label in enumerate(kept):
        new[labels == label] = number
    return new


def _given(line: Line, spans: Sequence[Span], alike: Vectors) -> list[Line]:
    """The line with its speaker, or its parts with theirs; without one where nothing was heard of it."""
    if not spans:
        return [replace(line, speaker=None)]
    # Parts of a line that a person corrected cannot be told from one another.
    turns = _turns(spans, alike) if line.words and not line.is_corrected else []
    parts = split_at(line, [start for _, start in turns[1:]]) if len(turns) > 1 else []
    if len(parts) == len(turns) > 1:
        return [replace(part, speaker=speaker) for part, (speaker, _) in zip(parts, turns, strict=True)]
    return [replace(line, speaker=int(alike.sum(axis=0).argmax()))]


def _turns(spans: Sequence[Span], alike: Vectors) -> list[tuple[int, int]]:
    """Who speaks within a line, each with when they begin; only whoever is sure to."""
    best = alike.argmax(axis=1)
    turns: list[tuple[int, int]] = []
    begin = 0
    for end in range(1, len(spans) + 1):
        if end < len(spans) and best[end] == best[begin]:
            continue
        mean = alike[begin:end].mean(axis=0)
        margin = float(np.sort(mean)[-1] - np.sort(mean)[-2]) if len(mean) > 1 else 1.0
        is_sure = margin >= _MARGIN and spans[end - 1].end_ms - spans[begin].start_ms >= _LEAST_PART_MS
        speaker = int(best[begin])
        if is_sure and (not turns or turns[-1][0] != speaker):
            turns.append((speaker, spans[begin].start_ms))
        begin = end
    return turns


def _filled(lines: list[Line]) -> list[Line]:
    """Lines of which nothing was heard are given to whoever speaks nearest in time."""
    known = [line for line in lines if line.speaker is not None]
    return [
        line
        if line.speaker is not None
        else replace(line, speaker=min(known, key=lambda other: _gap_ms(line, other)).speaker)
        for line in lines
    ]


def _gap_ms(line: Line, other: Line) -> int:
    return max(line.start_ms - other.end_ms, other.start_ms - line.end_ms)


def _numbered(lines: list[Line], voices: Vectors) -> Diarized:
    """Speakers numbered as they are first heard; who has no line is none."""
    order: dict[int, int] = {}
    spoken_ms: dict[int, int] = {}
    numbered: list[Line] = []
    for line in sorted(lines, key=lambda line: line.start_ms):
        assert line.speaker is not None
        number = order.setdefault(line.speaker, len(order))
        spoken_ms[number] = spoken_ms.get(number, 0) + line.end_ms - line.start_ms
        numbered.append(replace(line, speaker=number))
    found = [
        FoundSpeaker(number=number, speaking_ms=spoken_ms[number], embedding=_unit(voices[voice]))
        for voice, number in order.items()
    ]
    return Diarized(numbered, found)


def _unit(vector: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return (vector / np.linalg.norm(vector)).astype(np.float32)
