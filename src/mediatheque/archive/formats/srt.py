"""SubRip: the subtitles that every player reads. It knows no speakers, so a name stands before what is said."""

from __future__ import annotations

import re

from mediatheque.archive.formats import Document
from mediatheque.archive.formats._cues import cues

MEDIA_TYPE = "application/x-subrip"
SUFFIX = ".srt"


def write(document: Document) -> str:
    """Numbered cues with times to the millisecond."""
    blocks = [
        f"{number}\n{_time(cue.start_ms)} --> {_time(cue.end_ms)}\n{_plain(cue.lines)}\n"
        for number, cue in enumerate(cues(document.lines, named=True), 1)
    ]
    return "\n".join(blocks) or "\n"


def _time(ms: int) -> str:
    seconds, ms = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02},{ms:03}"


def _plain(lines: tuple[str, ...]) -> str:
    """SubRip cannot quote: what a player would take for a tag, a style or an arrow is written with like characters."""
    text = "\n".join(lines).replace("-->", "––›")
    text = re.sub(r"<(?=[/!a-zA-Z])", "‹", text)
    return re.sub(r"\{(?=\\)", "(", text)
