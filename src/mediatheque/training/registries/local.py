"""New versions in a folder of this machine."""

from __future__ import annotations

from pathlib import Path

from mediatheque.recommend.artifact import Pin
from mediatheque.recommend.registries import local
from mediatheque.training.trained import Trained, write


def open_from(rest: str, models_dir: Path, part: str = "") -> LocalRegistry:
    """As the shelf asks; a folder needs no more than its path."""
    del rest
    return LocalRegistry(models_dir / part)


class LocalRegistry(local.LocalRegistry):
    """A folder of versions, numbered from 1."""

    def save(self, trained: Trained) -> Pin:
        return self.keep(
            lambda folder, version: write(trained, folder, trained.card() | {"version": version})
        )
