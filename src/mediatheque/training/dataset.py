"""The library's own data for training: events read once, as a stream, into a matrix of who likes what, how much."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from mediatheque.kit.database import Connection
from mediatheque.recommend.opinions import Floats, Opinions, Told, mean_rating
from mediatheque.training.interactions import Interactions
from mediatheque.training.queries import Part, stream_told

DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Dataset:
    """The matrix and what its rows and columns are; ids rise. Weights below 0 are "not that", 0 is only known."""

    user_ids: npt.NDArray[np.int64]
    item_ids: npt.NDArray[np.int64]
    seen: Interactions

    @property
    def likes(self) -> Interactions:
        """What models learn from: only what speaks for a title."""
        return self.seen.having(self.seen.weights > 0)

    def of_items(self, item_ids: npt.NDArray[Any]) -> Dataset:
        """Only these items, which must be among them, by rising id."""
        places = np.searchsorted(self.item_ids, item_ids)
        return Dataset(self.user_ids, self.item_ids[places], self.seen.of_items(places))

    def aligned_to(self, other: Dataset) -> Interactions:
        """The entries for the users and items of the other dataset, in its rows and columns."""
        users, is_user = _places(other.user_ids, self.user_ids)
        items, is_item = _places(other.item_ids, self.item_ids)
        entries = is_user[self.seen.users] & is_item[self.seen.items]
        kept = self.seen.having(entries)
        return Interactions.of(
            users[kept.users],
            items[kept.items],
            len(other.user_ids),
            len(other.item_ids),
            weights=kept.weights,
            times=kept.times,
        )


def read(db: Connection, part: Part, opinions: Opinions, now: datetime) -> Dataset:
    """This part of all events, weighed as of `now` (for a part with an end: as of its end)."""
    return from_rows(stream_told(db, part), opinions, part.until or now)


def from_rows(chunks: Iterable[Sequence[Any]], opinions: Opinions, now: datetime) -> Dataset:
    """The matrix of rows by user and item as `stream_told` gives them, never held but for a chunk."""
    users: list[npt.NDArray[np.int64]] = []
    counts: list[npt.NDArray[np.int64]] = []
    columns: tuple[list[npt.NDArray[Any]], ...] = ([], [], [])
    number_by_item: dict[int, int] = {}
    for rows in chunks:
        part = list(zip(*rows, strict=True))
        ids, sizes = np.unique(np.array(part[0], np.int64), return_counts=True)
        users.append(ids)
        counts.append(sizes)
        numbers = [number_by_item.setdefault(item, len(number_by_item)) for item in part[1]]
        weights, times = _weighed(part, opinions, now)
        for column, values in zip(columns, (np.array(numbers, np.int32), weights, times), strict=True):
            column.append(values)
    item_ids = np.fromiter(number_by_item, np.int64, len(number_by_item))
    del number_by_item
    order = np.argsort(item_ids)
    place_of_number = np.empty(len(order), np.int32)
    place_of_number[order] = np.arange(len(order), dtype=np.int32)
    user_ids, starts = _rows_of(users, counts)
    items = _joined(columns[0], np.int32)
    np.take(place_of_number, items, out=items, mode="clip")
    seen = Interactions(
        starts, items, _joined(columns[1], np.float32), _joined(columns[2], np.int64), len(item_ids)
    )
    return Dataset(user_ids, item_ids[order], seen)


def _weighed(
    part: Sequence[Sequence[Any]], opinions: Opinions, now: datetime
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """The weights and times (0: no date) of a chunk, column by column."""
    _, _, seen, share, rating, liking, saved, hidden, last_at, total, count = part
    at = np.array([moment.timestamp() if moment is not None else np.nan for moment in last_at])
    told = Told(
        seen=np.array(seen, np.float64),
        share=_floats(share),
        rating=_floats(rating),
        mean=mean_rating(total, count),
        liking=np.array(liking, np.float64),
        is_saved=np.array(saved, np.bool_),
        is_hidden=np.array(hidden, np.bool_),
        age_days=(now.timestamp() - at) / DAY_S,
    )
    return opinions.weights(told), np.nan_to_num(at, nan=0.0).astype(np.int64)


def _floats(column: Sequence[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in column], np.float64)


def _rows_of(
    users: list[npt.NDArray[np.int64]], counts: list[npt.NDArray[np.int64]]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Each user once, though a chunk may end within one, and where their rows start."""
    user_ids, which = np.unique(_joined(users, np.int64), return_inverse=True)
    sizes = np.bincount(which, weights=_joined(counts, np.int64), minlength=len(user_ids))
    return user_ids, np.append(0, np.cumsum(sizes)).astype(np.int64)


def _joined(pieces: list[npt.NDArray[Any]], dtype: Any) -> npt.NDArray[Any]:
    """One array of all pieces, which are let go: no more than one column is ever there twice."""
    whole = np.concatenate([np.zeros(0, dtype), *pieces]).astype(dtype, copy=False)
    pieces.clear()
    return whole


def _places(
    among: npt.NDArray[np.int64], wanted: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Where each id stands in a rising list, and whether it is there."""
    if not len(among):
        return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), np.bool_)
    places = np.searchsorted(among, wanted).clip(max=len(among) - 1)
    return places.astype(np.int64), among[places] == wanted
