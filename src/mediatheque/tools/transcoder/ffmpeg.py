"""ffmpeg: reads every usual kind of recording, as a program in bounds that opens one local file by what is in it."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from mediatheque.kit.errors import Cancelled, Invalid, TooLarge, Unavailable
from mediatheque.kit.programs import Bounds, Ended, run
from mediatheque.tools.transcoder import Copies, Inspected, IsCancelled, Limits, OnProgress, Transcoder
from mediatheque.tools.transcoder import _arguments as arguments
from mediatheque.tools.transcoder import _formats as formats
from mediatheque.tools.transcoder import _inspection as inspection
from mediatheque.tools.transcoder._failures import copied, failure, is_out_of_step, spoken

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_HEAD_BYTES = 4096
_WORDS_BYTES = 8 << 20
_QUIET = ("-hide_banner", "-nostdin", "-loglevel", "error")
_INSTALL = "pip install 'mediatheque[archive]', or an ffmpeg with chromaprint from your system's packages"


def open_from(limits: Limits) -> Transcoder:
    """The system's ffmpeg when it can fingerprint, else the one that imageio-ffmpeg carries; raises Unavailable."""
    if sys.platform == "win32":
        raise Unavailable(
            "Recordings are read on Linux and macOS only, where a program can be kept in bounds"
        )
    for program in _programs():
        if _fingerprints(program):
            return Ffmpeg(program, limits)
    raise Unavailable(f"Recordings are read with ffmpeg, which is not installed: {_INSTALL}")


class Ffmpeg:
    """Runs ffmpeg once for each question; threads may share it."""

    def __init__(self, program: Path, limits: Limits) -> None:
        self._program, self._limits = program, limits

    def inspect(self, file: Path, *, is_cancelled: IsCancelled | None = None) -> Inspected:
        """What the file is; raises Invalid for what is no recording, or protected, TooLarge for one that says it is too long."""
        head = _head(file)
        formats.check(head)
        if formats.is_protected(file):
            raise Invalid(
                "This file is protected against copying (DRM), so it cannot be listened to here: give one without"
            )
        with self._opened(file) as home:
            asked = ["-hide_banner", "-nostdin", *arguments.opening(), "-f", "ffmetadata", "-y", "file"]
            # The sound's own tags; and without chapters, which an end at 0 would cut.
            asked += [
                "-map",
                "0:a:0?",
                "-map_chapters",
                "-1",
                "-c",
                "copy",
                "-t",
                "0",
                "-f",
                "ffmetadata",
                "-y",
                "sound",
            ]
            ended = self._run(asked, home, is_cancelled, file_bytes=_WORDS_BYTES, errors_bytes=_WORDS_BYTES)
            if ended.status != 0:
                raise failure(ended, self._limits)
            of_file, of_sound = (_words(home / name) for name in ("file", "sound"))
        if "misdetection possible" in ended.errors:
            raise failure(ended, self._limits)
        found = inspection.inspected(ended.errors, of_file, of_sound, is_webm=b"webm" in head[:128])
        if not found.is_duration_guessed and found.duration_ms > self._limits.duration_s * 1000:
            raise self._too_long()
        return found

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
        """16 kHz mono FLAC, and AAC where `listening` says so, of one decoding."""
        known = known or self.inspect(file, is_cancelled=is_cancelled)
        _check_sound(known)
        report = _progress(on_progress, known.duration_ms)
        with self._opened(file, beside=speech) as home:
            for in_time in (arguments.IN_TIME, ""):
                made = [*arguments.as_speech(in_time), "speech.flac"]
                if listening is not None:
                    made = [*arguments.as_listening(known, in_time), "listening.m4a", *made]
                asked = [*_QUIET, *arguments.opening("-vn", "-sn", "-dn"), *self._until_the_limit(made)]
                ended = self._run([*asked, "-progress", "pipe:1"], home, is_cancelled, on_output=report)
                if not is_out_of_step(ended):
                    break
            duration_ms = _flac_ms(home / "speech.flac")
            if ended.status != 0 and (ended.reached is not None or ended.status < 0 or not duration_ms):
                raise failure(ended, self._limits)
            if duration_ms > self._limits.duration_s * 1000:
                raise self._too_long()
            made_copies = copied(ended, duration_ms, known, keeps_time=bool(in_time))
            if listening is not None:
                (home / "listening.m4a").replace(listening)
            (home / "speech.flac").replace(speech)
        return made_copies

    def speech(
        self,
        file: Path,
        to: Path,
        *,
        on_progress: OnProgress | None = None,
        is_cancelled: IsCancelled | None = None,
    ) -> int:
        """16 kHz mono FLAC; its duration in milliseconds."""
        return self.copies(file, speech=to, on_progress=on_progress, is_cancelled=is_cancelled).duration_ms

    def listening(
        self,
        file: Path,
        to: Path,
        *,
        on_progress: OnProgress | None = None,
        is_cancelled: IsCancelled | None = None,
    ) -> str:
        """AAC in MP4, its table of contents first: plays and seeks in every browser since 2015."""
        with tempfile.TemporaryDirectory(prefix=".listening-", dir=to.parent) as folder:
            speech = Path(folder) / "speech.flac"
            self.copies(file, speech=speech, listening=to, on_progress=on_progress, is_cancelled=is_cancelled)
        return "audio/mp4"

    def thumbnail(
        self, file: Path, to: Path, *, at_ms: int = 0, is_cancelled: IsCancelled | None = None
    ) -> bool:
        """The cover, else the most usual of the frames from `at_ms` on, or of the first ones when there are none there."""
        formats.check(_head(file))
        with self._opened(file, beside=to) as home:
            log = self._run(
                ["-hide_banner", "-nostdin", *arguments.opening()],
                home,
                is_cancelled,
                errors_bytes=_WORDS_BYTES,
            ).errors
            cover, picture = inspection.first_cover(log), inspection.first_picture(log)
            attempts: list[tuple[Sequence[str], str, str]] = []
            if cover is not None:
                attempts.append(((), f"0:v:{cover}", arguments.SMALL))
            if picture is not None:
                # The most usual of 24 frames, so that it is not the one between two scenes; from the key frame before
                # that moment, as films of talks may have one a minute.
                moments = dict.fromkeys((at_ms, 0))
                attempts += (
                    (
                        ("-noaccurate_seek", "-ss", f"{ms / 1000:.3f}"),
                        f"0:v:{picture}",
                        f"{arguments.SMALL},thumbnail=24",
                    )
                    for ms in moments
                )
            for before, which, small in attempts:
                asked = [*_QUIET, *before, "-threads", "1", *arguments.opening("-an", "-sn", "-dn")]
                self._run(
                    [*asked, *arguments.as_thumbnail(which, small), "small.jpg"], home, is_cancelled, cpu_s=60
                )
                made = home / "small.jpg"
                if made.is_file() and made.stat().st_size:
                    made.replace(to)
                    return True
        return False

    def peaks(
        self, speech: Path, count: int = 1_000, *, is_cancelled: IsCancelled | None = None
    ) -> npt.NDArray[np.uint8]:
        """The waveform, from samples as they come."""
        from mediatheque.tools.transcoder._waveform import Waveform

        waveform = Waveform()
        made = self._until_the_limit(
            ["-map", "0:a:0", "-ac", "1", "-ar", str(arguments.RATE), "-f", "s16le", "pipe:1"]
        )
        self._decoded(speech, made, waveform.add, is_cancelled)
        return waveform.peaks(count)

    def fingerprint(self, file: Path, *, is_cancelled: IsCancelled | None = None) -> npt.NDArray[np.uint32]:
        """Chromaprint's of the whole length; empty where there are less than about three seconds."""
        import numpy as np

        hashes = bytearray()
        made = self._until_the_limit(["-map", "0:a:0", "-f", "chromaprint", "-fp_format", "raw", "pipe:1"])
        self._decoded(file, made, hashes.extend, is_cancelled)
        return np.frombuffer(bytes(hashes), "<u4").astype(np.uint32, copy=False)

    # ---- one run ---------------------------------------------------------------------------------

    def _decoded(
        self,
        file: Path,
        made: Sequence[str],
        on_output: Callable[[bytes], None],
        is_cancelled: IsCancelled | None = None,
    ) -> None:
        """Give what is made of the file to `on_output`; raises as the methods do."""
        formats.check(_head(file))
        with self._opened(file) as home:
            asked = [*_QUIET, *arguments.opening("-vn", "-sn", "-dn"), *made]
            ended = self._run(asked, home, is_cancelled, on_output=on_output, output_bytes=self._most_bytes)
        if ended.status != 0 or ended.reached is not None:
            raise failure(ended, self._limits)

    def _run(
        self,
        asked: Sequence[str],
        home: Path,
        is_cancelled: IsCancelled | None = None,
        *,
        on_output: Callable[[bytes], None] | None = None,
        file_bytes: int | None = None,
        output_bytes: int = 64 << 20,
        errors_bytes: int = 64 << 10,
        cpu_s: int | None = None,
    ) -> Ended:
        limits = self._limits
        bounds = Bounds(
            wall_s=limits.wall_s,
            cpu_s=min(cpu_s or limits.cpu_s, limits.cpu_s),
            memory_bytes=limits.memory_bytes,
            file_bytes=file_bytes or self._most_bytes,
            output_bytes=output_bytes,
            errors_bytes=errors_bytes,
        )

        def watch() -> None:
            if is_cancelled is not None and is_cancelled():
                raise Cancelled("Reading the file was cancelled: process it anew to read it after all")

        watch()
        return run([str(self._program), *asked], home=home, bounds=bounds, on_output=on_output, watch=watch)

    @contextmanager
    def _opened(self, file: Path, beside: Path | None = None) -> Generator[Path]:
        """A folder in which the file is called `input`: its own name says nothing, and is never an option or a URL."""
        # What is made is renamed to where it belongs, so it is made on the same disk.
        folder = beside.parent if beside is not None else None
        with tempfile.TemporaryDirectory(prefix=".transcoding-", dir=folder) as home:
            (Path(home) / "input").symlink_to(file.resolve())
            yield Path(home)

    @property
    def _most_bytes(self) -> int:
        """As many as the longest recording has uncompressed."""
        return int(self._limits.duration_s * arguments.RATE * 2) + (64 << 20)

    def _until_the_limit(self, made: Sequence[str]) -> list[str]:
        """Bound each output in time, a little longer than may be, so that it is seen to be too long."""
        seconds = f"{self._limits.duration_s + 1:.3f}"
        return [part for one in made for part in (("-t", seconds, one) if one == "-map" else (one,))]

    def _too_long(self) -> TooLarge:
        return TooLarge(
            f"The recording is longer than {spoken(int(self._limits.duration_s * 1000))}, the limit for one; give a shorter "
            "one, or ask the administrator to raise MEDIATHEQUE_LINK_LIMIT_HOURS"
        )


def _check_sound(known: Inspected) -> None:
    if not known.has_audio:
        what = "The video has" if known.has_video else "The file has"
        raise Invalid(f"{what} no sound that could be listened to; give one with sound")


def _progress(on_progress: OnProgress | None, duration_ms: int) -> Callable[[bytes], None]:
    """Reads `out_time_us=…` of what `-progress` writes twice a second."""
    rest = b""

    def read(piece: bytes) -> None:
        nonlocal rest
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            name, _, value = line.partition(b"=")
            if on_progress is not None and name == b"out_time_us" and value.isdigit() and duration_ms:
                on_progress(min(1.0, int(value) / 1000 / duration_ms))

    return read


def _flac_ms(file: Path) -> int:
    """How long a FLAC of ours plays: the number of samples stands in its first block (RFC 9639, 8.2), 36 bits from bit 172."""
    try:
        with file.open("rb") as opened:
            head = opened.read(26)
    except FileNotFoundError:
        return 0
    if len(head) < 26 or head[:4] != b"fLaC":
        return 0
    return (int.from_bytes(head[18:26], "big") & ((1 << 36) - 1)) * 1000 // arguments.RATE


def _head(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            head = opened.read(_HEAD_BYTES)
    except OSError as error:
        raise Invalid(f"The file cannot be read ({error.strerror}): add it again") from None
    if not head:
        raise Invalid("The file is empty: add it again from a whole copy")
    return head


def _words(file: Path) -> str:
    return file.read_text("utf-8", "replace") if file.is_file() else ""


def _programs() -> Generator[Path]:
    if found := shutil.which("ffmpeg"):
        yield Path(found).resolve()
    try:
        import imageio_ffmpeg
    except ImportError:
        return
    try:
        yield Path(imageio_ffmpeg.get_ffmpeg_exe()).resolve()
    except RuntimeError:
        return  # there is none for this kind of machine


def _fingerprints(program: Path) -> bool:
    """Whether it has chromaprint: many builds do not."""
    listed = bytearray()
    bounds = Bounds(wall_s=20, cpu_s=10, memory_bytes=1 << 30, file_bytes=0)
    with tempfile.TemporaryDirectory(prefix="mediatheque-ffmpeg-") as home:
        run(
            [str(program), "-hide_banner", "-muxers"], home=Path(home), bounds=bounds, on_output=listed.extend
        )
    return b" chromaprint " in listed
