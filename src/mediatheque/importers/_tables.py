"""The tables of an upload, and how their rows become records or rejections."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from mediatheque.kit.files import Upload
from mediatheque.kit.tables_of_text import Table, read_table
from mediatheque.vocabulary import Rejected, Row

Cells: TypeAlias = Mapping[str, str]

_TABLE_SUFFIXES = (".csv", ".tsv", ".txt")
_MOST_TABLES = 500  # looked at in a ZIP; a Takeout may hold thousands of playlists


class BadRow(Exception):
    """This row cannot become a record; the message tells its owner why."""


def tables_in(upload: Upload, *, multiline: bool = True) -> Iterator[Table]:
    """Every member that may be a table; a file given singly may have any name."""
    members = upload.members
    if len(members) > 1:
        members = tuple(m for m in members if m.name.lower().endswith(_TABLE_SUFFIXES))[:_MOST_TABLES]
    for member in members:
        yield read_table(member, multiline=multiline)


def names_of(table: Table) -> dict[str, str]:
    """The columns as written, by their lower-case name."""
    return {column.casefold(): column for column in table.columns}


def read_rows(table: Table, read_row: Callable[[str, Cells], Row]) -> Iterator[Row]:
    """One outcome per row: what `read_row` makes of it, or why the row is rejected."""
    for outcome in table:
        if isinstance(outcome, Rejected):
            yield outcome
            continue
        where, cells = outcome
        try:
            yield read_row(where, cells)
        except BadRow as error:
            yield Rejected(where, str(error))


def whole_number(text: str) -> int | None:
    """12, "12", "1,234"; None for anything else, because such facts are extras."""
    cleaned = text.strip().replace(",", "").removesuffix(".0")
    return int(cleaned) if cleaned.isascii() and cleaned.isdigit() and len(cleaned) < 10 else None


def year_of(text: str) -> int | None:
    """The year that a text begins with ("2008–2013" is 2008), if it is a plausible one."""
    year = whole_number(text.strip()[:4])
    return year if year is not None and 1000 <= year <= 2100 else None


def listed(text: str, separator: str = ",") -> tuple[str, ...]:
    """The distinct entries of a list in one cell, in their order."""
    return tuple(dict.fromkeys(part.strip() for part in text.split(separator) if part.strip()))


def required(cells: Cells, column: str, thing: str) -> str:
    """The cell's text; a row without it is no record."""
    text = cells.get(column, "").strip()
    if not text:
        raise BadRow(f"has no {thing} (column “{column}” is empty)")
    return text


def rating_in_halves(text: str, *, out_of: int) -> float | None:
    """A rating on a scale up to `out_of` as 0.5–5.0 in halves, ties upwards; None for no rating."""
    text = text.strip().replace(",", ".")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        raise BadRow(f"has the rating “{text[:40]}”, which is no number") from None
    if value == 0:
        return None
    if not 0 < value <= out_of:
        raise BadRow(f"has the rating {text[:40]}, outside 0–{out_of}")
    return max(0.5, int(value / out_of * 10 + 0.5) / 2)
