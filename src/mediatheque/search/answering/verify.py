"""Whether what a sentence cites is there and says so: what a model wrote is believed no further than that.

There is no entailment model here; what stands for it errs towards dropping a sentence. Every number, name and quotation of
the sentence has to occur in what it cites; most of its telling words too, or fewer when one of the cited sentences is near
it in meaning; and it denies what the cited sentence denies. An order to the reader of a transcript ("ignore all previous
instructions") supports nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mediatheque.kit.errors import Unavailable
from mediatheque.search.answering.spans import sentence_spans
from mediatheque.search.answering.words import all_stems, content_stems, names, numbers, plain, stem
from mediatheque.search.answers import Citation, Sentence, Source, cite

if TYPE_CHECKING:
    from mediatheque.tools.embedder import Embedder

#: The share of a sentence's telling words that occurs in what it cites: enough by itself, or with likeness in meaning.
_ENOUGH, _WITH_LIKENESS = 0.6, 0.35
#: The cosine from which two sentences are taken to say the same, where so many of the words agree.
_ALIKE = 0.6
_LONGEST = 600

_QUOTED = re.compile(r"[“\"«„]([^”\"»“]{3,})[”\"»“]")
_LINK = re.compile(r"\b(?:https?://|www\.)\S+|!?\[[^\]]*\]\(", re.I)
_DENIES = re.compile(r"\b(?:not|no|never|none|nobody|nothing|without|neither|nor|cannot)\b|n't\b")
_ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,60}\b(?:instruct\w*|prompts?|rules?|guidelines|previous|above|everything)\b"
    r"|\b(?:system|developer) (?:prompt|message)\b|\byou are now\b|\bnew instructions?\b"
    r"|\b(?:you must|please|only|just|instead)[, ]+(?:say|reply|respond|answer|output|print|write|repeat)\b"
    r"|\b(?:as an?|dear|hey|attention,?) (?:ai|assistant|language model|chatbot)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class _Cited:
    """A sentence of a source, and how much of the answer's sentence is said in it."""

    source: Source
    start: int
    end: int
    share: float

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]


def verified(text: str, cited: Sequence[Source], embedder: Embedder | None = None) -> Sentence | None:
    """The sentence with the quotations that support it; None when they do not.

    `cited` are the sources that it names, of those that were retrieved.
    """
    text = " ".join(text.split())
    if not text or len(text) > _LONGEST or not cited or _LINK.search(text) or is_order(text):
        return None
    sources = [source for source in dict.fromkeys(cited) if not _only_orders(source)]
    everything = " ".join(f"{s.title}. {s.speaker or ''}. {_without_orders(s.text)}" for s in sources)
    if not sources or not _details_occur(text, everything, sources):
        return None
    said = set(content_stems(text))
    if not said:
        return None
    share = _share(said, everything)
    best = [_best(said, source) for source in sources]
    supporting = [cited_one for cited_one in best if cited_one is not None and cited_one.share > 0]
    if not supporting or not _is_same(text, share, supporting, embedder):
        return None
    surest = max(supporting, key=lambda one: one.share)
    if _DENIES.search(plain(text)) and not _DENIES.search(plain(surest.text)):
        return None
    return Sentence(text, tuple(_citation(one) for one in sorted(supporting, key=lambda one: -one.share)))


def is_verified(sentence: Sentence, retrieved: Sequence[Source]) -> bool:
    """Whether everything a sentence cites was retrieved, and its quotations stand there letter by letter."""
    by_key = {source.key: source for source in retrieved}
    return bool(sentence.citations) and all(
        citation.key in by_key and citation.quote and citation.quote in by_key[citation.key].text
        for citation in sentence.citations
    )


def is_order(text: str) -> bool:
    """Whether words speak to whoever processes them instead of saying something."""
    return bool(_ORDERS.search(plain(text)))


def _without_orders(text: str) -> str:
    return " ".join(text[start:end] for start, end in sentence_spans(text) if not is_order(text[start:end]))


def _only_orders(source: Source) -> bool:
    return not _without_orders(source.text)


def _details_occur(text: str, everything: str, sources: Sequence[Source]) -> bool:
    """Whether its numbers, names and quotations are all there."""
    there = plain(everything)
    if not numbers(text) <= numbers(everything):
        return False
    stems_there = all_stems(everything)
    if any(name not in there and stem(name) not in stems_there for name in names(text)):
        return False
    return all(
        any(_squeezed(quoted) in _squeezed(_without_orders(source.text)) for source in sources)
        or _squeezed(quoted) in _squeezed(" ".join(source.title for source in sources))
        for quoted in _QUOTED.findall(text)
    )


def _squeezed(text: str) -> str:
    return " ".join(text.split()).strip(" .,;:!?")


def _share(said: set[str], text: str) -> float:
    return len(said & all_stems(text)) / len(said)


def _best(said: set[str], source: Source) -> _Cited | None:
    """The sentence of a source that says most of it."""
    spans = [
        (start, end) for start, end in sentence_spans(source.text) if not is_order(source.text[start:end])
    ]
    rated = [_Cited(source, start, end, _share(said, source.text[start:end])) for start, end in spans]
    return max(rated, key=lambda one: one.share, default=None)


def _is_same(text: str, share: float, supporting: Sequence[_Cited], embedder: Embedder | None) -> bool:
    if share >= _ENOUGH and max(one.share for one in supporting) >= _WITH_LIKENESS:
        return True
    if share < _WITH_LIKENESS or embedder is None:
        return False
    try:
        own, *others = embedder.embed([text, *(one.text for one in supporting)])
    except Unavailable:
        return False
    return max(float(own @ other) for other in others) >= _ALIKE


def _citation(one: _Cited) -> Citation:
    return cite(one.source, one.start, one.end)
