"""The shelf of transcoders: each module drives a program that reads media files and makes others of them.

A module offers `open_from(limits) -> Transcoder`, and raises Unavailable when its program is not installed. Files are
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one file may take: how long it may play, and the program's memory, computing and time."""

    duration_s: float = 12 * 3600.0
    memory_bytes: int = 1 << 30
    cpu_s: int = 3600
    wall_s: float = 4 * 3600.0


@dataclass(frozen=True, slots=True)
class Marker:
    """A named span of a file, in milliseconds from its beginning."""

    title: str
    start_ms: int
    end_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """What a media file is, by its content. `tags` are embedded ones with lower-case keys (title, artist, date …)."""

    duration_ms: int  # as the file says, which may be wrong; 0: it does not say
    media_type: str  # "audio/mpeg", "video/mp4" …
    extension: str  # ".mp3": what such a file is usually called
    has_audio: bool
    has_video: bool  # moving pictures; a cover is none
    has_cover: bool
    width: int | None = None
    height: int | None = None
    language: str | None = None  # of the sound, as the file says
    audio_codec: str | None = None  # "mp3", "aac" …
    video_codec: str | None = None
    channels: int = 1
    sample_rate: int = 0
    bits_per_s: int = 0  # of the whole file; 0: not known
    #: The duration is worked out from the size, or from a stream's clock, as nothing in the file states it.
    is_duration_guessed: bool = False
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    chapters: tuple[Marker, ...] = ()


@dataclass(frozen=True, slots=True)
class Copies:
    """What came of decoding a file: how long it really plays, and in words what could not be read of it."""

    duration_ms: int
    damage: str | None = None


class Transcoder(Protocol):
    """Every method blocks; threads may share it. They raise Invalid for a file that cannot be used (saying why; TooLarge:
    beyond the limits), Unavailable for want of memory, disk or time, and Cancelled within a second after `is_cancelled`
    says so. Whatever fails leaves no file.
    """

    def inspect(self, file: Path, *, is_cancelled: IsCancelled | None = None) -> Inspected: ...

    def copies(
        self,
        file: Path,
        *,
        speech: Path,
        listening: Path | None = None,
        known: Inspected | None = None,
        on_progress: OnProgress | None = None,
        is_cancelled: IsCancelled | None = None,
    ) -> Copies:
        """What `speech` and `listening` make, of one decoding; `known` is what `inspect` said, where it was asked.

        What is damaged in between is left out. Raises Invalid when less than half of the file can be decoded.
        """
        ...

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

    def thumbnail(
        self, file: Path, to: Path, *, at_ms: int = 0, is_cancelled: IsCancelled | None = None
    ) -> bool:
        """A JPEG of at most 640 pixels' width: the cover, else a frame; False where there are no pictures."""
        ...

    def peaks(
        self, speech: Path, count: int = 1_000, *, is_cancelled: IsCancelled | None = None
    ) -> npt.NDArray[np.uint8]:
        """The waveform for drawing: the loudest of each of `count` equal spans, 0..255 of full scale. Shape (count,)."""
        ...

    def fingerprint(self, file: Path, *, is_cancelled: IsCancelled | None = None) -> npt.NDArray[np.uint32]:
        """Chromaprint's raw fingerprint, 8.08 integers a second."""
        ...


def names() -> tuple[str, ...]:
    """Public names of the transcoders."""
    return shelf.names_on(sys.modules[__name__])


def open_transcoder(name: str = "ffmpeg", limits: Limits | None = None) -> Transcoder:
    """The transcoder called `name`; raises Unavailable saying what to install."""
    module: Any = shelf.take(sys.modules[__name__], name)
    opened: Transcoder = module.open_from(limits or Limits())
    return opened
