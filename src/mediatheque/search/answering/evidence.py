"""Which sentence answers a question, and how sure that is: cheap signs, weighed as a labelled set taught them.

The re-ranking step. Each sentence of the passages that were found gets a few signs in [0, 1]: how like the question it is in
meaning (with the sentence before it, which often holds the subject), how much of what the question's words tell is said in
it, near it and in its passage, whether the names are there, and whether it holds the sort of thing that is asked for. A
logistic regression makes a probability of them. Its weights, and the least probability that counts as an answer, were
fitted on the development half of benchmarks/data/ask (`python benchmarks/ask.py --fit`), never on the half that is reported.

It costs one embedding of about a hundred short texts, 0.2 s on one core, and nothing without an embedder; words that are
compared with the question's are kept, so that each is embedded once.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from mediatheque.kit.errors import Unavailable
from mediatheque.search.answering.expected import Expected, expected
from mediatheque.search.answering.retrieve import Asked, Found
from mediatheque.search.answering.spans import sentence_spans
from mediatheque.search.answering.synonyms import nearness
from mediatheque.search.answering.verify import is_order
from mediatheque.search.answering.words import all_stems, content_words, names, numbers, plain, stem
from mediatheque.search.answers import Source

if TYPE_CHECKING:
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
    #: Everything of the same recording that was found, with its title and who speaks: what it is about.
    recording: str

    @property
    def near(self) -> str:
        return f"{self.before} {self.text} {self.after}"

    @property
    def passage(self) -> str:
        return (
            f"{self.source.title} {self.source.speaker or ''} {self.source.text} {self.before} {self.after}"
        )


def weigh(asked: Asked, found: Found, embedder: Embedder | None) -> list[Evidence]:
    """Every sentence of the passages with its probability, the surest first."""
    sentences = _sentences(found)[:_MOST_SENTENCES]
    if not sentences:
        return []
    likeness = _likeness(asked, sentences, embedder)
    alike = (
        _alike_words(asked, sentences, embedder) if embedder is not None and likeness is not None else None
    )
    weights = WEIGHTS if likeness is not None else WEIGHTS_WITHOUT_MEANING
    wanted = expected(asked.text)
    # What asks how heavy something is need not be said: a weight says it.
    telling = {stem: weight for stem, weight in found.weights.items() if stem not in wanted.asking}
    weighed: list[Evidence] = []
    for place, sentence in enumerate(sentences):
        signs = _signs(asked, telling, wanted, sentence)
        if likeness is not None:
            signs |= _meaning(likeness[place], sentence)
        if alike is not None:
            signs |= _meant(telling, sentence, alike)
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
    recordings = _recordings(found)
    for source in found.passages:
        # What speaks to a machine instead of to people answers nobody.
        spans = [(a, b) for a, b in sentence_spans(source.text) if not is_order(source.text[a:b])]
        before, after = found.around.get(source.key, ("", ""))
        texts = [source.text[start:end] for start, end in spans]
        said = [_last(before), *texts, _first(after)]
        sentences += [
            _Sentence(source, start, end, texts[n], said[n], said[n + 2], recordings[source.media_id])
            for n, (start, end) in enumerate(spans)
        ]
    return sentences


def _recordings(found: Found) -> dict[int | None, str]:
    texts: dict[int | None, dict[str, None]] = {}
    for source in found.passages:
        said = texts.setdefault(source.media_id, {})
        said |= dict.fromkeys(
            (source.title, source.speaker or "", source.text, *found.around.get(source.key, ()))
        )
    return {media_id: " ".join(said) for media_id, said in texts.items()}


def _last(text: str) -> str:
    spans = sentence_spans(text)
    return text[slice(*spans[-1])] if spans else ""


def _first(text: str) -> str:
    spans = sentence_spans(text)
    return text[slice(*spans[0])] if spans else ""


def _signs(
    asked: Asked, weights: Mapping[str, float], wanted: Expected, sentence: _Sentence
) -> dict[str, float]:
    recording = _stems(sentence.recording)
    fits = wanted.fit(sentence.text) if wanted.sort != "any" else 0.0
    named, counted = names(asked.text), numbers(asked.text)
    unnamed = sum(name not in plain(sentence.recording) for name in named)
    return {
        "said": _covered(weights, _stems(sentence.text)),
        "said_near": _covered(weights, _stems(sentence.near)),
        "said_in_passage": _covered(weights, _stems(sentence.passage)),
        "said_in_recording": _covered(weights, recording),
        # What a question is about, and what is not said at all, is often one rare word.
        "rarest_unsaid": max((w for stem, w in weights.items() if stem not in recording), default=0.0),
        "unnamed": unnamed / len(named) if named else 0.0,
        "numbers": float(bool(counted) and counted <= numbers(sentence.near)),
        "fits": fits,
        "misfits": float(wanted.sort != "any" and fits < 0.5),
        "asks": float(sentence.text.rstrip().endswith("?")),
        "short": float(len(sentence.text.split()) < 4),
    }


@lru_cache(maxsize=2_000)
def _stems(text: str) -> frozenset[str]:
    return frozenset(all_stems(text))


@lru_cache(maxsize=2_000)
def _content_words(text: str) -> tuple[str, ...]:
    return tuple(content_words(text))


def _covered(weights: Mapping[str, float], said: frozenset[str]) -> float:
    """The share of what the question's words tell that is said."""
    total = sum(weights.values())
    return sum(weight for stem, weight in weights.items() if stem in said) / total if total else 0.0


def _meaning(likeness: _Likeness, sentence: _Sentence) -> dict[str, float]:
    return {
        "similarity": likeness.own,
        "similarity_around": likeness.around,
        # Somebody asked nearly the same just before.
        "asked_before": likeness.before if sentence.before.rstrip().endswith("?") else 0.0,
    }


#: For each stem of the question, how near the words that are said come to it; words that are not near are left out.
_Near: TypeAlias = Mapping[str, Mapping[str, float]]


def _alike_words(asked: Asked, sentences: Sequence[_Sentence], embedder: Embedder) -> _Near | None:
    question = content_words(asked.text)
    said = list(dict.fromkeys(word for s in sentences for word in _content_words(s.recording)))
    try:
        table = nearness(embedder, question, said)
    except Unavailable:
        return None
    return {
        stem(word): {said[n]: float(row[n]) for n in row.nonzero()[0]}
        for word, row in zip(question, table, strict=True)
    }


def _meant(weights: Mapping[str, float], sentence: _Sentence, near: _Near) -> dict[str, float]:
    """As "said", where a word near in meaning stands for a word as far as it is near."""
    shares: dict[str, float] = {}
    total = sum(weights.values())
    for name, text in (
        ("meant", sentence.text),
        ("meant_near", sentence.near),
        ("meant_in_passage", sentence.passage),
        ("meant_in_recording", sentence.recording),
    ):
        stems, told = _stems(text), _content_words(text)
        covered = {
            one: 1.0
            if one in stems
            else max((near.get(one, {}).get(word, 0.0) for word in told), default=0.0)
            for one in weights
        }
        shares[name] = sum(weights[one] * share for one, share in covered.items()) / total if total else 0.0
        shares["rarest_unmeant"] = max(
            (weights[one] * (1 - share) for one, share in covered.items()), default=0.0
        )
    return shares


class _Likeness(NamedTuple):
    """Cosines to the question: of the sentence, of it together with the one before it, and of that one."""

    own: float
    around: float
    before: float


def _likeness(
    asked: Asked, sentences: Sequence[_Sentence], embedder: Embedder | None
) -> list[_Likeness] | None:
    """How like the question each sentence is; None where nothing can be embedded."""
    if embedder is None or asked.vector is None:
        return None
    # The sentence before is mostly one of the others: each is embedded once.
    texts = list(
        dict.fromkeys(text for s in sentences for text in (s.text, s.before, _both(s)) if text.strip())
    )
    try:
        rows = embedder.embed(texts)
    except Unavailable:
        return None
    by_text = dict(zip(texts, rows, strict=True))
    question = asked.vector
    return [
        _Likeness(
            *(
                max(0.0, float(question @ by_text[text])) if text.strip() else 0.0
                for text in (s.text, _both(s), s.before)
            )
        )
        for s in sentences
    ]


def _both(sentence: _Sentence) -> str:
    return f"{sentence.before} {sentence.text}".strip()


def _probability(signs: Mapping[str, float], weights: Mapping[str, float]) -> float:
    total = weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in signs.items())
    return 1.0 / (1.0 + math.exp(-total))


WEIGHTS: Mapping[str, float] = {
    "bias": -8.497,
    "similarity": 1.767,
    "similarity_around": 2.143,
    "asked_before": 1.45,
    "meant": 0.908,
    "meant_near": 2.032,
    "meant_in_passage": 1.654,
    "meant_in_recording": 1.134,
    "rarest_unmeant": -0.607,
    "unnamed": -0.432,
    "numbers": 0.557,
    "fits": 0.837,
    "misfits": -1.051,
    "asks": -0.945,
    "short": 0.663,
}
WEIGHTS_WITHOUT_MEANING: Mapping[str, float] = {
    "bias": -6.46,
    "said": 1.926,
    "said_near": 1.788,
    "said_in_passage": 1.283,
    "said_in_recording": 1.406,
    "rarest_unsaid": 0.123,
    "unnamed": -0.576,
    "numbers": 0.359,
    "fits": 0.947,
    "misfits": -1.295,
    "asks": -0.759,
    "short": 0.184,
}

#: Below this probability nothing is answered.
LEAST = 0.145
LEAST_WITHOUT_MEANING = 0.205
