"""Which names were given by a machine, and tell nothing of what a recording is."""

from __future__ import annotations

import re

#: What recorders, telephones and messengers write: "REC_0042", "voice-memo 12", "AUD-20240115-WA0003", "2024-01-15 18.30".
_WRITTEN_BY_MACHINES = re.compile(
    r"(?i)(?:(?:rec(?:ording|ord)?|aud(?:io)?|vid(?:eo)?|img|dsc|mov|mvi|gmt|memo|voice|sound|screen|track|file|clip|note|new"
    r"|untitled|unbenannt|neue|aufnahme|sprachmemo|ptt|wa|zoom|dictaphone|output|download|tmp|copy|kopie)[\W\d_]*)*[\W\d_]*"
)
_HASH = re.compile(r"(?i)[0-9a-f-]{16,}")
_EXTENSION = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,3}$")


def is_made_by_machine(name: str) -> bool:
    """Whether a name tells nothing: "REC_0042.WAV", "2024-01-15", "audio (3)", a hash."""
    stem = _EXTENSION.sub("", name.strip()) or name
    return bool(_WRITTEN_BY_MACHINES.fullmatch(stem) or _HASH.fullmatch(stem))
