"""Titles and names reduced to what two spellings of the same one have in common."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from mediatheque.resolve.numerals import MARKERS, is_numeral, numbered
from mediatheque.vocabulary import Work

#: Longer keys are cut: an index entry must stay small, and 120 characters identify any title.
KEY_LENGTH = 120
#: Catalogues list up to hundreds of alternative titles; the first ones are those in use.
ALTERNATIVES_KEPT = 12
KEYS_KEPT = 32

# Left out although they are articles somewhere: die (Die Hard), den (Den of Thieves), as, o, i, en, de.
_ARTICLES = frozenset(
    {
        *("the", "a", "an"),
        *("le", "la", "les", "un", "une"),
        *("der", "das", "dem", "ein", "eine"),
        *("el", "los", "las", "una", "unos"),
        *("il", "lo", "gli", "uno"),
        *("os", "um", "uma"),
        *("het", "een", "det", "ett"),
    }
)
_LETTERS = str.maketrans(
    {
        **dict(zip("øłđðıħŧ", "olddiht", strict=True)),
        **{"æ": "ae", "œ": "oe", "þ": "th", "&": " and ", "_": " "},
        **dict.fromkeys("'’‘ʼ`´ʻ′\u200b\u200e\u200f\ufeff", ""),
    }
)

_COUNTRY_BY_NAME = {
    **{"us": "us", "usa": "us", "uk": "uk", "gb": "uk", "au": "au", "australia": "au", "nz": "nz"},
    **{
        "in": "in",
        "india": "in",
        "ca": "ca",
        "canada": "ca",
        "jp": "jp",
        "japan": "jp",
        "kr": "kr",
        "korea": "kr",
    },
}

_BRACKETED = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*$")
_EDITION_WORDS = (
    r"director'?s cut|(?:the )?final cut|extended|uncut|unrated|uncensored|theatrical|remaster(?:ed)?|restored"
    r"|redux|special edition|collector'?s|anniversary|unabridged|abridged|ultimate|4k|hd|uhd|imax|subbed|dubbed"
    r"|(?:english |original )?(?:dub|sub|subtitles)|limited series|mini-?series"
)
_EDITION = re.compile(
    rf"(?:the )?(?:\d+(?:th|st|nd|rd) )?(?:{_EDITION_WORDS})(?:[ -](?:edition|version|cut|anniversary|release))*"
)
_MEDIUM = re.compile(
    r"(?:\d{4} )?(?:tv|television|web|mini|limited|anime|animated|short|feature|netflix|original|live[ -]action|american"
    r"|british|us|uk|[ -])*"
    r"(?:film|movie|(?:mini-?)?series|tv|television|show|special|book|novel|audiobook|play|documentary|anime"
    r"|paperback|hardcover|kindle edition|manga|graphic novel)(?: \d{4})?"
)
_YEAR = re.compile(r"(18[89]\d|19\d\d|20\d\d)(?:\s*[-–—]\s*(?:\d{4})?)?")
_SERIES_PLACE = re.compile(r"(?:.*#|.+\b(?:book|vol\.?|volume|no\.?)\s*)\s*\d+(?:[.\-–]\d+)?\s*")
_LANGUAGE = re.compile(
    r"(?:in )?(?:english|hindi|tamil|telugu|malayalam|kannada|bengali|spanish|french|german|italian|japanese|korean)"
    r"(?: (?:version|dub(?:bed)?|edition|language))?"
)
_EDITION_TAIL = re.compile(rf"\s*(?:[:,]|\s[-–—])\s+(?:{_EDITION.pattern})\s*$")
_TRAILING_ARTICLE = re.compile(r",\s+(the|a|an|le|la|les|el|los|las|il|der|die|das)\s*$")
# S.W.A.T., M*A*S*H, E.T. are one word; so are X-Men, WALL·E and K-Pop.
_INITIALS = re.compile(r"(?<![^\W_])((?:[^\W\d_][.*]){2,}[^\W\d_]?)(?![^\W_])")
_LETTER_JOINED = re.compile(
    r"(?<![^\W_])([^\W\d_])[-·‐‑](?=[^\W\d_])|(?<=[^\W\d_])[-·‐‑]([^\W\d_])(?![^\W_])"
)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_SUPERSCRIPT = re.compile("[²³¹⁴-⁹]")
_FOLDED_MARKS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u0652\u0670]+")
# Beyond \w, the vowel signs of the scripts between Devanagari and Khmer, which Python counts as punctuation.
_TOKEN = re.compile(
    "[\\w\u0900-\u0963\u0966-\u0dff\u0e00-\u0e7f\u0e80-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17d3\u3099\u309a]+"
)
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


@lru_cache(maxsize=65536)
def title_key(title: str) -> str:
    """The title without case, accents, punctuation, leading article, edition and year in brackets."""
    text = _folded(title)
    if "(" in text or "[" in text:
        text = _without_notes(text)
    if ":" in text or "," in text or "-" in text or "–" in text:
        text = _without_tail(text)
    if "-" in text or "." in text or "*" in text or "·" in text or "‐" in text or "‑" in text:
        text = _LETTER_JOINED.sub(lambda m: m[1] or m[2], _INITIALS.sub(_letters_only, text))
    if "," in text:
        text = _THOUSANDS.sub("", text)
    if "+" in text:
        text = text.replace(" + ", " and ")
    key = _fitting(numbered(_without_article(_TOKEN.findall(text))))
    return key or "".join(text.split())[:KEY_LENGTH]  # "???" has nothing else to go by


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
    for note in _notes(_folded(title)):
        if found := _YEAR.search(note):
            year = year or int(found[1])
        country = country or _country(note)
    forms: dict[str, Form] = {}
    for form in _forms(title):
        if form.key:
            forms.setdefault(form.key, form)
    return Reading(tuple(forms.values()), year, country)


@lru_cache(maxsize=16384)
def name_key(name: str) -> str:
    """A person's name folded, "Tolkien, J. R. R." turned round."""
    last, comma, first = name.partition(",")
    text = _folded(f"{first} {last}" if comma else name)
    return " ".join(_TOKEN.findall(text))


def numbers_in(key: str) -> tuple[str, ...]:
    """The numbers in a key, in order; a key that is nothing but a number is a name, not a count."""
    if key.isdigit():
        return ()
    return tuple(token for token in key.split() if token.isdigit())


def _folded(title: str) -> str:
    # Bounded, since a broken export may hold a megabyte where a title should be.
    text = title.strip()[:500]
    if not text.isascii():
        text = _SUPERSCRIPT.sub(r" \g<0>", text)  # "Alien³" is "Alien 3"
        text = unicodedata.normalize("NFKC", text)
        # Only these marks: dropping every mark would take the voicing off か゛ and the vowels off Devanagari.
        text = _FOLDED_MARKS.sub("", unicodedata.normalize("NFD", text.casefold()))
        text = unicodedata.normalize("NFKC", text).casefold()
    return text.casefold().translate(_LETTERS)


def _letters_only(initials: re.Match[str]) -> str:
    return initials[1].replace(".", "").replace("*", "") + " "


def _notes(text: str) -> Iterator[str]:
    """What stands in brackets at the end of a folded title, last first."""
    while found := _BRACKETED.search(text):
        if found.start() == 0:
            return
        yield found[1].strip()
        text = text[: found.start()]


def _without_notes(text: str) -> str:
    """The title without the brackets at its end that say nothing about its words."""
    while (found := _BRACKETED.search(text)) and found.start() > 0 and _is_note(found[1].strip()):
        text = text[: found.start()]
    return text


def _is_note(note: str) -> bool:
    return (
        not note
        or any(p.fullmatch(note) for p in (_YEAR, _EDITION, _MEDIUM, _SERIES_PLACE, _LANGUAGE))
        or _country(note) is not None
    )


def _country(note: str) -> str | None:
    return _COUNTRY_BY_NAME.get(note.replace(".", "").replace(" version", "").strip())


def _without_tail(text: str) -> str:
    """The title without ": Director's Cut" and ", The" at its end."""
    cut = _EDITION_TAIL.sub("", text)
    cut = _TRAILING_ARTICLE.sub("", cut)
    return cut if _TOKEN.search(cut) else text


def _article(title: str) -> str:
    text = _folded(title)
    if found := _TRAILING_ARTICLE.search(text):
        return found[1]
    tokens = _TOKEN.findall(text)
    return tokens[0] if _without_article(tokens) != tokens else ""


def _without_article(tokens: list[str]) -> list[str]:
    # Not before another article: "La La Land" is not "Land", and a key of a key stays itself.
    if len(tokens) > 1 and tokens[0] in _ARTICLES and tokens[1] not in _ARTICLES:
        return tokens[1:]
    return tokens


def _fitting(tokens: list[str]) -> str:
    """The key, whole words up to KEY_LENGTH."""
    key = " ".join(tokens)
    if len(key) <= KEY_LENGTH:
        return key
    head = key[: KEY_LENGTH + 1].rpartition(" ")[0].split()
    # A numeral that the cut left at the end would be read as a number the next time.
    while head and is_numeral(head[-1]):
        head.pop()
    return " ".join(head) or key[:KEY_LENGTH]


def _forms(title: str) -> Iterator[Form]:
    whole = title_key(title)
    yield Form(whole, "whole", numbers_in(whole), _article(title))
    yield from _joined(title, whole)
    if (plain := _BRANDS.sub("", title)) != title:
        yield _form(plain, "unbranded")
    if (found := _BRACKETED.search(title)) and found.start() > 0 and not _is_note(_folded(found[1]).strip()):
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
    text = _without_notes(title)
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
