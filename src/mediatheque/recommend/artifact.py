"""A trained model as files: plain arrays and JSON, nothing that could run, each verified before it is believed.

A folder of models holds `v1`, `v2` … and `aliases.json`. A version holds `arrays.npz`, `items.npy` (ids of the
columns), `model.json` (what it is and how it came about) and `files.json`, which names the size and SHA-256 of the
others. `aliases.json` names versions together with the SHA-256 of their `files.json`, so that whoever changes a
byte of a version changes what the alias stands for.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from mediatheque.kit.errors import Invalid
from mediatheque.recommend import models
from mediatheque.recommend.models import Arrays
from mediatheque.recommend.nearest import Nearest
from mediatheque.recommend.opinions import Opinions

SCHEMA = 1
ARRAYS, ITEMS, CARD, FILES, ALIASES = "arrays.npz", "items.npy", "model.json", "files.json", "aliases.json"


@dataclass(frozen=True, slots=True)
class Pin:
    """A version and the SHA-256 of its list of files."""

    version: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Aliases:
    """Which version serves, which lost against it last, and which served before, the latest first."""

    champion: Pin | None = None
    challenger: Pin | None = None
    former: tuple[Pin, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A model that can be asked: its arrays, the items of its columns by rising id, and its card."""

    version: int
    name: str  # of the model on the shelf
    config: Any
    arrays: Arrays
    item_ids: npt.NDArray[np.int64]
    opinions: Opinions
    #: How sure it is that its lists are better than everybody's favourites, 0 to 1.
    proof: float
    #: How much it should count beside what goes by content, 0 to 1: by how many people it learned from, and the proof.
    trust: float
    card: Mapping[str, Any]
    #: Finds the best items where scores are products.
    nearest: Nearest | None = field(default=None, repr=False, compare=False)


def models_dir_in(data_dir: Path) -> Path:
    """Where a library keeps the models that were trained on it."""
    return data_dir / "models"


def folder_of(models_dir: Path, version: int) -> Path:
    return models_dir / f"v{version}"


def read_aliases(models_dir: Path) -> Aliases:
    """The aliases; none where nothing was ever promoted. Raises Invalid for what is no list of aliases."""
    path = models_dir / ALIASES
    try:
        written = json.loads(path.read_bytes())
        if written["schema"] != SCHEMA:
            raise Invalid(f"{path} is of schema {written['schema']}, not {SCHEMA}; train again")
        return Aliases(
            _pin(written["champion"]),
            _pin(written["challenger"]),
            tuple(pin for one in written["former"] if (pin := _pin(one))),
        )
    except FileNotFoundError:
        return Aliases()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Invalid(f"{path} cannot be read ({error}); train again, or promote a version") from error


def read_card(models_dir: Path, version: int) -> Mapping[str, Any]:
    """What a version is and how it came about, unverified: for looking at."""
    try:
        card = json.loads((folder_of(models_dir, version) / CARD).read_bytes())
    except FileNotFoundError:
        raise Invalid(f"there is no version {version} in {models_dir}") from None
    except (OSError, ValueError) as error:
        raise Invalid(f"the card of version {version} cannot be read: {error}") from error
    return cast("Mapping[str, Any]", card)


def read_artifact(models_dir: Path, pin: Pin) -> Artifact:
    """The model of that version; raises Invalid where it is not whole, not what was promoted, or not of this program."""
    folder = folder_of(models_dir, pin.version)
    try:
        verify(folder, pin)
        # Where a version gets its number only after it is written, its card does not know it.
        card = json.loads((folder / CARD).read_bytes()) | {"version": pin.version}
        with np.load(folder / ARRAYS, allow_pickle=False) as packed:
            arrays = {name: packed[name] for name in packed.files}
        return artifact_from(card, arrays, np.load(folder / ITEMS, allow_pickle=False))
    except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
        raise Invalid(f"version {pin.version} cannot be read ({error})") from error


def artifact_from(card: Mapping[str, Any], arrays: Arrays, item_ids: npt.NDArray[Any]) -> Artifact:
    """A model from its parts; raises Invalid when they do not fit together."""
    if card["schema"] != SCHEMA:
        raise Invalid(f"it is of schema {card['schema']}, not {SCHEMA}")
    name = str(card["model"])
    config = models.config_from_json(name, card["config"])
    columns = models.check(name, config, arrays)
    if item_ids.dtype != np.int64 or item_ids.shape != (columns,) or (np.diff(item_ids) <= 0).any():
        raise Invalid(f"its list of items does not fit its {columns} columns")
    for key, array in arrays.items():
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise Invalid(f"its array '{key}' holds what is no number")
    factored = models.factored(name)
    return Artifact(
        version=int(card["version"]),
        name=name,
        config=config,
        arrays=arrays,
        item_ids=item_ids,
        opinions=Opinions(**card["opinions"]),
        proof=min(max(float(card["proof"]), 0.0), 1.0),
        trust=min(max(float(card["trust"]), 0.0), 1.0),
        card=card,
        nearest=None if factored is None else Nearest(factored.factors(arrays, config)),
    )


def sha256_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def verify(folder: Path, pin: Pin) -> None:
    """Raise Invalid unless every file is, byte for byte, what was promoted."""
    for name, told in read_files(folder, pin).items():
        path = folder / name
        if path.stat().st_size != told["bytes"] or sha256_of(path) != told["sha256"]:
            raise Invalid(f"{name} is not the one that was promoted")


def read_files(folder: Path, pin: Pin) -> Mapping[str, Mapping[str, Any]]:
    """Size and SHA-256 of each file of a version; raises Invalid unless it is the list that was promoted."""
    listed = (folder / FILES).read_bytes()
    if hashlib.sha256(listed).hexdigest() != pin.sha256:
        raise Invalid(f"{FILES} is not the one that was promoted")
    wanted: dict[str, dict[str, Any]] = json.loads(listed)
    if set(wanted) != {ARRAYS, ITEMS, CARD}:
        raise Invalid(f"{FILES} does not name the files of a model")
    return wanted


def _pin(written: Any) -> Pin | None:
    return None if written is None else Pin(int(written["version"]), str(written["sha256"]))
