"""Subtitles: a transcript cut into cues of two short lines that never overlap.

42 characters a line and two lines at most are what broadcasters' and streaming services' guides ask for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mediatheque.archive.formats import Said

LINE = 42
LINES = 2
#: Where two speak at once, the second waits so long for the first.
_GLANCE_MS = 700
#: A comma or full stop ends a cue from here on, so that sentences do not hang over.
_ENOUGH = 50
_PAUSES = (".", "!", "?", ",", ";", ":", "…", "。", "、", "！", "？")


@dataclass(frozen=True, slots=True)
class Cue:
    """What is shown at once; `is_new` where somebody else speaks than in the cue before."""

    start_ms: int
    end_ms: int
    lines: tuple[str, ...]
    speaker: str | None
    is_new: bool


@dataclass(frozen=True, slots=True)
class _Piece:
    """A word, or a part of one too long for a line, and where in its line of the transcript it ends, 0..1."""

    text: str
    until: float


def cues(said: Sequence[Said], *, named: bool = False) -> list[Cue]:
    """The cues of a transcript, by time; `named`: a name, where it is new, stands before the words it says."""
    cut: list[Cue] = []
    speaker: str | None = None
    for line in sorted(said, key=lambda line: (line.start_ms, line.end_ms)):
        is_new = line.speaker != speaker
        name = f"{line.speaker}:".split() if named and is_new and line.speaker else []
        for place, cue in enumerate(_cut(line, name)):
            cut.append(replace(cue, is_new=is_new and place == 0))
            speaker = line.speaker
    return _apart(cut)


def _cut(line: Said, name: Sequence[str]) -> Iterator[Cue]:
    """One line of the transcript as cues; their times are those of its words, or in proportion to the characters."""
    words = line.text.split()
    if not words:
        return
    begins, length = line.start_ms, max(line.end_ms - line.start_ms, 0)
    # The name takes room, but no time.
    pieces = [_Piece(piece.text, 0.0) for piece in _pieces(name)] + _pieces(words)
    for rows, until in _filled(pieces):
        ends = line.start_ms + round(length * until) if until < 1 else line.end_ms
        ends = _as_spoken(line, until, ends)
        yield Cue(begins, max(begins, ends), rows, line.speaker, is_new=False)
        begins = max(begins, ends)


def _as_spoken(line: Said, until: float, ends: int) -> int:
    """When the word that ends there was over; where the text is not what was heard, `ends` as it was reckoned."""
    if until >= 1 or not line.words or line.heard is not None:
        return ends
    total = sum(len(word.text.strip()) for word in line.words)
    spoken = 0
    for word in line.words:
        spoken += len(word.text.strip())
        if spoken >= round(total * until):
            return min(max(word.end_ms, line.start_ms), line.end_ms)
    return ends


def _pieces(words: Sequence[str]) -> list[_Piece]:
    total = sum(map(len, words))
    pieces: list[_Piece] = []
    done = 0
    for word in words:
        for at in range(0, len(word), LINE):
            part = word[at : at + LINE]
            done += len(part)
            pieces.append(_Piece(part, done / total))
    return pieces


def _filled(pieces: Sequence[_Piece]) -> Iterator[tuple[tuple[str, ...], float]]:
    """Cues' lines, and where they end."""
    held: list[_Piece] = []
    for piece in pieces:
        if held and (_has_no_room(held, piece) or _pauses(held)):
            yield _balanced(held), held[-1].until
            held = []
        held.append(piece)
    if held:
        yield _balanced(held), 1.0


def _has_no_room(held: Sequence[_Piece], piece: _Piece) -> bool:
    return len(_wrapped([p.text for p in held] + [piece.text], LINE)) > LINES


def _pauses(held: Sequence[_Piece]) -> bool:
    return held[-1].text.endswith(_PAUSES) and sum(len(p.text) + 1 for p in held) > _ENOUGH


def _balanced(held: Sequence[_Piece]) -> tuple[str, ...]:
    """As few lines as can be, and these about equally long."""
    texts = [piece.text for piece in held]
    count = len(_wrapped(texts, LINE))
    width = next(width for width in range(1, LINE + 1) if _fits(texts, width, count))
    return tuple(_wrapped(texts, width))


def _fits(texts: Sequence[str], width: int, count: int) -> bool:
    return max(map(len, texts)) <= width and len(_wrapped(texts, width)) <= count


def _wrapped(texts: Sequence[str], width: int) -> list[str]:
    lines: list[str] = []
    for text in texts:
        if lines and len(lines[-1]) + 1 + len(text) <= width:
            lines[-1] += f" {text}"
        else:
            lines.append(text)
    return lines


def _apart(cut: Sequence[Cue]) -> list[Cue]:
    """The cues, each over before the next begins: where two speak at once, one is shown after the other."""
    apart: list[Cue] = []
    free = 0
    for place, cue in enumerate(cut):
        begins = max(cue.start_ms, free)
        # A glance at least, as long as it is being said at all.
        free = min(begins + _GLANCE_MS, max(cue.end_ms, begins + 1))
        until = cut[place + 1].start_ms if place + 1 < len(cut) else cue.end_ms
        free = max(free, min(cue.end_ms, until))
        apart.append(replace(cue, start_ms=begins, end_ms=free))
    return apart
