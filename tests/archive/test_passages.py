"""Passages: whole sentences of one voice, of a length that can be found and quoted, and nothing left out."""

from __future__ import annotations

import random

from mediatheque.archive.passages import passages_in
from mediatheque.archive.sentences import Sentence, Word, sentences_of


def sentence(words: int, start_ms: int, speaker: int | None = None) -> Sentence:
    spoken = [Word(f"w{start_ms + n}", start_ms + n * 300, start_ms + n * 300 + 250) for n in range(words)]
    return Sentence(tuple(spoken), speaker)


def speech(lengths: list[int], speakers: list[int | None] | None = None) -> list[Sentence]:
    made: list[Sentence] = []
    at = 0
    for n, length in enumerate(lengths):
        made.append(sentence(length, at, speakers[n] if speakers else None))
        at = made[-1].end_ms + 200
    return made


def test_long_speech_is_cut_into_even_parts_of_whole_sentences() -> None:
    chance = random.Random(7)
    spoken = speech([chance.randint(5, 30) for _ in range(120)])
    found = passages_in(spoken)
    lengths = [len(passage.text.split()) for passage in found]
    assert all(40 <= length <= 120 for length in lengths), lengths
    ends = {s.end_ms for s in spoken}
    assert all(passage.end_ms in ends for passage in found)


def test_every_word_is_in_exactly_one_passage_in_order() -> None:
    chance = random.Random(11)
    spoken = speech(
        [chance.randint(1, 60) for _ in range(80)], [chance.choice([0, 0, 0, 1]) for _ in range(80)]
    )
    said = " ".join(s.text for s in spoken)
    assert " ".join(passage.text for passage in passages_in(spoken)) == said


def test_no_passage_has_two_voices() -> None:
    spoken = speech([10, 12, 3, 30], [0, 0, 1, 0])
    assert [(p.speaker, len(p.text.split())) for p in passages_in(spoken)] == [(0, 22), (1, 3), (0, 30)]


def test_a_long_silence_ends_a_passage() -> None:
    first, second = sentence(10, 0), sentence(10, 60_000)
    found = passages_in([first, second])
    assert [(p.start_ms, p.end_ms) for p in found] == [(0, first.end_ms), (60_000, second.end_ms)]


def test_a_cut_is_rather_where_it_pauses() -> None:
    spoken: list[Sentence] = []
    at = 0
    for n in range(14):
        spoken.append(sentence(10, at))
        at = spoken[-1].end_ms + (1_500 if n == 7 else 100)
    first, second = passages_in(spoken)
    assert first.end_ms == spoken[7].end_ms
    assert second.start_ms == spoken[8].start_ms


def test_nothing_said_is_no_passage() -> None:
    assert passages_in([]) == []
    assert passages_in(sentences_of([])) == []
