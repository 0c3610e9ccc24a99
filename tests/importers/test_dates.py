"""Dates: their forms, and the order of day and month found from a whole file."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mediatheque.importers import DateOrder
from mediatheque.importers._dates import day, day_in_order, moment_utc, order_of, seconds
from mediatheque.importers._tables import BadRow
from mediatheque.kit.errors import NeedsAnswer


@pytest.mark.parametrize(
    ("dates", "order"),
    [
        (["1/2/20", "1/13/20"], "month-first"),
        (["1/2/20", "13/1/20"], "day-first"),
        (["2/3/2020", "1/2/2020"] + [f"{n}/12/2019" for n in range(13, 30)] + ["12/25/2019"], "day-first"),
        (["2/3/20", "2/1/20", "1/12/20", "1/3/20"], "month-first"),  # only so newest first throughout
        (["3/2/20", "1/2/20", "12/1/20", "3/1/20"], "day-first"),
        (["1/3/20", "1/12/20", "2/1/20", "2/3/20"], "month-first"),  # oldest first is steady too
        (["04.03.2023", "02.04.2023"], "day-first"),
        (["31/12/19", "nonsense", "", "99/99/99"], "day-first"),
        (["23/1/31", "23/1/30", "22/12/29"], "day-first"),
        (["99/1/31", "98/12/30"], "year-first"),
    ],
)
def test_order_is_found(dates: list[str], order: DateOrder) -> None:
    assert order_of(dates, None) == order


@pytest.mark.parametrize(
    "dates", [["3/4/21"], ["3/4/21", "3/3/21"], ["1/2/20"] * 9, ["1/13/20", "13/1/20", "2/1/20"]]
)
def test_what_cannot_be_known_is_asked(dates: list[str]) -> None:
    with pytest.raises(NeedsAnswer, match="day or the month") as question:
        order_of(dates, None)
    assert question.value.option == "date_order"
    assert question.value.choices == ("day-first", "month-first")


def test_what_cannot_be_known_follows_the_expectation() -> None:
    assert order_of(["3/4/21"], "day-first") == "day-first"
    assert order_of(["3/14/21"], "day-first") == "month-first"


def test_nothing_to_decide_is_not_asked() -> None:
    assert order_of([], None)
    assert order_of(["2021-03-04", "4/4/21", "x"], None)


def test_reading_stops_when_the_order_is_certain() -> None:
    dates = iter([f"{n}/28/20" for n in range(1, 13)] * 20)
    assert order_of(dates, None) == "month-first"
    assert next(dates, None) is not None


@pytest.mark.parametrize(
    ("text", "order", "iso"),
    [
        ("3/4/21", "day-first", "2021-04-03"),
        ("3/4/21", "month-first", "2021-03-04"),
        ("21/3/4", "year-first", "2021-03-04"),
        ("2021-03-04", "day-first", "2021-03-04"),
        ("\u200e03.04.2021 ", "day-first", "2021-04-03"),
        ("2021. 3. 4.", "day-first", "2021-03-04"),
        ("2021年3月4日", "day-first", "2021-03-04"),
        ("31/2/21", "day-first", None),
        ("3/4", "day-first", None),
        ("3/4/0021", "day-first", "2021-04-03"),
        ("1" * 500, "day-first", None),
    ],
)
def test_days_in_an_order(text: str, order: DateOrder, iso: str | None) -> None:
    found = day_in_order(text, order)
    assert (found.date().isoformat() if found else None) == iso


def test_plain_days_and_moments() -> None:
    assert (
        day("2021/3/4")
        == day("2021-03-04")
        == day("2021-03-04T10:00:00Z")
        == datetime(2021, 3, 4, tzinfo=UTC)
    )
    assert day(" ") is None
    assert moment_utc("2021-03-04 05:06:07") == datetime(2021, 3, 4, 5, 6, 7, tzinfo=UTC)
    assert moment_utc("2021-03-04T05:06:07+02:00") == datetime(2021, 3, 4, 3, 6, 7, tzinfo=UTC)
    assert (seconds("01:02:03"), seconds("1:2"), seconds("a:b:c")) == (3723, None, None)
    for broken in ("2021-13-01", "2021-02-30", "04/03/2021", "x" * 100):
        with pytest.raises(BadRow, match="has the date"):
            day(broken)
    for broken in ("", "yesterday", "0001-01-01 00:00:00", "9999-12-31 23:59:59"):
        with pytest.raises(BadRow, match="has the time"):
            moment_utc(broken)
