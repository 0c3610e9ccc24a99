"""What everybody together thinks of a title: activity that fades, catalogue popularity, damped ratings, renown."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from mediatheque.kit.database import Connection
from mediatheque.recommend.queries import crowd as figures_of
from mediatheque.recommend.queries.crowd import CrowdFigures
from mediatheque.recommend.queries.trends import trend_figures, trend_figures_before
from mediatheque.recommend.trends import BEFORE_DAYS, LATELY_DAYS, Trends, trends_from
from mediatheque.vocabulary import Kind

Floats = npt.NDArray[np.float64]

#: What people did counts half after three months.
ACTIVITY_HALF_LIFE_DAYS = 90.0
#: A title's average is believed as much as so many ratings at the mean of all titles.
RATING_PRIOR_COUNT = 25.0
#: Titles kept of each kind; what is less popular than these gains nothing from popularity.
KEPT_OF_EACH_KIND = 5000
#: The terms of a crowd score with their largest amounts. Renown (titles in other languages, entries in other
#: catalogues) says the least; it orders a catalogue that comes without any figures.
WEIGHT_BY_TERM = {"activity here": 0.4, "catalogue popularity": 0.3, "ratings": 0.3, "renown": 0.1}
#: Figures are asked for again after so long, and so rarely that asking takes 1/200 of the time at most.
_FRESH_S, _RARELY = 60.0, 200.0


@dataclass(frozen=True, slots=True)
class Crowd:
    """Titles that have something to be said for them, by rising id; a column of `terms` per term."""

    item_ids: npt.NDArray[np.int64]
    kinds: npt.NDArray[np.str_]
    terms: Floats
    trends: Trends = field(default_factory=Trends)
    _top: dict[tuple[str, ...], npt.NDArray[np.int64]] = field(
        default_factory=dict[tuple[str, ...], npt.NDArray[np.int64]], repr=False
    )

    def top(self, kinds: Sequence[Kind]) -> npt.NDArray[np.int64]:
        """The most popular titles, best first, these kinds in turns; ties are scattered, always the same way."""
        wanted = tuple(kind.value for kind in kinds)
        if wanted not in self._top:
            self._top[wanted] = self._in_turns(wanted)
        return self._top[wanted]

    def _in_turns(self, kinds: Sequence[str]) -> npt.NDArray[np.int64]:
        scores = self.terms.sum(axis=1)
        ranked = [np.flatnonzero(self.kinds == kind) for kind in kinds]
        ranked = [rows[np.lexsort((spread(self.item_ids[rows]), -scores[rows]))] for rows in ranked]
        places = np.concatenate([np.arange(len(rows)) for rows in ranked])
        return self.item_ids[np.concatenate(ranked)[np.argsort(places, kind="stable")]]

    def terms_of(self, item_ids: Sequence[int]) -> Floats:
        """The terms of each of these titles, a row each; zeros for one that nothing is said of."""
        wanted = np.asarray(item_ids, dtype=np.int64)
        found = np.zeros((len(wanted), len(WEIGHT_BY_TERM)))
        if len(self.item_ids):
            at = np.searchsorted(self.item_ids, wanted).clip(max=len(self.item_ids) - 1)
            is_there = self.item_ids[at] == wanted
            found[is_there] = self.terms[at[is_there]]
        return found


def spread(item_ids: npt.NDArray[np.int64]) -> npt.NDArray[np.uint32]:
    """A fixed scatter of ids, so that ties do not list a catalogue in the order it was loaded."""
    return ((item_ids.astype(np.uint64) * np.uint64(2_654_435_761)) >> np.uint64(7)).astype(np.uint32)


def crowd_from(figures: CrowdFigures) -> Crowd:
    """The crowd scores of all titles that have figures (pure)."""
    activity, popularity = figures.activity, figures.popularity
    busiest = float(np.log1p(activity.max(initial=0.0))) or 1.0
    renown = np.log1p(figures.renown)
    for kind in np.unique(figures.kinds):
        # Films have more entries than books do, and are not better for it.
        renown[figures.kinds == kind] /= renown[figures.kinds == kind].max() or 1.0
    counts, totals = figures.rating_count, figures.rating_total
    mean = float(totals.sum() / counts.sum()) if counts.sum() else 3.0
    damped = (totals + RATING_PRIOR_COUNT * mean) / (counts + RATING_PRIOR_COUNT)
    # Below the mean is a reason against: 0 is a title nobody rated, ±1 the ends of the scale.
    above = np.where(
        damped >= mean, (damped - mean) / max(5 - mean, 0.1), (damped - mean) / max(mean - 0.5, 0.1)
    )
    shares = np.column_stack([np.log1p(activity) / busiest, popularity, above, renown])
    terms = shares * np.array(list(WEIGHT_BY_TERM.values()))
    kept = _best_of_each_kind(figures.kinds, terms.sum(axis=1), figures.item_ids)
    return Crowd(figures.item_ids[kept], figures.kinds[kept], terms[kept])


def current_crowd(db: Connection) -> Crowd:
    """The crowd as of a minute ago at most (longer in a huge library), kept in this process per database."""
    kept = _crowd_by_engine.get(db.engine)
    if kept is not None and time.monotonic() < kept[1]:
        return kept[0]
    started = time.monotonic()
    crowd = crowd_from(figures_of.crowd_figures(db, half_life_days=ACTIVITY_HALF_LIFE_DAYS))
    crowd = replace(
        crowd, trends=trends_from(trend_figures(db, lately_days=LATELY_DAYS, before_days=BEFORE_DAYS))
    )
    took = time.monotonic() - started
    if len(crowd.item_ids):  # An empty library is about to be filled, and cheap to ask again.
        _crowd_by_engine[db.engine] = (crowd, started + max(_FRESH_S, _RARELY * took))
    return crowd


def crowd_as_of(db: Connection, day: datetime) -> Crowd:
    """The crowd of that day, as far as this library knows it."""
    crowd = crowd_from(figures_of.crowd_figures_before(db, day, half_life_days=ACTIVITY_HALF_LIFE_DAYS))
    figures = trend_figures_before(db, day, lately_days=LATELY_DAYS, before_days=BEFORE_DAYS)
    return replace(crowd, trends=trends_from(figures))


_crowd_by_engine: WeakKeyDictionary[object, tuple[Crowd, float]] = WeakKeyDictionary()


def _best_of_each_kind(
    kinds: npt.NDArray[np.str_], scores: Floats, item_ids: npt.NDArray[np.int64]
) -> npt.NDArray[np.intp]:
    kept: list[npt.NDArray[np.intp]] = []
    for kind in np.unique(kinds):
        rows = np.flatnonzero(kinds == kind)
        order = np.lexsort((spread(item_ids[rows]), -scores[rows]))
        kept.append(rows[order[:KEPT_OF_EACH_KIND]])
    rows = np.concatenate(kept) if kept else np.zeros(0, dtype=np.intp)
    return rows[np.argsort(item_ids[rows])]
