"""Models in the registry of an MLflow server: its aliases name them, and this machine keeps a copy of what serves.

Whatever is true at one moment is one call: `champion` is an alias, and the champions before it are a tag of the
version that it names, written before the alias moves. So whoever is killed in between leaves the old champion.
A version's tag has the SHA-256 of its list of files: whoever changes a file in the artifact store is found out.
The copy serves when the server is away, and after a restart without it.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mediatheque.kit.errors import Conflict, Invalid, NotFound
from mediatheque.recommend.artifact import (
    ARRAYS,
    CARD,
    FILES,
    ITEMS,
    Aliases,
    Artifact,
    Pin,
    read_artifact,
    read_files,
)
from mediatheque.recommend.registries import after_promotion
from mediatheque.recommend.registries._folder import ModelFolder
from mediatheque.recommend.registries._mlflow_rest import Server, Version, address_of

CHAMPION, CHALLENGER = "champion", "challenger"
#: Tags of a version: its pin, the pins of the champions before it, and its card where it is short enough.
SHA256, FORMER_CHAMPIONS, CARD_TAG = "mediatheque.sha256", "mediatheque.former", "mediatheque.card"

#: What was refused is not fetched again for so long, unless another is promoted.
REFUSED_FOR_S = 60.0
#: A list of three files is a few hundred bytes; a card a few thousand.
_MOST_LISTED, _MOST_CARD = 64 * 1024, 4 * 1024 * 1024
_FOLDER = "mlflow"

_log = logging.getLogger(__name__)


def open_from(rest: str, models_dir: Path, part: str = "") -> MlflowRegistry:
    """The server at that address, with a copy of what serves below the folder of models."""
    return MlflowRegistry(Server(address_of(rest, part)), models_dir)


class MlflowRegistry:
    """One registered model of a server."""

    is_remote = True

    def __init__(self, server: Server, models_dir: Path) -> None:
        self._server = server
        # Another server's champion, or another model's, must not serve in place of this one's.
        told = f"{server.address.url} {server.address.model}"
        self._copy = ModelFolder(
            models_dir / _FOLDER / hashlib.sha256(told.encode()).hexdigest()[:16], kept=2
        )
        self._is_looked_through = False
        self._refused: tuple[Pin, str, float] | None = None

    @property
    def folder(self) -> Path:
        return self._copy.folder

    def follow(self) -> None:
        found = self._server.version_called(CHAMPION)
        if found is None:
            if self._copied() != Aliases():
                self._copy.name(Aliases())
            return
        pin = _pin_of(found)
        if self._refused and self._refused[0] == pin and time.monotonic() < self._refused[2]:
            raise Invalid(self._refused[1])
        copied = self._copied()
        # What lies here since an earlier run may have been changed, so once it is looked through.
        if self._is_looked_through and copied is not None and copied.champion == pin:
            return
        try:
            self._read(found, pin)
        except Invalid as error:
            self._refused = pin, str(error), time.monotonic() + REFUSED_FOR_S
            raise
        self._is_looked_through, self._refused = True, None
        former = tuple(before for before in _former_of(found) if self._copy.holds(before))
        self._copy.name(Aliases(pin, None, former))

    def aliases(self) -> Aliases:
        found, lost = self._server.version_called(CHAMPION), self._server.version_called(CHALLENGER)
        champion = _pin_of(found) if found else None
        challenger = _pin_of(lost) if lost and _is_ours(lost) else None
        # Who is killed between two calls may leave the champion the challenger's name, too.
        return Aliases(
            champion,
            None if challenger == champion else challenger,
            _former_of(found) if found else (),
        )

    def cards(self) -> list[Mapping[str, Any]]:
        return [self._card_of(version) for version in self._server.versions() if _is_ours(version)]

    def card(self, version: int) -> Mapping[str, Any]:
        return self._card_of(self._known(version))

    def promote(self, version: int) -> Pin:
        found, named = self._known(version), self._named()
        # A version with a name keeps the hash that it was named with, whatever its tag says now.
        pin = next((p for p in named.former if p.version == version), _pin_of(found))
        self._read(found, pin)
        if named.champion != pin:
            self._name(after_promotion(named, pin))
            if named.challenger == pin:
                self._server.delete_alias(CHALLENGER)
        return pin

    def challenge(self, pin: Pin) -> None:
        self._server.set_alias(CHALLENGER, pin.version)

    def roll_back(self) -> Pin:
        named = self.aliases()
        if not named.former:
            raise Conflict("There is no earlier champion to go back to; see: mediatheque models list")
        back, *older = named.former
        self._read(self._known(back.version), back)
        self._name(Aliases(back, named.challenger, tuple(older)))
        return back

    def champion(self) -> Artifact | None:
        found = self._server.version_called(CHAMPION)
        return self._read(found, _pin_of(found)) if found else None

    def challenger(self) -> Artifact | None:
        lost = self._server.version_called(CHALLENGER)
        return self._read(lost, _pin_of(lost)) if lost and _is_ours(lost) else None

    def _name(self, named: Aliases) -> None:
        """Let the alias move last: only the tag of who is champion is ever read."""
        champion = named.champion
        assert champion is not None
        former = json.dumps([[pin.version, pin.sha256] for pin in named.former])
        self._server.set_tag(champion.version, FORMER_CHAMPIONS, former)
        self._server.set_alias(CHAMPION, champion.version)

    def _named(self) -> Aliases:
        """The aliases; a champion that is none of ours is about to be replaced."""
        try:
            return self.aliases()
        except Invalid:
            return Aliases()

    def _copied(self) -> Aliases | None:
        """The names in the copy; None where they cannot be read."""
        try:
            return self._copy.aliases()
        except Invalid:
            return None

    def _known(self, version: int) -> Version:
        try:
            return self._server.version(version)
        except NotFound:
            there = sorted(v.number for v in self._server.versions() if _is_ours(v))
            listed = ", ".join(str(number) for number in there) or "none"
            raise NotFound(f"There is no version {version}; there is {listed}") from None

    def _read(self, version: Version, pin: Pin) -> Artifact:
        """The model, fetched where it is not here yet. Raises Invalid where it is not what was promoted."""
        if not self._copy.holds(pin):
            _log.info("Fetching version %s of the collaborative model.", pin.version)
            try:
                self._copy.copy(pin, lambda folder: self._fetch(version, pin, folder))
            except (ValueError, KeyError, TypeError) as error:
                raise Invalid(f"version {pin.version} cannot be read ({error})") from error
            except Invalid as error:
                raise Invalid(f"version {pin.version}: {error}") from None
        return read_artifact(self._copy.folder, pin)

    def _fetch(self, version: Version, pin: Pin, folder: Path) -> None:
        self._server.download(version, FILES, folder / FILES, most_bytes=_MOST_LISTED)
        wanted = read_files(folder, pin)
        for name in (ARRAYS, ITEMS, CARD):
            self._server.download(version, name, folder / name, most_bytes=int(wanted[name]["bytes"]))

    def _card_of(self, version: Version) -> Mapping[str, Any]:
        told = version.tags.get(CARD_TAG)
        if told is None:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / CARD
                self._server.download(version, CARD, path, most_bytes=_MOST_CARD)
                told = path.read_text(encoding="utf-8", errors="replace")
        try:
            return json.loads(told) | {"version": version.number}
        except (ValueError, TypeError) as error:
            raise Invalid(f"the card of version {version.number} cannot be read: {error}") from error


def _is_ours(version: Version) -> bool:
    return re.fullmatch("[0-9a-f]{64}", version.tags.get(SHA256, "")) is not None


def _pin_of(version: Version) -> Pin:
    if not _is_ours(version):
        raise Invalid(
            f"version {version.number} has no tag {SHA256}: it was not saved by `mediatheque train`; "
            "promote another version"
        )
    return Pin(version.number, version.tags[SHA256])


def _former_of(version: Version) -> tuple[Pin, ...]:
    """The champions before this one; none where somebody else wrote the tag."""
    try:
        told = json.loads(version.tags.get(FORMER_CHAMPIONS, "[]"))
        return tuple(Pin(int(number), str(sha256)) for number, sha256 in told)
    except (ValueError, TypeError):
        return ()
