"""Long JSON lists and JSON Lines, entry by entry in constant memory; a broken entry is a rejection."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any, NoReturn, TextIO

from mediatheque.kit.files import Member, open_text
from mediatheque.vocabulary import Rejected

LONGEST_ENTRY = 4 << 20  # characters; real entries have some hundred
DEEPEST_ENTRY = 64  # real entries nest four deep

_CHUNK = 1 << 18
_GAP = re.compile(r"[\s,]*")
_OPENING = re.compile(r'\{\s*"[^"\\]{1,80}"\s*:')
# NUL and lone surrogates are legal JSON, but neither UTF-8 nor PostgreSQL's JSON can hold them.
_MAYBE_UNSTORABLE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_TOKEN = 16  # a literal or an escape cut off by the window's end is at most this long


def read_json_list(member: Member) -> Iterator[tuple[str, Any] | Rejected]:
    """Each entry of the member's list with its place ("file.json:3" is the third), or a Rejected."""
    with open_text(member) as text:
        yield from _Entries(member.name, text)


def read_json_lines(member: Member) -> Iterator[tuple[str, Any] | Rejected]:
    """The value on each line with its place ("file.jsonl:3" is line 3), or a Rejected."""
    with open_text(member) as text:
        number = 0
        while line := text.readline(LONGEST_ENTRY):
            number += 1
            where = f"{member.name}:{number}"
            if len(line) == LONGEST_ENTRY and not line.endswith("\n"):
                while len(line) == LONGEST_ENTRY and not line.endswith("\n"):
                    line = text.readline(LONGEST_ENTRY)
                yield Rejected(where, f"is longer than {LONGEST_ENTRY >> 20} million characters")
            elif line.strip():
                try:
                    yield where, parse_json(line)
                except ValueError as error:
                    yield Rejected(where, str(error))


def parse_json(text: str) -> Any:
    """The value written in `text` without what cannot be stored; raises ValueError in words."""
    try:
        value, end = _decode(text, len(text) - len(text.lstrip()))
    except json.JSONDecodeError as error:
        raise ValueError(f"is no JSON ({error.msg})") from error
    except RecursionError as error:
        raise ValueError("is nested too deeply") from error
    if text[end:].strip():
        raise ValueError("has text after its JSON")
    return _storable(value, text, 0, end)


class _Entries:
    """A window that slides over the text of the list."""

    def __init__(self, name: str, text: TextIO) -> None:
        self._name = name
        self._text = text
        self._window = ""
        self._at = 0
        self._number = 1
        self._is_cut_off = False
        self._opening: str | None = None  # how the entries here begin, to find the next after a broken one

    def __iter__(self) -> Iterator[tuple[str, Any] | Rejected]:
        if not self._find("["):
            yield Rejected(self._name, "is no JSON list; export the history as JSON again")
            return
        while True:
            self._at = self._past_gap()
            if self._at == len(self._window):
                yield self._rejected("the file ends here, before its list does; download the export again")
                return
            if self._window[self._at] == "]":
                self._at += 1
                if self._past_gap() < len(self._window):
                    yield self._rejected("there is text after the end of the list, which was not read")
                return
            outcome = self._next_entry()
            yield outcome
            self._number += 1
            if isinstance(outcome, Rejected) and (self._is_cut_off or not self._find_next_opening()):
                return

    def _next_entry(self) -> tuple[str, Any] | Rejected:
        while True:
            window, at = self._window, self._at
            try:
                value, end = _decode(window, at)
                if end == len(window) and window[-1] not in '}]"' and self._read_more():
                    continue  # a number may go on
                entry = _storable(value, window, at, end)
            except json.JSONDecodeError as error:
                if _may_be_cut_off(error, window) and len(window) - at < LONGEST_ENTRY and self._read_more():
                    continue
                return self._rejected(self._what_is_wrong(error))
            except RecursionError:
                return self._rejected("is nested too deeply")
            except ValueError as error:
                return self._rejected(str(error))
            if self._opening is None:
                self._opening = _opening_at(window, at)
            self._at = end
            return f"{self._name}:{self._number}", entry

    def _what_is_wrong(self, error: json.JSONDecodeError) -> str:
        if len(self._window) - self._at >= LONGEST_ENTRY:
            return f"is longer than {LONGEST_ENTRY >> 20} million characters, or has a quote never closed"
        is_open_text = error.msg.startswith("Unterminated string")
        if is_open_text or not re.search(r"[}\]]", self._window[error.pos :]):
            self._is_cut_off = True
            return "the file ends in the middle of this entry; download the export again"
        excerpt = self._window[max(self._at, error.pos - 20) : error.pos + 20]
        return f"is broken JSON near “{' '.join(excerpt.split())}” ({error.msg})"

    def _rejected(self, why: str) -> Rejected:
        return Rejected(f"{self._name}:{self._number}", why)

    def _read_more(self) -> bool:
        """Slide the window on to begin at `_at`; doubling keeps a long entry's cost linear."""
        rest = self._window[self._at :]
        more = self._text.read(max(_CHUNK, len(rest)))
        self._window, self._at = rest + more, 0
        return bool(more)

    def _past_gap(self) -> int:
        while True:
            match = _GAP.match(self._window, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._window) or not self._read_more():
                return self._at

    def _find(self, mark: str) -> bool:
        """Go past `mark` if that is what comes next."""
        self._past_gap()
        found = self._window.startswith(mark, self._at)
        self._at += len(mark) if found else 0
        return found

    def _find_next_opening(self) -> bool:
        """After a broken entry: go to what looks like the beginning of the next one."""
        opening = self._opening or _opening_at(self._window, self._at)
        if opening is None:
            return False
        self._at += 1
        while (found := self._window.find(opening, self._at)) < 0:
            self._at = max(self._at, len(self._window) - len(opening))
            if not self._read_more():
                return False
        self._at = found
        return True


def _opening_at(window: str, at: int) -> str | None:
    match = _OPENING.match(window, at)
    return match[0] if match else None


def _may_be_cut_off(error: json.JSONDecodeError, window: str) -> bool:
    return error.msg.startswith("Unterminated string") or error.pos >= len(window) - _TOKEN


def _storable(value: Any, text: str, start: int, end: int) -> Any:
    """`value`, read from text[start:end], if it is not too deep, without what no database can hold."""
    braces = text.count("{", start, end) + text.count("[", start, end)
    if braces > DEEPEST_ENTRY and _depth(value) > DEEPEST_ENTRY:
        raise ValueError("is nested too deeply")
    return _cleaned(value) if _MAYBE_UNSTORABLE.search(text, start, end) else value


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level:
        depth += 1
        children: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                children += one.values()
            elif isinstance(one, list):
                children += one
        level = [child for child in children if isinstance(child, dict | list)]
    return depth


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_cleaned(one) for one in value]
    if isinstance(value, dict):
        return {_cleaned(key): _cleaned(one) for key, one in value.items()}
    return value


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"holds the number {text[:20]}, which is too large")
    return number


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"holds {text}, which is no JSON")


_decode = json.JSONDecoder(parse_float=_finite, parse_constant=_no_number).raw_decode
