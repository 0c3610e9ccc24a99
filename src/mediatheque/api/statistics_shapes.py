"""What statistics look like over HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, Field

from mediatheque.api.shapes import ItemView, item_view
from mediatheque.vocabulary import Kind

if TYPE_CHECKING:
    from mediatheque.flows.looking_back import Binge, Busiest, LookedBack, Moment
    from mediatheque.library import looking_back as back


class FiguresView(BaseModel):
    """How much it was."""

    views: int = Field(description="Titles and episodes seen, read or heard; on one day each once.")
    titles: int = Field(description="An episode counts for its show.")
    new_titles: int = Field(description="Of these, never seen before.")
    again: int = Field(description="Views of what had been seen on an earlier day.")
    days: int = Field(description="On which there was anything.")
    minutes: float = Field(description="Of views whose length is known.")
    minutes_known: float | None = Field(
        description="Of what share of the views, books apart, the length is known; null: there are none."
    )
    pages: float
    pages_known: float | None = Field(description="Of what share of the books read the length is known.")


class KindView(BaseModel):
    """How much of it was of one kind."""

    kind: Kind
    figures: FiguresView


class StretchView(BaseModel):
    """A day or a month."""

    start: date
    views: int
    minutes: float
    kinds: dict[Kind, int] = Field(description="Views of each kind that there were any of.")


class YearView(BaseModel):
    """A year that there is anything of."""

    year: int
    views: int


class BeforeView(BaseModel):
    """The year before."""

    year: int
    end: date = Field(description="Up to the same day, when this year is not over.")
    figures: FiguresView


class RunView(BaseModel):
    """Days in a row."""

    days: int
    start: date
    end: date


class MomentView(BaseModel):
    """Something you saw, and on which day."""

    item: ItemView
    day: date


class BusiestView(BaseModel):
    """The day with most views."""

    day: StretchView
    items: list[ItemView]


class BingeView(BaseModel):
    """The most episodes of one show on one day."""

    item: ItemView
    day: date
    episodes: int


class TitleView(BaseModel):
    """A title, and how much you watched it."""

    item: ItemView
    views: int
    minutes: float = Field(description="0: nobody says how long it takes.")
    again: int = Field(description="Views of what had been seen on an earlier day.")


class StarredView(BaseModel):
    """A title, and what you gave it."""

    item: ItemView
    stars: float


class GenreCount(BaseModel):
    """A genre."""

    name: str
    titles: int
    views: int
    minutes: float


class PersonView(BaseModel):
    """Somebody whose work you saw."""

    id: int
    name: str
    role: Literal["director", "cast", "author", "channel"] = Field(
        description="Who made a show counts as who directed a film."
    )
    titles: int
    views: int


class DecadeCount(BaseModel):
    """A decade that titles are from."""

    decade: int
    titles: int
    views: int


class LanguageCount(BaseModel):
    """A language that titles were made in."""

    language: str = Field(description="ISO 639-1.")
    titles: int


class StarsView(BaseModel):
    """How you rated."""

    count: int
    average: float | None
    histogram: list[int] = Field(description="How often you gave 0.5, 1, … 5 stars.")
    best: list[StarredView]


class DriftLine(BaseModel):
    """How one genre's or decade's share moved."""

    name: str
    shares: list[float] = Field(description="Of each stretch of time, 0 to 1.")


class DriftView(BaseModel):
    """How taste moved from one stretch of time to the next: quarters of a year, or years."""

    starts: list[date]
    titles: list[int] = Field(description="How many titles there were in each.")
    lines: list[DriftLine]


class ArchiveView(BaseModel):
    """What you recorded or added."""

    recordings: int
    minutes: float
    transcribed_minutes: float


class Statistics(BaseModel):
    """A year, or all of them."""

    year: int | None = Field(description="Null: all.")
    tz: str
    today: date
    years: list[YearView] = Field(description="The years that there is anything of, the latest first.")
    start: date | None = Field(description="The first day that counts; null: nothing has a day.")
    end: date | None
    undated: int = Field(description="Views, in your whole history, of which nobody knows the day.")
    total: FiguresView
    before: BeforeView | None = Field(description="Null of all years, and where there was nothing.")
    kinds: list[KindView]
    months: list[StretchView]
    days: list[StretchView] = Field(description="Of a year; of all years the months have to do.")
    hours: list[list[int]] = Field(
        description="Views that began in each hour, 0 to 23, of each weekday, Monday first."
    )
    hours_known: float | None = Field(description="Of what share of the views the hour is known.")
    longest: RunView | None
    current: RunView | None = Field(description="That goes on until today or yesterday.")
    busiest: BusiestView | None
    first: MomentView | None
    last: MomentView | None
    most: list[TitleView] = Field(description="What took most time first.")
    again: list[TitleView] = Field(description="What you saw again most often first.")
    binge: BingeView | None
    genres: list[GenreCount]
    genres_known: int = Field(description="How many titles have a genre.")
    people: list[PersonView] = Field(description="The first ten of each role.")
    decades: list[DecadeCount]
    languages: list[LanguageCount]
    ratings: StarsView
    genre_drift: DriftView | None
    decade_drift: DriftView | None
    archive: ArchiveView


def statistics_view(seen: LookedBack) -> Statistics:
    """Statistics as the API shows them."""
    views = {item_id: item_view(item, seen.standings.get(item_id)) for item_id, item in seen.items.items()}
    return Statistics(
        year=seen.year,
        tz=seen.zone,
        today=seen.today,
        years=[YearView(year=year, views=views) for year, views in seen.years.items()],
        start=seen.start,
        end=seen.end,
        undated=seen.undated,
        total=_figures(seen.total),
        before=BeforeView(year=seen.before.year, end=seen.before.end, figures=_figures(seen.before.figures))
        if seen.before
        else None,
        kinds=[KindView(kind=one.kind, figures=_figures(one.figures)) for one in seen.kinds],
        months=[_stretch(month) for month in seen.months],
        days=[_stretch(day) for day in seen.days],
        hours=[list(day) for day in seen.hours],
        hours_known=seen.hours_known,
        longest=_run(seen.longest),
        current=_run(seen.current),
        genres=[
            GenreCount(
                name=seen.genre_names[one.key], titles=one.titles, views=one.views, minutes=one.minutes
            )
            for one in seen.genres
            if one.key in seen.genre_names
        ],
        genres_known=seen.genres_known,
        people=[
            PersonView.model_validate(
                {
                    "id": one.person_id,
                    "name": seen.people_names[one.person_id],
                    "role": one.role,
                    "titles": one.titles,
                    "views": one.views,
                }
            )
            for one in seen.people
            if one.person_id in seen.people_names
        ],
        decades=[
            DecadeCount(decade=one.key, titles=one.titles, views=one.views)
            for one in sorted(seen.decades, key=lambda one: one.key)
        ],
        languages=[LanguageCount(language=name, titles=titles) for name, titles in seen.languages],
        genre_drift=_drift(seen.genre_drift, seen.genre_names),
        decade_drift=_drift(seen.decade_drift),
        archive=ArchiveView(
            recordings=seen.archive.recordings,
            minutes=seen.archive.minutes,
            transcribed_minutes=seen.archive.transcribed_minutes,
        ),
        busiest=_busiest(seen.busiest, views),
        first=_moment(seen.first, views),
        last=_moment(seen.last, views),
        most=_counted(seen.most, views),
        again=_counted(seen.again, views),
        binge=_binge(seen.binge, views),
        ratings=_stars(seen, views),
    )


def _counted(titles: Sequence[back.TitleCount], views: dict[int, ItemView]) -> list[TitleView]:
    """Titles with how much they were watched; what is gone meanwhile is left out, here and below."""
    return [
        TitleView(item=views[one.title_id], views=one.views, minutes=one.minutes, again=one.again)
        for one in titles
        if one.title_id in views
    ]


def _moment(moment: Moment | None, views: dict[int, ItemView]) -> MomentView | None:
    if moment is None or moment.item_id not in views:
        return None
    return MomentView(item=views[moment.item_id], day=moment.day)


def _binge(binge: Binge | None, views: dict[int, ItemView]) -> BingeView | None:
    if binge is None or binge.title_id not in views:
        return None
    return BingeView(item=views[binge.title_id], day=binge.day, episodes=binge.episodes)


def _busiest(busiest: Busiest | None, views: dict[int, ItemView]) -> BusiestView | None:
    if busiest is None:
        return None
    items = [views[item_id] for item_id in busiest.title_ids if item_id in views]
    return BusiestView(day=_stretch(busiest.day), items=items)


def _stars(seen: LookedBack, views: dict[int, ItemView]) -> StarsView:
    histogram = [0] * 10
    for one in seen.ratings:
        histogram[round(one.value * 2) - 1] += one.count
    count = sum(histogram)
    total = sum((place + 1) / 2 * n for place, n in enumerate(histogram))
    return StarsView(
        count=count,
        average=round(total / count, 2) if count else None,
        histogram=histogram,
        best=[
            StarredView(item=views[item_id], stars=stars) for item_id, stars in seen.loved if item_id in views
        ],
    )


def _figures(figures: back.Figures) -> FiguresView:
    return FiguresView(**{name: getattr(figures, name) for name in FiguresView.model_fields})


def _stretch(stretch: back.Stretch) -> StretchView:
    return StretchView(
        start=stretch.start, views=stretch.views, minutes=stretch.minutes, kinds=dict(stretch.kinds)
    )


def _run(run: back.Run | None) -> RunView | None:
    return RunView(days=run.days, start=run.start, end=run.end) if run is not None else None


def _drift(drift: back.Drift | None, names: Mapping[int, str] | None = None) -> DriftView | None:
    if drift is None:
        return None
    return DriftView(
        starts=list(drift.starts),
        titles=list(drift.titles),
        lines=[
            DriftLine(name=(names or {}).get(key, str(key)), shares=list(shares))
            for key, shares in zip(drift.keys, drift.shares, strict=True)
        ],
    )
