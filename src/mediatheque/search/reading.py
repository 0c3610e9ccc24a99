"""What a person typed into the search field, read as a title, as words, and as what is said somewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mediatheque.kit.errors import Invalid
from mediatheque.kit.wire import storable_text
from mediatheque.resolve.normalise import title_key

_LONGEST = 1_000
_MOST_WORDS = 16
#: Fewer letters begin too many words.
_SHORTEST_BEGINNING = 3
_WORD = re.compile(r"[^\W_]+")
_YEAR_AT_END = re.compile(r"^(?P<title>.*\S)[\s,]+\(?(?P<year>1[89]\d\d|20\d\d)\)?$")
# In nearly every description, so that asking for them costs much and finds nothing.
_FILLERS = frozenset(
    [
        "a",
        "about",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "but",
        "by",
        "for",
        "from",
        "has",
        "have",
        "he",
        "her",
        "his",
        "how",
        "in",
        "into",
        "is",
        "it",
        "its",
        "like",
        "of",
        "on",
        "or",
        "she",
        "some",
        "that",
        "the",
        "their",
        "them",
        "they",
        "this",
        "to",
        "was",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "whose",
        "will",
        "with",
    ]
)


# What questions are made of, and speech as well.
_ASKING = frozenset(
    [
        "am",
        "been",
        "can",
        "could",
        "did",
        "do",
        "does",
        "doing",
        "done",
        "every",
        "get",
        "got",
        "had",
        "him",
        "i",
        "if",
        "just",
        "me",
        "my",
        "no",
        "not",
        "our",
        "said",
        "say",
        "says",
        "should",
        "so",
        "someone",
        "somebody",
        "something",
        "than",
        "then",
        "there",
        "these",
        "those",
        "tell",
        "too",
        "us",
        "very",
        "we",
        "were",
        "why",
        "would",
        "you",
        "your",
    ]
)
_PHRASE = re.compile(r'(?P<no>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')


@dataclass(frozen=True, slots=True)
class Reading:
    """A query: as it is embedded, as a title's key, and as the words that must occur."""

    text: str
    key: str
    words: tuple[str, ...]
    year: int | None = None
    key_without_year: str | None = None  # of "Dune 2021"

    def tsquery(self) -> str:
        """The words as PostgreSQL's to_tsquery reads them; the last may be half typed. "" asks for nothing."""
        if not self.words:
            return ""
        *whole, last = self.words
        return " & ".join([*whole, f"{last}:*" if len(last) > 1 else last])


@dataclass(frozen=True, slots=True)
class Wording:
    """What is to be said in a passage: phrases, most of them of one word, and what must not be.

    `is_open`: the last word may be half typed.
    """

    text: str
    phrases: tuple[tuple[str, ...], ...]
    without: tuple[tuple[str, ...], ...] = ()
    is_open: bool = False

    def tsquery(self, *, as_beginning: bool = False) -> str:
        """All of it as PostgreSQL's to_tsquery reads it; `as_beginning`: the last word is half typed. "": nothing."""
        if not self.phrases:
            return ""
        wanted = [_followed(phrase) for phrase in self.phrases]
        if as_beginning:
            wanted[-1] += ":*"
        return " & ".join([*wanted, *self.unwanted()])

    def each(self) -> list[str]:
        """Every phrase by itself, as to_tsquery reads it, without what is unwanted."""
        return [" & ".join([_followed(phrase), *self.unwanted()]) for phrase in self.phrases]

    def unwanted(self) -> list[str]:
        """What must not be said, as to_tsquery reads it."""
        return [f"!{_followed(phrase)}" for phrase in self.without]


def read_wording(query: str) -> Wording:
    """The query as words, "phrases in quotes" and -unwanted words; raises Invalid when there is nothing in it."""
    cleaned = _cleaned(query)
    wanted: list[tuple[str, ...]] = []
    without: list[tuple[str, ...]] = []
    is_open = False
    for part in _PHRASE.finditer(cleaned):
        is_quoted = part["phrase"] is not None
        words: list[str] = _WORD.findall(part["phrase"] if is_quoted else part["word"])
        words = [word for word in words if len(word) <= 64]
        if not words:
            continue
        if part["no"] and (is_quoted or len(words) == 1):
            without.append(tuple(words))
            continue
        wanted += [tuple(words)] if is_quoted else [(word,) for word in words]
        is_open = not is_quoted and cleaned.endswith(words[-1]) and len(words[-1]) >= _SHORTEST_BEGINNING
    telling = [p for p in wanted if len(p) > 1 or not (_FILLERS | _ASKING).issuperset(map(str.casefold, p))]
    telling = telling or wanted
    phrases = tuple(dict.fromkeys(telling))[:_MOST_WORDS]
    is_open = is_open and bool(phrases) and phrases[-1] == wanted[-1]
    return Wording(cleaned, phrases, tuple(without[:_MOST_WORDS]), is_open)


def _followed(phrase: tuple[str, ...]) -> str:
    written = " <-> ".join(phrase)
    return f"({written})" if len(phrase) > 1 else written


def _cleaned(query: str) -> str:
    cleaned = " ".join(storable_text(query[: 2 * _LONGEST]).replace("\ufffd", " ").split())[:_LONGEST]
    if not cleaned:
        raise Invalid("There is nothing to search for: type a title, a name, or what it is about.")
    return cleaned


def read_query(query: str) -> Reading:
    """The query read; raises Invalid when there is nothing in it."""
    cleaned = _cleaned(query)
    words = [word for word in _WORD.findall(cleaned) if len(word) <= 64]
    telling = [word for word in words if word.casefold() not in _FILLERS]
    found = _YEAR_AT_END.match(cleaned)
    return Reading(
        text=cleaned,
        key=title_key(cleaned) if words else "",
        words=tuple((telling or words)[:_MOST_WORDS]),
        year=int(found["year"]) if found else None,
        key_without_year=title_key(found["title"]) if found else None,
    )
