"""Reads fields of foreign JSON: what is missing, empty or of the wrong type is simply not there."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Mapping
from typing import Any, cast

_TAG = re.compile(r"<[^>]{1,200}>")
_BREAK = re.compile(r"(?i)<(?:br|/p|/li)\b[^>]{0,20}>")
_YEAR = re.compile(r"(?<!\d)(1[4-9]\d\d|20\d\d)(?!\d)")

#: Codes that some sources use and ISO 639-1 does not, or no longer.
_LANGUAGE_BY_CODE = {"cn": "zh", "iw": "he", "in": "id", "ji": "yi", "mo": "ro", "sh": "sr"}


def objects(value: Any) -> list[Mapping[str, Any]]:
    """The objects in a JSON list."""
    return [cast("Mapping[str, Any]", entry) for entry in listed(value) if isinstance(entry, dict)]


def object_in(value: Any) -> Mapping[str, Any]:
    """A JSON object, empty where there is none."""
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


def listed(value: Any) -> list[Any]:
    """A JSON list, empty where there is none."""
    return cast("list[Any]", value) if isinstance(value, list) else []


def text(value: Any) -> str | None:
    """A string with something in it, inner whitespace single; PostgreSQL cannot hold a NUL."""
    if not isinstance(value, str):
        return None
    return " ".join(value.replace("\0", " ").split()) or None


def texts(value: Any) -> tuple[str, ...]:
    """The distinct non-empty strings of a JSON list, in its order."""
    found = (text(entry) for entry in listed(value))
    return tuple(dict.fromkeys(entry for entry in found if entry))


def prose(value: Any) -> str | None:
    """A description without the HTML that some sources put into it."""
    found = text(value)
    if found and "<" in found:
        found = text(_TAG.sub("", _BREAK.sub(" ", found)))
    return text(html.unescape(found)) if found else None


def number(value: Any) -> float | None:
    """A finite number; booleans are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def positive(value: Any) -> float | None:
    """A number above zero: sources write 0 for "not known"."""
    found = number(value)
    return found if found is not None and found > 0 else None


def count(value: Any) -> int | None:
    """A whole number above zero that fits a database integer."""
    found = positive(value)
    return int(found) if found is not None and 1 <= found < 2**31 else None


def identifier(value: Any) -> str | None:
    """An id as text, whether the source writes it as a number or as text."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return text(value)


def year(value: Any) -> int | None:
    """The year in "1999", "1999-03-31", "March 1999" or 1999."""
    found = _YEAR.search(str(value)) if isinstance(value, str | int) else None
    return int(found.group()) if found else None


def language(value: Any) -> str | None:
    """An ISO 639-1 code; TMDB's "xx" (no language) and longer codes than two letters are none."""
    found = text(value)
    if not found:
        return None
    code = found.split("-")[0].split("_")[0].lower()
    code = _LANGUAGE_BY_CODE.get(code, code)
    return code if len(code) == 2 and code.isascii() and code.isalpha() and code != "xx" else None


def rating(value: Any, best: float) -> float | None:
    """A rating out of `best` on our scale of 0.5–5.0; a 0 means that nobody has rated."""
    found = positive(value)
    return round(min(5.0, max(0.5, found * 5.0 / best)), 2) if found is not None else None


def isbn13(value: Any) -> str | None:
    """A valid ISBN as 13 digits, also from the older form of 10; hyphens do not matter."""
    found = text(value)
    if not found:
        return None
    digits = re.sub(r"[\s-]", "", found).upper()
    if re.fullmatch(r"\d{9}[\dX]", digits, re.ASCII):
        total = sum((10 - place) * (10 if d == "X" else int(d)) for place, d in enumerate(digits))
        return _with_check_digit("978" + digits[:9]) if total % 11 == 0 else None
    if re.fullmatch(r"97[89]\d{10}", digits, re.ASCII) and _with_check_digit(digits[:12]) == digits:
        return digits
    return None


def _with_check_digit(twelve: str) -> str:
    total = sum(int(d) * (3 if place % 2 else 1) for place, d in enumerate(twelve))
    return f"{twelve}{-total % 10}"
