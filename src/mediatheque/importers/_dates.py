"""Dates as exports write them, and the order of day and month found from a whole file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from mediatheque.importers import DateOrder
from mediatheque.importers._tables import BadRow
from mediatheque.kit.errors import NeedsAnswer
from mediatheque.vocabulary import Event, EventKind

_ISO_DAY = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})(?:[T ].*)?", re.DOTALL)
_THREE_NUMBERS = re.compile(
    r"(\d{1,4})\s*(?P<separator>[./\-年])\s*(\d{1,2})\s*[./\-月]\s*(\d{1,4})\s*[.日]?"
)
_DIRECTION_MARKS = str.maketrans("", "", "\u200e\u200f\u202a\u202b\u202c")
_LONGEST_DATE = 64  # what is longer is no date, and not worth remembering
_ENOUGH_VOTES = 50  # dates that agree on the order, after which the rest need not be read


def day(text: str) -> datetime | None:
    """Midnight UTC of "2021-03-04", "2021/3/4" (a time after it is dropped); None if there is no text."""
    text = text.strip()
    if not text:
        return None
    moment = _iso_day(text) if len(text) < _LONGEST_DATE else None
    if moment is None:
        raise BadRow(f"has the date “{text[:40]}”, which is not read here (year-month-day is)")
    return moment


@lru_cache(maxsize=16_384)
def _iso_day(text: str) -> datetime | None:
    found = _ISO_DAY.fullmatch(text)
    return _midnight(int(found[1]), int(found[3]), int(found[4])) if found else None


def event_on(
    kind: EventKind,
    midnight: datetime | None,
    value: float | None = None,
    properties: Mapping[str, Any] | None = None,
) -> Event:
    """An event of which the export gives the day at most."""
    return Event(
        kind=kind, at=midnight, is_date_only=midnight is not None, value=value, properties=properties or {}
    )


def moment_utc(text: str) -> datetime:
    """The moment "2023-05-01 19:22:33", which the export gives in UTC."""
    text = text.strip()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadRow(f"has the time “{text[:40]}”, which is not read here (year-month-day hours:…)") from None
    if not 1990 <= moment.year <= 2100:
        raise BadRow(f"has the time “{text[:40]}”, in no plausible year")
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def seconds(text: str) -> int | None:
    """The seconds of "01:22:33"; None if it is no such duration."""
    parts = text.strip().split(":")
    if len(parts) != 3 or not all(p.isascii() and p.isdigit() and len(p) < 5 for p in parts):
        return None
    return int(parts[0]) * 3600 + int(parts[1]) * 60 + int(parts[2])


def day_in_order(text: str, order: DateOrder) -> datetime | None:
    """Midnight UTC of a date such as 3/4/21, or None; a year of four digits in front overrules `order`."""
    numbers = _numbers(text)
    if numbers is None:
        return None
    first, second, third = numbers
    if first >= 1000 or order == "year-first":
        return _midnight(_full_year(first), second, third)
    if order == "day-first":
        return _midnight(_full_year(third), second, first)
    return _midnight(_full_year(third), first, second)


def order_of(texts: Iterable[str], expected: DateOrder | None) -> DateOrder:
    """The order of day and month that explains a file's dates; raises NeedsAnswer if two orders do.

    Evidence, strongest first: an expected year in front, where it fits; a value above 12; dots, which no month-first country writes; one
    order that makes the file run steadily in time (exports are newest first); `expected`.
    """
    evidence = _Evidence()
    for text in texts:
        if evidence.add(text):
            break
    if expected == "year-first" and evidence.allows_year_first():
        return expected
    if order := evidence.verdict() or expected:
        return order
    raise NeedsAnswer(
        f"Dates such as {evidence.example} can be read in two ways, and nothing in the file tells which: "
        "say whether the day or the month comes first",
        option="date_order",
        choices=("day-first", "month-first"),
    )


class _Evidence:
    """What the dates seen so far say about their order."""

    def __init__(self) -> None:
        self.day_first_votes = self.month_first_votes = self.year_first_votes = self.dots = 0
        self.count = self.possible_year_first = 0
        self.example = ""
        self._previous: tuple[datetime, datetime] | None = None
        self._previous_text = ""
        # For day-first and month-first: how often time went on and back from row to row.
        self._forward = [0, 0]
        self._backward = [0, 0]

    def add(self, text: str) -> bool:
        """Take one more date into account; true once the rest cannot change the verdict."""
        if text == self._previous_text:
            return False
        self._previous_text = text
        numbers = _numbers(text)
        if numbers is None or numbers[0] >= 1000:
            return False
        self.count += 1
        self.possible_year_first += day_in_order(text, "year-first") is not None
        by_order = (day_in_order(text, "day-first"), day_in_order(text, "month-first"))
        if by_order[0] and by_order[1]:
            self._compare((by_order[0], by_order[1]))
            if by_order[0] != by_order[1] and not self.example:
                self.example = text.strip()
                self.dots += _separator(text) == "."
        elif by_order[0]:
            self.day_first_votes += 1
        elif by_order[1]:
            self.month_first_votes += 1
        elif day_in_order(text, "year-first"):
            self.year_first_votes += 1
        votes = (self.day_first_votes, self.month_first_votes)
        return max(votes) >= _ENOUGH_VOTES and min(votes) == 0

    def _compare(self, moments: tuple[datetime, datetime]) -> None:
        if self._previous:
            for i in (0, 1):
                self._forward[i] += moments[i] > self._previous[i]
                self._backward[i] += moments[i] < self._previous[i]
        self._previous = moments

    def allows_year_first(self) -> bool:
        return self.possible_year_first * 10 >= self.count * 9

    def verdict(self) -> DateOrder | None:
        day_first, month_first = self.day_first_votes, self.month_first_votes
        if self.year_first_votes > day_first + month_first:
            return "year-first"
        if day_first or month_first:  # a broken line or two does not outvote the others
            if day_first >= 10 * month_first:
                return "day-first"
            return "month-first" if month_first >= 10 * day_first else None
        if not self.example or self.dots:
            return "day-first"
        steady = [not (self._forward[i] and self._backward[i]) for i in (0, 1)]
        if steady[0] == steady[1]:
            return None
        return "day-first" if steady[0] else "month-first"


def _numbers(text: str) -> tuple[int, int, int] | None:
    if len(text) > _LONGEST_DATE:
        return None
    found = _THREE_NUMBERS.fullmatch(text.translate(_DIRECTION_MARKS).strip())
    return (int(found[1]), int(found[3]), int(found[4])) if found else None


def _separator(text: str) -> str:
    found = _THREE_NUMBERS.search(text[:_LONGEST_DATE])
    return found["separator"] if found else ""


def _full_year(number: int) -> int:
    return number + 2000 if number < 100 else number


def _midnight(year: int, month: int, day_of_month: int) -> datetime | None:
    if not 1900 <= year <= 2100:
        return None
    try:
        return datetime(year, month, day_of_month, tzinfo=UTC)
    except ValueError:
        return None
