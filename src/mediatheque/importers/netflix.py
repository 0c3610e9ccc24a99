"""Netflix: the viewing history (`Title,Date`) and the full export of an account.

The short history says neither how long a view was nor whose it was: each row is a WATCHED.
"""

from __future__ import annotations

from collections.abc import Iterator

from mediatheque.importers import DateOrder, Options
from mediatheque.importers._dates import day_in_order, order_of
from mediatheque.importers._netflix_account import is_part, read_account
from mediatheque.importers._tables import tables_in
from mediatheque.importers._titles import is_promotion, problem_with, work_of
from mediatheque.kit.files import Upload
from mediatheque.kit.tables_of_text import Table
from mediatheque.vocabulary import Event, EventKind, Record, Rejected, Row, Skipped

TITLE = "Netflix viewing history (CSV) or full account export (ZIP)"

# The header as the account's language writes it, and the order of dates that goes with it.
_TITLE_WORDS = frozenset(
    [
        "title",
        "titel",
        "titre",
        "título",
        "titulo",
        "titolo",
        "tytuł",
        "tittel",
        "titill",
        "otsikko",
        "başlık",
        "cím",
        "název",
        "názov",
        "titlu",
        "naslov",
        "τίτλος",
        "название",
        "назва",
        "タイトル",
        "제목",
        "标题",
        "標題",
        "片名",
        "ชื่อเรื่อง",
        "tựa",
        "judul",
        "tajuk",
        "כותרת",
        "العنوان",
    ]
)
_YEAR_FIRST_WORDS = frozenset(["日付", "視聴日", "날짜", "日期", "dátum"])
_DATE_WORDS = _YEAR_FIRST_WORDS | frozenset(
    [
        "date",
        "datum",
        "fecha",
        "data",
        "dato",
        "dagsetning",
        "päivämäärä",
        "tarih",
        "dată",
        "ημερομηνία",
        "дата",
        "วันที่",
        "ngày",
        "tanggal",
        "tarikh",
        "תאריך",
        "التاريخ",
    ]
)


def recognises(upload: Upload) -> bool:
    return any(_is_short(table) or is_part(table) for table in _tables(upload))


def read(upload: Upload, options: Options) -> Iterator[Row]:
    account: list[Table] = []
    for table in _tables(upload):
        if _is_short(table):
            yield from _read_short(table, options)
        elif is_part(table):
            account.append(table)
    if account:
        yield from read_account(account, options)


def _tables(upload: Upload) -> Iterator[Table]:
    return tables_in(upload, multiline=False)


def _is_short(table: Table) -> bool:
    if len(table.columns) != 2:
        return False
    title, date = (column.casefold() for column in table.columns)
    return title in _TITLE_WORDS and date in _DATE_WORDS


def _read_short(table: Table, options: Options) -> Iterator[Row]:
    title_column, date_column = table.columns
    order = options.date_order or order_of(_cells_of(table, date_column), _usual_order(table))
    events_by_date: dict[str, tuple[str, tuple[Event, ...]] | None] = {}
    occurrences = _Occurrences()
    for outcome in table:
        if isinstance(outcome, Rejected):
            yield outcome
            continue
        where, cells = outcome
        title, date = cells[title_column].strip(), cells[date_column]
        problem = problem_with(title)
        if date not in events_by_date and not problem:
            if len(events_by_date) > 16_384:
                events_by_date.clear()
            events_by_date[date] = _watched_on(date, order)
        watched = None if problem else events_by_date[date]
        if problem:
            yield Rejected(where, problem)
        elif watched is None:
            shown = f"has the date “{date[:40]}”, which is no date when read {order}"
            yield Rejected(where, shown if date.strip() else "has no date")
        elif is_promotion(title):
            yield Skipped(where, "is a trailer or other promotion")
        else:
            iso_day, events = watched
            key = occurrences.numbered(f"view|{iso_day}|{title}")
            yield Record(
                source="netflix", where=where, payload=cells, work=work_of(title), events=events, key=key
            )


def _cells_of(table: Table, column: str) -> Iterator[str]:
    for outcome in table:
        if not isinstance(outcome, Rejected):
            yield outcome[1][column]


def _usual_order(table: Table) -> DateOrder | None:
    """What the header's language lets expect; English does not say."""
    title, date = (column.casefold() for column in table.columns)
    if date in _YEAR_FIRST_WORDS:
        return "year-first"
    return None if (title, date) == ("title", "date") else "day-first"


def _watched_on(date: str, order: DateOrder) -> tuple[str, tuple[Event, ...]] | None:
    at = day_in_order(date, order)
    if at is None:
        return None
    return at.date().isoformat(), (Event(kind=EventKind.WATCHED, at=at, is_date_only=True),)


class _Occurrences:
    """Numbers equal rows, so that two views on one day stay two.

    Equal rows are interchangeable, so their numbers are the same in every longer export: a day with
    one view more has the same keys plus one. Counts of the days last met are enough, because an
    export is in order of time.
    """

    _MOST = 20_000  # in each of two generations; the older one is forgotten as a whole

    def __init__(self) -> None:
        self._recent: dict[str, int] = {}
        self._older: dict[str, int] = {}

    def numbered(self, key: str) -> str:
        count = (self._recent.get(key) or self._older.get(key, 0)) + 1
        if len(self._recent) >= self._MOST:
            self._recent, self._older = {}, self._recent
        self._recent[key] = count
        return f"{key}|{count}"
