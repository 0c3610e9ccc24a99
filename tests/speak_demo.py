"""Speaks the demo's recording anew: `python tests/speak_demo.py` writes it beside its text."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import imageio_ffmpeg

import mediatheque
from speaking import conversation

FOLDER = Path(mediatheque.__file__).parent / "demo_media"
NAME = "listening-in-the-dark"


def turns() -> list[tuple[str, str]]:
    """Who says what in it."""
    lines = (FOLDER / f"{NAME}.txt").read_text().splitlines()
    return [(voice, text) for voice, _, text in (line.partition(": ") for line in lines)]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        spoken = Path(folder) / "spoken.wav"
        conversation(turns(), spoken, pause_s=0.45)
        made = FOLDER / f"{NAME}.opus"
        options = ["-c:a", "libopus", "-b:a", "18k", "-application", "voip", "-bitexact"]
        tags = [
            "-metadata",
            "title=Listening in the Dark",
            "-metadata",
            "artist=Mediatheque",
            "-metadata",
            "language=eng",
        ]
        program = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-y"]
        subprocess.run([*program, "-i", str(spoken), *options, *tags, str(made)], check=True)
        print(f"{made}: {made.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
