"""What sort of answer a question asks for: a price, a length, a day, a name; and whether some words hold one.

As question answering did before there were language models (Li and Roth 2002, "Learning question classifiers"): a sentence
about the right thing that holds no sum of money does not say what the thing costs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mediatheque.search.answering.words import content_stems, names, plain

_NUMBER = (
    r"(?:\d[\d.,]*|\b(?:half|quarter|third|fifths?|dozens?|once|twice|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
    r"|\w+teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundreds?|thousands?|millions?)\b)"
)


def _amount(units: str) -> str:
    """A number, and soon after it one of the units."""
    return rf"{_NUMBER}(?:[\s-]+\w+){{0,4}}?[\s-]+(?:{units})\b"


_MONEY = (
    rf"{_amount('euros?|dollars?|pounds?|francs?|cents?|kroner|kronor|yen|crowns?|pence')}|[€$£]\s?\d|\d\s?[€$£]"
    r"|\bfree\b|\bnothing\b"
)
_TIME = _amount("seconds?|minutes?|hours?|days?|nights?|weeks?|months?|years?|decades?|centur(?:y|ies)")
_DEGREES = _amount("degrees?|kelvin") + r"|\bminus\b"
_WEIGHT = _amount("grams?|kilos?|kilograms?|tons?|tonnes?|pounds?")
_LENGTH = _amount("millimetres?|centimetres?|metres?|kilometres?|miles?|feet|inches|meters?|kilometers?")
_SHARE = rf"\bper\s?cent\b|%|{_NUMBER} (?:in|out of) |\b(?:half|third|quarter|fifths?|most|majority)\b"
_RATE = rf"{_SHARE}|{_NUMBER}.* (?:an?|per|every|each) |\bevery\b|\btimes\b|\bdaily\b|\bweekly\b"
_WHEN = (
    r"\b1\d\d\d\b|\b20\d\d\b|\b(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday|spring|summer|autumn|winter|solstice|easter|christmas"
    r"|morning|noon|evening|midnight|night|today|yesterday|tomorrow|o'clock|ago|before|after|when|until|once|dusk|dawn)\b"
    rf"|{_TIME}"
)
_REASON = r"\b(?:because|since|so that|so|therefore|otherwise|reason|due|to|for|as|if|else|by|after|in order|made)\b"

#: What the question begins with or holds → what the answer holds. The first that fits counts.
_SORTS: tuple[tuple[str, str, str], ...] = (
    (
        "money",
        r"\bhow much (?:\w+ ){0,4}?(?:cost|pay|paid|earn|charge|spend|spent|sell)"
        r"|\bwhat (?:\w+ ){0,4}?(?:cost|price|fee|salary|wage|pay)\b|\bhow (?:much|expensive) (?:is|are|was|were) "
        r"|\b(?:price|fee|salary)\b|\bhow expensive\b|\bwhat (?:do|does|did) .* (?:cost|earn|pay)\b",
        _MONEY,
    ),
    ("temperature", r"\bhow (?:warm|hot|cold)\b|\btemperature\b", _DEGREES),
    ("weight", r"\bhow heavy\b|\bhow much .*\bweigh|\bwhat .*\bweigh|\bweight of\b", _WEIGHT),
    (
        "duration",
        r"\bhow (?:long|old)\b|\bhow many (?:seconds|minutes|hours|days|weeks|months|years)\b|\bhow much time\b"
        r"|\bhalf-life\b",
        _TIME + "|" + _LENGTH,
    ),
    ("length", r"\bhow (?:high|tall|deep|far|wide|thick|big|large)\b", _LENGTH + "|" + _NUMBER),
    ("share", r"\b(?:what|which) (?:share|part|percentage|proportion)\b|\bpercent", _SHARE),
    ("rate", r"\bhow (?:often|fast|quickly)\b", _RATE),
    ("number", r"\bhow (?:many|much)\b|\bwhat number\b", _NUMBER),
    ("when", r"\bwhen\b|\b(?:what|which) (?:year|day|date|month|time)\b", _WHEN),
    ("reason", r"^(?:and |but )?why\b|\bwhat (?:is|was) the reason\b|\bhow come\b", _REASON),
)
_COMPILED = [(sort, re.compile(asked), re.compile(answered)) for sort, asked, answered in _SORTS]
_WHO = re.compile(
    r"\b(?:who|whom|whose)\b|\bwhat is the name\b|\bwhich (?:company|firm|person|author|artist)\b"
)
_WHERE = re.compile(
    r"\bwhere\b|\b(?:what|which) (?:city|town|country|place|village|university|company|firm)\b"
)
_PLACE = re.compile(r"\b(?:in|at|from|to|on|near|below|above|behind|under|over|beside|across)\b")
_COUNTED = re.compile(r"\bhow (?:many|much) ((?:[^\W\d_]+[ -]?){1,3})")

_ASKING = frozenset(
    content_stems(
        "cost costs price fee salary wage pay earn charge expensive warm hot cold temperature heavy weigh weight long old time"
        " seconds minutes hours days weeks months years half-life high tall deep far wide thick big large share part percentage"
        " proportion percent fast quickly number year day date month reason"
    )
)


@dataclass(frozen=True, slots=True)
class Expected:
    """What an answer has to hold: `sort` is "money", "when", "who" …; "any" for questions that ask for anything."""

    sort: str
    pattern: re.Pattern[str] | None = None
    #: Of "how many sheep": what is counted, its stems.
    counted: tuple[str, ...] = ()
    #: Stems of the words that ask: whoever says "two tons" need not say "heavy".
    asking: frozenset[str] = frozenset()
    #: Names that the question says itself are no answer to it.
    known: frozenset[str] = frozenset()

    def fit(self, text: str) -> float:
        """How far a text holds what is asked for, 0 to 1; 0.5 where that cannot be told."""
        if self.sort == "any":
            return 0.5
        if self.sort == "who":
            return 1.0 if set(names(text)) - self.known else 0.4
        if self.sort == "where":
            is_named = bool(set(names(text)) - self.known)
            return 0.5 * is_named + 0.5 * bool(_PLACE.search(plain(text)))
        assert self.pattern is not None
        if not self.pattern.search(plain(text)):
            return 0.0
        if self.counted:
            return 1.0 if set(self.counted) & set(content_stems(text)) else 0.6
        return 1.0


def expected(question: str) -> Expected:
    """What sort of answer a question asks for."""
    asked = plain(question).strip()
    for sort, asks, answers in _COMPILED:
        if match := asks.search(asked):
            asking = frozenset(content_stems(match[0])) & _ASKING
            counted: tuple[str, ...] = ()
            if sort == "number" and (of := _COUNTED.search(asked)):
                counted = tuple(content_stems(of[1]))[:2]
            return Expected(sort, answers, counted, asking)
    known = frozenset(names(question)) | frozenset(plain(word) for word in question.split())
    if _WHERE.search(asked):
        return Expected("where", known=known)
    return Expected("who", known=known) if _WHO.search(asked) else Expected("any")
