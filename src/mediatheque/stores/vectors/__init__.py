"""The port for vectors: what every backend that keeps and compares them promises.

A backend is a module with the functions of `VectorStore`. Vectors belong to a model, named as the
embedder names it, and to an item or to a passage of a recording. What is nearest is found among those that a condition allows, in
the same query, so that a filter never leaves fewer results than there are.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias, cast

from mediatheque.kit import shelf

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from mediatheque.kit.database import Connection

    Vector: TypeAlias = npt.NDArray[np.float32]


class Embedded(NamedTuple):
    """A vector to keep: whose it is, and the hash of the text that it stands for."""

    item_id: int
    text_hash: bytes
    vector: Vector


class Near(NamedTuple):
    """An item and how like the vector asked about it is: the cosine, 1.0 is the same direction."""

    item_id: int
    similarity: float


class EmbeddedPassage(NamedTuple):
    """The vector of a passage, to keep."""

    passage_id: int
    vector: Vector


class NearPassage(NamedTuple):
    """A passage and how like the vector asked about it is, as `Near`."""

    passage_id: int
    similarity: float


@dataclass(frozen=True, slots=True)
class Condition:
    """SQL that is true of the `items i` wanted, and the values of its parameters.

    Where passages are asked for, it speaks of `passages p` and of the `media m` they are of.
    """

    sql: str
    values: Mapping[str, Any]


class VectorStore(Protocol):
    """What every module on this shelf offers."""

    def ensure_model(self, db: Connection, name: str, dimensions: int) -> int:
        """The number of a model, made ready for vectors of that length, of items and of passages; any number of
        callers at once.

        Raises Conflict when the model is known with vectors of another length.
        """
        ...

    def model_id(self, db: Connection, name: str) -> int | None:
        """The number of a model; None when it has never been used."""
        ...

    def forget_model(self, db: Connection, name: str) -> None:
        """Remove a model and all its vectors; nothing happens when there is none."""
        ...

    def put(self, db: Connection, model_id: int, rows: Iterable[Embedded]) -> None:
        """Keep vectors, each in the place of the one its item had.

        Raises Invalid, and keeps none, when one of them is zero, not finite or of the wrong length.
        """
        ...

    def remove(self, db: Connection, model_id: int, item_ids: Iterable[int]) -> None:
        """Forget the vectors of items."""
        ...

    def nearest(
        self, db: Connection, model: int | str, vector: Vector, limit: int, condition: Condition | None = None
    ) -> list[Near]:
        """The items nearest to `vector`, best first, that meet the condition; the model by number or by name.

        Raises Invalid when the vector is zero, not finite or of the wrong length, NotFound when the model has
        never been used.
        """
        ...

    def nearest_to_each(
        self,
        db: Connection,
        model_id: int,
        vectors: Sequence[Vector],
        limit: int,
        condition: Condition | None = None,
    ) -> list[list[Near]]:
        """As `nearest` for each of the vectors, asked together, and less thorough: candidates to choose from."""
        ...

    def vectors_of(self, db: Connection, model_id: int, item_ids: Iterable[int]) -> dict[int, Vector]:
        """The unit vectors of those items that have one."""
        ...

    def all_vectors(
        self, db: Connection, model_id: int, most: int, condition: Condition
    ) -> tuple[npt.NDArray[np.int64], Vector] | None:
        """The items that meet the condition by rising id, and their unit vectors, a row each; None of more than `most`."""
        ...

    def mean(self, db: Connection, model_id: int) -> tuple[Vector, int] | None:
        """The mean of the unit vectors, of an even sample where there are many, and how many there are; None of none."""
        ...

    def text_hashes(self, db: Connection, model_id: int, item_ids: Sequence[int]) -> dict[int, bytes]:
        """Of which text the items' vectors are; an item that is missing has none."""
        ...

    def put_passages(self, db: Connection, model_id: int, rows: Iterable[EmbeddedPassage]) -> None:
        """As `put`, for passages; one that is gone by now is left out."""
        ...

    def remove_passages(self, db: Connection, model_id: int, passage_ids: Iterable[int]) -> None:
        """Forget the vectors of passages; those of a passage that is removed go with it."""
        ...

    def nearest_passages(
        self, db: Connection, model: int | str, vector: Vector, limit: int, condition: Condition | None = None
    ) -> list[NearPassage]:
        """As `nearest`, of passages: as many as meet the condition, however few these are of all."""
        ...

    def passage_vectors(self, db: Connection, model_id: int, passage_ids: Iterable[int]) -> dict[int, Vector]:
        """The unit vectors of those passages that have one."""
        ...

    def passages_without(
        self,
        db: Connection,
        model_id: int,
        *,
        media_id: int | None = None,
        after: int = 0,
        limit: int = 1_000,
    ) -> list[int]:
        """Passages that have no vector of a model, by rising id from beyond `after`: of one recording, or of all."""
        ...


def names() -> tuple[str, ...]:
    """Public names of the backends."""
    return shelf.names_on(sys.modules[__name__])


def store(name: str = "pgvector") -> VectorStore:
    """The backend called `name`; raises Invalid naming what there is."""
    return cast("VectorStore", shelf.take(sys.modules[__name__], name))
