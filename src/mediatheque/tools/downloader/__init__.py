"""The shelf of downloaders: each module finds out what is behind a link, and fetches it into a folder.

A module offers `open_from(policy) -> Downloader` and raises Unavailable when its program is not installed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias

from mediatheque.kit import shelf
from mediatheque.kit.addresses import Policy

IsCancelled: TypeAlias = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one link may take; `wall_s` is for fetching, `probe_s` for finding out, in seconds.

    `free_bytes` stay free on the disk; `memory_bytes` and `cpu_s` bound the downloading program.
    """

    bytes: int = 2 << 30
    duration_s: float = 6 * 3600.0
    wall_s: float = 1800.0
    probe_s: float = 120.0
    entries: int = 500
    free_bytes: int = 1 << 30
    memory_bytes: int = 1 << 30
    cpu_s: int = 600


@dataclass(frozen=True, slots=True)
class Chapter:
    """A named span, in seconds from the beginning."""

    title: str
    start_s: float
    end_s: float | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One recording of a feed or playlist; `id` is the feed's own name for it (a podcast's guid)."""

    url: str
    title: str | None = None
    id: str | None = None
    duration_s: float | None = None
    published_at: datetime | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What is behind a link, as its page says: one recording, or (`is_list`) the `entries` of a feed or playlist.

    `caption_languages` are those of captions that people wrote. `has_more` says that the list goes on.
    """

    url: str
    title: str | None = None
    by: str | None = None
    duration_s: float | None = None
    published_at: datetime | None = None
    description: str | None = None
    language: str | None = None
    thumbnail_url: str | None = None
    size_bytes: int | None = None
    chapters: tuple[Chapter, ...] = ()
    caption_languages: tuple[str, ...] = ()
    is_list: bool = False
    entries: tuple[Entry, ...] = ()
    has_more: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of a recording is there; the total where the server told it."""

    done_bytes: int
    total_bytes: int | None = None
    bytes_per_s: float | None = None

    @property
    def fraction(self) -> float | None:
        return min(1.0, self.done_bytes / self.total_bytes) if self.total_bytes else None


@dataclass(frozen=True, slots=True)
class Fetched:
    """A recording in the folder it was fetched into, and its captions by language."""

    file: Path
    found: Found
    captions: Mapping[str, Path] = field(default_factory=dict[str, Path])


OnProgress: TypeAlias = Callable[[Progress], None]
#: "audio": sound alone where it is offered alone; "video": pictures too.
Wanted: TypeAlias = Literal["audio", "video"]


class Downloader(Protocol):
    """Fetches links. Both methods block, and return within a second after `is_cancelled` says so.

    They raise Invalid for a link that cannot be used (AddressRefused: it may not; TooLarge: beyond the limits),
    NotFound, Cancelled, and Unavailable for what may work another time.
    """

    def probe(
        self, url: str, *, limits: Limits | None = None, is_cancelled: IsCancelled | None = None
    ) -> Found:
        """What is behind a link; no recording is fetched."""
        ...

    def fetch(
        self,
        url: str,
        folder: Path,
        *,
        limits: Limits | None = None,
        wanted: Wanted = "audio",
        on_progress: OnProgress | None = None,
        is_cancelled: IsCancelled | None = None,
    ) -> Fetched:
        """The one recording behind a link, as a file in `folder`; whatever fails leaves nothing there."""
        ...


def names() -> tuple[str, ...]:
    """Public names of the downloaders."""
    return shelf.names_on(sys.modules[__name__])


def open_downloader(name: str, policy: Policy) -> Downloader:
    """The downloader called `name`, every request of which is held to `policy`."""
    module: Any = shelf.take(sys.modules[__name__], name)
    opened: Downloader = module.open_from(policy)
    return opened
