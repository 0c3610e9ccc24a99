"""WebVTT (W3C): the subtitles of web pages, with the name of who speaks on every cue."""

from __future__ import annotations

from mediatheque.archive.formats import Document
from mediatheque.archive.formats._cues import cues

MEDIA_TYPE = "text/vtt"
SUFFIX = ".vtt"


def write(document: Document) -> str:
    """Cues with times to the millisecond, speakers as voice spans."""
    blocks = ["WEBVTT\n"]
    for cue in cues(document.lines):
        text = "\n".join(map(_escaped, cue.lines))
        voice = f"<v {_escaped(' '.join(cue.speaker.split()))}>" if cue.speaker else ""
        blocks.append(f"{_time(cue.start_ms)} --> {_time(cue.end_ms)}\n{voice}{text}\n")
    return "\n".join(blocks)


def _time(ms: int) -> str:
    seconds, ms = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{ms:03}"


def _escaped(text: str) -> str:
    # With no ">" left, nothing can be taken for an arrow either.
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
