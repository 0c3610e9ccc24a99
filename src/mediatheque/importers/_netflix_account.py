"""Netflix's full account export: views, ratings, list and searches of one profile or of all.

Views have durations but the export knows no runtimes, so a view counts as WATCHED when the longer of
its duration and its bookmark (the position reached) is at least 10 minutes for an episode or 40 for a
film, and as STARTED below that. All but the latest view of a title are marked "Not latest view" by
Netflix and left out, as are trailers, hooks and what played by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from mediatheque.importers import Options
from mediatheque.importers._dates import day, event_on, moment_utc, seconds
from mediatheque.importers._tables import BadRow, Cells, names_of, read_rows, required
from mediatheque.importers._titles import is_promotion, problem_with, work_of
from mediatheque.kit.errors import Invalid, NeedsAnswer
from mediatheque.kit.tables_of_text import Table
from mediatheque.vocabulary import Event, EventKind, Kind, Record, Rejected, Row, Skipped, Work

EPISODE_WATCHED_SECONDS = 10 * 60
FILM_WATCHED_SECONDS = 40 * 60

_Make = Callable[[str, Cells, dict[str, str], str, "_Shows"], Row]
_VIEWS = frozenset({"profile name", "start time", "duration", "title"})
_RATINGS = frozenset({"profile name", "title name", "thumbs value"})
_LIST = frozenset({"profile name", "title name", "utc title add date"})
_SEARCHES = frozenset({"profile name", "query typed", "utc timestamp"})
_PARTS = (_VIEWS, _RATINGS, _LIST, _SEARCHES)  # views first: they tell which titles are shows


def is_part(table: Table) -> bool:
    """Whether a table is one of those read here."""
    return _part_of(table) is not None


def read_account(tables: list[Table], options: Options) -> Iterator[Row]:
    """The rows of an account's tables, those of other profiles skipped."""
    parts = [(part, table) for table in tables if (part := _part_of(table))]
    parts.sort(key=lambda pair: _PARTS.index(pair[0]))
    profile = _chosen_profile([table for _, table in parts], options)
    shows = _Shows()
    for part, table in parts:
        yield from read_rows(table, _reader(part, table, profile, shows))


def _part_of(table: Table) -> frozenset[str] | None:
    columns = names_of(table).keys()
    return next((part for part in _PARTS if part <= columns), None)


class _Shows:
    """Titles known to be shows from the views, for the rows that name a title only."""

    _MOST = 20_000

    def __init__(self) -> None:
        self._titles: set[str] = set()

    def learn(self, work: Work) -> None:
        if work.series_title and len(self._titles) < self._MOST:
            self._titles.add(work.series_title)

    def work_of(self, title: str) -> Work:
        work = work_of(title)
        return replace(work, kind=Kind.SHOW) if work.title in self._titles else work


def _chosen_profile(tables: list[Table], options: Options) -> str | None:
    """The profile to read, as the export writes it; None for all of them."""
    if options.profile and options.profile.casefold() == "all":
        return None
    profiles: dict[str, None] = {}
    for table in tables:
        column = names_of(table)["profile name"]
        for outcome in table:
            name = "" if isinstance(outcome, Rejected) else outcome[1][column].strip()
            if name not in profiles and len(profiles) < 100 and 0 < len(name) <= 200:
                profiles[name] = None
    if options.profile:
        wanted = options.profile.strip().casefold()
        for name in profiles:
            if name.casefold() == wanted:
                return name
        raise Invalid(
            f"There is no profile “{options.profile}” in this export; there is {', '.join(profiles)}"
        )
    if len(profiles) > 1:
        raise NeedsAnswer(
            f"This export holds the profiles {', '.join(profiles)}: say whose history to import",
            option="profile",
            choices=(*profiles, "all"),
        )
    return next(iter(profiles), None)


def _reader(
    part: frozenset[str], table: Table, profile: str | None, shows: _Shows
) -> Callable[[str, Cells], Row]:
    names = names_of(table)
    make: _Make = {_VIEWS: _view, _RATINGS: _rating, _LIST: _listing, _SEARCHES: _search}[part]
    profile_column = names["profile name"]

    def read_row(where: str, cells: Cells) -> Row:
        whose = cells[profile_column].strip()
        if profile is not None and whose != profile:
            return Skipped(where, f"belongs to the profile “{whose[:80]}”")
        return make(where, cells, names, whose, shows)

    return read_row


def _cell(cells: Cells, names: dict[str, str], column: str) -> str:
    """A column that some exports lack."""
    return cells.get(names.get(column, column), "").strip()


def _title_in(cells: Cells, column: str) -> str:
    title = required(cells, column, "title")
    if problem := problem_with(title):
        raise BadRow(problem)
    return title


def _view(where: str, cells: Cells, names: dict[str, str], whose: str, shows: _Shows) -> Row:
    title = _title_in(cells, names["title"])
    start = cells[names["start time"]]
    at = moment_utc(start)
    if reason := _reason_to_skip(cells, names, title):
        return Skipped(where, reason)
    duration = seconds(cells[names["duration"]])
    if duration is None:
        raise BadRow(f"has the duration “{cells[names['duration']][:40]}”, which is no hours:minutes:seconds")
    bookmark = seconds(_cell(cells, names, "bookmark"))
    work = work_of(title)
    shows.learn(work)
    device = _cell(cells, names, "device type")
    return Record(
        source="netflix",
        where=where,
        payload=cells,
        work=work,
        events=(_event_of_view(work, at, duration, bookmark, whose, device),),
        key=f"view|{whose}|{start.strip()}|{title}|{device}",
    )


def _reason_to_skip(cells: Cells, names: dict[str, str], title: str) -> str | None:
    supplement = _cell(cells, names, "supplemental video type")
    if supplement:
        return f"is no title but a supplement to one ({supplement[:40].lower().replace('_', ' ')})"
    if is_promotion(title):
        return "is a trailer or other promotion"
    attributes = _cell(cells, names, "attributes").lower()
    if "autoplayed: user action: none" in attributes:
        return "played by itself, and nobody touched anything"
    if _cell(cells, names, "latest bookmark").lower() == "not latest view":
        return "is not the latest view of this title"
    return None


def _event_of_view(
    work: Work, at: datetime, duration: int, bookmark: int | None, whose: str, device: str
) -> Event:
    enough = EPISODE_WATCHED_SECONDS if work.kind is Kind.EPISODE else FILM_WATCHED_SECONDS
    is_watched = max(duration, bookmark or 0) >= enough
    return Event(
        kind=EventKind.WATCHED if is_watched else EventKind.STARTED,
        at=at,
        properties={
            "duration_seconds": duration,
            "bookmark_seconds": bookmark,
            "profile": whose,
            "device": device,
        },
    )


_THUMBS = {"1": EventKind.DISLIKED, "2": EventKind.LIKED, "3": EventKind.LIKED}


def _rating(where: str, cells: Cells, names: dict[str, str], whose: str, shows: _Shows) -> Row:
    title = _title_in(cells, names["title name"])
    said_at = _cell(cells, names, "event utc ts")
    at = moment_utc(said_at) if said_at else None
    thumbs, stars = _cell(cells, names, "thumbs value"), _cell(cells, names, "star value")
    if thumbs in _THUMBS:
        properties = {"thumbs": int(thumbs)}  # 3: two thumbs up
        event = Event(kind=_THUMBS[thumbs], at=at, properties=properties)
    elif stars in {"1", "2", "3", "4", "5"}:
        event = Event(kind=EventKind.RATED, at=at, value=float(stars))
    elif {thumbs, stars} <= {"", "0"} and (thumbs or stars):
        event = Event(kind=EventKind.RATED, at=at)  # taken back
    else:
        raise BadRow(f"has neither thumbs (0–3) nor stars (0–5) but “{thumbs[:20]}” and “{stars[:20]}”")
    key = f"rating|{whose}|{said_at}|{title}|{thumbs}|{stars}"
    return Record(
        source="netflix",
        where=where,
        payload=cells,
        work=shows.work_of(title),
        events=(event,),
        key=key,
    )


def _listing(where: str, cells: Cells, names: dict[str, str], whose: str, shows: _Shows) -> Row:
    title = _title_in(cells, names["title name"])
    added = cells[names["utc title add date"]].strip()
    event = event_on(EventKind.SAVED, day(added))
    return Record(
        source="netflix",
        where=where,
        payload=cells,
        work=shows.work_of(title),
        events=(event,),
        key=f"list|{whose}|{added}|{title}",
    )


def _search(where: str, cells: Cells, names: dict[str, str], whose: str, _shows: _Shows) -> Row:
    stamp = cells[names["utc timestamp"]].strip()
    at = moment_utc(stamp)
    query, chosen = _cell(cells, names, "query typed"), _cell(cells, names, "displayed name")
    if not query:
        return Skipped(where, "is a search in which nothing was typed")
    action = _cell(cells, names, "action")
    properties = {"query": query, "chosen": chosen, "action": action}
    return Record(
        source="netflix",
        where=where,
        payload=cells,
        events=(Event(kind=EventKind.SEARCHED, at=at, properties=properties),),
        key=f"search|{whose}|{stamp}|{query}|{chosen}|{action}",
    )
