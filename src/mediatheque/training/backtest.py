"""If somebody had followed it: what would have been suggested at moments of their past, and what they chose then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from mediatheque.recommend import models
from mediatheque.recommend.models import popularity
from mediatheque.training import metrics
from mediatheque.training.candidates import Recipe, blended, fit_all, prior_weights, singles, with_content
from mediatheque.training.dataset import Dataset
from mediatheque.training.engines.here import Here
from mediatheque.training.interactions import Interactions

#: Suggestions looked at: a page of them, and as many as somebody would scroll through.
FEW, MANY = 10, 50
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """What was chosen from `began_at` until `ended_at`, and how much of it two lists of the first day held."""

    began_at: datetime
    ended_at: datetime
    people: int  # who had told anything by then
    choices: int  # titles taken to that were new to the person
    found_10: int
    found_50: int
    popular_10: int
    popular_50: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """All periods; `why_not` says why there is nothing to look back at."""

    why_not: str | None = None
    step: str = "month"
    periods: Sequence[Period] = field(default_factory=list[Period])
    skipped: int = 0  # periods before which nobody had liked anything

    @property
    def says(self) -> str:
        """The sum, as one would tell it."""
        if self.why_not or not self.periods:
            return self.why_not or "nothing was chosen"
        chosen = sum(one.choices for one in self.periods)
        found, popular = (
            sum(getattr(one, name) for one in self.periods) for name in ("found_50", "popular_50")
        )
        titles = "the one title" if chosen == 1 else f"{chosen} titles"
        return (
            f"Of {titles} chosen {self._when()}, {found} {'was' if found == 1 else 'were'} among the {MANY} that it "
            f"would have suggested at the start of the {self.step}; among the {MANY} most popular then, {popular}."
        )

    def _when(self) -> str:
        first, last = self.periods[0].began_at, self.periods[-1].ended_at - timedelta(days=1)
        if first.year == last.year:
            return f"in {first.year}"
        return f"between {first:%B %Y} and {last:%B %Y}"


def periods_of(
    times: npt.NDArray[np.int64], step: str, since: datetime | None, most: int
) -> list[tuple[datetime, datetime]]:
    """The last periods of the calendar, so many at most, in which there was something; times in seconds, 0 is no date."""
    dated = times[times > 0]
    if since is not None:
        dated = dated[dated >= since.timestamp()]
    if not len(dated):
        return []
    first, last = (datetime.fromtimestamp(int(t), UTC) for t in (dated.min(), dated.max()))
    starts = [_start(first, step)]
    while starts[-1] <= last:
        starts.append(_next(starts[-1], step))
    edges = np.array([start.timestamp() for start in starts])
    counts, _ = np.histogram(dated, edges)
    return [pair for pair, count in zip(pairwise(starts), counts, strict=True) if count][-most:]


def recipe_for(known: Dataset) -> Recipe:
    """What a library of this size begins with. Nothing is chosen by what came later: settings and weights follow
    from how many people and titles there were."""
    alone, _ = singles(len(known.user_ids), len(known.item_ids))
    if known.seen.catalogue is not None:
        alone = with_content(alone, len(known.user_ids), len(known.item_ids))
    return blended(alone, prior_weights(alone, len(known.user_ids)))


def look_back(
    known: Dataset, later: Dataset, user_id: int, span: tuple[datetime, datetime], *, threads: int = 1
) -> Period:
    """One period: models are made of `known` alone, and titles of a later year did not exist yet."""
    own, chosen = _row(known, user_id), _liked(later, user_id)
    chosen = chosen[~np.isin(chosen, known.item_ids[own.items])]
    best, popular = recipe_for(known), Recipe("popularity", "popularity", popularity.Config())
    arrays = fit_all([best, popular], known.likes, Here(threads).fit)
    is_open = _existed(known, span[0].year)
    found = [
        _found(recipe, arrays[recipe.key], own, is_open & is_shown, known.item_ids, chosen)
        for recipe, is_shown in ((best, True), (popular, known.likes.per_item > 0))
    ]
    return Period(
        began_at=span[0],
        ended_at=span[1],
        people=len(known.user_ids),
        choices=len(chosen),
        found_10=found[0][0],
        found_50=found[0][1],
        popular_10=found[1][0],
        popular_50=found[1][1],
    )


def _found(
    recipe: Recipe,
    arrays: models.Arrays,
    own: Interactions,
    is_shown: npt.NDArray[np.bool_],
    item_ids: npt.NDArray[np.int64],
    chosen: npt.NDArray[np.int64],
) -> tuple[int, int]:
    """How many of the chosen are among the first few and the first many of what this model would have shown."""
    likes = own.having(own.weights > 0).histories()
    scores = models.model(recipe.model).score(arrays, recipe.config, likes)
    scores[:, own.items] = -np.inf
    scores[:, ~is_shown] = -np.inf
    (shown,) = metrics.top(scores, MANY)
    is_hit = np.isin(item_ids[shown], chosen) & (shown >= 0)
    return int(is_hit[:FEW].sum()), int(is_hit.sum())


def _existed(known: Dataset, year: int) -> npt.NDArray[np.bool_]:
    """Which titles are not of a later year."""
    if known.seen.catalogue is None:
        return np.ones(len(known.item_ids), np.bool_)
    return ~(known.seen.catalogue.years > year)


def _row(data: Dataset, user_id: int) -> Interactions:
    """What this person has; nothing where they had nothing yet."""
    rows = np.flatnonzero(data.user_ids == user_id)
    if len(rows):
        return data.seen.of_users(rows)
    nothing = np.zeros(0, np.int64)
    return Interactions.of(nothing, nothing, 1, len(data.item_ids))


def _liked(data: Dataset, user_id: int) -> npt.NDArray[np.int64]:
    own = _row(data, user_id)
    return data.item_ids[own.having(own.weights > 0).items]


def _start(at: datetime, step: str) -> datetime:
    """The beginning of the period that a moment is in."""
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    if step == "week":
        return day - timedelta(days=day.weekday())
    months = _MONTHS[step]
    return day.replace(day=1, month=(day.month - 1) // months * months + 1)


def _next(start: datetime, step: str) -> datetime:
    if step == "week":
        return start + timedelta(days=7)
    months = start.month - 1 + _MONTHS[step]
    return start.replace(year=start.year + months // 12, month=months % 12 + 1)
