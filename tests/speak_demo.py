"""Speaks the demo's recordings anew: `python tests/speak_demo.py [NAME …]` writes each beside its text.

One has a text of who says what and is listened to; the others come with captions, whose times are written here.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import imageio_ffmpeg

import mediatheque
from speaking import Turn, conversation

FOLDER = Path(mediatheque.__file__).parent / "demo_media"
_LISTENED_TO = "listening-in-the-dark"
#: Title, whose, and who speaks with which voice.
_CAPTIONED = {
    "films-that-take-their-time": (
        "Films That Take Their Time",
        "The Third Row",
        {"Ingrid": "heart", "Tomas": "low"},
    ),
    "three-first-contacts": ("Three First Contacts", "Paper Rockets", {"Maren": "high", "Jonas": "low"}),
    "a-rye-loaf-in-three-days": ("A Rye Loaf in Three Days", "Nora", {"Grandmother Liv": "heart"}),
    "the-synthesizer-in-the-attic": ("The Synthesizer in the Attic", "Emil", {"Emil": "low"}),
}
_SPOKEN = re.compile(r"^<v ([^>]+)>(.+)$", re.MULTILINE)
_SENTENCES = re.compile(r"(?<=[.!?]) (?=[A-Z])")


def main(names: Sequence[str]) -> None:
    for name in names or (_LISTENED_TO, *_CAPTIONED):
        if name == _LISTENED_TO:
            lines = (FOLDER / f"{name}.txt").read_text().splitlines()
            turns = [(voice, text) for voice, _, text in (line.partition(": ") for line in lines)]
            _speak(name, turns, "Listening in the Dark", "Mediatheque", pause_s=0.45)
        else:
            _speak_captions(name)


def _speak_captions(name: str) -> None:
    """A sentence is a caption: its times are those that it is said in."""
    title, artist, voices = _CAPTIONED[name]
    captions = FOLDER / f"{name}.vtt"
    said = [
        (person, sentence)
        for person, text in _SPOKEN.findall(captions.read_text())
        for sentence in _SENTENCES.split(text)
    ]
    turns = _speak(name, [(voices[person], text) for person, text in said], title, artist, pause_s=0.4)
    blocks = [
        f"{_clock(turn.start_ms)} --> {_clock(turn.end_ms)}\n<v {person}>{turn.text}\n"
        for turn, (person, _) in zip(turns, said, strict=True)
    ]
    captions.write_text("\n".join(["WEBVTT\n", *blocks]))


def _speak(
    name: str, turns: Sequence[tuple[str, str]], title: str, artist: str, *, pause_s: float
) -> list[Turn]:
    with tempfile.TemporaryDirectory() as folder:
        spoken = Path(folder) / "spoken.wav"
        told = conversation(turns, spoken, pause_s=pause_s)
        made = FOLDER / f"{name}.opus"
        options = ["-c:a", "libopus", "-b:a", "18k", "-application", "voip", "-bitexact"]
        tags = ["-metadata", f"title={title}", "-metadata", f"artist={artist}", "-metadata", "language=eng"]
        program = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-y"]
        subprocess.run([*program, "-i", str(spoken), *options, *tags, str(made)], check=True)
    print(f"{made}: {made.stat().st_size:,} bytes, {told[-1].end_ms / 1000:.0f} s")
    return told


def _clock(ms: int) -> str:
    minutes, ms = divmod(ms, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{ms // 1000:02d}.{ms % 1000:03d}"


if __name__ == "__main__":
    main(sys.argv[1:])
