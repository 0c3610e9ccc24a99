"""How far the stars that people would be told are off: ratings from before, asked about ratings from after."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt

from mediatheque.kit.database import Connection
from mediatheque.recommend.opinions import Opinions
from mediatheque.training import metrics
from mediatheque.training.dataset import Dataset, from_rows
from mediatheque.training.queries import Part, stream_told

#: Fewer ratings teach, or judge, nothing.
LEAST_GIVEN, LEAST_ASKED = 100, 20
#: A posterior is drawn from the less often the more ratings there are: they leave less to doubt, and take longer.
LEAST_SAMPLES, MOST_SAMPLES, RATINGS_TIMES_SAMPLES = 40, 300, 15_000_000


@dataclass(frozen=True, slots=True)
class Rated:
    """Who rated what with how many stars and when, a row each."""

    users: npt.NDArray[np.int64]
    items: npt.NDArray[np.int64]
    stars: npt.NDArray[np.float64]
    times: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.users)

    def having(self, rows: npt.NDArray[Any]) -> Rated:
        """Only these rows."""
        return Rated(self.users[rows], self.items[rows], self.stars[rows], self.times[rows])


def read_with_ratings(db: Connection, part: Part, opinions: Opinions, now: datetime) -> tuple[Dataset, Rated]:
    """This part of all events as `dataset.read` gives it, and its ratings, in one pass."""
    notes = Notes()
    return from_rows(notes.passing(stream_told(db, part)), opinions, part.until or now), notes.rated()


@dataclass(slots=True)
class Notes:
    """Ratings, noted while rows of `stream_told` pass on their way to a dataset."""

    rows: list[tuple[int, int, float, int]] = field(default_factory=list[tuple[int, int, float, int]])

    def passing(self, chunks: Iterable[Sequence[Any]]) -> Generator[Sequence[Any]]:
        """The same chunks."""
        for chunk in chunks:
            for user, item, _, _, rating, _, _, _, at, *_ in chunk:
                if rating is not None:
                    self.rows.append((user, item, float(rating), int(at.timestamp()) if at else 0))
            yield chunk

    def rated(self) -> Rated:
        """What was noted."""
        users, items, stars, times = (
            np.array(part) for part in (list(zip(*self.rows, strict=True)) or ([],) * 4)
        )
        return Rated(
            users.astype(np.int64), items.astype(np.int64), stars.astype(np.float64), times.astype(np.int64)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StarErrors:
    """RMSE and MAE over ratings; `usual_rmse` is of everybody's own mean rating. `why_not`: nothing was measured."""

    why_not: str | None = None
    given: int = 0
    asked: int = 0
    unknown: int = (
        0  # ratings by people or of titles without any rating before, which nothing could be said of
    )
    rmse: float | None = None
    mae: float | None = None
    usual_rmse: float | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What was said of the ratings asked about, and who gave them; for figures of any group."""

    asked: Rated
    said: npt.NDArray[np.float64]

    def errors(self, rows: npt.NDArray[np.bool_]) -> Mapping[str, float]:
        """RMSE and MAE over these rows."""
        return {
            "rmse": metrics.rmse(self.said[rows], self.asked.stars[rows]),
            "mae": metrics.mae(self.said[rows], self.asked.stars[rows]),
        }


def star_errors(given: Rated, asked: Rated) -> tuple[StarErrors, Told | None]:
    """What the given ratings let expect of those asked about.

    People and titles are numbered by the given ratings alone, so that nothing asked about has a say in what is
    learned; a row of somebody or something new is left out and counted, and so is who rates again what they rated before.
    """
    user_ids, item_ids = np.unique(given.users), np.unique(given.items)
    is_known = np.isin(asked.users, user_ids) & np.isin(asked.items, item_ids)
    known = asked.having(is_known)
    known = known.having(~np.isin(_pairs(known, item_ids), _pairs(given, item_ids)))
    counted = StarErrors(given=len(given), asked=len(known), unknown=int((~is_known).sum()))
    if why_not := _why_not(given, known):
        return replace(counted, why_not=why_not), None
    from mediatheque.training import stars

    def rows(of: Rated) -> stars.Asked:
        return stars.Asked(np.searchsorted(user_ids, of.users), np.searchsorted(item_ids, of.items), of.times)

    samples = min(max(RATINGS_TIMES_SAMPLES // len(given), LEAST_SAMPLES), MOST_SAMPLES)
    config = stars.Config(samples=samples, burn_in=samples // 5)
    told = Told(
        known, stars.predict(rows(given), given.stars, rows(known), len(user_ids), len(item_ids), config)
    )
    places = np.searchsorted(user_ids, given.users)
    means = np.bincount(places, weights=given.stars) / np.bincount(places)
    errors = told.errors(np.ones(len(known), np.bool_))
    usual = metrics.rmse(means[np.searchsorted(user_ids, known.users)], known.stars)
    return replace(counted, rmse=errors["rmse"], mae=errors["mae"], usual_rmse=usual), told


def _pairs(rated: Rated, item_ids: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """A number for each person and title: who rates something again has told before."""
    return rated.users * len(item_ids) + np.searchsorted(item_ids, rated.items)


def _why_not(given: Rated, known: Rated) -> str | None:
    if find_spec("myfm") is None:
        return "myfm, which expects them, is not installed (pip install 'mediatheque[train]')"
    if len(given) < LEAST_GIVEN or len(known) < LEAST_ASKED:
        return (
            f"{len(given):,} ratings before and {len(known):,} after of known people and titles are too few; "
            f"it takes {LEAST_GIVEN} and {LEAST_ASKED}"
        )
    if len(np.unique(given.stars)) < 2:
        return "everybody gives the same stars"
    return None
