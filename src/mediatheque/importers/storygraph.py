"""StoryGraph: the library export (CSV), one row per book with its status, rating and times read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

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
)
from mediatheque.importers._titles import problem_with
from mediatheque.kit.files import Upload
from mediatheque.kit.tables_of_text import Table
from mediatheque.vocabulary import FINISHED_KIND, Credit, Event, EventKind, Kind, Record, Role, Row, Work

TITLE = "StoryGraph library export (CSV)"

_OURS = frozenset({"Title", "Authors", "ISBN/UID", "Read Status", "Star Rating"})
_CONTRIBUTOR = re.compile(r"(?P<name>.{1,200}?)\s*\((?P<role>[^()]{1,60})\)")
_MOST_READINGS = 200


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
        source="storygraph",
        where=where,
        payload=cells,
        work=work,
        events=_events(work.kind, cells),
        key=_key(cells),
    )


def _key(cells: Cells) -> str:
    """What the reader said about the book, without the review, which may be polished later."""
    said = (
        "Title",
        "Authors",
        "ISBN/UID",
        "Read Status",
        "Star Rating",
        "Date Added",
        "Dates Read",
        "Read Count",
    )
    return "|".join(cells.get(column, "").strip() for column in said)


def _work(title: str, cells: Cells) -> Work:
    uid = cells["ISBN/UID"].strip()
    isbn = isbn13(uid)
    ids = {"isbn13": isbn} if isbn else {"storygraph": uid} if 0 < len(uid) <= 100 else {}
    return Work(
        kind=Kind.AUDIO if "audi" in cells.get("Format", "").lower() else Kind.BOOK,
        title=title,
        credits=(
            *(Credit(name, Role.AUTHOR) for name in listed(cells["Authors"])),
            *_narrators(cells.get("Contributors", "")),
        ),
        external_ids=ids,
    )


def _narrators(text: str) -> Iterator[Credit]:
    for contributor in listed(text):
        found = _CONTRIBUTOR.fullmatch(contributor)
        if found and "narrator" in found["role"].lower():
            yield Credit(found["name"], Role.NARRATOR)


def _events(kind: Kind, cells: Cells) -> tuple[Event, ...]:
    status = required(cells, "Read Status", "status").lower()
    added = day(cells.get("Date Added", ""))
    readings = list(_readings(kind, cells))
    if status == "read":
        events = readings or [Event(kind=FINISHED_KIND[kind], value=1.0)]
    elif status == "to-read":
        events = [*readings, event_on(EventKind.SAVED, added)]
    elif status in {"currently-reading", "did-not-finish", "paused"}:
        events = [*readings, event_on(EventKind.STARTED, added, None, {"status": status})]
    else:
        raise BadRow(
            f"has the status “{status[:40]}”; known are read, to-read, currently-reading, did-not-finish, paused"
        )
    return (*events, *_rated(readings, cells))


def _readings(kind: Kind, cells: Cells) -> Iterator[Event]:
    """One event per time it was read: "2021/03/01-2021/03/09, 2022/01/01"."""
    spans = listed(cells.get("Dates Read", "")) or listed(cells.get("Last Date Read", ""))
    count = whole_number(cells.get("Read Count", "")) or 0
    for index, span in enumerate(spans[:_MOST_READINGS]):
        started, dash, finished = ("", "", span) if span.count("-") > 1 else span.partition("-")
        if dash and not finished.strip():
            continue  # begun, not finished
        finished_at = day(finished if dash else span)
        properties: dict[str, Any] = {}
        if dash and (begun := day(started)):
            properties["started_on"] = begun.date().isoformat()
        if index == 0 and count > len(spans):
            properties["read_count"] = count
        yield event_on(FINISHED_KIND[kind], finished_at, 1.0, properties)


def _rated(readings: list[Event], cells: Cells) -> Iterator[Event]:
    """Quarters become halves; what was really given is kept beside."""
    given = cells["Star Rating"].strip()
    rating = rating_in_halves(given, out_of=5)
    if rating is None:
        return
    properties = {} if float(given.replace(",", ".")) == rating else {"given": given}
    at = max((event.at for event in readings if event.at), default=None)
    yield event_on(EventKind.RATED, at, rating, properties)
