"""Models in the data folder, for any number of processes on this machine."""

from __future__ import annotations

from pathlib import Path

from mediatheque.recommend.registries._folder import ModelFolder


def open_from(rest: str, models_dir: Path, part: str = "") -> LocalRegistry:
    """As the shelf asks; a folder needs no more than its path."""
    del rest
    return LocalRegistry(models_dir / part)


class LocalRegistry(ModelFolder):
    """A folder that is the registry itself."""

    is_remote = False

    def follow(self) -> None:
        """The folder is what the registry says."""
