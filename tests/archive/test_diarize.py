"""Who speaks when: real voices through the real encoder, and what is made of vectors."""

from __future__ import annotations

import time
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from mediatheque.archive.diarize import Diarized, diarize, spans_of
from mediatheque.archive.queries.transcript import Line
from mediatheque.tools.speech import Word
from mediatheque.tools.voices import open_voices
from speaking import Turn, conversation

TALK = (
    ("heart", "Welcome to the late show. Tonight we have a guest who has seen every film of the festival."),
    ("low", "Good evening. I have seen forty of them, and I fell asleep in two."),
    ("heart", "Which one should everybody see before the week is over?"),
    ("low", "The one about the lighthouse. It is quiet for an hour, and then nothing is as it was."),
    ("heart", "And the one with the horses? People queued around the block for it."),
    ("low", "They queued because of the poster. The horses are the best actors in it by far."),
)


def line(start_ms: int, end_ms: int, text: str, words: tuple[Word, ...] = ()) -> Line:
    return Line(position=0, start_ms=start_ms, end_ms=end_ms, text=text, machine_text=text, words=words)


def unit(*values: float) -> npt.NDArray[np.float32]:
    vector = np.zeros(6, np.float32)
    vector[: len(values)] = values
    return vector / np.linalg.norm(vector)


def told(turns: list[Turn], lines: list[Line]) -> float:
    """The share of time that is given to the right speaker, at best."""
    by_pair: Counter[tuple[str, int | None]] = Counter()
    for turn in turns:
        for one in lines:
            by_pair[turn.voice, one.speaker] += max(
                0, min(turn.end_ms, one.end_ms) - max(turn.start_ms, one.start_ms)
            )
    speakers = {one.speaker for one in lines}
    right = sum(
        max(by_pair[voice, speaker] for voice in {turn.voice for turn in turns}) for speaker in speakers
    )
    return right / sum(by_pair.values())


with_voices = pytest.mark.skipif(
    not all(map(find_spec, ("av", "resemblyzer", "hibari"))),
    reason="needs the extra 'archive', the weights of resemblyzer and hibari-tts",
)


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Turn]]:
    path = tmp_path_factory.mktemp("voices") / "talk.wav"
    return path, conversation(TALK, path)


def listen(path: Path, lines: list[Line], count: int | None = None) -> Diarized:
    voices = open_voices("ge2e", models_dir=None)
    assert voices is not None
    spans = spans_of(lines)
    vectors = voices.embed(path, [(span.start_ms, span.end_ms) for span in spans])
    return diarize(lines, spans, vectors, count)


@with_voices
@pytest.mark.parametrize("count", [None, 2])
def test_two_people_are_told_apart(talk: tuple[Path, list[Turn]], count: int | None) -> None:
    path, turns = talk
    made = listen(path, [line(t.start_ms, t.end_ms, t.text) for t in turns], count)
    assert [one.speaker for one in made.lines] == [0, 1] * 3
    assert [speaker.number for speaker in made.speakers] == [0, 1]
    assert sum(s.speaking_ms for s in made.speakers) == sum(t.end_ms - t.start_ms for t in turns)


@with_voices
def test_one_person_stays_one(tmp_path: Path) -> None:
    turns = conversation([("heart", text) for _, text in TALK], tmp_path / "alone.wav")
    made = listen(tmp_path / "alone.wav", [line(t.start_ms, t.end_ms, t.text) for t in turns])
    assert {one.speaker for one in made.lines} == {0}


@with_voices
def test_a_line_that_two_people_share_is_split_between_words(talk: tuple[Path, list[Turn]]) -> None:
    path, turns = talk
    lines = [
        line(first.start_ms, second.end_ms, f"{first.text} {second.text}", _words(first) + _words(second))
        for first, second in zip(turns[::2], turns[1::2], strict=True)
    ]
    made = listen(path, lines)
    assert [one.speaker for one in made.lines] == [0, 1] * 3
    assert [one.machine_text for one in made.lines] == [turn.text for turn in turns]
    assert told(turns, made.lines) > 0.97


def _words(turn: Turn) -> tuple[Word, ...]:
    texts = turn.text.split()
    step = (turn.end_ms - turn.start_ms) // len(texts)
    return tuple(
        Word(turn.start_ms + n * step, turn.start_ms + (n + 1) * step, text) for n, text in enumerate(texts)
    )


def test_a_line_too_short_to_be_heard_goes_to_who_speaks_around_it() -> None:
    lines = [line(0, 4000, "a"), line(4100, 4300, "Hm."), line(9000, 13_000, "b")]
    spans = spans_of(lines)
    assert {span.line for span in spans} == {0, 2}
    vectors = np.array([unit(1) if span.line == 0 else unit(0, 1) for span in spans])
    assert [one.speaker for one in diarize(lines, spans, vectors).lines] == [0, 0, 1]


def test_a_stray_span_is_no_speaker() -> None:
    lines = [line(n * 3000, n * 3000 + 2400, "x") for n in range(30)]
    vectors = np.array([unit(1, 0.1 * (n % 3)) for n in range(30)])
    vectors[7] = unit(0, 0, 1)
    assert {one.speaker for one in diarize(lines, spans_of(lines), vectors).lines} == {0}


def test_a_speaker_count_is_kept_to_either_way() -> None:
    lines = [line(n * 3000, n * 3000 + 2400, "x") for n in range(24)]
    spans = spans_of(lines)
    # Three who are nearer to each other than two people usually are.
    vectors = np.array([unit(1, *(0.5 * np.eye(3)[n % 3])) for n in range(24)])
    assert len(diarize(lines, spans, vectors).speakers) == 1
    assert len(diarize(lines, spans, vectors, 3).speakers) == 3
    assert len(diarize(lines, spans, vectors, 1).speakers) == 1
    assert len(diarize(lines[:2], spans[:2], vectors[:2], 5).speakers) <= 2


def test_nothing_heard_is_nobody() -> None:
    lines = [line(0, 4000, "x")]
    made = diarize(lines, spans_of(lines), np.zeros((2, 6), np.float32))
    assert ([one.speaker for one in made.lines], made.speakers) == ([None], [])


def test_half_a_day_takes_seconds() -> None:
    lines = [line(n * 3000, n * 3000 + 2400, "x") for n in range(14_000)]
    spans = spans_of(lines)
    chance = np.random.default_rng(1)
    vectors = np.array([unit(1, 0) if n % 5 else unit(0, 1) for n in range(len(spans))])
    vectors += chance.normal(0, 0.05, vectors.shape).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    began_at = time.monotonic()
    made = diarize(lines, spans, vectors)
    assert len(made.speakers) == 2
    assert time.monotonic() - began_at < 20
