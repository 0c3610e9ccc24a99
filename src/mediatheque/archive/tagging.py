"""What a recording is about, in a few words: drawn to the words that its owner's other recordings carry."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from mediatheque.archive.keyphrases import keyphrases
from mediatheque.archive.stopwords import stopwords
from mediatheque.kit.numerals import is_numeral

if TYPE_CHECKING:
    import numpy.typing as npt

    Vectors: TypeAlias = npt.NDArray[np.float32]
#: Texts to unit vectors, as embedders do; None: there is no embedder.
Embed: TypeAlias = "Callable[[Sequence[str]], Vectors] | None"

MOST_TAGS = 8
_CANDIDATES = 30
#: Above this cosine two phrases are one tag to the default embedder: "electric cars" and "electric vehicles" are 0.9
#: alike, "jazz piano" and "jazz guitar" 0.7.
_SAME = 0.82
#: Tags that are compared by meaning; the others by their letters alone.
_MOST_COMPARED = 150
_LONGEST = 40
_LONG_WORDS = 120
_TOKEN = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A candidate: how it is written, and how much of the text it is about, 0..1."""

    text: str
    worth: float


def tag_key(name: str) -> str:
    """What two spellings of a tag share: no case, accents or punctuation, and every word in the singular."""
    folded = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(c for c in folded if not unicodedata.combining(c))
    return " ".join(_singular(word) for word in re.findall(r"[^\W_]+", plain))


def phrases_of(text: str, language: str | None, most: int = _CANDIDATES) -> list[Phrase]:
    """The key phrases of a text, best first, as they are written inside sentences."""
    found = [
        (phrase, score)
        for phrase, score in keyphrases(text, stopwords(language), 2 * most)
        if _is_tag(phrase, language)
    ]
    if not found:
        return []
    best = max(score for _, score in found)
    spelled, spoken = _spellings(text), f" {tag_key(text)} "
    is_long = len(text.split()) > _LONG_WORDS
    unique: dict[str, Phrase] = {}
    for phrase, score in found:
        key = tag_key(phrase)
        times = spoken.count(f" {key} ")
        # What is said once in a long text is hardly what it is about, however early it stands.
        if is_long and times < 2 and " " not in key:
            continue
        written = " ".join(spelled.get(word.casefold(), word.lower()) for word in phrase.split())
        unique.setdefault(key, Phrase(written, score / best * min(1.0, 0.4 + 0.3 * times)))
    return sorted(unique.values(), key=lambda phrase: -phrase.worth)[:most]


def choose(
    phrases: Sequence[Phrase],
    known: Sequence[str],
    text: str,
    *,
    embed: Embed = None,
    whole: npt.NDArray[np.float32] | None = None,
) -> list[str]:
    """At most eight tags: the phrases that say most and differ, each as the library has it where it has it.

    `known`: the library's tags, the most used first; one that is said in the text is a candidate by itself. With an
    embedder, `whole` is the mean of the vectors of what is said.
    """
    candidates = _with_said(phrases, known, text)
    if not candidates:
        return []
    texts = [phrase.text for phrase in candidates]
    worth = np.array([phrase.worth for phrase in candidates])
    compared = list(known[:_MOST_COMPARED])
    if embed is None or whole is None:
        order = [int(n) for n in np.argsort(-worth, kind="stable")]
        chosen = _unlike_by_words(order, texts)
        near: Mapping[str, str] = {}
    else:
        vectors = embed([*texts, *compared])
        mine, others = vectors[: len(texts)], vectors[len(texts) :]
        near_whole = np.clip(mine @ (whole / max(float(np.linalg.norm(whole)), 1e-9)), 0, 1)
        scores = 0.6 * worth + 0.4 * near_whole / max(float(near_whole.max()), 1e-9)
        chosen = _marginal(scores, mine, texts)
        near = _nearest(texts, mine, compared, others)
    drawn = drawn_to_known([texts[n] for n in chosen], known, near)
    # A note of a minute is not about eight things.
    return drawn[: min(MOST_TAGS, 3 + len(text.split()) // 100)]


def drawn_to_known(
    tags: Sequence[str], known: Sequence[str], near: Mapping[str, str] | None = None
) -> list[str]:
    """The tags as the library writes them, each once; `near` says which of its tags means the same as a new one."""
    by_key: dict[str, str] = {}
    for name in known:
        by_key.setdefault(tag_key(name), name)
    drawn: dict[str, str] = {}
    for tag in tags:
        name = by_key.get(tag_key(tag)) or (near or {}).get(tag) or tag
        drawn.setdefault(tag_key(name), name)
    return list(drawn.values())


def _with_said(phrases: Sequence[Phrase], known: Sequence[str], text: str) -> list[Phrase]:
    keys = {tag_key(phrase.text) for phrase in phrases}
    spoken = f" {tag_key(text)} "
    said: list[Phrase] = []
    for name in known:
        key = tag_key(name)
        times = spoken.count(f" {key} ") if key else 0
        # Once may be by the way, unless the words are rare together.
        if key not in keys and times >= (1 if " " in key else 2):
            said.append(Phrase(name, min(1.0, 0.6 + 0.1 * times)))
    return [*phrases, *said]


def _marginal(scores: npt.NDArray[np.float64], vectors: Vectors, texts: Sequence[str]) -> list[int]:
    chosen: list[int] = []
    left = list(range(len(scores)))
    while left and len(chosen) < MOST_TAGS:
        worth = 0.7 * scores[left]
        if chosen:
            alike = np.clip(vectors[left] @ vectors[chosen].T, 0, 1).max(axis=1)
            worth = worth - 0.3 * alike
            worth[alike > _SAME] = -1.0
            worth[[_overlaps(texts[n], [texts[m] for m in chosen]) for n in left]] = -1.0
        best = int(np.argmax(worth))
        if worth[best] <= -1.0:
            break
        chosen.append(left.pop(best))
    return chosen


def _unlike_by_words(order: Sequence[int], texts: Sequence[str]) -> list[int]:
    """Without an embedder: the best in their order that share no words."""
    chosen: list[int] = []
    for n in order:
        if not _overlaps(texts[n], [texts[m] for m in chosen]):
            chosen.append(n)
    return chosen[:MOST_TAGS]


def _overlaps(text: str, others: Sequence[str]) -> bool:
    """Whether it has every word of one of the others, or one of them every word of it."""
    words = set(tag_key(text).split())
    return any(
        words <= theirs or words >= theirs for theirs in (set(tag_key(other).split()) for other in others)
    )


def _nearest(texts: Sequence[str], mine: Vectors, known: Sequence[str], others: Vectors) -> dict[str, str]:
    if not known:
        return {}
    alike = mine @ others.T
    best = alike.argmax(axis=1)
    return {
        text: known[int(at)]
        for n, (text, at) in enumerate(zip(texts, best, strict=True))
        if alike[n, at] >= _SAME
    }


def _is_tag(phrase: str, language: str | None) -> bool:
    words = phrase.split()
    no = stopwords(language)
    if len(phrase) > _LONGEST or len(phrase) < 3 or any(not _TOKEN.fullmatch(word) for word in words):
        return False
    if len(words) > 1 and len({tag_key(word) for word in words}) < len(words):
        return False
    return all(
        word.lower() not in no
        and _singular(word.lower()) not in no
        and not any(is_numeral(part) or part.isdigit() for part in word.lower().split("-"))
        for word in words
    ) and not (len(words) == 1 and words[0].endswith("ed") and language in (None, "en"))


def _spellings(text: str) -> dict[str, str]:
    """How each word is written inside sentences: "NASA" and "Berlin", but "bridges" also where one begins with it."""
    counted: dict[str, Counter[str]] = {}
    first: dict[str, Counter[str]] = {}
    before = "."
    tokens = re.findall(r"[^\W_]+(?:[-'’][^\W_]+)*|[.,;!?:…]", text)
    for word, after in zip(tokens, [*tokens[1:], "."], strict=True):
        if word[0].isalnum():
            begins = before in ".!?:…" and not word.isupper() and not after[0].isupper()
            (first if begins else counted).setdefault(word.casefold(), Counter())[word] += 1
        before = word
    # A word that only ever begins sentences, and often, is a name: those do what is told.
    names = {folded: c for folded, c in first.items() if folded not in counted and c.total() > 1}
    return {folded: counts.most_common(1)[0][0] for folded, counts in (names | counted).items()}


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if len(word) > 4 and word.endswith(("ches", "shes", "sses", "xes", "zes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
