"""Which line, and which speaker, of one recording is which of another that is the same but begins elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Protocol, TypeVar


class Spoken(Protocol):
    """What is known of a line: when it is said, by which speaker of its recording, and what was heard."""

    @property
    def start_ms(self) -> int: ...
    @property
    def end_ms(self) -> int: ...
    @property
    def speaker(self) -> int | None: ...
    @property
    def machine_text(self) -> str: ...


L = TypeVar("L", bound=Spoken)

#: How far the beginnings of one line may lie apart: two transcriptions cut a pause differently.
_FARTHEST_MS = 3_000
#: How alike the words must be, of 1.0: two encodings are transcribed nearly alike, neighbouring lines are not.
_ALIKE = 0.6


def corresponding(line: Spoken, lines: Sequence[L], shift_ms: int) -> L | None:
    """Of `lines`, the one that says at the same moment what `line` says; its times plus `shift_ms` are theirs."""
    said = line.machine_text.lower()
    near = [other for other in lines if abs(other.start_ms - line.start_ms - shift_ms) <= _FARTHEST_MS]
    if not near:
        return None
    alike = {
        other.start_ms: SequenceMatcher(None, said, other.machine_text.lower(), autojunk=False).ratio()
        for other in near
    }
    best = max(near, key=lambda other: alike[other.start_ms])
    return best if alike[best.start_ms] >= _ALIKE else None


def speakers_that_correspond(
    lines: Sequence[Spoken], others: Sequence[Spoken], shift_ms: int
) -> Mapping[int, int]:
    """For each speaker of `lines`, who speaks most of that time in `others`; nobody stands for two."""
    together: Counter[tuple[int, int]] = Counter()
    for line in lines:
        for other in others:
            if line.speaker is None or other.speaker is None:
                continue
            overlap = min(line.end_ms + shift_ms, other.end_ms) - max(
                line.start_ms + shift_ms, other.start_ms
            )
            if overlap > 0:
                together[line.speaker, other.speaker] += overlap
    found: dict[int, int] = {}
    for (speaker, other), _ in together.most_common():
        if speaker not in found and other not in found.values():
            found[speaker] = other
    return found
