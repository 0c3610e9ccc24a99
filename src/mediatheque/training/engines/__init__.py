"""The shelf of engines: where models are fitted. Whatever fits them, the same code judges, keeps and serves them.

A module offers `opened`, which gives an `Engine` until the end of a `with` block.
"""

from __future__ import annotations

import sys
from collections.abc import Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol, cast

from mediatheque.kit import shelf
from mediatheque.recommend.models import Arrays
from mediatheque.training.candidates import Recipe
from mediatheque.training.interactions import Interactions


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What an engine may use: cores of this machine, the master of a cluster, and a folder that all of it can read."""

    threads: int = 1
    master: str = "local[*]"
    data_url: str | None = None


class Engine(Protocol):
    """Fits models."""

    def candidates(self, n_users: int, n_items: int) -> tuple[list[Recipe], list[str]]:
        """The recipes worth trying on so many people and items, and what was left out and why."""
        ...

    def models(self, n_users: int, n_items: int) -> Collection[str]:
        """Names of the models that can be fitted on so many, for comparing with a champion of another engine."""
        ...

    def fit(self, recipe: Recipe, seen: Interactions) -> Arrays:
        """The arrays of a recipe that is no blend. Raises Unavailable where the engine cannot be reached."""
        ...


class _Module(Protocol):
    """What every module on this shelf offers."""

    def opened(self, means: Means) -> AbstractContextManager[Engine]:
        """The engine. Raises Unavailable naming what is not installed, Invalid for means that it cannot use."""
        ...


def names() -> tuple[str, ...]:
    """Public names of the engines."""
    return shelf.names_on(sys.modules[__name__])


def opened(name: str, means: Means) -> AbstractContextManager[Engine]:
    """The engine of that name; raises Invalid naming what there is."""
    return cast(_Module, shelf.take(sys.modules[__name__], name)).opened(means)
