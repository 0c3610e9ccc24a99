"""The shelf of places for trained models, as who serves knows them: look, name, go back. Saving is training's.

A module offers `open_from(rest, models_dir, part) -> Registry`, where `rest` is what `MEDIATHEQUE_REGISTRY_URL`
says after the module's name: `mlflow+http://…` opens `mlflow.py`, and no setting opens `local.py`. A part is a
place of its own beside the models that recommend, with a champion of its own.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from mediatheque.kit import shelf
from mediatheque.kit.errors import Invalid
from mediatheque.recommend.artifact import Aliases, Artifact, Pin

#: So many former champions can be gone back to.
FORMER = 3

#: The part for machines that expect stars.
STARS = "stars"

_LOCAL = "local"


class Registry(Protocol):
    """A place for models; whoever is killed while changing it leaves the old champion or the new one, whole."""

    @property
    def folder(self) -> Path:
        """Where the champion's files are on this machine, with the names in `aliases.json`."""
        ...

    @property
    def is_remote(self) -> bool:
        """Whether `folder` is only as new as the last `follow`."""
        ...

    def follow(self) -> None:
        """Bring `folder` up to what the registry says now.

        Raises Invalid where the champion is refused and Unavailable where the registry cannot be reached; then
        `folder` is as it was.
        """
        ...

    def aliases(self) -> Aliases:
        """Which versions have a name. Raises Invalid for names that cannot be believed."""
        ...

    def cards(self) -> list[Mapping[str, Any]]:
        """What each version is and how it came about, the latest first; unverified, for looking at."""
        ...

    def card(self, version: int) -> Mapping[str, Any]:
        """The card of one version. Raises NotFound."""
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

    def champion(self) -> Artifact | None:
        """The model that serves; None without one. Raises Invalid where it is not whole."""
        ...

    def challenger(self) -> Artifact | None:
        """The model that lost against it last, to be tried out; None without one. Raises as `champion`."""
        ...


def open_registry(setting: str | None, models_dir: Path, part: str = "") -> Registry:
    """The place that `MEDIATHEQUE_REGISTRY_URL` names; raises Invalid when the setting cannot be used."""
    name, rest = chosen(setting)
    module: Any = shelf.take(sys.modules[__name__], name)
    opened: Registry = module.open_from(rest, models_dir, part)
    return opened


def chosen(setting: str | None) -> tuple[str, str]:
    """Which module a setting opens, and with what; raises Invalid. The setting may hold a password: it is not shown."""
    if not setting or not setting.strip():
        return _LOCAL, ""
    found = re.match(r"(mlflow)\+(https?://.+)$", setting.strip(), re.IGNORECASE | re.DOTALL)
    if found is None:
        raise Invalid(
            "MEDIATHEQUE_REGISTRY_URL is no place for models: write mlflow+http://host:5000 or "
            "mlflow+https://user:password@host, or nothing for the data folder"
        )
    return found[1].lower(), found[2]


def after_promotion(named: Aliases, pin: Pin) -> Aliases:
    """The names once `pin` is champion: who served before can be gone back to, the latest first."""
    if named.champion == pin:
        return named
    rest = tuple(p for p in (named.champion, *named.former) if p is not None and p != pin)
    return Aliases(pin, None if named.challenger == pin else named.challenger, rest[:FORMER])


def names_of(named: Aliases) -> dict[int, str]:
    """What each version with a name is, in words."""
    names = {pin.version: "former champion" for pin in named.former}
    names |= {pin.version: "challenger" for pin in (named.challenger,) if pin}
    return names | {pin.version: "champion" for pin in (named.champion,) if pin}
