"""Goodreads: the library export (CSV), one row per book with its shelf, rating and dates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mediatheque.importers import Options
from mediatheque.importers._dates import day, event_on
from mediatheque.importers._isbn import isbn13
from mediatheque.importers._tables import (
    BadRow,
    Cells,
    listed,
    rating_in_halves,
    read_rows,
    required,
    tables_in,
    whole_number,
    year_of,
)
from mediatheque.importers._titles import problem_with
from mediatheque.kit.files import Upload
from mediatheque.kit.tables_of_text import Table
from mediatheque.vocabulary import FINISHED_KIND, Credit, Event, EventKind, Kind, Record, Role, Row, Work

TITLE = "Goodreads library export (CSV)"

_OURS = frozenset({"Book Id", "Title", "Author", "My Rating", "Exclusive Shelf"})
# “Dune (Dune, #1)”, “Ship of Magic (Liveship Traders, #1; Elderlings, #4)”, “X (Series #3)”
_SERIES = re.compile(
    r"(?P<title>.+?)\s*\((?P<series>[^()#;]{1,200}?),?\s+#(?P<number>[^();]{1,20})(?:;[^()]*)?\)"
)
_STARTED_SHELVES = frozenset({"currently-reading"})
_SAVED_SHELVES = frozenset({"to-read"})
_SHELVES_WITH_A_MEANING = _STARTED_SHELVES | _SAVED_SHELVES | {"read"}


def recognises(upload: Upload) -> bool:
    return any(_is_ours(table) for table in tables_in(upload))


def read(upload: Upload, options: Options) -> Iterator[Row]:
    for table in tables_in(upload):
        if _is_ours(table):
            yield from read_rows(table, _read_row)


def _is_ours(table: Table) -> bool:
    return set(table.columns) >= _OURS


def _read_row(where: str, cells: Cells) -> Row:
    title = required(cells, "Title", "title")
    if problem := problem_with(title):
        raise BadRow(problem)
    work = _work(title, cells)
    return Record(
        source="goodreads",
        where=where,
        payload=cells,
        work=work,
        events=_events(work.kind, cells),
        key=_key(cells),
    )


def _key(cells: Cells) -> str:
    """What the reader said about the book; averages and editions change by themselves."""
    said = ("Book Id", "Exclusive Shelf", "Bookshelves", "My Rating", "Date Read", "Date Added", "Read Count")
    return "|".join(cells.get(column, "").strip() for column in said)


def _work(title: str, cells: Cells) -> Work:
    series, number, place = None, None, None
    if found := _SERIES.fullmatch(title):
        title, series = found["title"], found["series"].strip()
        number, place = whole_number(found["number"]), _place(found["number"])
    authors = (cells["Author"], *listed(cells.get("Additional Authors", "")))
    names = dict.fromkeys(" ".join(name.split()) for name in authors if name.strip())
    book_id, isbn = cells["Book Id"].strip(), _isbn(cells)
    ids = {"goodreads": book_id} if book_id.isascii() and book_id.isdigit() else {}
    return Work(
        kind=Kind.AUDIO if "audi" in cells.get("Binding", "").lower() else Kind.BOOK,
        title=title,
        year=year_of(cells.get("Original Publication Year", "")) or year_of(cells.get("Year Published", "")),
        credits=tuple(Credit(name, Role.AUTHOR) for name in names),
        pages=whole_number(cells.get("Number of Pages", "")) or None,
        series_title=series,
        episode=number,
        series=series or None,
        series_position=place,
        average_rating=_average(cells.get("Average Rating", "")),
        external_ids={**ids, "isbn13": isbn} if isbn else ids,
    )


def _isbn(cells: Cells) -> str | None:
    return isbn13(cells.get("ISBN13", "")) or isbn13(cells.get("ISBN", ""))


def _place(text: str) -> float | None:
    """ "3", and "3.5" for a story between two novels; "1-3" is a volume of several."""
    return float(text) if re.fullmatch(r"\d{1,4}(\.\d{1,2})?", text.strip(), re.ASCII) else None


def _average(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0.5 <= value <= 5 else None


def _events(kind: Kind, cells: Cells) -> tuple[Event, ...]:
    added, finished = day(cells.get("Date Added", "")), day(cells.get("Date Read", ""))
    shelf = cells["Exclusive Shelf"].strip().lower()
    if not shelf:
        raise BadRow("is on no shelf (column “Exclusive Shelf” is empty)")
    events: list[Event] = []
    if shelf == "read":
        times = whole_number(cells.get("Read Count", "")) or 1
        properties = {"read_count": times} if times > 1 else {}
        events.append(event_on(FINISHED_KIND[kind], finished, 1.0, properties))
    elif shelf in _STARTED_SHELVES:
        events.append(event_on(EventKind.STARTED, added))
    elif shelf in _SAVED_SHELVES:
        events.append(event_on(EventKind.SAVED, added))
    rating = rating_in_halves(cells["My Rating"], out_of=5)
    if rating is not None:  # when it was given is not told; the day of finishing comes closest
        events.append(event_on(EventKind.RATED, finished, rating))
    shelves = dict.fromkeys((shelf, *(s.lower() for s in listed(cells.get("Bookshelves", "")))))
    own_shelves = [name for name in shelves if name not in _SHELVES_WITH_A_MEANING]
    return (*events, *(event_on(EventKind.ADDED, added, None, {"list": name}) for name in own_shelves))
