"""Where trained models are kept: numbered versions that never change, and names for those that matter.

`Registry` is the port; `LocalRegistry` keeps everything in a folder (`recommend/artifact.py` says how it looks, and
reads it where models serve). A version is written beside and renamed when it is whole and on the disk; the aliases
are one small file, replaced in one step. So whoever is killed, at whatever moment, leaves the old champion serving.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from mediatheque.kit.errors import Conflict, Invalid, NotFound
from mediatheque.recommend import models
from mediatheque.recommend.artifact import (
    ALIASES,
    ARRAYS,
    CARD,
    FILES,
    ITEMS,
    SCHEMA,
    Aliases,
    Artifact,
    Pin,
    artifact_from,
    folder_of,
    read_aliases,
    read_artifact,
    read_card,
    sha256_of,
)
from mediatheque.recommend.models import Arrays
from mediatheque.recommend.opinions import Opinions

#: So many versions are kept beside those with a name, and so many former champions to go back to.
KEPT, FORMER = 5, 3
_UNFINISHED = ".unfinished-"


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


class Registry(Protocol):
    """What training needs of a place for models."""

    def save(self, trained: Trained) -> Pin:
        """Keep a new version; nothing serves it yet."""
        ...

    def promote(self, version: int) -> Pin:
        """Let this version serve. Raises NotFound, or Invalid where it is not whole."""
        ...

    def challenge(self, pin: Pin) -> None:
        """Remember a version that was not promoted."""
        ...

    def roll_back(self) -> Pin:
        """Let the champion before this one serve again. Raises Conflict where there is none."""
        ...

    def aliases(self) -> Aliases:
        """Which versions have a name."""
        ...

    def cards(self) -> list[Mapping[str, Any]]:
        """What each version is and how it came about, the latest first."""
        ...

    def champion(self) -> Artifact | None:
        """The model that serves; None without one. Raises Invalid where it is not whole."""
        ...


class LocalRegistry:
    """A folder on this machine, for any number of processes."""

    def __init__(self, models_dir: Path) -> None:
        self._dir = models_dir

    def save(self, trained: Trained) -> Pin:
        with self._turn():
            self._clear()
            version = max((*self._versions(), self._last_named()), default=0) + 1
            unfinished = self._dir / f"{_UNFINISHED}v{version}"
            unfinished.mkdir()
            pin = _write(unfinished, version, trained)
            unfinished.rename(folder_of(self._dir, version))
            _settle(self._dir)
            return pin

    def promote(self, version: int) -> Pin:
        with self._turn():
            pin = self._pin_of(version)
            read_artifact(self._dir, pin)
            named = self._named()
            if named.champion != pin:
                rest = tuple(p for p in (named.champion, *named.former) if p is not None and p != pin)
                challenger = None if named.challenger == pin else named.challenger
                self._name(Aliases(pin, challenger, rest[:FORMER]))
            return pin

    def challenge(self, pin: Pin) -> None:
        with self._turn():
            self._name(replace(self._named(), challenger=pin))

    def roll_back(self) -> Pin:
        with self._turn():
            named = read_aliases(self._dir)
            if not named.former:
                raise Conflict("There is no earlier champion to go back to; see: mediatheque models list")
            back, *older = named.former
            read_artifact(self._dir, back)
            self._name(replace(named, champion=back, former=tuple(older)))
            return back

    def aliases(self) -> Aliases:
        return read_aliases(self._dir)

    def cards(self) -> list[Mapping[str, Any]]:
        return [read_card(self._dir, version) for version in sorted(self._versions(), reverse=True)]

    def champion(self) -> Artifact | None:
        pin = read_aliases(self._dir).champion
        return read_artifact(self._dir, pin) if pin is not None else None

    @contextmanager
    def _turn(self) -> Generator[None]:
        """One process changes the folder at a time; the kernel ends the turn of one that is killed."""
        self._dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self._dir / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _versions(self) -> list[int]:
        if not self._dir.is_dir():
            return []
        return [int(p.name[1:]) for p in self._dir.glob("v*") if p.name[1:].isdecimal() and p.is_dir()]

    def _named(self) -> Aliases:
        """The aliases; a file that cannot be read names nothing, and is about to be replaced."""
        try:
            return read_aliases(self._dir)
        except Invalid:
            return Aliases()

    def _last_named(self) -> int:
        named = self._named()
        return max((p.version for p in (named.champion, named.challenger, *named.former) if p), default=0)

    def _pin_of(self, version: int) -> Pin:
        """A version with a name keeps the hash that it was named with, whatever its files say now."""
        named = self._named()
        for pin in (named.champion, named.challenger, *named.former):
            if pin is not None and pin.version == version:
                return pin
        path = folder_of(self._dir, version) / FILES
        if not path.is_file():
            there = ", ".join(str(v) for v in sorted(self._versions())) or "none"
            raise NotFound(f"There is no version {version}; there is {there}")
        return Pin(version, sha256_of(path))

    def _name(self, named: Aliases) -> None:
        """Replace the aliases in one step, on the disk before anybody can see them."""
        beside = self._dir / f"{_UNFINISHED}{ALIASES}"
        written = {
            "schema": SCHEMA,
            "champion": _as_json(named.champion),
            "challenger": _as_json(named.challenger),
            "former": [_as_json(pin) for pin in named.former],
        }
        _put(beside, lambda path: path.write_text(json.dumps(written, indent=2), encoding="utf-8"))
        beside.replace(self._dir / ALIASES)
        _settle(self._dir)

    def _clear(self) -> None:
        """Remove what killed processes left unfinished, and versions that nobody will ask for again."""
        for path in self._dir.glob(f"{_UNFINISHED}*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        named = self._named()
        kept = {p.version for p in (named.champion, named.challenger, *named.former) if p is not None}
        kept.update(sorted(self._versions(), reverse=True)[:KEPT])
        for version in set(self._versions()) - kept:
            # Renamed first, so that nobody ever meets half a version.
            going = self._dir / f"{_UNFINISHED}going-{version}"
            folder_of(self._dir, version).rename(going)
            shutil.rmtree(going)


def _write(folder: Path, version: int, trained: Trained) -> Pin:
    card = {
        **trained.about,
        "schema": SCHEMA,
        "version": version,
        "model": trained.model,
        "config": models.config_to_json(trained.config),
        "opinions": models.config_to_json(trained.opinions),
        "proof": trained.proof,
        "trust": trained.trust,
    }
    arrays = {name: np.ascontiguousarray(array) for name, array in trained.arrays.items()}
    # Whatever would be refused when it serves is not written in the first place.
    artifact_from(json.loads(json.dumps(card)), arrays, trained.item_ids)
    _put(folder / ARRAYS, lambda path: np.savez(path, allow_pickle=False, **arrays))
    _put(folder / ITEMS, lambda path: np.save(path, trained.item_ids, allow_pickle=False))
    _put(folder / CARD, lambda path: path.write_text(json.dumps(card, indent=2), encoding="utf-8"))
    told = {
        name: {"bytes": (folder / name).stat().st_size, "sha256": sha256_of(folder / name)}
        for name in (ARRAYS, ITEMS, CARD)
    }
    listed = json.dumps(told, indent=2)
    _put(folder / FILES, lambda path: path.write_text(listed, encoding="utf-8"))
    _settle(folder)
    return Pin(version, hashlib.sha256(listed.encode()).hexdigest())


def _put(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file and wait until the disk has it."""
    write(path)
    _settle(path)


def _settle(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _as_json(pin: Pin | None) -> Mapping[str, Any] | None:
    return None if pin is None else {"version": pin.version, "sha256": pin.sha256}
