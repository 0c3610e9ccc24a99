"""What a look at one part of the library says: how it is, what was seen, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a part is: `note` is worth knowing and no fault."""

    FINE = "fine"
    NOTE = "note"
    FAILS = "fails"


@dataclass(frozen=True, slots=True)
class Check:
    """One part, how it is, what was seen, and how to mend it."""

    part: str
    state: State
    said: str
    mend: str = ""
