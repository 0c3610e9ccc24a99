"""A folder of models that any number of processes may read and change (`recommend/artifact.py` says how it looks).

A version is written beside and renamed when it is whole and on the disk; the aliases are one small file, replaced
in one step. So whoever is killed, at whatever moment, leaves the old champion serving.
"""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from mediatheque.kit.durable import settle, write_settled
from mediatheque.kit.errors import Conflict, Invalid, NotFound
from mediatheque.recommend.artifact import (
    ALIASES,
    FILES,
    SCHEMA,
    Aliases,
    Artifact,
    Pin,
    folder_of,
    read_aliases,
    read_artifact,
    read_card,
    sha256_of,
    verify,
)
from mediatheque.recommend.registries import after_promotion

#: So many versions are kept beside those with a name.
KEPT = 5
_UNFINISHED = ".unfinished-"


class ModelFolder:
    """A folder of versions and the names of some."""

    def __init__(self, models_dir: Path, *, kept: int = KEPT) -> None:
        self.folder = models_dir
        self._kept = kept

    def aliases(self) -> Aliases:
        return read_aliases(self.folder)

    def cards(self) -> list[Mapping[str, Any]]:
        return [read_card(self.folder, version) for version in sorted(self._versions(), reverse=True)]

    def card(self, version: int) -> Mapping[str, Any]:
        if version not in self._versions():
            raise NotFound(self._unknown(version))
        return read_card(self.folder, version)

    def promote(self, version: int) -> Pin:
        with self._turn():
            pin = self._pin_of(version)
            read_artifact(self.folder, pin)
            named = self._named()
            if named.champion != pin:
                self._name(after_promotion(named, pin))
            return pin

    def challenge(self, pin: Pin) -> None:
        with self._turn():
            self._name(replace(self._named(), challenger=pin))

    def roll_back(self) -> Pin:
        with self._turn():
            named = read_aliases(self.folder)
            if not named.former:
                raise Conflict("There is no earlier champion to go back to; see: mediatheque models list")
            back, *older = named.former
            read_artifact(self.folder, back)
            self._name(replace(named, champion=back, former=tuple(older)))
            return back

    def champion(self) -> Artifact | None:
        pin = read_aliases(self.folder).champion
        return read_artifact(self.folder, pin) if pin is not None else None

    def challenger(self) -> Artifact | None:
        pin = read_aliases(self.folder).challenger
        return read_artifact(self.folder, pin) if pin is not None else None

    def keep(self, write: Callable[[Path, int], str]) -> Pin:
        """A new version, whole or not at all: `write` fills a folder and says the SHA-256 of its list of files."""
        with self._turn():
            self._clear()
            version = max((*self._versions(), self._last_named()), default=0) + 1
            unfinished = self._begun(version)
            pin = Pin(version, write(unfinished, version))
            self._finish(unfinished, version)
            return pin

    def holds(self, pin: Pin) -> bool:
        """Whether that version is here, byte for byte."""
        try:
            verify(folder_of(self.folder, pin.version), pin)
        except (OSError, ValueError, Invalid):
            return False
        return True

    def copy(self, pin: Pin, write: Callable[[Path], object]) -> None:
        """A version from elsewhere under its own number, where it is not here yet; raises Invalid if it is another."""
        with self._turn():
            if self.holds(pin):
                return
            self._clear()
            unfinished = self._begun(pin.version)
            write(unfinished)
            verify(unfinished, pin)
            self._remove(pin.version)
            self._finish(unfinished, pin.version)

    def name(self, named: Aliases) -> None:
        """Replace all names at once."""
        with self._turn():
            self._name(named)

    @contextmanager
    def _turn(self) -> Generator[None]:
        """One process changes the folder at a time; the kernel ends the turn of one that is killed."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _begun(self, version: int) -> Path:
        unfinished = self.folder / f"{_UNFINISHED}v{version}"
        unfinished.mkdir()
        return unfinished

    def _finish(self, unfinished: Path, version: int) -> None:
        unfinished.rename(folder_of(self.folder, version))
        settle(self.folder)

    def _versions(self) -> list[int]:
        if not self.folder.is_dir():
            return []
        return [int(p.name[1:]) for p in self.folder.glob("v*") if p.name[1:].isdecimal() and p.is_dir()]

    def _named(self) -> Aliases:
        """The aliases; a file that cannot be read names nothing, and is about to be replaced."""
        try:
            return read_aliases(self.folder)
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
        path = folder_of(self.folder, version) / FILES
        if not path.is_file():
            raise NotFound(self._unknown(version))
        return Pin(version, sha256_of(path))

    def _unknown(self, version: int) -> str:
        there = ", ".join(str(v) for v in sorted(self._versions())) or "none"
        return f"There is no version {version}; there is {there}"

    def _name(self, named: Aliases) -> None:
        """Replace the aliases in one step, on the disk before anybody can see them."""
        beside = self.folder / f"{_UNFINISHED}{ALIASES}"
        written = {
            "schema": SCHEMA,
            "champion": _as_json(named.champion),
            "challenger": _as_json(named.challenger),
            "former": [_as_json(pin) for pin in named.former],
        }
        write_settled(beside, lambda path: path.write_text(json.dumps(written, indent=2), encoding="utf-8"))
        beside.replace(self.folder / ALIASES)
        settle(self.folder)

    def _clear(self) -> None:
        """Remove what killed processes left unfinished, and versions that nobody will ask for again."""
        for path in self.folder.glob(f"{_UNFINISHED}*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        named = self._named()
        kept = {p.version for p in (named.champion, named.challenger, *named.former) if p is not None}
        kept.update(sorted(self._versions(), reverse=True)[: self._kept])
        for version in set(self._versions()) - kept:
            self._remove(version)

    def _remove(self, version: int) -> None:
        """Renamed first, so that nobody ever meets half a version."""
        folder, going = folder_of(self.folder, version), self.folder / f"{_UNFINISHED}going-{version}"
        if folder.exists():
            folder.rename(going)
            shutil.rmtree(going)


def _as_json(pin: Pin | None) -> Mapping[str, Any] | None:
    return None if pin is None else {"version": pin.version, "sha256": pin.sha256}
