"""A talk encoded and cut in several ways, and what is not that talk: for tests of recognising recordings."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import numpy.typing as npt

from mediatheque.archive.fingerprints import Fingerprint
from mediatheque.tools.transcoder import open_transcoder
from speaking import SAMPLE_RATE, said

Samples = npt.NDArray[np.float32]

TALK = (
    "The keeper walked along the wall and counted the lamps. Two of them had gone out in the night, and the third one "
    "was flickering. He wrote the time into his book, filled the oil, and waited until the wind turned to the west. "
    "In the morning a boat came in with letters and a basket of pears. Nobody had told him that the war was over. "
    "He read the first letter aloud to the gulls, put the second into his pocket, and never opened the third."
)
OTHER = (
    "A good bridge begins with the ground below it. Before anybody draws an arch, somebody has to dig, and what they find "
    "decides how wide the piers will be. Our river brings gravel every spring and takes half of it away in autumn. "
    "So the engineers built on wooden piles, drove them down for eleven weeks, and lost only one hammer. "
    "People still ask why the middle is higher than the ends, and the answer is simply that ships have chimneys."
)


@cache
def talk() -> Samples:
    return _roomy(said(TALK))


@cache
def other_talk() -> Samples:
    return _roomy(said(OTHER))


@cache
def intro(seconds: float = 9.0) -> Samples:
    """A tune on a bell-like thing, different in every bar."""
    rng = np.random.default_rng(11)
    out = np.zeros(round(seconds * SAMPLE_RATE), np.float32)
    for start in range(0, len(out), SAMPLE_RATE // 4):
        t = np.arange(min(SAMPLE_RATE // 2, len(out) - start)) / SAMPLE_RATE
        hertz = 220 * 2 ** (int(rng.integers(0, 25)) / 12)
        bell = sum(np.sin(2 * np.pi * hertz * n * t) / n for n in (1, 2, 3, 5)) * np.exp(-4 * t)
        out[start : start + len(t)] += 0.15 * bell.astype(np.float32)
    return out


def encoded(samples: Samples, path: Path, *options: str) -> Path:
    """A file of these samples, as `options` say how."""
    raw = ["-f", "s16le", "-ar", str(SAMPLE_RATE), "-ac", "1", "-i", "-"]
    subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *raw, *options, "-y", str(path)],
        input=(np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes(),
        check=True,
    )
    return path


def speech_copy(file: Path) -> Path:
    """What machines listen to of a file."""
    copy = file.with_suffix(".speech.flac")
    open_transcoder().speech(file, copy)
    return copy


def fingerprints_of_talks(folder: Path) -> Mapping[str, Fingerprint]:
    """Fingerprints by what was done to the talk, and of what is not that talk."""
    cut = np.concatenate([talk()[: 9 * SAMPLE_RATE], talk()[12 * SAMPLE_RATE :]])
    made: Mapping[str, tuple[Samples, Sequence[str], str]] = {
        "talk": (talk(), (), ".wav"),
        "mp3 64k with an intro": (np.concatenate([intro(), talk()]), ("-b:a", "64k"), ".mp3"),
        "mp3 32k": (talk(), ("-b:a", "32k"), ".mp3"),
        "opus, quieter": (0.4 * talk(), ("-c:a", "libopus", "-b:a", "32k"), ".ogg"),
        "aac, 3 s cut out": (cut, ("-c:a", "aac", "-b:a", "64k"), ".m4a"),
        "8 kHz": (talk(), ("-ar", "8000", "-ac", "2"), ".flac"),
        "another talk": (other_talk(), ("-b:a", "64k"), ".mp3"),
        "another talk with the intro": (np.concatenate([intro(), other_talk()]), ("-b:a", "64k"), ".mp3"),
        "intro": (intro(), (), ".wav"),
        "silence": (np.zeros(20 * SAMPLE_RATE, np.float32), (), ".wav"),
    }
    transcoder = open_transcoder()
    found: dict[str, Fingerprint] = {}
    for n, (name, (samples, options, suffix)) in enumerate(made.items()):
        file = encoded(samples, folder / f"{n}{suffix}", *options)
        found[name] = transcoder.fingerprint(speech_copy(file))
    return found


def _roomy(samples: Samples) -> Samples:
    """No room is quite silent."""
    return samples + np.random.default_rng(3).normal(0, 0.001, len(samples)).astype(np.float32)
