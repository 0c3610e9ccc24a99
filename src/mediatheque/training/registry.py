"""Where trained models are kept: the names that `training/registries` and `training/trained.py` give."""

from __future__ import annotations

from mediatheque.recommend.registries import FORMER
from mediatheque.recommend.registries.local import KEPT
from mediatheque.training.registries import Registry
from mediatheque.training.registries.local import LocalRegistry
from mediatheque.training.trained import Trained

__all__ = ["FORMER", "KEPT", "LocalRegistry", "Registry", "Trained"]
