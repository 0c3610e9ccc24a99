"""A person's year, or all their years: what they saw, when, and what of; their archive; and the year before beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from mediatheque.archive.queries.kept import Recorded, recorded
from mediatheque.kit.database import Connection
from mediatheque.library import looking_back as back
from mediatheque.library.looking_back import (
    Drift,
    Figures,
    OfKind,
    PersonCount,
    Run,
    Share,
    Stretch,
    TitleCount,
)
from mediatheque.library.queries import history, items, statistics
from mediatheque.library.queries.history import Standing
from mediatheque.library.queries.statistics import StarCount
from mediatheque.library.sittings import Sittings, sittings_of
from mediatheque.vocabulary import Item

_TOP, _PEOPLE, _GENRES, _LOVED = 12, 10, 20, 6
#: All years are told by no more stretches than can be told apart in a picture.
_MOST_STRETCHES = 16


@dataclass(frozen=True, slots=True)
class Before:
    """The year before, up to the same day when this year is not over."""

    year: int
    end: date
    figures: Figures


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that was seen, and on which day."""

    item_id: int
    day: date


@dataclass(frozen=True, slots=True)
class Binge:
    """The most episodes of one show on one day."""

    title_id: int
    day: date
    episodes: int


@dataclass(frozen=True, slots=True)
class Busiest:
    """The day with most of it."""

    day: Stretch
    title_ids: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedBack:
    """Everything that there is to say of a year, or of all; titles by their ids, and `items` has what they are."""

    year: int | None
    zone: str
    today: date
    years: Mapping[int, int]
    start: date | None  # the first day that counts; None: nothing has a day
    end: date | None
    undated: int  # views of which nobody knows the day
    total: Figures
    before: Before | None
    kinds: Sequence[OfKind]
    months: Sequence[Stretch]
    days: Sequence[Stretch]  # of a year; of all years the months have to do
    hours: Sequence[Sequence[int]]
    hours_known: float | None
    longest: Run | None
    current: Run | None  # that goes on until today or yesterday
    busiest: Busiest | None
    first: Moment | None
    last: Moment | None
    most: Sequence[TitleCount]
    again: Sequence[TitleCount]
    binge: Binge | None
    genres: Sequence[Share]
    genre_names: Mapping[int, str]
    genres_known: int  # titles that have any
    people: Sequence[PersonCount]
    people_names: Mapping[int, str]
    decades: Sequence[Share]
    languages: Sequence[tuple[str, int]]
    ratings: Sequence[StarCount]
    loved: Sequence[tuple[int, float]]
    genre_drift: Drift | None
    decade_drift: Drift | None
    archive: Recorded
    items: Mapping[int, Item]
    standings: Mapping[int, Standing]


def look_back(db: Connection, user_id: int, year: int | None, zone: str) -> LookedBack:
    """What was, in one year or in all (None), by the clock of that time zone. Raises Invalid for what is no zone."""
    today = statistics.today_in(db, zone)
    views = statistics.views_of(db, user_id, zone)
    known = statistics.viewed_items(db, np.unique(views.item_ids))
    every = sittings_of(views, known)
    start, end = _bounds(every, year, today)
    which = (
        np.ones(len(every), np.bool_)
        if year is None
        else back.within(every, date(year, 1, 1), date(year, 12, 31))
    )
    some = every.only(which)
    titles = back.titles_of(some)
    titled, genre_ids = statistics.genres_of(db, titles.ids)
    dated, years = statistics.years_of(db, titles.ids)
    genres = back.shares(titles, titled, genre_ids)[:_GENRES]
    drifts = _drift(some, year, start, end, titled, genre_ids)
    people = back.people(titles, statistics.credits_of(db, titles.ids), _PEOPLE)
    loved = statistics.best_rated(db, user_id, zone, year, most=_LOVED)
    runs = back.runs(some)
    hours, hours_known = back.by_hour(some)
    ends, binge = back.first_and_last(some), back.binge(some)
    looked = LookedBack(
        year=year,
        zone=zone,
        today=today,
        years=back.years_there(every),
        start=start,
        end=end,
        undated=int(np.count_nonzero(~every.is_dated & every.is_seen)),
        total=back.figures(which, every),
        before=_before(every, year, today),
        kinds=back.by_kind(which, every),
        months=back.by_month(some, start, end) if start and end else (),
        days=back.by_day(some) if year is not None else (),
        hours=hours,
        hours_known=hours_known,
        longest=max(runs, key=lambda run: (run.days, run.end), default=None),
        current=runs[-1] if runs and (today - runs[-1].end).days in (0, 1) else None,
        busiest=_busiest(some),
        first=Moment(int(known.ids[ends[0][0]]), ends[0][1]) if ends else None,
        last=Moment(int(known.ids[ends[1][0]]), ends[1][1]) if ends else None,
        most=titles.top_by_time(_TOP),
        again=titles.top_again(_LOVED),
        binge=Binge(*binge) if binge else None,
        genres=genres,
        genre_names=statistics.genre_names(
            db, {*(one.key for one in genres), *(drifts.keys if drifts else ())}
        ),
        genres_known=len(np.unique(titled)),
        people=people,
        people_names=statistics.people_names(db, {one.person_id for one in people}),
        decades=back.shares(titles, dated, years // 10 * 10),
        languages=statistics.languages_of(db, titles.ids),
        ratings=[one for one in statistics.stars_given(db, user_id, zone) if year in (None, one.year)],
        loved=loved,
        genre_drift=drifts,
        decade_drift=_drift(some, year, start, end, dated, years // 10 * 10),
        archive=recorded(db, user_id, zone, year),
        items={},
        standings={},
    )
    return _with_items(db, user_id, looked)


def _bounds(every: Sittings, year: int | None, today: date) -> tuple[date | None, date | None]:
    """The first and the last day that count: of a year that is not over, up to today."""
    if year is not None:
        return date(year, 1, 1), max(date(year, 1, 1), min(date(year, 12, 31), today))
    ends = back.first_and_last(every)
    return (ends[0][1], ends[1][1]) if ends else (None, None)


def _before(every: Sittings, year: int | None, today: date) -> Before | None:
    if year is None:
        return None
    end = date(year - 1, 12, 31)
    if today.year == year:
        # There is no 29th of February to go up to in the year before.
        end = date(year - 1, today.month, min(today.day, 28) if today.month == 2 else today.day)
    which = back.within(every, date(year - 1, 1, 1), end)
    return Before(year - 1, end, back.figures(which, every)) if which.any() else None


def _busiest(some: Sittings) -> Busiest | None:
    day = back.busiest(some)
    if day is None:
        return None
    there = some.only(back.within(some, day, day))
    titles = back.titles_of(there).top_by_time(_LOVED)
    return Busiest(back.by_day(there)[0], [one.title_id for one in titles])


def _drift(
    some: Sittings,
    year: int | None,
    start: date | None,
    end: date | None,
    title_ids: statistics.Ints,
    keys: statistics.Ints,
) -> Drift | None:
    """By quarter in a year, by year in all; None where there is but one stretch, which moves nowhere."""
    if start is None or end is None:
        return None
    if year is not None:
        starts = [date(year, month, 1) for month in (1, 4, 7, 10) if date(year, month, 1) <= end]
    else:
        starts = [date(each, 1, 1) for each in range(start.year, end.year + 1)][-_MOST_STRETCHES:]
    return back.drift(some, title_ids, keys, starts, end) if len(starts) > 1 else None


def _with_items(db: Connection, user_id: int, looked: LookedBack) -> LookedBack:
    """The same with what the titles in it are."""
    wanted = sorted(set(_named(looked)))
    return replace(
        looked,
        items=items.items_with_ids(db, wanted, user_id),
        standings=history.standings(db, user_id, wanted),
    )


def _named(looked: LookedBack) -> Iterator[int]:
    for moment in (looked.first, looked.last):
        if moment is not None:
            yield moment.item_id
    yield from (one.title_id for one in (*looked.most, *looked.again))
    yield from (item_id for item_id, _ in looked.loved)
    if looked.busiest is not None:
        yield from looked.busiest.title_ids
    if looked.binge is not None:
        yield looked.binge.title_id
