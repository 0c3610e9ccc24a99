"""Cutting a transcript into passages: long enough to be understood alone, short enough to be quoted."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

from mediatheque.archive.queries.passages import NewPassage
from mediatheque.archive.sentences import Sentence, text_of

#: Words of a passage: about half a minute of speech. Shorter ones say too little to be found by their meaning, and
#: longer ones say several things, of which a vector keeps the mean.
_WORDS = 75
_MOST_WORDS = 120
#: After a silence like this, something else begins, also when the same voice says it.
_LONG_SILENCE_MS = 20_000


def passages_in(sentences: Sequence[Sentence]) -> list[NewPassage]:
    """Passages of whole sentences, about 40 to 120 words each and never across speakers; every sentence is in one."""
    return [_passage(part) for turn in _turns(sentences) for part in _parts(turn)]


def _turns(sentences: Sequence[Sentence]) -> list[list[Sentence]]:
    turns: list[list[Sentence]] = []
    for sentence in sentences:
        last = turns[-1][-1] if turns else None
        if (
            last is None
            or last.speaker != sentence.speaker
            or sentence.start_ms - last.end_ms > _LONG_SILENCE_MS
        ):
            turns.append([])
        turns[-1].append(sentence)
    return turns


def _parts(turn: Sequence[Sentence]) -> list[Sequence[Sentence]]:
    """A turn in parts of about equal length, cut after the sentences nearest to that, the rather where it pauses."""
    until = [0, *accumulate(_length(sentence) for sentence in turn)]
    total = until[-1]
    count = max(1, round(total / _WORDS), -(-total // _MOST_WORDS))
    ends: list[int] = []
    for n in range(1, count):
        wanted = total * n / count
        first = ends[-1] + 1 if ends else 1
        if first >= len(turn):
            break
        ends.append(
            min(
                range(first, len(turn)),
                key=lambda at: abs(until[at] - wanted) - _pause(turn, at) / 100,
            )
        )
    bounds = [0, *ends, len(turn)]
    return [turn[a:b] for a, b in pairwise(bounds)]


def _length(sentence: Sentence) -> int:
    # A line of Chinese is one "word": five letters of any script say about as much as one word.
    return max(len(sentence.words), len(sentence.text) // 12)


def _pause(turn: Sequence[Sentence], at: int) -> int:
    return min(turn[at].start_ms - turn[at - 1].end_ms, 1_500)


def _passage(sentences: Sequence[Sentence]) -> NewPassage:
    words = [word for sentence in sentences for word in sentence.words]
    return NewPassage(
        start_ms=sentences[0].start_ms,
        end_ms=max(sentence.end_ms for sentence in sentences),
        speaker=sentences[0].speaker,
        text=text_of(words),
    )
