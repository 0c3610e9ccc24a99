"""A recording in pieces that can be heard at once, cut where it is quietest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from mediatheque.kit.sound import SPEECH_RATE, samples_of

if TYPE_CHECKING:
    from mediatheque.kit.sound import Samples

#: The listening process took 1.16 GB for a piece of 12 minutes, 0.82 for 6 and 0.65 for 4: machines of 2 GB do more than listen.
#: What is no longer than the longest is one piece.
_PIECE_S, _LONGEST_PIECE_S = 180, 300


def pieces(speech: Path, from_ms: int) -> Iterator[tuple[int, Samples]]:
    """Stretches of the recording that can be heard at once, and when each begins."""
    import numpy as np

    held = np.empty(0, np.int16)
    begins_at = 0  # samples
    skipped = from_ms * SPEECH_RATE // 1000
    for block in samples_of(speech):
        held = np.concatenate((held, block))
        if begins_at < skipped:
            dropped = min(skipped - begins_at, len(held))
            held, begins_at = held[dropped:], begins_at + dropped
        while len(held) > _LONGEST_PIECE_S * SPEECH_RATE:
            cut = _quietest(held)
            yield begins_at * 1000 // SPEECH_RATE, held[:cut]
            held, begins_at = held[cut:], begins_at + cut
    if len(held):
        yield begins_at * 1000 // SPEECH_RATE, held


def _quietest(samples: Samples) -> int:
    """Where to cut: the middle of the quietest half second between the wanted length and the longest."""
    import numpy as np

    first, window = _PIECE_S * SPEECH_RATE, SPEECH_RATE // 10
    searched = samples[first : _LONGEST_PIECE_S * SPEECH_RATE].astype(np.float32)
    loudness = np.square(searched[: len(searched) // window * window]).reshape(-1, window).mean(axis=1)
    over_half_a_second = np.convolve(loudness, np.ones(5), mode="valid")
    return first + (int(over_half_a_second.argmin()) * window) + window * 5 // 2
