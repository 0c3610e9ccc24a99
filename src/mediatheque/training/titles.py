"""Which titles models are made for, and what the catalogue says of them: also such as nobody has liked yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mediatheque.kit.database import Connection
from mediatheque.stores.vectors import store
from mediatheque.training.catalogue import Catalogue, credited, hashed
from mediatheque.training.dataset import Dataset
from mediatheque.training.interactions import Interactions
from mediatheque.training.queries import TitleRow, best_known, title_rows

#: The best-known titles that nobody likes yet fill the columns up to so many: a matrix of these takes 64 MB. What is
#: beyond is found by its vector all the same, outside of any model.
MOST_WITH_UNLIKED = 4_000


@dataclass(frozen=True, slots=True)
class Titles:
    """The columns of a model, by rising id."""

    item_ids: npt.NDArray[np.int64]
    catalogue: Catalogue

    def columns_of(self, data: Dataset) -> Dataset:
        """The same people with these titles, whatever else they had; with the catalogue beside them."""
        seen = data.seen
        places = np.searchsorted(self.item_ids, data.item_ids).clip(max=max(len(self.item_ids) - 1, 0))
        is_there = (
            self.item_ids[places] == data.item_ids if len(self.item_ids) else np.zeros(len(places), bool)
        )
        kept = seen.having(is_there[seen.items])
        moved = Interactions.of(
            kept.users,
            places[kept.items],
            seen.n_users,
            len(self.item_ids),
            weights=kept.weights,
            times=kept.times,
        )
        return Dataset(data.user_ids, self.item_ids, replace(moved, catalogue=self.catalogue))


def read_titles(
    db: Connection, liked: npt.NDArray[np.int64], embedder: str | None, most: int = MOST_WITH_UNLIKED
) -> Titles:
    """All that somebody likes, and the best-known others while there are fewer than `most`; vectors by that embedder."""
    others = best_known(db, most - len(liked), liked.tolist()) if len(liked) < most else []
    item_ids = np.unique(np.concatenate([liked, np.array(others, np.int64)]))
    rows = title_rows(db, item_ids.tolist())
    return Titles(item_ids, _catalogue(rows, _texts(db, item_ids.tolist(), embedder)))


def _texts(db: Connection, item_ids: Sequence[int], embedder: str | None) -> npt.NDArray[np.float32] | None:
    """A row for each title, zeros for one without a vector; None where nothing is embedded."""
    model_id = store().model_id(db, embedder) if embedder else None
    by_item = store().vectors_of(db, model_id, item_ids) if model_id is not None else {}
    if not by_item:
        return None
    texts = np.zeros((len(item_ids), len(next(iter(by_item.values())))), np.float32)
    for row, item_id in zip(texts, item_ids, strict=True):
        if item_id in by_item:
            row[:] = by_item[item_id]
    return texts


def _catalogue(rows: Sequence[TitleRow], texts: npt.NDArray[np.float32] | None) -> Catalogue:
    return Catalogue(
        years=np.array([np.nan if row.year is None else row.year for row in rows], np.float64),
        genres=_marks([row.genres for row in rows]),
        texts=texts,
        people=hashed([row.people for row in rows]),
        fullness=np.log1p(
            np.array([[row.description_length, len(row.people)] for row in rows], np.float32).reshape(-1, 2)
        ),
        kinds=_marks([[row.kind] for row in rows]),
        credits=credited([row.people for row in rows]),
    )


def _marks(rows: Sequence[Sequence[Any]]) -> npt.NDArray[np.float32]:
    """A row for each list, a column for each mark that there is, 1 where it occurs."""
    column_of = {mark: n for n, mark in enumerate(sorted({mark for row in rows for mark in row}))}
    made = np.zeros((len(rows), len(column_of)), np.float32)
    for values, row in zip(made, rows, strict=True):
        values[[column_of[mark] for mark in row]] = 1
    return made
