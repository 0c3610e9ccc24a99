"""A summary is sentences of the recording that stand for the rest, and key points say something else."""

from __future__ import annotations

import pytest

from mediatheque.archive.sentences import Sentence
from mediatheque.archive.summarise import different, key_points, ranks, summary
from mediatheque.archive.word_vectors import word_vectors
from mediatheque.tools.embedder import Embedder
from spoken_text import BAKING, BRIDGES, sentences_from


@pytest.fixture(params=["embedder", "words"])
def told(request: pytest.FixtureRequest, embedder: Embedder) -> tuple[list[Sentence], list[int], list[int]]:
    sentences = sentences_from(BRIDGES)
    texts = [sentence.text for sentence in sentences]
    vectors = embedder.embed(texts) if request.param == "embedder" else word_vectors(texts, "en")
    scores = ranks(sentences, vectors)
    told = summary(sentences, vectors, scores)
    return sentences, told, key_points(sentences, vectors, scores, told)


def test_a_summary_is_what_the_recording_is_about(told: tuple[list[Sentence], list[int], list[int]]) -> None:
    sentences, summed, _ = told
    assert len(summed) == 3
    assert summed == sorted(summed)
    text = " ".join(sentences[n].text for n in summed)
    assert "bridge" in text
    assert "cables" in text
    assert "welcome" not in text
    assert "Thank you" not in text


def test_key_points_come_from_all_over_and_repeat_nothing(
    told: tuple[list[Sentence], list[int], list[int]],
) -> None:
    sentences, summed, points = told
    assert 2 <= len(points) <= 6
    assert not set(points) & set(summed)
    assert points[0] < len(sentences) / 2 < points[-1] + 1


def test_the_same_thing_is_not_said_twice(embedder: Embedder) -> None:
    text = "The cables carry the bridge. The bridge is carried by the cables. Bread needs a hot oven to rise well."
    sentences = sentences_from(text)
    vectors = embedder.embed([sentence.text for sentence in sentences])
    scores = ranks(sentences, vectors)
    scores[:] = [1.0, 0.99, 0.7]
    assert different(range(3), scores, vectors, 2) == [0, 2]


def test_short_recordings_are_their_own_summary(embedder: Embedder) -> None:
    sentences = sentences_from("Buy rye flour tomorrow. The baker opens at seven.")
    vectors = embedder.embed([sentence.text for sentence in sentences])
    scores = ranks(sentences, vectors)
    assert summary(sentences, vectors, scores) == [0, 1]
    assert key_points(sentences, vectors, scores, [0, 1]) == []
    assert len(ranks([], vectors[:0])) == 0


def test_two_subjects_are_both_told(embedder: Embedder) -> None:
    sentences = sentences_from(BRIDGES + BAKING)
    vectors = embedder.embed([sentence.text for sentence in sentences])
    scores = ranks(sentences, vectors)
    told = summary(sentences, vectors, scores)
    points = key_points(sentences, vectors, scores, told)
    text = " ".join(sentences[n].text for n in [*told, *points]).lower()
    assert "bridge" in text
    assert any(word in text for word in ("dough", "loaf", "oven", "bread"))
