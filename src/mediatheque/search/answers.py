"""What an answer is made of: sources that may be cited, and sentences that cite them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

from mediatheque.kit.links import beginning_at

#: A stretch of a recording; something its owner did; an item of the library.
SourceKind: TypeAlias = Literal["passage", "event", "item"]

#: What is answered when nothing in the archive says it.
NOT_FOUND = "The archive does not contain an answer to this."
#: `made_by` of answers that are put together from quotations alone.
EXTRACTIVE = "extractive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Something that may be cited. `key` names it among all: "passage:12", "event:rated:7", "item:7".

    `start_ms` and `end_ms` are of the recording `media_id`; `score` is higher for what fits the question better.
    """

    key: str
    kind: SourceKind
    text: str
    title: str
    media_id: int | None = None
    item_id: int | None = None
    start_ms: int | None = None
    end_ms: int | None = None
    speaker: str | None = None
    #: The original, where the recording has one.
    link: str | None = None
    #: Where in the text which millisecond of the recording is, as far as the transcript's lines tell: (letter, ms).
    anchors: tuple[tuple[int, int], ...] = ()
    score: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """Where a sentence has it from: `quote` stands letter by letter in the source, from `start_ms` to `end_ms`.

    `link` leads to that second of the original, where its site has such links.
    """

    kind: SourceKind
    key: str
    title: str
    quote: str
    media_id: int | None = None
    item_id: int | None = None
    start_ms: int | None = None
    end_ms: int | None = None
    speaker: str | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer, and what it cites; one that cites nothing is never shown."""

    text: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the archive says to a question; `sentences` is empty when it says nothing (`is_found` is False then)."""

    sentences: tuple[Sentence, ...]
    is_found: bool
    #: "extractive", or the language model's name.
    made_by: str
    #: The question as it was looked for, with what the conversation had said before.
    rewritten_query: str

    @property
    def text(self) -> str:
        """The answer as one text."""
        return " ".join(sentence.text for sentence in self.sentences) if self.is_found else NOT_FOUND


def cite(source: Source, start: int, end: int) -> Citation:
    """The citation of the letters from `start` to `end` of a source's text, with when they are said."""
    begins, ends = source.start_ms, source.end_ms
    if begins is not None and ends is not None and source.text:
        begins, ends = _said_at(source, start), _said_at(source, end)
    return Citation(
        kind=source.kind,
        key=source.key,
        title=source.title,
        quote=source.text[start:end],
        media_id=source.media_id,
        item_id=source.item_id,
        start_ms=begins,
        end_ms=ends,
        speaker=source.speaker,
        link=beginning_at(source.link, (begins or 0) // 1000) if source.link is not None else None,
    )


def _said_at(source: Source, letter: int) -> int:
    """When a letter of a source is said: between two anchors by its share of the letters, as people speak about evenly."""
    first, last = (0, source.start_ms or 0), (len(source.text), source.end_ms or 0)
    before = max((a for a in source.anchors if a[0] <= letter), default=first)
    after = min((a for a in source.anchors if a[0] > letter), default=max(last, before))
    share = (letter - before[0]) / (after[0] - before[0]) if after[0] > before[0] else 0.0
    return round(before[1] + share * (after[1] - before[1]))


def sentence_to_json(sentence: Sentence) -> dict[str, Any]:
    """A sentence as it is kept and sent."""
    return {
        "text": sentence.text,
        "citations": [
            {name: value for name, value in asdict(citation).items() if value is not None}
            for citation in sentence.citations
        ],
    }


def sentence_from_json(kept: Mapping[str, Any]) -> Sentence:
    """What `sentence_to_json` made."""
    return Sentence(kept["text"], tuple(Citation(**citation) for citation in kept["citations"]))
