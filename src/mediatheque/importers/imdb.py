"""IMDb: ratings and watchlist as CSV, in the columns of today and of before 2018.

A list's file does not say which list it is, so every list is read as the watchlist.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

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
    whole_number,
    year_of,
)
from mediatheque.importers._titles import problem_with
from mediatheque.kit.files import Upload
from mediatheque.kit.tables_of_text import Table
from mediatheque.vocabulary import Credit, Event, EventKind, Kind, Record, Role, Row, Skipped, Work

TITLE = "IMDb ratings or watchlist (CSV)"

_CONST = re.compile(r"tt[0-9]{5,12}")
_OLD_DATE = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) +([0-9]{1,2}) [0-9:]{8} ([0-9]{4})")
_MONTHS = {
    m: i
    for i, m in enumerate(
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], 1
    )
}

_KINDS = {
    "movie": Kind.FILM,
    "featurefilm": Kind.FILM,
    "tvmovie": Kind.FILM,
    "short": Kind.FILM,
    "shortfilm": Kind.FILM,
    "tvshort": Kind.FILM,
    "tvspecial": Kind.FILM,
    "documentary": Kind.FILM,
    "video": Kind.FILM,  # made for discs, not for the web
    "musicvideo": Kind.VIDEO,
    "tvseries": Kind.SHOW,
    "tvminiseries": Kind.SHOW,
    "miniseries": Kind.SHOW,
    "tvepisode": Kind.EPISODE,
    "podcastseries": Kind.AUDIO,
    "podcastepisode": Kind.AUDIO,
}


def recognises(upload: Upload) -> bool:
    return any(_is_ours(table) for table in tables_in(upload))


def read(upload: Upload, options: Options) -> Iterator[Row]:
    for table in tables_in(upload):
        if _is_ours(table):
            yield from read_rows(table, _reader(table))


def _is_ours(table: Table) -> bool:
    return {"const", "title", "title type"} <= names_of(table).keys()


def _reader(table: Table) -> Callable[[str, Cells], Row]:
    names = names_of(table)
    is_list = "position" in names
    is_watchlist = is_list and "watchlist" in table.member.base_name.lower()

    def cell(cells: Cells, *columns: str) -> str:
        """The first of these columns that the export has."""
        return next((cells[names[c]].strip() for c in columns if c in names), "")

    def read_row(where: str, cells: Cells) -> Row:
        const = required(cells, names["const"], "IMDb number")
        if not _CONST.fullmatch(const):
            raise BadRow(f"has the IMDb number “{const[:20]}”, which is not tt and digits")
        kind = _KINDS.get(_squeezed(cell(cells, "title type")))
        if kind is None:
            return Skipped(
                where, f"is of the type “{cell(cells, 'title type')[:40]}”, which is not kept here"
            )
        rating = rating_in_halves(cell(cells, "your rating", "you rated"), out_of=10)
        created = cell(cells, "created")
        rated = cell(cells, "date rated") or ("" if "your rating" in names else created)
        events: list[Event] = []
        if rating is not None:
            events.append(event_on(EventKind.RATED, _day(rated), rating))
        # Before 2018 ratings came as a list too: there, a rated row of another list is just a rating.
        if is_list and (is_watchlist or rating is None or "your rating" in names):
            events.append(event_on(EventKind.SAVED, _day(created)))
        if not events:
            raise BadRow("has no rating of yours")
        kinds = "+".join(event.kind for event in events)
        return Record(
            source="imdb",
            where=where,
            payload=cells,
            work=_work(const, kind, cells, cell),
            events=tuple(events),
            # IMDb's own average and votes change with every export, so the payload is no key.
            key=f"{kinds}|{const}|{rating}|{rated if rating else ''}|{created if is_list else ''}",
        )

    return read_row


def _squeezed(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalpha())


def _day(text: str) -> datetime | None:
    """Today's year-month-day, or "Sat Mar  5 00:00:00 2011" of old exports."""
    if found := _OLD_DATE.fullmatch(text):
        try:
            return datetime(int(found[3]), _MONTHS[found[1]], int(found[2]), tzinfo=UTC)
        except (ValueError, KeyError):
            raise BadRow(f"has the date “{text}”, which does not exist") from None
    return day(text)


def _work(const: str, kind: Kind, cells: Cells, cell: Callable[..., str]) -> Work:
    title, original = cell(cells, "title"), cell(cells, "original title") or None
    if problem := problem_with(title):
        raise BadRow(problem)
    series = None
    if kind is Kind.EPISODE:
        series, title, original = _series_and_episode(title, original)
    average = cell(cells, "imdb rating")
    return Work(
        kind=kind,
        title=title,
        original_title=original if original != title else None,
        year=year_of(cell(cells, "year")),
        genres=listed(cell(cells, "genres")),
        credits=tuple(Credit(name, Role.DIRECTOR) for name in listed(cell(cells, "directors"))),
        runtime_minutes=whole_number(cell(cells, "runtime (mins)")),
        series_title=series,
        url=cell(cells, "url") or None,
        average_rating=_average(average),
        rating_count=whole_number(cell(cells, "num votes", "num. votes")),
        external_ids={"imdb": const},
    )


def _series_and_episode(title: str, original: str | None) -> tuple[str | None, str, str | None]:
    """“Show: Episode”; the original title, where it is the episode's alone, tells which colon divides."""
    if original and title.endswith(f": {original}"):
        return title.removesuffix(f": {original}"), original, original
    series, colon, episode = title.rpartition(": ")
    return (series, episode, original) if colon and series else (None, title, original)


def _average(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return round(value / 2, 2) if 1 <= value <= 10 else None
