"""The shelf of trained models: arrays and a config in; a score for every item, for any history, and why, out.

A model is a module with the functions of `Model`. Its file name is its public name (`item_knn.py` is
"item-knn"). What training found are plain arrays, so that an artifact is a file of arrays and a JSON config,
and nothing here needs more than numpy: the process that serves never loads a training library. The arrays are
made in `mediatheque.training.fitting`, under the same names.

Shapes, with U users in a batch, I items, h items in a history:

| what | shape | meaning |
|---|---|---|
| `Histories.starts` | (U + 1,) int64 | user u's items are `items[starts[u]:starts[u + 1]]` |
| `Histories.items` | (Σh,) int32 | columns in the model's items, each at most once a user |
| `Histories.weights` | (Σh,) float32 | how much each counts; 1 is an ordinary like |
| `score(...)` | (U, I) float32 | higher is better; items of the history are scored like any other |
| `explain(...).parts` | (h,) float64 | what each item of the history adds to the score |

Users need not have been there at training: every model knows people by their histories alone.

| model | after |
|---|---|
| popularity | counts that halve with age |
| item-knn | Sarwar 2001; asymmetric cosine with shrinkage as in Ferrari Dacrema 2019 |
| user-knn | Herlocker 1999: Pearson, significance-weighted; on likes alone Pearson is the phi coefficient |
| rp3beta | Paudel 2016: walks of three steps, popularity damped |
| mixed-walk | such walks over people, genres, people who made things and likeness in one graph |
| wedlae | EASE (Steck 2019), EDLAE (Steck 2020), with users and items weighted by how many |
| ials | Hu 2008, with the regularisation of Rendle 2021 |
| content | ridge regression of having on what a catalogue says of the items, for each history by itself |
| ntk | ∞-AE (Sachdeva 2022): kernel regression with the tangent kernel of an endless network |
| blend | the sum of standardised scores of others |
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol, cast

import numpy as np
import numpy.typing as npt

from mediatheque.kit import shelf
from mediatheque.kit.errors import Invalid

Array = npt.NDArray[Any]
Scores = npt.NDArray[np.float32]
Arrays = Mapping[str, Array]
#: Of each array of a model: the names of its dimensions; one name is one size throughout, a number is itself.
Shapes = Mapping[str, tuple[str | int, ...]]


@dataclass(frozen=True, slots=True)
class History:
    """What one person has: columns in the model's items, and how much each counts."""

    items: npt.NDArray[np.int32]
    weights: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.items)


@dataclass(frozen=True, slots=True)
class Histories:
    """What each of a batch of users has, one after the other."""

    starts: npt.NDArray[np.int64]
    items: npt.NDArray[np.int32]
    weights: npt.NDArray[np.float32]

    @classmethod
    def of(cls, histories: Iterable[History]) -> Histories:
        """These histories, in this order."""
        rows = list(histories)
        return cls(
            np.cumsum([0, *(len(row) for row in rows)], dtype=np.int64),
            np.concatenate([np.zeros(0, np.int32), *(row.items for row in rows)]).astype(np.int32),
            np.concatenate([np.zeros(0, np.float32), *(row.weights for row in rows)]).astype(np.float32),
        )

    @classmethod
    def of_likes(cls, likes: Iterable[Sequence[int]]) -> Histories:
        """One history for each list of columns; everything counts 1."""
        return cls.of(History(np.asarray(row, np.int32), np.ones(len(row), np.float32)) for row in likes)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, user: int) -> History:
        span = slice(self.starts[user], self.starts[user + 1])
        return History(self.items[span], self.weights[span])


@dataclass(frozen=True, slots=True)
class Explanation:
    """A score as a sum: `base` whoever asks, and what each item of the history adds, in the history's order."""

    base: float
    parts: npt.NDArray[np.float64]

    @property
    def score(self) -> float:
        return self.base + float(self.parts.sum())


class Model(Protocol):
    """What every module on this shelf offers."""

    #: A frozen dataclass of settings, for training and serving, whose fields JSON can hold.
    Config: Callable[..., Any]

    def shapes(self, config: Any) -> Shapes:
        """Names and shapes of the arrays; the number of items is "items" wherever it occurs."""
        ...

    def score(self, arrays: Arrays, config: Any, histories: Histories) -> Scores:
        """A finite score for every user and item."""
        ...

    def explain(self, arrays: Arrays, config: Any, history: History, item: int) -> Explanation:
        """Why the item has its score: parts that add up to it."""
        ...


@dataclass(frozen=True, slots=True)
class Factors:
    """Items as vectors: the score of an item is its product with a taste, times its scale."""

    vectors: Array  # (I, d) float32
    scales: Array  # (I,) float32


class Factored(Model, Protocol):
    """A model whose scores are products, so that the best items can be found without scoring all."""

    def factors(self, arrays: Arrays, config: Any) -> Factors:
        """The items' vectors: views of the arrays, no copies."""
        ...

    def taste(self, arrays: Arrays, config: Any, history: History) -> Scores:
        """One person's vector, (d,) float32."""
        ...


def names() -> tuple[str, ...]:
    """Public names of the models."""
    return shelf.names_on(sys.modules[__name__])


def model(name: str) -> Model:
    """The model of that name; raises Invalid naming what there is."""
    return cast(Model, shelf.take(sys.modules[__name__], name))


def factored(name: str) -> Factored | None:
    """The model of that name, if it says of itself (`IS_FACTORED`) that its scores are products."""
    found = model(name)
    return cast(Factored, found) if getattr(found, "IS_FACTORED", False) else None


def explain_all(
    name: str, arrays: Arrays, config: Any, history: History, items: Sequence[int]
) -> list[Explanation]:
    """Why each of these items has its score; at once, where the model can do so for less."""
    at_once = getattr(model(name), "explain_all", None)
    if at_once is not None:
        return at_once(arrays, config, history, items)
    return [model(name).explain(arrays, config, history, item) for item in items]


def config_to_json(config: Any) -> dict[str, Any]:
    """A config as JSON holds it."""
    return asdict(config)


def config_from_json(name: str, fields: Mapping[str, Any]) -> Any:
    """The config of a model from what `config_to_json` gave; raises Invalid when it is of another version."""
    try:
        return model(name).Config(**fields)
    except TypeError as error:
        raise Invalid(f"this is no config of the model '{name}': {error}; train it again") from error


def check(name: str, config: Any, arrays: Arrays) -> int:
    """The number of items of a model; raises Invalid when the arrays are not those of such a model."""
    sizes: dict[str, int] = {}
    for key, shape in model(name).shapes(config).items():
        if key not in arrays:
            raise Invalid(f"the model '{name}' lacks its array '{key}'; train it again")
        found = arrays[key].shape
        fits = len(found) == len(shape)
        for part, size in zip(shape, found, strict=False):
            fits = fits and _size(part, sizes) in (-1, size)
            if isinstance(part, str):
                sizes.setdefault(part, size)
        if not fits:
            raise Invalid(
                f"array '{key}' of the model '{name}' has shape {found}, not {shape}; train it again"
            )
    return sizes["items"]


def _size(part: str | int, sizes: Mapping[str, int]) -> int:
    """How long that dimension must be; -1: as long as it likes. "rows + 1" is one more than "rows"."""
    if isinstance(part, int):
        return part
    name, _, more = part.partition(" + ")
    return sizes[name] + int(more or 0) if name in sizes else -1
