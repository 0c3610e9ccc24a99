"""JSON: everything a transcript knows, corrections beside what the machine heard, for programs."""

from __future__ import annotations

import json
from typing import Any

from mediatheque.archive.formats import Document, Said

MEDIA_TYPE = "application/json"
SUFFIX = ".json"


def write(document: Document) -> str:
    """One object; times in whole milliseconds."""
    return json.dumps(as_json(document), ensure_ascii=False, indent=1) + "\n"


def as_json(document: Document) -> dict[str, Any]:
    """The document as JSON has it."""
    return {
        "title": document.title,
        "by": document.by,
        "link": document.link,
        "language": document.language,
        "duration_ms": document.duration_ms,
        "summary": document.summary,
        "key_points": list(document.key_points),
        "tags": list(document.tags),
        "chapters": [{"title": part.title, "start_ms": part.start_ms} for part in document.chapters],
        "lines": [_line(line) for line in document.lines],
    }


def _line(line: Said) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "start_ms": line.start_ms,
        "end_ms": line.end_ms,
        "speaker": line.speaker,
        "text": line.text,
    }
    if line.heard is not None:
        shown["heard"] = line.heard
    if line.words:
        shown["words"] = [[w.start_ms, w.end_ms, w.text, round(w.probability, 3)] for w in line.words]
    return shown
