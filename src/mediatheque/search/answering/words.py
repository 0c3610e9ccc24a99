"""The words of a question and of what was said: those that tell something, by their stems; numbers; names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+(?:['’.][^\W_]+)*")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")

# Of the question words, of speech, and of politeness; what is left tells what is meant.
_FILLERS = frozenset(
    [
        "a",
        "about",
        "above",
        "after",
        "again",
        "against",
        "all",
        "also",
        "am",
        "an",
        "and",
        "any",
        "anybody",
        "anyone",
        "anything",
        "are",
        "as",
        "at",
        "be",
        "because",
        "been",
        "before",
        "being",
        "below",
        "between",
        "both",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "doing",
        "done",
        "down",
        "during",
        "each",
        "either",
        "else",
        "ever",
        "every",
        "for",
        "from",
        "further",
        "get",
        "gets",
        "getting",
        "give",
        "given",
        "go",
        "goes",
        "going",
        "got",
        "had",
        "has",
        "have",
        "having",
        "he",
        "her",
        "here",
        "hers",
        "him",
        "his",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "itself",
        "just",
        "let",
        "like",
        "lot",
        "made",
        "make",
        "makes",
        "many",
        "may",
        "maybe",
        "me",
        "mean",
        "means",
        "might",
        "mine",
        "more",
        "most",
        "much",
        "must",
        "my",
        "myself",
        "neither",
        "never",
        "no",
        "nobody",
        "none",
        "nor",
        "not",
        "nothing",
        "now",
        "of",
        "off",
        "often",
        "on",
        "once",
        "one",
        "ones",
        "only",
        "or",
        "other",
        "others",
        "our",
        "ours",
        "out",
        "over",
        "own",
        "per",
        "perhaps",
        "please",
        "put",
        "quite",
        "rather",
        "really",
        "said",
        "same",
        "say",
        "says",
        "saying",
        "shall",
        "she",
        "should",
        "since",
        "so",
        "some",
        "somebody",
        "someone",
        "something",
        "still",
        "such",
        "take",
        "taken",
        "takes",
        "tell",
        "tells",
        "than",
        "that",
        "the",
        "their",
        "theirs",
        "them",
        "themselves",
        "then",
        "there",
        "these",
        "they",
        "thing",
        "things",
        "this",
        "those",
        "though",
        "through",
        "thus",
        "to",
        "told",
        "too",
        "under",
        "until",
        "up",
        "upon",
        "us",
        "use",
        "used",
        "uses",
        "using",
        "very",
        "was",
        "way",
        "we",
        "well",
        "were",
        "what",
        "when",
        "where",
        "whether",
        "which",
        "while",
        "who",
        "whom",
        "whose",
        "why",
        "will",
        "with",
        "within",
        "without",
        "would",
        "yes",
        "yet",
        "you",
        "your",
        "yours",
        "exactly",
        "according",
        "actually",
        "called",
        "known",
        "kind",
        "sort",
        "recording",
        "recordings",
        "archive",
        "talk",
        "talks",
        "mention",
        "mentioned",
    ]
)

_UNITS = {
    word: number
    for number, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
_TENS = {
    word: 10 * number
    for number, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
}
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}


def plain(text: str) -> str:
    """Small letters without accents."""
    if text.isascii():
        return text.lower()
    return "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))


def words(text: str) -> list[str]:
    """Every word as it is written."""
    return _WORD.findall(text)


def content_stems(text: str) -> list[str]:
    """The stems of the words that tell something, each once, in their order."""
    return list(dict.fromkeys(stem(word) for word in content_words(text)))


def content_words(text: str) -> list[str]:
    """The words that tell something, each once, in small letters."""
    telling = (word for word in map(plain, words(text.replace("-", " "))) if word not in _FILLERS)
    return list(dict.fromkeys(word for word in telling if len(word) > 1 or word.isdigit()))


def all_stems(text: str) -> set[str]:
    """The stems of every word."""
    return {stem(plain(word)) for word in words(text.replace("-", " "))}


# Verbs of speech whose forms have no stem in common.
_IRREGULAR = {
    form: base
    for base, *forms in (
        entry.split()
        for entry in [
            "become became",
            "begin began begun",
            "bite bit bitten",
            "blow blew blown",
            "break broke broken",
            "bring brought",
            "build built",
            "burn burnt",
            "buy bought",
            "catch caught",
            "choose chose chosen",
            "come came",
            "cost",
            "cut",
            "die died dead death",
            "draw drew drawn",
            "drink drank drunk",
            "drive drove driven",
            "eat ate eaten",
            "fall fell fallen",
            "feed fed",
            "feel felt",
            "fight fought",
            "find found",
            "fly flew flown",
            "forget forgot forgotten",
            "freeze froze frozen",
            "grow grew grown",
            "hang hung",
            "hear heard",
            "hide hid hidden",
            "hold held",
            "keep kept",
            "know knew known",
            "lay laid",
            "lead led",
            "learn learnt",
            "leave left",
            "lend lent",
            "lie lay lain",
            "light lit",
            "lose lost",
            "meet met",
            "pay paid",
            "ride rode ridden",
            "ring rang rung",
            "rise rose risen",
            "run ran",
            "see saw seen",
            "sell sold",
            "send sent",
            "shake shook shaken",
            "shine shone",
            "shoot shot",
            "sing sang sung",
            "sink sank sunk",
            "sit sat",
            "sleep slept",
            "speak spoke spoken",
            "spend spent",
            "stand stood",
            "steal stole stolen",
            "stick stuck",
            "swim swam swum",
            "teach taught",
            "tear tore torn",
            "think thought",
            "throw threw thrown",
            "wake woke woken",
            "wear wore worn",
            "weep wept",
            "win won",
            "write wrote written",
            "foot feet",
            "tooth teeth",
            "mouse mice",
            "goose geese",
            "man men",
            "woman women",
            "child children",
            "life lives",
            "leaf leaves",
            "knife knives",
            "high height",
            "deep depth",
            "long length",
            "wide width",
            "warm warmth",
            "strong strength",
            "weigh weight",
        ]
    )
    for form in forms
}


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A word without the endings of English; close to Porter's first steps, so that "treated" is "treats".

    Words of other languages lose at most an ending, on both sides of every comparison.
    """
    word = word.replace("’", "'").removesuffix("'s").replace("'", "").replace(".", "")
    word = _IRREGULAR.get(word, word)
    if len(word) <= 3 or not word.isalpha():
        return word
    for ending, instead, least in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= least:
            word = word[: len(word) - len(ending)] + instead
            break
    if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "lsz":
        word = word[:-1]
    if len(word) > 3 and word.endswith("e"):
        word = word[:-1]
    return word[:-1] + "i" if len(word) > 2 and word.endswith("y") else word


_ENDINGS = (
    ("ingly", "", 3),
    ("sses", "ss", 1),
    ("iest", "y", 2),
    ("ied", "y", 2),
    ("ies", "y", 2),
    ("ing", "", 3),
    ("edly", "", 3),
    ("ers", "er", 3),
    ("ss", "ss", 1),
    ("us", "us", 1),
    ("is", "is", 1),
    ("ed", "", 3),
    ("es", "e", 3),
    ("ly", "", 3),
    ("s", "", 3),
)


def names(text: str) -> list[str]:
    """Names of people, places and works: words with a capital that do not merely begin a sentence; small letters."""
    found: list[str] = []
    begins = True
    for match in re.finditer(r"[^\W_]+(?:['’][^\W_]+)*|[.?!:“\"]", text):
        word = match[0]
        if not word[0].isalnum():
            begins = True
            continue
        # A capital at a sentence's beginning says nothing, unless what begins it is no common word.
        if word[0].isupper() and len(word) > 1 and plain(word) not in _FILLERS and not begins:
            found.append(plain(word).removesuffix("'s").removesuffix("’s"))
        begins = False
    return list(dict.fromkeys(found))


def numbers(text: str) -> set[str]:
    """The numbers in a text, in digits: "thirty-four" and "34" are both "34"."""
    found = {_digits(match[0]) for match in _NUMBER.finditer(text)}
    return found | set(_spelt_numbers(text))


def _digits(written: str) -> str:
    # A comma before three digits groups them; any other is a decimal point.
    written = re.sub(r",(?=\d{3}(?!\d))", "", written).replace(",", ".")
    return written.rstrip("0").rstrip(".") if "." in written else written


def _spelt_numbers(text: str) -> Iterator[str]:
    total, current, is_open = 0, 0, False
    tokens = plain(text).replace("-", " ").split()
    for position, token in enumerate([*tokens, ""]):
        word = token.strip(".,;:!?()\"'“”")
        # "One" alone is more often a pronoun than a number.
        if word in _UNITS and not (word == "one" and not is_open and not _goes_on(tokens, position)):
            if is_open and current % 10 and current % 100 < 20:
                yield str(total + current)
                total, current = 0, 0
            current, is_open = current + _UNITS[word], True
        elif word in _TENS:
            if is_open and current % 100:
                yield str(total + current)
                total, current = 0, 0
            current, is_open = current + _TENS[word], True
        elif word in _SCALES and (is_open or _follows_article(tokens, position)):
            current, is_open = (current or 1) * _SCALES[word], True
            if _SCALES[word] > 100:
                total, current = total + current, 0
        elif word == "and" and is_open and (current >= 100 or total) and _goes_on(tokens, position):
            continue
        elif is_open:
            yield str(total + current)
            total, current, is_open = 0, 0, False
        if is_open and token and token[-1] in ".,;:!?":
            yield str(total + current)
            total, current, is_open = 0, 0, False


def _goes_on(tokens: list[str], position: int) -> bool:
    after = tokens[position + 1].strip(".,;:!?") if position + 1 < len(tokens) else ""
    return after in _UNITS or after in _TENS or after in _SCALES


def _follows_article(tokens: list[str], position: int) -> bool:
    return position > 0 and tokens[position - 1] in ("a", "one", "the")
