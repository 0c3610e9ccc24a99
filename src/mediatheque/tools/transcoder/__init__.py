"""The shelf of transcoders: each module drives a program that reads media files and makes others of them.

A module offers `open_from() -> Transcoder`, and raises Unavailable when its program is not installed. Files are
strangers': the type is read from the content, the program opens local files only and has bounds on time, memory
and output.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from mediatheque.kit import shelf

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

#: Asked between pieces of work: whether to stop. The program is ended within a second.
IsCancelled: TypeAlias = Callable[[], bool]
#: How much is done, 0..1.
OnProgress: TypeAlias = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Marker:
    """A named span of a file, in milliseconds from its beginning."""

    title: str
    start_ms: int
    end_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """What a media file is, by its content. `tags` are embedded ones with lower-case keys (title, artist, date …)."""

    duration_ms: int
    media_type: str  # "audio/mpeg", "video/mp4" …
    extension: str  # ".mp3": what such a file is usually called
    has_audio: bool
    has_video: bool  # moving pictures; a cover is none
    has_cover: bool
    width: int | None = None
    height: int | None = None
    language: str | None = None  # of the sound, as the file says
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    chapters: tuple[Marker, ...] = ()


class Transcoder(Protocol):
    """Every method blocks, and raises Invalid for a file that cannot be used (saying why), Unavailable for want of
    memory, disk or time, and tools.downloader.Cancelled's like when `is_cancelled` says so. Whatever fails leaves no file.
    """

    def inspect(self, file: Path, *, is_cancelled: IsCancelled | None = None) -> Inspected: ...

    def speech(
        self,
        file: Path,
        to: Path,
        *,
        on_progress: OnProgress | None = None,
        is_cancelled: IsCancelled | None = None,
    ) -> int:
        """16 kHz mono 16-bit FLAC for machines to listen to; its true duration in milliseconds."""
        ...

    def listening(
        self,
        file: Path,
        to: Path,
        *,
        on_progress: OnProgress | None = None,
        is_cancelled: IsCancelled | None = None,
    ) -> str:
        """A compact copy that every browser plays and seeks in; its media type."""
        ...

    def thumbnail(self, file: Path, to: Path, *, at_ms: int = 0) -> bool:
        """A JPEG of at most 640 pixels' width: the cover, else a frame; False where there are no pictures."""
        ...

    def peaks(self, speech: Path, count: int = 1_000) -> npt.NDArray[np.uint8]:
        """The waveform for drawing: the loudest of each of `count` equal spans, 0..255 of full scale. Shape (count,)."""
        ...

    def fingerprint(self, file: Path, *, is_cancelled: IsCancelled | None = None) -> npt.NDArray[np.uint32]:
        """Chromaprint's raw fingerprint, 8.08 integers a second."""
        ...


def names() -> tuple[str, ...]:
    """Public names of the transcoders."""
    return shelf.names_on(sys.modules[__name__])


def open_transcoder(name: str = "ffmpeg") -> Transcoder:
    """The transcoder called `name`; raises Unavailable saying what to install."""
    module: Any = shelf.take(sys.modules[__name__], name)
    opened: Transcoder = module.open_from()
    return opened
