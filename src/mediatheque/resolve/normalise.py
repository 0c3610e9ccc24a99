"""Titles read as catalogues and people write them: every form by which a work may be called, and what it says besides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from mediatheque.kit.numerals import MARKERS
from mediatheque.kit.title_keys import (
    BRACKETED,
    KEY_LENGTH,
    YEAR,
    article_of,
    country_of,
    folded,
    is_note,
    name_key,
    notes_of,
    title_key,
    without_notes,
)
from mediatheque.vocabulary import Work

__all__ = ["KEY_LENGTH", "name_key", "title_key"]

#: Catalogues list up to hundreds of alternative titles; the first ones are those in use.
ALTERNATIVES_KEPT = 12
KEYS_KEPT = 32

_HYPHENATED = re.compile(r"(?<=\w)[-‐‑·.](?=\w)")
_SEPARATOR = re.compile(r"\s*(?::|\s[-–|/~]+)\s+|\s*[—―：]\s*|,?\s+(?:or|aka|a\.k\.a\.)[:,]?\s+(?=[(\"“A-Z])")
_BRANDS = re.compile(
    r"^(?:marvel|disney|dc|stephen king|tim burton|guillermo del toro|tyler perry|bram stoker|wes craven"
    r"|john carpenter|roald dahl|frank herbert|william shakespeare|shakespeare|agatha christie|tom clancy|mary shelley"
    r"|national lampoon|monty python|neil gaiman|ken follett|zack snyder|dr\.? seuss|lee daniels|george orwell"
    r"|m\. night shyamalan|disney pixar)(?:'s?|’s?)\s+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Form:
    """One way a title may be written short. `part`: what of the title it is ("whole", "head", …)."""

    key: str
    part: str = "whole"
    numbers: tuple[str, ...] = ()  # sequel and other numbers, of what was cut off too when it begins with one
    article: str = ""  # what `title_key` left out: "Predator" and "The Predator" are two films


@dataclass(frozen=True, slots=True)
class Reading:
    """What a title says besides its words."""

    forms: tuple[Form, ...]
    year: int | None = None  # "House of Cards (1990)"
    country: str | None = None  # "The Office (U.S.)", in two letters


def title_keys(work: Work) -> tuple[str, ...]:
    """Every key under which a work may be found: each title, whole and as it is often cut short."""
    keys: dict[str, None] = {}
    for title in titles_of(work):
        keys.update((form.key, None) for form in read_title(title).forms)
    return tuple(islice(keys, KEYS_KEPT))


def titles_of(work: Work) -> tuple[str, ...]:
    """The titles a work goes by, each once: its own, the original, the first few alternatives."""
    titles = (work.title, work.original_title, *work.alternative_titles[:ALTERNATIVES_KEPT])
    return tuple(dict.fromkeys(title for title in titles if title))


@lru_cache(maxsize=65536)
def read_title(title: str) -> Reading:
    """The forms of a title, best first, and the year and country it names in brackets."""
    year = country = None
    for note in notes_of(folded(title)):
        if found := YEAR.search(note):
            year = year or int(found[1])
        country = country or country_of(note)
    forms: dict[str, Form] = {}
    for form in _forms(title):
        if form.key:
            forms.setdefault(form.key, form)
    return Reading(tuple(forms.values()), year, country)


def numbers_in(key: str) -> tuple[str, ...]:
    """The numbers in a key, in order; a key that is nothing but a number is a name, not a count."""
    if key.isdigit():
        return ()
    return tuple(token for token in key.split() if token.isdigit())


def _forms(title: str) -> Iterator[Form]:
    whole = title_key(title)
    yield Form(whole, "whole", numbers_in(whole), article_of(title))
    yield from _joined(title, whole)
    if (plain := _BRANDS.sub("", title)) != title:
        yield _form(plain, "unbranded")
    if (found := BRACKETED.search(title)) and found.start() > 0 and not is_note(folded(found[1]).strip()):
        yield Form(title_key(title[: found.start()]), "head", numbers_in(whole))
        if _stands_alone(inner := title_key(found[1])):
            yield Form(inner, "tail", numbers_in(inner))
    yield from _parts(title)


def _form(title: str, part: str) -> Form:
    key = title_key(title)
    return Form(key, part, numbers_in(key))


def _joined(title: str, whole: str) -> Iterator[Form]:
    """ "Spider-Man" as "spiderman", "WALL·E" as "wall e"."""
    if _HYPHENATED.search(title):
        for joint in ("", " "):
            key = title_key(_HYPHENATED.sub(joint, title))
            if key != whole:
                yield Form(key, "joined", numbers_in(key))


def _parts(title: str) -> Iterator[Form]:
    """What is left of a title when what follows, or what precedes, a separator is cut off."""
    text = without_notes(title)
    cuts = list(_SEPARATOR.finditer(text))
    for cut in (cuts[0], cuts[-1]) if len(cuts) > 1 else cuts:
        head, tail = title_key(text[: cut.start()]), title_key(text[cut.end() :])
        if len(head) > 1:
            yield Form(head, "head", numbers_in(head) + _leading_number(tail))
        if _stands_alone(tail):
            yield Form(tail, "tail", numbers_in(tail))


def _leading_number(key: str) -> tuple[str, ...]:
    words = key.split(maxsplit=2)
    if words and words[0] in MARKERS:
        words = words[1:]
    return (words[0],) if words and words[0].isdigit() else ()


def _stands_alone(key: str) -> bool:
    """Is this enough of a title to be looked for by itself? "Fallout" and "Part 2" are not."""
    words = key.split()
    names = [word for word in words if not word.isdigit() and word not in MARKERS]
    return (len(words) > 1 and bool(names)) or (not key.isascii() and len(key) > 4)
