"""The shelf of fitting: for each trained model, under its name, how its arrays come from interactions.

`fit` is all that a module offers. Training is deterministic: the same interactions and config give the same
arrays, up to the rounding of sums that threads add in another order.
"""

from __future__ import annotations

import sys
from typing import Any, Protocol, cast

from mediatheque.kit import shelf
from mediatheque.recommend.models import Array, Arrays
from mediatheque.training.interactions import Interactions


class Fitting(Protocol):
    """What every module on this shelf offers."""

    def fit(self, seen: Interactions, config: Any, *, threads: int = 1) -> dict[str, Array]:
        """The arrays of the model of the same name."""
        ...


def names() -> tuple[str, ...]:
    """Public names of the models that can be trained."""
    return shelf.names_on(sys.modules[__name__])


def fitting(name: str) -> Fitting:
    """The fitting of the model of that name; raises Invalid naming what there is."""
    return cast(Fitting, shelf.take(sys.modules[__name__], name))


def fit(name: str, seen: Interactions, config: Any, *, threads: int = 1) -> Arrays:
    """The arrays of a model, from what people have."""
    return fitting(name).fit(seen, config, threads=threads)
