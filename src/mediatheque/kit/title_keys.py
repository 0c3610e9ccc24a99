"""Titles and names reduced to what two spellings of the same one have in common: by these keys they are found."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from mediatheque.kit.numerals import is_numeral, numbered

#: Longer keys are cut: an index entry must stay small, and 120 characters identify any title.
KEY_LENGTH = 120

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

BRACKETED = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*$")
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
YEAR = re.compile(r"(18[89]\d|19\d\d|20\d\d)(?:\s*[-–—]\s*(?:\d{4})?)?")
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


@lru_cache(maxsize=65536)
def title_key(title: str) -> str:
    """The title without case, accents, punctuation, leading article, edition and year in brackets."""
    text = folded(title)
    if "(" in text or "[" in text:
        text = without_notes(text)
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


@lru_cache(maxsize=16384)
def name_key(name: str) -> str:
    """A person's name folded, "Tolkien, J. R. R." turned round."""
    last, comma, first = name.partition(",")
    text = folded(f"{first} {last}" if comma else name)
    return " ".join(_TOKEN.findall(text))


def folded(title: str) -> str:
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


def notes_of(text: str) -> Iterator[str]:
    """What stands in brackets at the end of a folded title, last first."""
    while found := BRACKETED.search(text):
        if found.start() == 0:
            return
        yield found[1].strip()
        text = text[: found.start()]


def without_notes(text: str) -> str:
    """The title without the brackets at its end that say nothing about its words."""
    while (found := BRACKETED.search(text)) and found.start() > 0 and is_note(found[1].strip()):
        text = text[: found.start()]
    return text


def is_note(note: str) -> bool:
    return (
        not note
        or any(p.fullmatch(note) for p in (YEAR, _EDITION, _MEDIUM, _SERIES_PLACE, _LANGUAGE))
        or country_of(note) is not None
    )


def country_of(note: str) -> str | None:
    return _COUNTRY_BY_NAME.get(note.replace(".", "").replace(" version", "").strip())


def _without_tail(text: str) -> str:
    """The title without ": Director's Cut" and ", The" at its end."""
    cut = _EDITION_TAIL.sub("", text)
    cut = _TRAILING_ARTICLE.sub("", cut)
    return cut if _TOKEN.search(cut) else text


def article_of(title: str) -> str:
    text = folded(title)
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
