"""Fitting in this process, with the memory and cores of this machine: the fastest way for most libraries."""

from __future__ import annotations

from collections.abc import Collection, Generator
from contextlib import contextmanager
from dataclasses import dataclass

from mediatheque.recommend.models import Arrays
from mediatheque.training import candidates, fitting
from mediatheque.training.candidates import Recipe
from mediatheque.training.engines import Means
from mediatheque.training.interactions import Interactions


@dataclass(frozen=True, slots=True)
class Here:
    """So many cores of this machine."""

    threads: int = 1

    def candidates(self, n_users: int, n_items: int) -> tuple[list[Recipe], list[str]]:
        return candidates.singles(n_users, n_items)

    def models(self, n_users: int, n_items: int) -> Collection[str]:
        return {one.model for one in self.candidates(n_users, n_items)[0]}

    def fit(self, recipe: Recipe, seen: Interactions) -> Arrays:
        return fitting.fit(recipe.model, seen, recipe.config, threads=self.threads)


@contextmanager
def opened(means: Means) -> Generator[Here]:
    """Nothing has to be opened."""
    yield Here(means.threads)
