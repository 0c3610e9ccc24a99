"""What a file that is sent is called: by a title that may be anything, in a header that may not."""

from __future__ import annotations

import re
from urllib.parse import quote


def disposition(title: str, ending: str, *, note: str = "", is_kept: bool) -> str:
    """A Content-Disposition as RFC 6266 has it: one name for old programs, one in UTF-8."""
    cleaned = re.sub(r"[\s\x00-\x1f\x7f/\\:*?\"<>|]+", " ", title).strip(" .")[:120] or "recording"
    cleaned += note
    name = cleaned if ending and cleaned.lower().endswith(ending) else cleaned + ending
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace("%", "_")
    kept = "attachment" if is_kept else "inline"
    return f"{kept}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='', errors='replace')}"
