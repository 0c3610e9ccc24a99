"""What a recording says in short: by a language model where there is one, else from its own sentences."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from mediatheque.archive import by_language_model
from mediatheque.archive.chapters import chapters_in, named_chapters
from mediatheque.archive.people import people_in
from mediatheque.archive.queries.enrichment import EXTRACTIVE, Enrichment, NewWorkMention
from mediatheque.archive.queries.titles import TitledItem
from mediatheque.archive.sentences import Sentence
from mediatheque.archive.summarise import key_points, ranks, summary
from mediatheque.archive.tagging import choose, phrases_of
from mediatheque.archive.titles import title_of
from mediatheque.archive.word_vectors import word_vectors
from mediatheque.archive.works_mentioned import Said, works_mentioned
from mediatheque.kit.errors import Invalid, Unavailable

if TYPE_CHECKING:
    from mediatheque.tools.embedder import Embedder, Vectors
    from mediatheque.tools.llm import IsCancelled, LanguageModel

#: How much is done, 0..1, and what.
Report: TypeAlias = Callable[[float, str], None]

_log = logging.getLogger(__name__)

#: Of a longer recording, every other sentence is compared (or every third …): likeness of all with all grows fast.
_MOST_COMPARED = 1_500
_AT_ONCE = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What is known of a recording when it is to be understood.

    `found` is what its page or file says, `known_tags` the tags of its library, the most used first; `said` are runs
    of words that may be titles, and `items` the works that have one of these.
    """

    sentences: Sequence[Sentence]
    language: str | None = None
    duration_ms: int = 0
    found: Mapping[str, Any] = field(default_factory=dict[str, Any])
    speaker_names: Mapping[int, str] = field(default_factory=dict[int, str])
    known_tags: Sequence[str] = ()
    said: Sequence[Said] = ()
    items: Sequence[TitledItem] = ()


@dataclass(frozen=True, slots=True)
class Understood:
    """What comes of it."""

    enrichment: Enrichment
    tags: Sequence[str] = ()
    mentions: Sequence[NewWorkMention] = ()


def understand(
    recording: Recording,
    *,
    embedder: Embedder | None = None,
    llm: LanguageModel | None = None,
    report: Report = lambda fraction, line: None,
    is_cancelled: IsCancelled | None = None,
) -> Understood:
    """Title, summary, key points, chapters, tags, people and works. A language model that fails is done without.

    Raises Unavailable when the embedder cannot be reached, Cancelled when told so.
    """
    if not recording.sentences:
        chapters = named_chapters(recording.found, recording.duration_ms)
        return Understood(Enrichment(made_by=EXTRACTIVE, chapters=tuple(chapters)))
    extracted = _extracted(recording, embedder, report)
    if llm is None:
        return extracted
    try:
        written = by_language_model.write_up(
            llm,
            recording.sentences,
            language=recording.language,
            speaker_names=recording.speaker_names,
            known_tags=recording.known_tags,
            report=lambda fraction: report(0.3 + 0.7 * fraction, f"{llm.name} is reading"),
            is_cancelled=is_cancelled,
        )
    except (Unavailable, Invalid) as error:
        _log.warning("Understood without the language model: %s", error)
        return extracted
    return _together(recording, extracted, written)


def _extracted(recording: Recording, embedder: Embedder | None, report: Report) -> Understood:
    sentences = _thinned(recording.sentences)
    texts = [sentence.text for sentence in sentences]
    whole_text = " ".join(sentence.text for sentence in recording.sentences)
    vectors = _vectors(texts, recording.language, embedder, report)
    scores = ranks(sentences, vectors)
    told = summary(sentences, vectors, scores)
    points = key_points(sentences, vectors, scores, told)
    tags = choose(
        phrases_of(whole_text, recording.language),
        recording.known_tags,
        whole_text,
        embed=embedder.embed if embedder is not None else None,
        whole=vectors.mean(axis=0) if embedder is not None else None,
    )
    chapters = named_chapters(recording.found, recording.duration_ms) or chapters_in(
        sentences, vectors, recording.duration_ms, language=recording.language
    )
    made = Enrichment(
        made_by=EXTRACTIVE,
        title=title_of(recording.sentences, tags),
        summary=" ".join(texts[n] for n in told),
        key_points=tuple(texts[n] for n in points),
        chapters=tuple(chapters),
        people=tuple(people_in(whole_text, list(recording.speaker_names.values()))),
    )
    works = works_mentioned(recording.sentences, recording.said, recording.items, language=recording.language)
    return Understood(made, tags, works)


def _together(recording: Recording, extracted: Understood, written: by_language_model.Written) -> Understood:
    """What the model wrote where it holds, else what was extracted; a page's own chapters go before both."""
    plain = extracted.enrichment
    named = named_chapters(recording.found, recording.duration_ms)
    made = replace(
        plain,
        made_by=written.made_by if written.summary else EXTRACTIVE,
        title=written.title or plain.title,
        summary=written.summary or plain.summary,
        key_points=tuple(written.key_points) or plain.key_points,
        chapters=tuple(named or written.chapters) or plain.chapters,
        people=tuple(dict.fromkeys([*recording.speaker_names.values(), *written.people])) or plain.people,
    )
    works = works_mentioned(
        recording.sentences,
        recording.said,
        recording.items,
        language=recording.language,
        named=written.works,
    )
    return Understood(made, written.tags or extracted.tags, works)


def _thinned(sentences: Sequence[Sentence]) -> Sequence[Sentence]:
    every = -(-len(sentences) // _MOST_COMPARED)
    return sentences[::every]


def _vectors(
    texts: Sequence[str], language: str | None, embedder: Embedder | None, report: Report
) -> Vectors:
    if embedder is None:
        return word_vectors(texts, language)
    parts: list[Vectors] = []
    for start in range(0, len(texts), _AT_ONCE):
        report(0.3 * start / len(texts), f"sentence {start + 1} of {len(texts)}")
        parts.append(embedder.embed(texts[start : start + _AT_ONCE]))
    return np.vstack(parts)
