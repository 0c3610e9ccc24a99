"""Chapters: the page's own first, else where a long recording turns to something else."""

from __future__ import annotations

import pytest

from mediatheque.archive.chapters import chapters_in, named_chapters
from mediatheque.archive.queries.enrichment import Chapter
from mediatheque.archive.queries.transcript import Line
from mediatheque.archive.sentences import sentences_of
from mediatheque.archive.word_vectors import word_vectors
from mediatheque.tools.embedder import Embedder
from spoken_text import BAKING, BRIDGES, STARS, lines_from


def slowly(*texts: str) -> tuple[list[Line], list[int]]:
    """The texts one after the other, spoken so slowly that they take minutes; when each begins."""
    lines: list[Line] = []
    begins: list[int] = []
    for text in texts:
        at = lines[-1].end_ms + 1_500 if lines else 0
        begins.append(at)
        for line in lines_from(text):
            end = at + 1_200 * len(line.text.split())
            lines.append(
                Line(position=len(lines), start_ms=at, end_ms=end, text=line.text, machine_text=line.text)
            )
            at = end + 400
    return lines, begins


@pytest.mark.parametrize("by", ["embedder", "words"])
def test_a_chapter_begins_where_the_subject_changes(embedder: Embedder, by: str) -> None:
    lines, begins = slowly(BRIDGES, BAKING, STARS)
    sentences = sentences_of(lines, language="en")
    texts = [sentence.text for sentence in sentences]
    vectors = embedder.embed(texts) if by == "embedder" else word_vectors(texts, "en")
    chapters = chapters_in(sentences, vectors, lines[-1].end_ms, language="en")
    assert len(chapters) == 3
    # Within three sentences of where it really changes.
    for chapter, begin in zip(chapters, begins, strict=True):
        assert abs(chapter.start_ms - begin) < 45_000
    assert len({chapter.title for chapter in chapters}) == 3
    assert [chapter.start_ms for chapter in chapters] == sorted(chapter.start_ms for chapter in chapters)


def test_a_short_recording_has_none(embedder: Embedder) -> None:
    sentences = sentences_of(lines_from(BRIDGES + BAKING), language="en")
    vectors = embedder.embed([sentence.text for sentence in sentences])
    assert chapters_in(sentences, vectors, 5 * 60_000) == []


def test_the_pages_own_chapters_are_taken_as_they_are() -> None:
    found = {
        "chapters": [
            {"title": " The  end ", "start_ms": 60_000},
            {"title": "Beginning", "start_ms": 0},
            {"title": "Beyond the end", "start_ms": 900_000},
            {"title": "", "start_ms": 70_000},
            {"start_ms": 80_000},
            "nonsense",
        ]
    }
    assert named_chapters(found, 100_000) == [Chapter("Beginning", 0), Chapter("The end", 60_000)]
    assert named_chapters({"chapters": [{"title": "All", "start_ms": 0}]}, 100_000) == []
    assert named_chapters({}, None) == []
