"""The shelf of places for trained models, as training knows them: what `recommend/registries` does, and saving."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Protocol

from mediatheque.kit import shelf
from mediatheque.recommend import registries
from mediatheque.recommend.artifact import Pin
from mediatheque.training.trained import Trained


class Registry(registries.Registry, Protocol):
    """A place for models that takes new ones."""

    def save(self, trained: Trained) -> Pin:
        """Keep a new version, whole or not at all; nothing serves it yet. Raises Invalid for what could not serve."""
        ...


def open_registry(setting: str | None, models_dir: Path, part: str = "") -> Registry:
    """The place that `MEDIATHEQUE_REGISTRY_URL` names; raises Invalid when the setting cannot be used, and
    Unavailable when the library that it needs is not installed."""
    name, rest = registries.chosen(setting)
    module: Any = shelf.take(sys.modules[__name__], name)
    opened: Registry = module.open_from(rest, models_dir, part)
    return opened
