"""A line in two where another voice takes over, between the words."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace

from mediatheque.archive.queries.transcript import Line

#: Where the voice changed is known to about a span's length. A pause is worth so many times its length of distance, the
#: end of a sentence so many ms.
_REACH_MS = 2_400
_WORTH_OF_PAUSE, _WORTH_OF_SENTENCE_MS = 2.0, 1_500
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")


def split_at(line: Line, times_ms: Sequence[int]) -> list[Line]:
    """The line's parts, divided at the pauses nearest to these times; fewer where two fall on one pause.

    The parts have the words and the text of the line between them, and begin and end with their words.
    """
    cuts = sorted({_cut(line, time_ms) for time_ms in times_ms} - {0, len(line.words)})
    edges = [0, *cuts, len(line.words)]
    places = _places(line)
    parts: list[Line] = []
    for begin, end in itertools.pairwise(edges):
        words = line.words[begin:end]
        text = line.machine_text[places[begin] : places[end]].strip()
        parts.append(
            replace(
                line,
                start_ms=words[0].start_ms if begin else line.start_ms,
                end_ms=words[-1].end_ms if end < len(line.words) else line.end_ms,
                text=text,
                machine_text=text,
                words=words,
            )
        )
    return parts


def _cut(line: Line, time_ms: int) -> int:
    """The word before which to cut: near the time, rather between sentences or at a pause than within a phrase."""

    def cost(n: int) -> float:
        pause = line.words[n].start_ms - line.words[n - 1].end_ms
        bonus = _WORTH_OF_SENTENCE_MS if _SENTENCE_END.search(line.words[n - 1].text) else 0
        return abs(line.words[n].start_ms - time_ms) - _WORTH_OF_PAUSE * max(0, pause) - bonus

    near = [n for n in range(1, len(line.words)) if abs(line.words[n].start_ms - time_ms) <= _REACH_MS]
    return min(near, key=cost, default=0)


def _places(line: Line) -> list[int]:
    """Where each word begins in the text, and its end; words as the model heard them stand in it in their order."""
    places: list[int] = []
    at = 0
    for word in line.words:
        found = line.machine_text.find(word.text, at)
        at = found if found >= 0 else at
        places.append(at)
        at += len(word.text) if found >= 0 else 0
    return [*places, len(line.machine_text)]
