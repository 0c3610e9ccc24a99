"""What a person typed into the search field, read as a title and as words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mediatheque.kit.errors import Invalid
from mediatheque.kit.wire import storable_text
from mediatheque.resolve.normalise import title_key

_LONGEST = 1_000
_MOST_WORDS = 16
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


def read_query(query: str) -> Reading:
    """The query read; raises Invalid when there is nothing in it."""
    cleaned = " ".join(storable_text(query[: 2 * _LONGEST]).replace("\ufffd", " ").split())[:_LONGEST]
    if not cleaned:
        raise Invalid("There is nothing to search for: type a title, a name, or what it is about.")
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
