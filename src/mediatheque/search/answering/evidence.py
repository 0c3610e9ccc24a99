"""Which sentence answers a question, and how sure that is: cheap signs, weighed as a labelled set taught them.

The re-ranking step. Each sentence of the passages that were found gets a few signs in [0, 1]: how like the question it is in
meaning (with the sentence before it, which often holds the subject), how much of what the question's words tell is said in
it, near it and in its passage, whether the names are there, and whether it holds the sort of thing that is asked for. A
logistic regression makes a probability of them. Its weights, and the least probability that counts as an answer, were
fitted on the development half of benchmarks/data/ask (`python benchmarks/ask.py --fit`), never on the half that is reported.

It costs one embedding of forty short sentences, about 0.1 s on one core, and nothing without an embedder.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mediatheque.kit.errors import Unavailable
from mediatheque.search.answering.expected import Expected, expected
from mediatheque.search.answering.retrieve import Asked, Found
from mediatheque.search.answering.spans import sentence_spans
from mediatheque.search.answering.words import all_stems, names, numbers, plain
from mediatheque.search.answers import Source

if TYPE_CHECKING:
    from mediatheque.stores.vectors import Vector
    from mediatheque.tools.embedder import Embedder

#: So many sentences are compared in meaning.
_MOST_SENTENCES = 64


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of a passage, from `start` up to `end`, and how probably it answers the question."""

    source: Source
    start: int
    end: int
    signs: Mapping[str, float]
    probability: float

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class _Sentence:
    source: Source
    start: int
    end: int
    text: str
    before: str
    after: str


def weigh(asked: Asked, found: Found, embedder: Embedder | None) -> list[Evidence]:
    """Every sentence of the passages with its probability, the surest first."""
    sentences = _sentences(found)[:_MOST_SENTENCES]
    if not sentences:
        return []
    likeness = _likeness(asked, sentences, embedder)
    weights = WEIGHTS if likeness is not None else WEIGHTS_WITHOUT_MEANING
    wanted = expected(asked.text)
    weighed: list[Evidence] = []
    for place, sentence in enumerate(sentences):
        signs = _signs(asked, found, wanted, sentence)
        if likeness is not None:
            signs["similarity"], signs["similarity_around"] = likeness[place]
        weighed.append(
            Evidence(sentence.source, sentence.start, sentence.end, signs, _probability(signs, weights))
        )
    return sorted(weighed, key=lambda evidence: -evidence.probability)


def ranked_sources(found: Found, weighed: Sequence[Evidence]) -> list[Source]:
    """The passages again, by their best sentences; those that fit equally as they were found."""
    best: dict[str, float] = {}
    for evidence in weighed:
        best.setdefault(evidence.source.key, evidence.probability)
    return sorted(found.passages, key=lambda source: -best.get(source.key, 0.0))


def _sentences(found: Found) -> list[_Sentence]:
    sentences: list[_Sentence] = []
    for source in found.passages:
        spans = sentence_spans(source.text)
        before, after = found.around.get(source.key, ("", ""))
        texts = [source.text[start:end] for start, end in spans]
        said = [_last(before), *texts, _first(after)]
        sentences += [
            _Sentence(source, start, end, texts[n], said[n], said[n + 2])
            for n, (start, end) in enumerate(spans)
        ]
    return sentences


def _last(text: str) -> str:
    spans = sentence_spans(text)
    return text[slice(*spans[-1])] if spans else ""


def _first(text: str) -> str:
    spans = sentence_spans(text)
    return text[slice(*spans[0])] if spans else ""


def _signs(asked: Asked, found: Found, wanted: Expected, sentence: _Sentence) -> dict[str, float]:
    near = f"{sentence.before} {sentence.text} {sentence.after}"
    source = sentence.source
    everything = f"{source.title} {source.speaker or ''} {source.text} {sentence.before} {sentence.after}"
    asks_for = names(asked.text)
    there = plain(everything)
    question = found.weights
    covered = _covered(question, all_stems(sentence.text))
    return {
        "said": covered,
        "said_near": _covered(question, all_stems(near)),
        "said_in_passage": _covered(question, all_stems(everything)),
        "names": sum(name in there for name in asks_for) / len(asks_for) if asks_for else 1.0,
        "fits": wanted.fit(sentence.text),
        "has_sort": float(wanted.sort != "any"),
        "numbers": float(numbers(asked.text) <= numbers(near)),
        "asks": float(sentence.text.rstrip().endswith("?")),
        "short": float(len(sentence.text.split()) < 4),
    }


def _covered(weights: Mapping[str, float], said: set[str]) -> float:
    """The share of what the question's words tell that is said."""
    total = sum(weights.values())
    return sum(weight for stem, weight in weights.items() if stem in said) / total if total else 0.0


def _likeness(
    asked: Asked, sentences: Sequence[_Sentence], embedder: Embedder | None
) -> list[tuple[float, float]] | None:
    """For each sentence its cosine to the question, and that of it together with the sentence before it."""
    if embedder is None or asked.vector is None:
        return None
    # The sentence before is mostly one of the others; embedded together, each once.
    texts = list(dict.fromkeys(text for s in sentences for text in (s.text, s.before) if text.strip()))
    try:
        rows = embedder.embed(texts)
    except Unavailable:
        return None
    by_text = dict(zip(texts, rows, strict=True))
    question = asked.vector
    return [_alike(question, by_text[s.text], by_text.get(s.before)) for s in sentences]


def _alike(question: Vector, own: Vector, before: Vector | None) -> tuple[float, float]:
    alone = float(question @ own)
    if before is None:
        return max(0.0, alone), max(0.0, alone)
    both = own + before
    together = float(question @ both) / max(1e-6, float(both @ both) ** 0.5)
    return max(0.0, alone), max(0.0, together)


def _probability(signs: Mapping[str, float], weights: Mapping[str, float]) -> float:
    total = weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in signs.items())
    return 1.0 / (1.0 + math.exp(-total))


WEIGHTS: Mapping[str, float] = {
    "bias": -6.0,
    "similarity": 3.0,
    "similarity_around": 4.0,
    "said": 2.0,
    "said_near": 2.0,
    "said_in_passage": 2.0,
    "names": 1.0,
    "fits": 1.5,
    "has_sort": 0.0,
    "numbers": 0.0,
    "asks": -2.0,
    "short": 0.0,
}
WEIGHTS_WITHOUT_MEANING: Mapping[str, float] = {
    "bias": -6.0,
    "said": 3.0,
    "said_near": 3.0,
    "said_in_passage": 3.0,
    "names": 1.0,
    "fits": 1.5,
    "has_sort": 0.0,
    "numbers": 0.0,
    "asks": -2.0,
    "short": 0.0,
}

#: Below this probability nothing is answered.
LEAST = 0.24
LEAST_WITHOUT_MEANING = 0.3
