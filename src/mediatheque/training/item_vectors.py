"""How alike titles are, for judging the diversity of lists: by what their texts mean, else by their genres."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt

from mediatheque.kit.database import Connection
from mediatheque.stores.vectors import store
from mediatheque.training.queries import genres_of

#: Texts speak where so many of the titles have a vector.
MOST_OF = 0.8

Vectors = npt.NDArray[np.float32]


def vectors_of_items(
    db: Connection, item_ids: npt.NDArray[np.int64], embedder: str | None
) -> tuple[Vectors | None, str | None]:
    """Unit vectors, a row each, and by what they go; None and None where neither texts nor genres are known."""
    model_id = store().model_id(db, embedder) if embedder else None
    if model_id is not None:
        by_item = store().vectors_of(db, model_id, item_ids.tolist())
        if len(by_item) >= MOST_OF * len(item_ids) > 0:
            width = len(next(iter(by_item.values())))
            none = np.zeros(width, np.float32)
            return np.stack([by_item.get(item, none) for item in item_ids.tolist()]), "what their texts mean"
    genres = genres_of(db, item_ids.tolist())
    return vectors_of_genres([genres.get(item, ()) for item in item_ids.tolist()])


def vectors_of_genres(genres: Sequence[Collection[int]]) -> tuple[Vectors | None, str | None]:
    """The same from each title's genres; who has none is unlike everything."""
    numbers = {genre: n for n, genre in enumerate(sorted({genre for those in genres for genre in those}))}
    if not numbers:
        return None, None
    vectors = np.zeros((len(genres), len(numbers)), np.float32)
    for row, those in enumerate(genres):
        if those:
            vectors[row, [numbers[genre] for genre in those]] = len(those) ** -0.5
    return vectors, "their genres"
