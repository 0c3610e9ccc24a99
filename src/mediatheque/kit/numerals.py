"""Numbers in titles: words and Roman numerals as digits, so that "Part Two", "II" and "2" are one."""

from __future__ import annotations

#: Words that announce a number and add nothing to it: "Kill Bill: Vol. 2" is "Kill Bill 2".
MARKERS = frozenset(
    {
        *("part", "pt", "parte", "partie", "parti", "teil", "deel", "del", "часть"),
        *("chapter", "chapitre", "kapitel", "capitulo", "глава"),
        *("volume", "vol", "tome", "tomo", "band", "book", "episode", "ep"),
    }
)
_SPELLED_OUT = {"vol": "volume", "pt": "part", "ep": "episode", "versus": "vs"}
_ONES = (
    *(
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
    ),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_VALUE_BY_WORD = {
    **{word: value for value, word in enumerate(_ONES)},
    **{word: value * 10 for value, word in enumerate(_TENS, 2)},
    **{"hundred": 100, "thousand": 1000},
}
_ROMANS = (
    *(
        "ii",
        "iii",
        "iv",
        "v",
        "vi",
        "vii",
        "viii",
        "ix",
        "x",
        "xi",
        "xii",
        "xiii",
        "xiv",
        "xv",
        "xvi",
        "xvii",
    ),
    "xviii",
)
_DIGITS_BY_ROMAN = {roman: str(value) for value, roman in enumerate(_ROMANS, 2)}


def is_numeral(word: str) -> bool:
    """May `numbered` read this word as a number?"""
    return word in _VALUE_BY_WORD or word in _DIGITS_BY_ROMAN or word == "i"


def numbered(words: list[str]) -> list[str]:
    """The words with numbers as digits, and without the markers before them."""
    out: list[str] = []
    last = len(words) - 1
    spoken = ""  # the number at the end of `out`, when it was written in words and more may join it
    for place, word in enumerate(words):
        value = _VALUE_BY_WORD.get(word)
        if value is not None:
            spoken = _say(out, spoken, word, value)
        elif digits := _digits(word, out, is_last=place == last):
            spoken = ""
            _drop_markers(out)
            out.append(digits)
        else:
            spoken = spoken if word == "and" else ""
            out.append(_SPELLED_OUT.get(word, word))
    return out


def _digits(word: str, before: list[str], *, is_last: bool) -> str | None:
    if word.isdecimal():
        return str(int(word))
    if not before:
        return None
    if word == "i":
        return "1" if before[-1] in MARKERS else None
    # A lone v or x in the middle is a letter ("Malcolm X speaks"), at the end a number ("Rocky V").
    if word in ("v", "x") and not is_last and before[-1] not in MARKERS:
        return None
    return _DIGITS_BY_ROMAN.get(word)


def _say(out: list[str], spoken: str, word: str, value: int) -> str:
    """Append a number word, or join it to the number before: "twenty one", "one hundred and one"."""
    total = _joined(out, spoken, value)
    if total is None and value >= 100 and out and out[-1].isdigit() and len(out[-1]) < 4:
        total = int(out[-1]) * value  # "20 Thousand Leagues"
    if total is None and value >= 100:
        out.append(word)
        return ""
    if total is None:
        _drop_markers(out)
        out.append(str(value))
    else:
        while not out.pop().isdigit():  # the "and" between the two
            pass
        out.append(str(total))
    return out[-1]


def _joined(out: list[str], spoken: str, value: int) -> int | None:
    """What the spoken number and the next word are together; None: two numbers."""
    before = int(spoken or 0)
    if not before or (out[-1] == "and" and before % 100):
        return None
    if value >= 100:
        return before * value if before < value and out[-1] != "and" else None
    is_open = before % 100 == 0 or (before % 10 == 0 and before % 100 >= 20 and value < 10)
    return before + value if is_open and value else None


def _drop_markers(out: list[str]) -> None:
    while len(out) > 1 and out[-1] in MARKERS:
        out.pop()
