"""What a year of watching, reading and listening was, or all of it: counted from sittings, and nothing made up.

Where nobody says how long a title is, its minutes are not counted, and the share that is known goes with the sum.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from mediatheque.library.queries.statistics import CREDITED, KINDS, Bools, Credited, Floats, Ints
from mediatheque.library.sittings import Sittings, day_number, day_numbered
from mediatheque.vocabulary import Kind

_BOOK, _EPISODE = KINDS.index(Kind.BOOK), KINDS.index(Kind.EPISODE)
#: Fewer episodes of a show on one day are an evening, not a binge.
_BINGE = 3


@dataclass(frozen=True, slots=True)
class Figures:
    """How much it was."""

    views: int
    titles: int
    new_titles: int  # never seen before
    again: int  # views of what had been seen on an earlier day
    days: int  # on which there was anything
    minutes: float
    minutes_known: (
        float | None
    )  # of how many views the length is known, 0 to 1; None: there is nothing to time
    pages: float
    pages_known: float | None


@dataclass(frozen=True, slots=True)
class OfKind:
    """How much of it was of one kind."""

    kind: Kind
    figures: Figures


@dataclass(frozen=True, slots=True)
class Stretch:
    """A day or a month: how much, and how many views of each kind."""

    start: date
    views: int
    minutes: float
    kinds: Mapping[Kind, int]


@dataclass(frozen=True, slots=True)
class Run:
    """Days in a row."""

    start: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1


@dataclass(frozen=True, slots=True)
class Titles:
    """The titles that were seen, by rising id, and how much each was watched."""

    ids: Ints
    views: Ints
    minutes: Floats
    again: Ints  # views of what had been seen on an earlier day

    def top_by_time(self, most: int) -> list[TitleCount]:
        """What took most time first; where nobody knows how long, by the number of views."""
        return self._at(np.lexsort((self.ids, -self.views, -self.minutes))[:most])

    def top_again(self, most: int) -> list[TitleCount]:
        """What was seen again most often first."""
        return self._at(
            [at for at in np.lexsort((self.ids, -self.views, -self.again))[:most].tolist() if self.again[at]]
        )

    def _at(self, places: Sequence[int] | Ints) -> list[TitleCount]:
        return [
            TitleCount(int(self.ids[at]), int(self.views[at]), float(self.minutes[at]), int(self.again[at]))
            for at in places
        ]


@dataclass(frozen=True, slots=True)
class TitleCount:
    """A title and how much it was watched."""

    title_id: int
    views: int
    minutes: float
    again: int


@dataclass(frozen=True, slots=True)
class Share:
    """A genre, a decade …: how many titles, views and minutes."""

    key: int
    titles: int
    views: int
    minutes: float


@dataclass(frozen=True, slots=True)
class PersonCount:
    """Somebody credited, with how many of the titles and how many views of these."""

    role: str  # one of CREDITED
    person_id: int
    titles: int
    views: int


@dataclass(frozen=True, slots=True)
class Drift:
    """How taste moved: for each stretch of time the share of each key among its titles, adding up to 1 with the rest."""

    starts: Sequence[date]
    titles: Sequence[int]
    keys: Sequence[int]
    shares: Sequence[Sequence[float]]  # of each key, one a stretch


def within(sittings: Sittings, start: date, end: date) -> Bools:
    """Which sittings were on one of these days, the last one included."""
    return sittings.is_dated & (sittings.day >= day_number(start)) & (sittings.day <= day_number(end))


def figures(which: Bools, every: Sittings) -> Figures:
    """How much those sittings were among all."""
    some = every.only(which)
    seen = some.only(some.is_seen)
    titles = np.unique(seen.title)
    before = np.zeros(0, np.int64)
    if len(seen) and not which.all():
        # Sittings without a day may have been at any time: they make nothing old.
        earlier = every.is_seen & every.is_dated & (every.day < seen.day.min())
        before = np.unique(every.title[earlier])
    is_book = some.kind == _BOOK
    return Figures(
        views=len(seen),
        titles=len(titles),
        new_titles=int(np.count_nonzero(~np.isin(titles, before))),
        again=int(np.count_nonzero(seen.is_again)),
        days=len(np.unique(seen.day[seen.is_dated])),
        minutes=float(np.nansum(some.minutes)),
        minutes_known=_known(some.minutes[some.is_seen & ~is_book]),
        pages=float(np.nansum(some.pages)),
        pages_known=_known(some.pages[some.is_seen & is_book]),
    )


def _known(amounts: Floats) -> float | None:
    return float(np.count_nonzero(~np.isnan(amounts)) / len(amounts)) if len(amounts) else None


def by_kind(which: Bools, every: Sittings) -> list[OfKind]:
    """The same for each kind that there is, the most views first."""
    found = [
        OfKind(KINDS[kind], figures(which & (every.kind == kind), every))
        for kind in np.unique(every.kind[which]).tolist()
    ]
    return sorted(found, key=lambda one: -one.figures.views)


def years_there(every: Sittings) -> dict[int, int]:
    """Every year with the number of its views, the latest first."""
    years = every.day[every.is_dated & every.is_seen].astype("datetime64[D]").astype("datetime64[Y]")
    found, counts = np.unique(years.astype(np.int64) + 1970, return_counts=True)
    return dict(zip(found.tolist()[::-1], counts.tolist()[::-1], strict=True))


def by_day(some: Sittings) -> list[Stretch]:
    """Every day on which there was anything."""
    dated = some.only(some.is_dated)
    days, place = np.unique(dated.day, return_inverse=True)
    return _stretches([day_numbered(day) for day in days.tolist()], place, dated)


def busiest(some: Sittings) -> date | None:
    """The day with most views, the latest of several; None where nothing has a day."""
    days, counts = np.unique(some.day[some.is_dated & some.is_seen], return_counts=True)
    return day_numbered(int(days[len(days) - 1 - np.argmax(counts[::-1])])) if len(days) else None


def by_month(some: Sittings, start: date, end: date) -> list[Stretch]:
    """Every month from that of `start` to that of `end`."""
    first = start.year * 12 + start.month - 1
    count = end.year * 12 + end.month - first
    dated = some.only(some.is_dated)
    months = dated.day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + 1970 * 12 - first
    starts = [date((first + n) // 12, (first + n) % 12 + 1, 1) for n in range(count)]
    inside = (months >= 0) & (months < count)
    return _stretches(starts, months[inside], dated.only(inside))


def _stretches(starts: Sequence[date], place: Ints, some: Sittings) -> list[Stretch]:
    n, kinds = len(starts), len(KINDS)
    minutes = np.bincount(place, np.nan_to_num(some.minutes), n)
    counts = np.bincount((place * kinds + some.kind)[some.is_seen], minlength=n * kinds).reshape(n, kinds)
    return [
        Stretch(
            start,
            int(counts[at].sum()),
            float(minutes[at]),
            {kind: int(counts[at, k]) for k, kind in enumerate(KINDS) if counts[at, k]},
        )
        for at, start in enumerate(starts)
    ]


def by_hour(some: Sittings) -> tuple[list[list[int]], float | None]:
    """How many sittings began in each hour of each weekday, Monday first, and of what share of them the hour is known."""
    seen = some.only(some.is_seen)
    timed = seen.only(seen.minute >= 0)
    # The first of January 1970 was a Thursday.
    place = (timed.day + 3) % 7 * 24 + timed.minute // 60
    table = np.bincount(place, minlength=7 * 24).reshape(7, 24)
    return table.tolist(), len(timed) / len(seen) if len(seen) else None


def runs(some: Sittings) -> list[Run]:
    """Days in a row on each of which there was something, from the earliest."""
    days = np.unique(some.day[some.is_dated & some.is_seen])
    if not len(days):
        return []
    breaks = np.flatnonzero(np.diff(days) > 1)
    starts, ends = days[np.r_[0, breaks + 1]], days[np.r_[breaks, len(days) - 1]]
    return [
        Run(day_numbered(a), day_numbered(b)) for a, b in zip(starts.tolist(), ends.tolist(), strict=True)
    ]


def first_and_last(some: Sittings) -> tuple[tuple[int, date], tuple[int, date]] | None:
    """The first and the last thing that was seen, as (index of the item, day)."""
    seen = some.only(some.is_seen & some.is_dated)
    if not len(seen):
        return None
    moment = seen.day * 1440 + np.maximum(seen.minute, 0)
    first, last = int(np.argmin(moment)), int(len(moment) - 1 - np.argmax(moment[::-1]))
    return (
        (int(seen.item[first]), day_numbered(int(seen.day[first]))),
        (int(seen.item[last]), day_numbered(int(seen.day[last]))),
    )


def titles_of(some: Sittings) -> Titles:
    """Every title that was seen."""
    titles, place = np.unique(some.title, return_inverse=True)
    n = len(titles)
    views = np.bincount(place, some.is_seen, n).astype(np.int64)
    seen = views > 0
    return Titles(
        ids=titles[seen],
        views=views[seen],
        minutes=np.bincount(place, np.nan_to_num(some.minutes), n).astype(np.float64)[seen],
        again=np.bincount(place, some.is_again, n).astype(np.int64)[seen],
    )


def binge(some: Sittings) -> tuple[int, date, int] | None:
    """The most episodes of one show on one day, as (show, day, episodes)."""
    episodes = some.only(some.is_seen & some.is_dated & (some.kind == _EPISODE))
    if not len(episodes):
        return None
    first = int(episodes.day.min())
    width = int(episodes.day.max()) - first + 1
    pairs, counts = np.unique(episodes.title * width + episodes.day - first, return_counts=True)
    at = int(np.argmax(counts))
    if counts[at] < _BINGE:
        return None
    return int(pairs[at]) // width, day_numbered(int(pairs[at]) % width + first), int(counts[at])


def shares(titles: Titles, title_ids: Ints, keys: Ints) -> list[Share]:
    """How much falls to each key, given as (title, key) pairs; a title counts for each of its keys. Most titles first."""
    inside = np.isin(title_ids, titles.ids)
    at = np.searchsorted(titles.ids, title_ids[inside])
    names, place = np.unique(keys[inside], return_inverse=True)
    n = len(names)
    count = np.bincount(place, minlength=n)
    views = np.bincount(place, titles.views[at], n).astype(np.int64)
    minutes = np.bincount(place, titles.minutes[at], n)
    return [
        Share(int(names[k]), int(count[k]), int(views[k]), float(minutes[k]))
        for k in np.lexsort((names, -views, -count)).tolist()
    ]


def people(titles: Titles, credited: Credited, most: int) -> list[PersonCount]:
    """Who has most to do with the titles in each role, the most titles first."""
    # Who both made a show and directed it has one title there.
    at = np.searchsorted(titles.ids, credited.titles)
    width = len(titles.ids) + 1
    keys = np.unique((credited.people * len(CREDITED) + credited.roles) * width + at)
    whose, place = np.unique(keys // width, return_inverse=True)
    count = np.bincount(place, minlength=len(whose))
    views = np.bincount(place, titles.views[keys % width], len(whose)).astype(np.int64)
    found: list[PersonCount] = []
    for role, name in enumerate(CREDITED):
        among = np.flatnonzero(whose % len(CREDITED) == role)
        top = among[np.lexsort((whose[among], -views[among], -count[among]))[:most]]
        found += [
            PersonCount(name, int(whose[k]) // len(CREDITED), int(count[k]), int(views[k]))
            for k in top.tolist()
        ]
    return found


def drift(
    some: Sittings, title_ids: Ints, keys: Ints, starts: Sequence[date], end: date, *, most: int = 6
) -> Drift:
    """How the shares of the most frequent keys moved from one stretch to the next; a title counts once in each."""
    seen = some.only(some.is_seen & some.is_dated)
    bounds = np.array([day_number(start) for start in starts], np.int64)
    stretch = np.searchsorted(bounds, seen.day, side="right") - 1
    inside = (stretch >= 0) & (seen.day <= day_number(end))
    n = len(starts)
    pairs = np.unique(seen.title[inside] * n + stretch[inside])
    order = np.argsort(title_ids, kind="stable")
    titles, of_title = title_ids[order], keys[order]
    begin, stop = (np.searchsorted(titles, pairs // n, side=side) for side in ("left", "right"))
    lengths = stop - begin
    places = np.repeat(begin - np.r_[0, np.cumsum(lengths)[:-1]], lengths) + np.arange(lengths.sum())
    key, at = of_title[places], np.repeat(pairs % n, lengths)
    names, place = np.unique(key, return_inverse=True)
    table = np.bincount(place * n + at, minlength=len(names) * n).reshape(len(names), n)
    top = np.lexsort((names, -table.sum(axis=1)))[:most]
    total = np.maximum(table.sum(axis=0), 1)
    return Drift(
        starts=list(starts),
        titles=np.bincount(pairs % n, minlength=n).tolist(),
        keys=names[top].tolist(),
        shares=np.round(table[top] / total, 4).tolist(),
    )
