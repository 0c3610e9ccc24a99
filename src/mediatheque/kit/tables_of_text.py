"""Tables written as text (CSV and its cousins): every physical row is either cells or a rejection."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Generator, Iterator

from mediatheque.kit.files import Member, open_text
from mediatheque.vocabulary import Rejected

LONGEST_LINE = 1 << 20  # characters; the longest reviews are a tenth of this
LINES_OF_ONE_ROW = 2_000  # a quoted cell may hold a long text, a forgotten quote must not hold the file
_ATTEMPTS_AT_ONE_ROW = 16

_Line = tuple[int, str | None]  # number and text; None: longer than may be held


class Table:
    """A header and its rows. Iterating reads the file anew; `where` is "file.csv:LINE"."""

    def __init__(self, member: Member, *, multiline: bool = True) -> None:
        self.member = member
        self._is_multiline = multiline
        self.delimiter = ","
        self.columns: tuple[str, ...] = ()
        self._first_row_line = 1
        is_declared = False
        lines = _lines_of(member)
        for number, line in lines:
            if line is None:
                break
            if not line.strip():
                continue
            if declared := re.fullmatch(r'"?sep=(.)"?', line.strip()):  # Excel's own first line
                self.delimiter, is_declared = declared[1], True
                continue
            if not is_declared:
                self.delimiter = _delimiter_of(line)
            self.columns = _columns_of(line, self.delimiter)
            self._first_row_line = number + 1
            break
        lines.close()

    def __iter__(self) -> Iterator[tuple[str, dict[str, str]] | Rejected]:
        if not self.columns:
            return
        columns, width, name = self.columns, len(self.columns), self.member.name
        for number, cells in self._rows():
            where = f"{name}:{number}"
            if isinstance(cells, str):
                yield Rejected(where, cells)
            elif len(cells) == width or _fits(cells, width):
                yield where, dict(zip(columns, cells, strict=False))
            else:
                yield Rejected(
                    where, f"has {len(cells)} cell{'s' * (len(cells) != 1)} where the header has {width}"
                )

    def _rows(self) -> Iterator[tuple[int, list[str] | str]]:
        """Line number and either the cells or what is wrong with the line."""
        delimiter, first = self.delimiter, self._first_row_line
        lines = _lines_of(self.member)
        again: deque[_Line] = deque()  # lines that a forgotten quote had swallowed
        while True:
            entry = again.popleft() if again else next(lines, None)
            if entry is None:
                return
            number, line = entry
            if number < first:
                continue
            if line is None:
                yield number, f"is longer than {LONGEST_LINE:,} characters"
            elif '"' not in line:
                if line and not line.isspace():
                    yield number, line.split(delimiter)
            else:
                cells = _cells(line, delimiter)
                if cells is None:
                    cells = self._continued(number, line, lines, again)
                yield number, cells

    def _continued(
        self, number: int, line: str, lines: Iterator[_Line], again: deque[_Line]
    ) -> list[str] | str:
        """The row whose quoted cell goes on in the next lines; gives the lines back if it never ends."""
        unclosed = "a quote is opened here and never closed"
        if not self._is_multiline:
            return unclosed
        taken: list[_Line] = []
        parts = [line]
        size, attempts = len(line), 0
        while len(parts) < LINES_OF_ONE_ROW and size < LONGEST_LINE and attempts < _ATTEMPTS_AT_ONE_ROW:
            entry = again.popleft() if again else next(lines, None)
            if entry is None:
                break
            taken.append(entry)
            text = entry[1]
            if text is None:
                break
            parts.append(text)
            size += len(text)
            if text.count('"') % 2 == 0:
                continue
            attempts += 1
            cells = _cells("\n".join(parts), self.delimiter)
            if cells is None:
                continue
            if isinstance(cells, list) and _fits(cells, len(self.columns)):
                return cells
            break
        again.extendleft(reversed(taken))
        return unclosed


def read_table(member: Member, *, multiline: bool = True) -> Table:
    """The table in a member; without `multiline`, no cell may hold a line end (so no quote hides rows)."""
    return Table(member, multiline=multiline)


def _fits(cells: list[str], width: int) -> bool:
    """Spreadsheets pad rows with empty cells; anything else beyond the header is a broken row."""
    return len(cells) == width or (len(cells) > width and not any(cells[width:]))


def _cells(text: str, delimiter: str) -> list[str] | str | None:
    """The cells of one row, what is wrong with it, or None if its last quote is still open."""
    try:
        rows = list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error as error:
        message = str(error)
        if message == "unexpected end of data":
            return None
        if "field limit" in message:
            return f"has a cell of more than {csv.field_size_limit():,} characters"
        return "has text after a closing quote, where the next cell should begin"
    return rows[0] if rows else []


def _delimiter_of(header: str) -> str:
    unquoted = re.sub(r'"[^"]*"', "", header)
    return max(",\t;|", key=unquoted.count)


def _columns_of(header: str, delimiter: str) -> tuple[str, ...]:
    parsed = _cells(header, delimiter)
    cells = parsed if isinstance(parsed, list) else header.split(delimiter)
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    columns: list[str] = []
    for position, name in enumerate(names, 1):
        name = name or f"column {position}"
        columns.append(f"{name} ({position})" if name in columns else name)
    return tuple(columns)


def _lines_of(member: Member) -> Generator[_Line, None, None]:
    """Numbered physical lines without their ends, in constant memory however long a line is."""
    with open_text(member) as text:
        number, rest, is_told = 0, "", False  # told: the line under way was too long, and is reported
        while chunk := text.read(1 << 16):
            lines = (rest + chunk).split("\n")
            rest = lines.pop()
            for line in lines:
                number += 1
                if not is_told:
                    yield number, line if len(line) <= LONGEST_LINE else None
                is_told = False
            if is_told or len(rest) > LONGEST_LINE:
                rest = ""
                if not is_told:
                    is_told = True
                    yield number + 1, None
        if rest:
            yield number + 1, rest
