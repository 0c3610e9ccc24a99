"""A model as training leaves it, and how it becomes files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mediatheque.kit.durable import settle, write_settled
from mediatheque.recommend import models
from mediatheque.recommend.artifact import ARRAYS, CARD, FILES, ITEMS, SCHEMA, artifact_from, sha256_of
from mediatheque.recommend.models import Arrays
from mediatheque.recommend.opinions import Opinions


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A model as training leaves it."""

    model: str
    config: Any
    arrays: Arrays
    item_ids: npt.NDArray[np.int64]
    opinions: Opinions
    proof: float
    trust: float
    #: Metrics, the data's watermark, the code's version …: whatever JSON can hold.
    about: Mapping[str, Any]

    def card(self) -> dict[str, Any]:
        """What it is and how it came about; a registry adds the version."""
        return {
            **self.about,
            "schema": SCHEMA,
            "model": self.model,
            "config": models.config_to_json(self.config),
            "opinions": models.config_to_json(self.opinions),
            "proof": self.proof,
            "trust": self.trust,
        }


def write(trained: Trained, folder: Path, card: Mapping[str, Any]) -> str:
    """Fill an empty folder with the files of a version; the SHA-256 of their list. Raises Invalid for what could
    not serve: whatever would be refused then is not written in the first place."""
    arrays = {name: np.ascontiguousarray(array) for name, array in trained.arrays.items()}
    artifact_from({"version": 0} | json.loads(json.dumps(card)), arrays, trained.item_ids)
    write_settled(folder / ARRAYS, lambda path: np.savez(path, allow_pickle=False, **arrays))
    write_settled(folder / ITEMS, lambda path: np.save(path, trained.item_ids, allow_pickle=False))
    write_settled(folder / CARD, lambda path: path.write_text(json.dumps(card, indent=2), encoding="utf-8"))
    told = {
        name: {"bytes": (folder / name).stat().st_size, "sha256": sha256_of(folder / name)}
        for name in (ARRAYS, ITEMS, CARD)
    }
    listed = json.dumps(told, indent=2)
    write_settled(folder / FILES, lambda path: path.write_text(listed, encoding="utf-8"))
    settle(folder)
    return hashlib.sha256(listed.encode()).hexdigest()
