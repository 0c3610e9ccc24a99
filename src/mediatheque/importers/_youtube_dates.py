"""Moments as Google's exports write them in each language, with the zone's name after the time."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from mediatheque.importers import DateOrder

# The shortest beginnings that tell months apart across languages, accents removed; the longest that fits wins.
_STEMS_BY_MONTH: dict[int, str] = {
    1: "jan gen ene ian oca sty led tammi янв січ ιαν",
    2: "feb fev fev sub lut uno helmi фев лют φεβ",
    3: "mar mrt maalis bre мар бер μαρ",
    4: "apr abr avr nis kwi dub huhti апр квіт кві απρ",
    5: "may mai maj mei mag kve touko маи мая трав тра μαι",
    6: "jun juin giu iun haz cze cerven cervn cvn kesa июн черв чер ιουν",
    7: "jul juil lug iul tem lip cervenec cervenc cvc heina июл лип ιουλ",
    8: "aug ago agu aou sie srp elo авг серп сер αυγ",
    9: "sep set szep wrz eyl zar syys сен вер σεπ",
    10: "oct okt ott out eki paz rij loka окт жов οκτ",
    11: "nov kas lis marras ноя лист лис νοε",
    12: "dec dic dez des dek ara gru pro joulu дек груд гру δεκ",
}
_MONTH_BY_STEM = {stem: month for month, stems in _STEMS_BY_MONTH.items() for stem in stems.split()}

_HOURS_BY_ZONE: dict[str, float] = {
    "utc": 0, "gmt": 0, "z": 0, "wet": 0, "mez": 1, "cet": 1, "sec": 1, "wat": 1, "west": 1, "bst": 1,
    "mesz": 2, "cest": 2, "selc": 2, "eet": 2, "oez": 2, "sast": 2, "cat": 2, "eest": 3, "oesz": 3,
    "msk": 3, "trt": 3, "eat": 3, "мск": 3, "ist": 5.5, "pkt": 5, "wib": 7, "ict": 7, "sgt": 8, "hkt": 8,
    "awst": 8, "myt": 8, "pht": 8, "pst": -8, "pdt": -7, "mst": -7, "mdt": -6, "cst": -6, "cdt": -5,
    "est": -5, "edt": -4, "ast": -4, "adt": -3, "nst": -3.5, "ndt": -2.5, "akst": -9, "akdt": -8,
    "hst": -10, "brt": -3, "art": -3, "clt": -4, "clst": -3, "cot": -5, "pet": -5, "jst": 9, "kst": 9,
    "acst": 9.5, "acdt": 10.5, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13, "hne": -5, "hae": -4,
    "hnp": -8, "hap": -7, "hnec": 1, "heec": 2,
}  # fmt: skip
_CHINA = timezone(timedelta(hours=8))  # "CST" after a Chinese date

_MORNING = ("am", "上午", "凌晨", "早上", "清晨", "午前", "오전", "oo", "πμ")  # "oo": Turkish ÖÖ
_AFTERNOON = ("pm", "下午", "晚上", "中午", "午後", "오후", "os", "μμ")
_HALF = re.compile(
    r"(?<![^\W\d_])(?:"
    + "|".join(
        rf"(?P<{name}>" + "|".join(r"\.?\s?".join(mark) + r"\b\.?" for mark in marks) + ")"
        for name, marks in (("morning", _MORNING), ("afternoon", _AFTERNOON))
    )
    + ")"
)
_FILLERS = frozenset(
    [
        "at",
        "um",
        "a",
        "klo",
        "kl",
        "г",
        "р",
        "o",
        "de",
        "del",
        "h",
        "ч",
        "в",
        "о",
        "об",
        "alle",
        "ore",
        "om",
        "as",
        "kello",
        "saat",
        "и",
    ]
)

_YEAR_FIRST = re.compile(
    r"(?P<y>\d{4})\s*[./\-年년]\s*(?P<m>\d{1,2})\s*[./\-月월]\s*(?P<d>\d{1,2})\s*[.日일t]?"
)
_NUMBERS = re.compile(r"(?<!\d)(?P<d>\d{1,2})\s*[./-]\s*(?P<m>\d{1,2})\s*[./-]\s*(?P<y>\d{4})")
_WORD = r"(?P<w>[^\W\d_]{2,})"
_DAY_WORD = re.compile(rf"(?<!\d)(?P<d>\d{{1,2}})\.?\s*(?:de\s+)?{_WORD}\.?,?\s*(?:del?\s+)?(?P<y>\d{{4}})")
_WORD_DAY = re.compile(rf"{_WORD}\.?\s+(?P<d>\d{{1,2}})\.?,?\s+(?P<y>\d{{4}})")
_YEAR_WORD = re.compile(rf"(?P<y>\d{{4}})\.?\s+{_WORD}\.?\s+(?P<d>\d{{1,2}})\.?")
_TIME = re.compile(
    r"(?P<h>\d{1,2})\s*[:.h時时点시]\s*(?P<min>\d{2})(?:\s*[:.m分분]\s*(?P<s>\d{2}))?(?:[.,]\d+)?[秒초]?"
)
_OFFSET = re.compile(r"(?:gmt|utc)?\s*(?P<sign>[+\-−])(?P<h>\d{1,2})(?::?(?P<min>\d{2}))?")
_LONGEST = 120  # characters; the wordiest locale takes 45
_YEARS = range(1990, 2100)


def moment(text: str, date_order: DateOrder | None = None, timezone_name: str | None = None) -> datetime:
    """The moment that `text` writes, in UTC; raises ValueError in words when it cannot be read.

    `timezone_name` decides where the text names no zone or one that several places share.
    """
    if len(text) > _LONGEST:
        raise ValueError("is too long for a date")
    plain = _plain(text)
    year, month, day, rest = _date(plain, date_order)
    time = _TIME.search(rest)
    if time is None:
        raise ValueError("has no time of day")
    rest = rest[: time.start()] + " " + rest[time.end() :]
    hour, rest = _hour(int(time["h"]), rest)
    local = datetime(year, month, day, hour, int(time["min"]), int(time["s"] or 0))  # noqa: DTZ001
    is_chinese = "年" in plain
    return (local.replace(tzinfo=_zone(rest, local, timezone_name, is_chinese))).astimezone(UTC)


def _plain(text: str) -> str:
    """Lower case without accents; narrow and non-breaking spaces become spaces, 年 and 시 stay."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(c for c in unicodedata.normalize("NFKD", decomposed) if not unicodedata.combining(c))
    return unicodedata.normalize("NFKC", bare).replace("ı", "i").replace("\u200e", "").replace("\u200f", "")


def _date(text: str, order: DateOrder | None) -> tuple[int, int, int, str]:
    """Year, month, day and the text without them."""
    for pattern in (_YEAR_FIRST, _NUMBERS, _DAY_WORD, _WORD_DAY, _YEAR_WORD):
        match = pattern.search(text)
        if match is None:
            continue
        found = match.groupdict()
        day = int(found["d"])
        month = int(found["m"]) if "m" in found else _month(found["w"])
        if month is None:
            continue
        # No locale writes an unnamed month first in this style of date, so it takes being told.
        if pattern is _NUMBERS and (month > 12 or (order == "month-first" and day <= 12)):
            day, month = month, day
        year = int(found["y"])
        if year not in _YEARS:
            raise ValueError(f"has the year {year}")
        return year, month, day, text[: match.start()] + " " + text[match.end() :]
    raise ValueError("is in no date format known here")


@lru_cache(maxsize=256)
def _month(word: str) -> int | None:
    for length in range(len(word), 1, -1):
        if month := _MONTH_BY_STEM.get(word[:length]):
            return month
    return None


def _hour(hour: int, rest: str) -> tuple[int, str]:
    """The hour on a 24-hour clock, and the rest without its AM or PM."""
    half = _HALF.search(rest)
    if half is None:
        return hour, rest
    if hour <= 12:
        hour = hour % 12 + (12 if half["afternoon"] else 0)
    return hour, rest[: half.start()] + " " + rest[half.end() :]


def _zone(rest: str, local: datetime, name: str | None, is_chinese: bool) -> tzinfo:
    home = ZoneInfo(name) if name else None
    if offset := _OFFSET.search(rest):
        minutes = int(offset["h"]) * 60 + int(offset["min"] or 0)
        if minutes > 15 * 60:
            raise ValueError(f"has the time zone {offset[0].strip()}")
        return timezone(timedelta(minutes=minutes if offset["sign"] == "+" else -minutes))
    words = [w for w in re.findall(r"[^\W\d_]+", rest) if w not in _FILLERS]
    if not words:
        return home or UTC
    zone = words[-1]
    if home and (local.replace(tzinfo=home).tzname() or "").casefold() == zone:
        return home
    if zone == "cst" and is_chinese:
        return _CHINA
    if zone in _HOURS_BY_ZONE:
        return timezone(timedelta(hours=_HOURS_BY_ZONE[zone]))
    if home:
        return home
    raise ValueError(f"has the unknown time zone “{zone.upper()}”; say in which time zone you lived")
