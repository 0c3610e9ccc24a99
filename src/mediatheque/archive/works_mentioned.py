"""Which works a recording names: titles that were said, and enough around them to believe that they are meant.

A title is often just words: "It", "Up", "The Birds". So a candidate gathers what speaks for it (how unlikely its words
are by chance, capital letters, "the film …", the year, who made it) and is kept above a line; better none than a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mediatheque.archive.queries.enrichment import NewWorkMention
from mediatheque.archive.queries.titles import TitledItem
from mediatheque.archive.sentences import Sentence, Word, text_of
from mediatheque.archive.stopwords import function_words
from mediatheque.kit.title_keys import name_key, title_key
from mediatheque.vocabulary import Kind

#: Below this, it is not kept.
LEAST = 0.6
_LONGEST_TITLE = 8
_MOST_OF_A_WORK = 20

#: What the number of words that mean something is worth: "It", "Alien", "Blade Runner", "No Country for Old Men".
_BY_WORDS = (0.05, 0.15, 0.4, 0.75)
_CAPITALS, _SMALL_LETTERS = 0.15, -0.25
_NOUN, _VERB, _YEAR, _MAKER, _QUOTED, _OWN, _NAMED = 0.4, 0.3, 0.3, 0.3, 0.2, 0.05, 0.45
_PART_OF_A_NAME = -0.3
#: A title that is a whole sentence is an answer.
_ALONE = 0.1
_ONLY_A_PART_OF_THE_TITLE = -0.2

_NOUNS: Mapping[str, tuple[Kind, ...]] = {
    **dict.fromkeys(("film", "films", "movie", "movies", "picture", "documentary", "spielfilm", "kinofilm"), (Kind.FILM,)),
    **dict.fromkeys(("series", "show", "sitcom", "miniseries", "serie"), (Kind.SHOW,)),
    **dict.fromkeys(("book", "books", "novel", "novels", "memoir", "biography", "buch", "roman", "romans", "livre"), (Kind.BOOK,)),
}  # fmt: skip
_VERBS: Mapping[str, tuple[Kind, ...]] = {
    **dict.fromkeys(
        (
            "watch",
            "watched",
            "watching",
            "rewatched",
            "saw",
            "seen",
            "binged",
            "gesehen",
            "geschaut",
            "schauen",
        ),
        (Kind.FILM, Kind.SHOW),
    ),
    **dict.fromkeys(("read", "reading", "reread", "gelesen", "lese", "lesen", "las"), (Kind.BOOK,)),
}
_OPENING, _CLOSING = "\"“”„«»‘'", "\"”“»«’'.,;:!?…)"
_YEARS = re.compile(r"\b(18[89]\d|19\d\d|20\d\d)\b")


@dataclass(frozen=True, slots=True)
class Said:
    """A run of words that may be a title: in which sentence, from which word up to which, and its key."""

    key: str
    sentence: int
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class _Scored:
    said: Said
    item: TitledItem
    score: float


def titles_said(sentences: Sequence[Sentence], *, language: str | None = None) -> list[Said]:
    """Every run of words that may be a title, to be looked up by its key. Most are none."""
    is_cased = _is_cased(sentences)
    no = function_words(language)
    return [
        said
        for n, sentence in enumerate(sentences)
        for first in range(len(sentence.words))
        if not is_cased or _may_begin(sentence.words, first)
        for said in _runs(sentence.words, n, first, no)
    ]


def works_mentioned(
    sentences: Sequence[Sentence],
    said: Sequence[Said],
    items: Sequence[TitledItem],
    *,
    language: str | None = None,
    named: Sequence[str] = (),
) -> list[NewWorkMention]:
    """The works meant, in the order of the recording; `named`: titles that a language model took for works."""
    by_key: dict[str, list[TitledItem]] = {}
    for item in items:
        by_key.setdefault(item.key, []).append(item)
    around = _Around(sentences, language, frozenset(title_key(title) for title in named))
    scored: list[_Scored] = []
    for run in said:
        ranked = sorted(
            (_Scored(run, item, around.score(run, item)) for item in by_key.get(run.key, ())),
            key=lambda s: (-s.score, -(s.item.popularity or 0.0), s.item.item_id),
        )
        scored += ranked[:1]
    return _kept(sentences, scored)


def _kept(sentences: Sequence[Sentence], scored: Sequence[_Scored]) -> list[NewWorkMention]:
    """Those above the line, the longer of two that overlap; and the same title again, once it was clear what it is."""
    clear = {s.item.item_id for s in scored if s.score >= LEAST + 0.1}
    sure = [
        _Scored(s.said, s.item, max(s.score, LEAST)) if s.item.item_id in clear and s.score >= 0.25 else s
        for s in scored
    ]
    best = sorted((s for s in sure if s.score >= LEAST), key=lambda s: (s.said.first - s.said.end, -s.score))
    taken: set[tuple[int, int]] = set()
    kept: list[_Scored] = []
    for each in best:
        places = {(each.said.sentence, n) for n in range(each.said.first, each.said.end)}
        if not places & taken:
            taken |= places
            kept.append(each)
    mentions: list[NewWorkMention] = []
    counted: dict[int, int] = {}
    for each in sorted(kept, key=lambda s: (s.said.sentence, s.said.first)):
        counted[each.item.item_id] = counted.get(each.item.item_id, 0) + 1
        if counted[each.item.item_id] <= _MOST_OF_A_WORK:
            words = sentences[each.said.sentence].words[each.said.first : each.said.end]
            text = text_of(words).strip(_OPENING + _CLOSING + "(")
            mentions.append(
                NewWorkMention(each.item.item_id, words[0].start_ms, text, round(min(each.score, 1.0), 2))
            )
    return mentions


class _Around:
    """What stands around a run of words, and what it is worth."""

    def __init__(self, sentences: Sequence[Sentence], language: str | None, named: frozenset[str]) -> None:
        self._sentences = sentences
        self._no = function_words(language)
        self._named = named
        self._is_cased = _is_cased(sentences)
        # German writes every noun with a capital.
        self._capitals = _CAPITALS if language != "de" else 0.05
        self._texts = [f" {name_key(sentence.text)} " for sentence in sentences]

    def score(self, said: Said, item: TitledItem) -> float:
        words = self._sentences[said.sentence].words
        meaning = sum(1 for word in said.key.split() if word not in self._no and len(word) > 1)
        # Three small words in just this order say as much as a large one.
        meaning += (len(said.key.split()) - meaning) // 3
        score = _BY_WORDS[min(meaning, len(_BY_WORDS) - 1)]
        score += self._letters(words, said) if self._is_cased else 0.0
        score += self._cue(words, said, item.kind)
        score += _QUOTED if _is_quoted(words, said) else 0.0
        score += _OWN if item.is_own else 0.0
        score += _NAMED if said.key in self._named else 0.0
        score += 0.0 if title_key(item.title) == said.key else _ONLY_A_PART_OF_THE_TITLE
        near = range(max(0, said.sentence - 2), min(len(self._sentences), said.sentence + 3))
        if item.year and any(
            str(item.year) in _YEARS.findall(self._texts[n]) and str(item.year) != said.key for n in near
        ):
            score += _YEAR
        if any(f" {surname} " in self._texts[n] for surname in _surnames(item) for n in near):
            score += _MAKER
        return score

    def _letters(self, words: Sequence[Word], said: Said) -> float:
        inside = [w.text.strip(_OPENING + _CLOSING) for w in words[said.first : said.end]]
        telling = [w for w in inside if w and w.lower() not in self._no] or [w for w in inside if w]
        if not all(w[0].isupper() or w[0].isdigit() for w in telling):
            return _SMALL_LETTERS
        # The first word of a sentence has a capital anyway.
        is_told = said.first > 0 or len(telling) > 1
        joined = _is_joined(words, said.first - 1, said.first) or _is_joined(words, said.end - 1, said.end)
        return (self._capitals if is_told else 0.0) + (_PART_OF_A_NAME if joined else 0.0)

    def _cue(self, words: Sequence[Word], said: Said, kind: Kind) -> float:
        before = [_bare(w) for w in words[max(0, said.first - 3) : said.first]]
        alone = 0.0
        if said.first == 0 and said.end == len(words) and said.sentence > 0:
            # "You brought a science fiction film. – Arrival."
            before = [_bare(w) for w in self._sentences[said.sentence - 1].words[-3:]]
            alone = _ALONE
        after = [_bare(w) for w in words[said.end : said.end + 3]]
        # "Alien, the film": an article stands between, where "Alien films" speaks of a kind of film.
        nouns = [
            *before,
            *(after[1:] if after[:1] and after[0] in ("the", "a", "der", "die", "das", "le") else []),
        ]
        found = [kinds for word in nouns if (kinds := _NOUNS.get(word))]
        if found:
            return _NOUN + alone if any(kind in kinds for kinds in found) else -0.1
        found = [kinds for word in before if (kinds := _VERBS.get(word))]
        return _VERB if any(kind in kinds for kinds in found) else 0.0


def _runs(words: Sequence[Word], sentence: int, first: int, no: frozenset[str]) -> Iterator[Said]:
    for end in range(first + 1, min(len(words), first + _LONGEST_TITLE) + 1):
        if end > first + 1 and words[end - 2].text.rstrip("\"'”’»)")[-1:] in tuple(".!?;"):
            return
        text = text_of(words[first:end]).strip(_OPENING + _CLOSING + "(")
        # A possessive belongs to what follows: "Alien's ending".
        key = title_key(re.sub(r"['’]s$", "", text))
        if key and len(key) > 1 and any(word not in no or end - first > 3 for word in key.split()):
            yield Said(key, sentence, first, end)
        elif key and end - first == 1 and first > 0 and text[:1].isupper():
            yield Said(key, sentence, first, end)  # "It", with a capital inside a sentence


def _may_begin(words: Sequence[Word], first: int) -> bool:
    """Whether a title may begin here: a capital or a digit in this word or the next, or "the film" before it."""
    if any(w.text.lstrip(_OPENING)[:1].isupper() or w.text[:1].isdigit() for w in words[first : first + 2]):
        return True
    return any(_bare(w) in _NOUNS for w in words[max(0, first - 3) : first])


def _is_cased(sentences: Sequence[Sentence]) -> bool:
    inside = [w for sentence in sentences for w in sentence.words[1:]]
    capitals = sum(1 for w in inside if w.text[:1].isupper() and len(w.text) > 1)
    return capitals * 200 > len(inside)


def _is_joined(words: Sequence[Word], left: int, right: int) -> bool:
    """Whether two neighbours are parts of one name: both with capitals, and nothing between them."""
    if left < 0 or right >= len(words):
        return False
    one, other = words[left].text, words[right].text
    if left == 0 and right < len(words) and _bare(words[left]) in function_words("en"):
        return False
    return one[:1].isupper() and one[-1:].isalnum() and other[:1].isupper() and one not in ("I", "The", "A")


def _is_quoted(words: Sequence[Word], said: Said) -> bool:
    last = words[said.end - 1].text.rstrip(".,;:!?…")
    return words[said.first].text[:1] in tuple('"“„«‘') and last[-1:] in tuple('"”“»’')


def _surnames(item: TitledItem) -> list[str]:
    return [
        key.split()[-1]
        for name in item.people
        if len((key := name_key(name)).split()[-1:] or "") and len(key) > 4
    ]


def _bare(word: Word) -> str:
    return word.text.strip(_OPENING + _CLOSING).lower()
