"""Where titles stand to each other: what their texts mean and the genres they have, in one vector."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from mediatheque.recommend.interests import Vectors, unit_rows

#: Of the likeness of two titles, so much is a matter of genre. An embedding of "Arrival" is also near to any
#: text about an arrival; its genres say which of these is meant.
GENRE_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Space:
    """Text dimensions first, then one for each genre that the person's own titles have."""

    dimensions: int = 1
    column_by_genre: Mapping[int, int] = field(default_factory=dict[int, int])
    centre: Vectors | None = None  # what all texts have in common, and none of them means

    @classmethod
    def of(cls, dimensions: int, genres: Iterable[int], centre: Vectors | None = None) -> Space:
        """A space for texts of so many dimensions, and these genres."""
        columns = {genre: n for n, genre in enumerate(sorted(set(genres)), dimensions)}
        return cls(dimensions, columns, centre)

    @property
    def width(self) -> int:
        return self.dimensions + len(self.column_by_genre)

    def place(self, texts: Vectors, genres: Sequence[Collection[int]]) -> Vectors:
        """Titles' vectors, a row each. The product of two is their likeness, 1 for the same text and genres."""
        placed = np.zeros((len(texts), self.width), dtype=np.float32)
        if self.centre is not None:
            texts = unit_rows(texts - self.centre)
        placed[:, : self.dimensions] = texts * np.float32(math.sqrt(1 - GENRE_SHARE))
        for row, those in enumerate(genres):
            columns = [column for genre in those if (column := self.column_by_genre.get(genre)) is not None]
            if columns:
                placed[row, columns] = math.sqrt(GENRE_SHARE / len(those))
        return placed

    def text_of(self, placed: Vectors) -> Vectors:
        """The part that a store of text vectors can compare."""
        return placed[: self.dimensions]
