"""Letterboxd: the export ZIP (diary, ratings, watched, watchlist, likes, reviews) or one of its files.

A film of the diary stands in `watched.csv` again and its rating in `ratings.csv`; each thing a person
did is taken from one file only: views from the diary, then from `watched.csv` for films that are not
in it; ratings from `ratings.csv` when it is there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from mediatheque.importers import Options
from mediatheque.importers._dates import day, event_on
from mediatheque.importers._tables import (
    BadRow,
    Cells,
    listed,
    names_of,
    rating_in_halves,
    read_rows,
    required,
    tables_in,
    year_of,
)
from mediatheque.importers._titles import problem_with
from mediatheque.kit.errors import Invalid
from mediatheque.kit.files import Upload
from mediatheque.kit.tables_of_text import Table
from mediatheque.vocabulary import Event, EventKind, Kind, Record, Row, Skipped, Work

TITLE = "Letterboxd export (ZIP or one of its CSVs)"

_FILM = {"date", "name", "year", "letterboxd uri"}
_PARTS = ("diary", "ratings", "watched", "watchlist", "likes", "reviews")  # in the order they are read
_ELSEWHERE = re.compile(r"(?:^|/)(?:deleted|orphaned|lists|comments)/", re.IGNORECASE)
_URI = re.compile(r"https?://(?:www\.)?(?:boxd\.it|letterboxd\.com)/(?P<id>[\w/-]{1,200}?)/?")
_MOST_DIARY_FILMS = 100_000  # remembered, so that memory has a bound


def recognises(upload: Upload) -> bool:
    return any(_is_ours(table) for table in tables_in(upload))


def read(upload: Upload, options: Options) -> Iterator[Row]:
    table_by_part = {_part_of(table): table for table in tables_in(upload) if _is_ours(table)}
    diary_films: set[int] = set()
    for part in _PARTS:
        table = table_by_part.get(part)
        if table is not None:
            reader = _Reader(part, table, table_by_part.keys(), diary_films)
            yield from read_rows(table, reader.read_row)


def _is_ours(table: Table) -> bool:
    return not _ELSEWHERE.search(table.member.name) and names_of(table).keys() >= _FILM


def _part_of(table: Table) -> str:
    """Which file of the export a table is: by its columns, and by its name where columns are equal."""
    columns, name = names_of(table).keys(), table.member.name.lower()
    if "review" in columns:
        return "reviews"
    if "watched date" in columns:
        return "diary"
    if "rating" in columns:
        return "ratings"
    for part in ("watchlist", "watched", "likes"):
        if part in name:
            return part
    if name.endswith("films.csv"):
        return "likes"
    raise Invalid(
        f"{table.member.name} could be films that you watched, liked or want to watch, which only Letterboxd's "
        "file name tells: give the whole ZIP, or the file under its own name"
    )


class _Reader:
    """Reads the rows of one part, knowing which other parts there are."""

    def __init__(self, part: str, table: Table, parts: Iterable[str], diary_films: set[int]) -> None:
        self._part = part
        self._names = names_of(table)
        self._parts = frozenset(parts)
        self._diary_films = diary_films
        self._events: Callable[[Cells], tuple[Event, ...]] = getattr(self, f"_events_of_{part}")

    def _cell(self, cells: Cells, column: str) -> str:
        return cells.get(self._names.get(column, column), "").strip()

    def read_row(self, where: str, cells: Cells) -> Row:
        title = required(cells, self._names["name"], "title")
        if problem := problem_with(title):
            raise BadRow(problem)
        year = year_of(self._cell(cells, "year"))
        film = hash((title, year))
        if self._part == "watched" and film in self._diary_films:
            return Skipped(where, "is in the diary already")
        events = self._events(cells)
        if self._part == "diary" and len(self._diary_films) < _MOST_DIARY_FILMS:
            self._diary_films.add(film)
        return Record(
            source="letterboxd",
            where=where,
            payload=cells,
            work=self._work(title, year, cells),
            events=events,
            key=self._key(cells),
        )

    def _work(self, title: str, year: int | None, cells: Cells) -> Work:
        # In the diary and the reviews the address is that of the entry, not of the film.
        is_film_address = self._part not in {"diary", "reviews"}
        uri = self._cell(cells, "letterboxd uri") if is_film_address else ""
        found = _URI.fullmatch(uri)
        return Work(
            kind=Kind.FILM,
            title=title,
            year=year,
            url=uri if found else None,
            external_ids={"letterboxd": found["id"]} if found else {},
        )

    def _key(self, cells: Cells) -> str:
        columns = ["name", "year", "letterboxd uri", "date", "watched date"]
        if "ratings" not in self._parts or self._part == "ratings":
            columns.append("rating")
        return "|".join((self._part, *(self._cell(cells, column) for column in columns)))

    def _rated(self, cells: Cells, date: str) -> tuple[Event, ...]:
        rating = rating_in_halves(self._cell(cells, "rating"), out_of=5)
        if rating is None or ("ratings" in self._parts and self._part != "ratings"):
            return ()
        return (event_on(EventKind.RATED, day(date), rating),)

    def _events_of_ratings(self, cells: Cells) -> tuple[Event, ...]:
        events = self._rated(cells, self._cell(cells, "date"))
        if not events:
            raise BadRow("has no rating")
        return events

    def _events_of_diary(self, cells: Cells) -> tuple[Event, ...]:
        watched = self._cell(cells, "watched date")
        properties: dict[str, Any] = {"rewatch": self._cell(cells, "rewatch").lower() == "yes"}
        rating = rating_in_halves(self._cell(cells, "rating"), out_of=5)
        if rating is not None:
            properties["rating"] = rating  # of this viewing; the current one is in ratings.csv
        if tags := listed(self._cell(cells, "tags")):
            properties["tags"] = list(tags)
        event = event_on(EventKind.WATCHED, day(watched), 1.0, properties)
        return (event, *self._rated(cells, self._cell(cells, "date")))

    def _events_of_reviews(self, cells: Cells) -> tuple[Event, ...]:
        """A view that the diary or `watched.csv` tells is not told again: the record keeps the text."""
        told_in = "diary" if self._cell(cells, "watched date") else "watched"
        return () if told_in in self._parts else self._events_of_diary(cells)

    def _events_of_watched(self, cells: Cells) -> tuple[Event, ...]:
        # The date is that of ticking the film off, often hundreds on one evening, not of watching it.
        marked = day(self._cell(cells, "date"))
        properties = {"marked_on": marked.date().isoformat()} if marked else {}
        return (Event(kind=EventKind.WATCHED, value=1.0, properties=properties),)

    def _events_of_watchlist(self, cells: Cells) -> tuple[Event, ...]:
        return (event_on(EventKind.SAVED, day(self._cell(cells, "date"))),)

    def _events_of_likes(self, cells: Cells) -> tuple[Event, ...]:
        return (event_on(EventKind.LIKED, day(self._cell(cells, "date"))),)
