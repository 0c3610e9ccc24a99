"""Recordings for tests, made by ffmpeg on the spot: whole ones, damaged ones, and ones that mean harm."""

from __future__ import annotations

import struct
import subprocess
import threading
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg
import psutil

#: A tone that goes up and down, with pauses: two channels.
WARBLE = "aevalsrc=0.4*sin(2*PI*(220+80*sin(3*t))*t)*gt(sin(2*t)\\,-0.6)|0.3*sin(2*PI*330*t):s=44100"
TAGS = """;FFMETADATA1
title=On owls\\; and \\= other birds
artist=Ada Example
date=2021-03-04
comment=first line\\
second line
[CHAPTER]
TIMEBASE=1/1000
START=0
END=1000
title=Beginning
[CHAPTER]
TIMEBASE=1/1000
START=1000
END=2000
title=End
"""


def ffmpeg(*arguments: str | Path) -> None:
    """Run ffmpeg, which has to succeed."""
    program = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-loglevel", "error", "-y"]
    subprocess.run([*program, *arguments], check=True)


def sound(path: Path, seconds: float = 4.0, *options: str, source: str = WARBLE) -> Path:
    """A recording of the kind that its name says."""
    ffmpeg("-f", "lavfi", "-i", f"{source}:d={seconds}", *options, path)
    return path


def tagged(path: Path, *options: str, cover: bool = False, language: str = "deu") -> Path:
    """Two seconds with a title, chapters, a language, and a picture if asked."""
    tags = path.with_suffix(".tags")
    tags.write_text(TAGS)
    pictures = ["-f", "lavfi", "-i", "testsrc=d=1:s=320x240:r=1"] if cover else []
    shown = ["-map", "2", "-c:v", "mjpeg", "-disposition:v", "attached_pic"] if cover else []
    ffmpeg(
        *("-f", "lavfi", "-i", f"{WARBLE}:d=2", "-i", tags, *pictures, "-map", "0", *shown),
        *(
            "-map_metadata",
            "1",
            "-map_chapters",
            "1",
            "-metadata:s:a",
            f"language={language}",
            *options,
            path,
        ),
    )
    return path


def film(path: Path, seconds: float = 3.0, *options: str, with_sound: bool = True) -> Path:
    """Moving pictures of 640 × 360, with sound."""
    heard = ["-f", "lavfi", "-i", f"{WARBLE}:d={seconds}"] if with_sound else []
    ffmpeg("-f", "lavfi", "-i", f"testsrc=d={seconds}:s=640x360:r=10", *heard, *options, path)
    return path


def samples(path: Path) -> bytes:
    """What plainly decoding to 16 kHz mono gives, 16 bits a sample."""
    program = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", path, "-map", "0:a:0"]
    return subprocess.run(
        [*program, "-ac", "1", "-ar", "16000", "-f", "s16le", "-"], check=True, capture_output=True
    ).stdout


def cut(path: Path, to: Path, share: float) -> Path:
    """The first part of a file."""
    whole = path.read_bytes()
    to.write_bytes(whole[: int(len(whole) * share)])
    return to


def without_length(flac: Path) -> Path:
    """Make a FLAC say that it does not know how long it is."""
    raw = bytearray(flac.read_bytes())
    raw[21] &= 0xF0
    raw[22:26] = bytes(4)
    flac.write_bytes(raw)
    return flac


def vast_png() -> bytes:
    """A picture of 65,535 × 65,535 pixels in 70 bytes."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", 65_535, 65_535, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(64)))
        + chunk(b"IEND", b"")
    )


def with_cover(mp3: bytes, picture: bytes) -> bytes:
    """An MP3 with a PNG for its cover (ID3v2.3, APIC)."""
    body = b"\0image/png\0\3\0" + picture
    frame = b"APIC" + struct.pack(">I", len(body)) + b"\0\0" + body
    size = len(frame)
    packed = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\3\0\0" + packed + frame + mp3


def vast_frames(mov: Path) -> Path:
    """Make the JPEGs of a film say that they are 65,500 pixels wide and high."""
    raw = bytearray(mov.read_bytes())
    place = raw.find(b"\xff\xc0\x00\x11\x08")
    while place >= 0:
        raw[place + 5 : place + 9] = struct.pack(">HH", 65_500, 65_500)
        place = raw.find(b"\xff\xc0\x00\x11\x08", place + 1)
    mov.write_bytes(raw)
    return mov


@dataclass
class Taken:
    """The most memory that this process's children had at once, in bytes, by looking every 10 ms."""

    bytes: int = 0


@contextmanager
def taken_by_children() -> Generator[Taken]:
    """Watch the children of this process for the length of a block."""
    taken, done = Taken(), threading.Event()

    def look() -> None:
        own = psutil.Process()
        while not done.wait(0.01):
            total = 0
            for child in own.children(recursive=True):
                try:
                    if "ffmpeg" in child.name():
                        total += child.memory_info().rss
                except psutil.Error:
                    continue
            taken.bytes = max(taken.bytes, total)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield taken
    finally:
        done.set()
        thread.join()
