"""A person's whole library as a ZIP: facts that Mediatheque reads back, and tables for people and spreadsheets.

Equal libraries make equal files, byte for byte.
"""

from __future__ import annotations

import csv
import io
import json
import os
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from mediatheque.importers import mediatheque as own_format
from mediatheque.kit.database import Connection, Database
from mediatheque.library.queries import history, records
from mediatheque.library.queries.history import HistoryEntry
from mediatheque.library.queries.users import User, user_with_id
from mediatheque.vocabulary import Item, Role

#: Entries of a ZIP carry a time; this one, so that the same facts are the same bytes.
_MOMENT = (1980, 1, 1, 0, 0, 0)
_PAGE = 2000

T = TypeVar("T")


def export_library(database: Database, user_id: int, path: Path) -> None:
    """Write everything the user told to `path`, a ZIP; a file that is there is replaced when all is written."""
    part = path.with_name(path.name + ".part")
    try:
        # One snapshot for all files: an import that runs meanwhile is in all of them or in none.
        with database.engine.connect().execution_options(isolation_level="REPEATABLE READ") as db, db.begin():
            user = user_with_id(db, user_id)
            with (
                _for_its_owner_alone(part) as file,
                zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
            ):
                for name, chunks in _files(db, user):
                    entry = zipfile.ZipInfo(name, _MOMENT)
                    entry.compress_type = zipfile.ZIP_DEFLATED
                    entry.external_attr = 0o600 << 16
                    with archive.open(entry, "w", force_zip64=True) as table:
                        for chunk in chunks:
                            table.write(chunk.encode("utf-8", "replace"))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _for_its_owner_alone(path: Path) -> BinaryIO:
    """A new file that no other account of this computer can read, whatever the folder it is in."""
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b")


def _files(db: Connection, user: User) -> Iterator[tuple[str, Iterator[str]]]:
    at = records.last_fact_at(db, user.id) or user.created_at
    yield own_format.MANIFEST_FILE, iter([json.dumps(own_format.manifest(user.name, at), indent=1) + "\n"])
    yield own_format.RECORDS_FILE, _lines(_records(db, user))
    yield own_format.EVENTS_FILE, _lines(_told(db, user))
    yield "history.csv", _table(_HISTORY, map(_history_row, _whole_history(db, user)))
    yield "ratings.csv", _table((*_ITEM, "Rating"), _rating_rows(db, user))
    yield "saved.csv", _table(_ITEM, (_item_row(item) for item in _saved(db, user)))


def _paged(page: Callable[[int], Sequence[T]], key: Callable[[T], int]) -> Iterator[T]:
    """Everything that `page(after)` returns, page after page."""
    after = 0
    while found := page(after):
        yield from found
        after = key(found[-1])


def _records(db: Connection, user: User) -> Iterator[dict[str, Any]]:
    pages = _paged(
        lambda after: records.records_of_user(db, user.id, after=after, limit=_PAGE), lambda r: r[0]
    )
    return (own_format.to_json(record) for _, record in pages)


def _told(db: Connection, user: User) -> Iterator[dict[str, Any]]:
    told = _paged(lambda after: history.told_events(db, user.id, after=after, limit=_PAGE), lambda e: e.id)
    return (
        own_format.event_to_line(
            history.event_key(user, entry.id),
            entry.event,
            # Where something streams is true here and today, not where and when this is read.
            replace(entry.item.work, services=()) if entry.item else None,
        )
        for entry in told
    )


def _whole_history(db: Connection, user: User) -> Iterator[HistoryEntry]:
    before = None
    while page := history.history(db, user.id, before=before, limit=_PAGE):
        yield from page
        before = (page[-1].event.at, page[-1].id)


def _saved(db: Connection, user: User) -> Iterator[Item]:
    return _paged(lambda after: history.saved_items(db, user.id, after=after), lambda item: item.id)


def _rating_rows(db: Connection, user: User) -> Iterator[tuple[object, ...]]:
    ratings = _paged(
        lambda after: history.list_ratings(db, user.id, after=after, limit=_PAGE), lambda r: r[0].id
    )
    return ((*_item_row(item), f"{value:g}") for item, value in ratings)


_ITEM = ("Kind", "Title", "Original title", "Series", "Season", "Episode", "Year", "By", "IMDb", "ISBN")
_HISTORY = ("When", "What", "Value", *_ITEM, "Source")


def _history_row(entry: HistoryEntry) -> tuple[object, ...]:
    at = entry.event.at
    when = "" if at is None else at.date().isoformat() if entry.event.is_date_only else at.isoformat()
    value = "" if entry.event.value is None else f"{entry.event.value:g}"
    item = _item_row(entry.item) if entry.item else ("",) * len(_ITEM)
    return (when, entry.event.kind.value, value, *item, entry.source or "")


def _item_row(item: Item) -> tuple[object, ...]:
    work = item.work
    makers = work.people(Role.DIRECTOR, Role.CREATOR, Role.AUTHOR, Role.CHANNEL)
    cells = (
        work.kind.value,
        work.title,
        work.original_title,
        work.series_title,
        work.season,
        work.episode,
        work.year,
        ", ".join(makers),
        work.external_ids.get("imdb"),
        work.external_ids.get("isbn13"),
    )
    return tuple("" if cell is None else cell for cell in cells)


def _lines(objects: Iterator[dict[str, Any]]) -> Iterator[str]:
    for thing in objects:
        yield json.dumps(thing, ensure_ascii=False, default=str, sort_keys=True) + "\n"


def _table(columns: tuple[str, ...], rows: Iterator[tuple[object, ...]]) -> Iterator[str]:
    yield _csv_line(columns)
    for row in rows:
        yield _csv_line(row)


def _csv_line(cells: tuple[object, ...]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([_harmless(cell) for cell in cells])
    return out.getvalue()


def _harmless(cell: object) -> object:
    """A title that begins like a formula is shown as text by spreadsheets, not run."""
    if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + cell
    return cell
