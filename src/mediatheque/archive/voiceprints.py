"""Voices that are known by name, and which of them a voice is most like; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

#: From this cosine on two voices are taken for one.
SAME_VOICE = 0.82


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Somebody's voice: the mean of what was heard of it, a unit vector of the speaker encoder."""

    id: int
    name: str
    embedding: npt.NDArray[np.float32]


def nearest_voice(
    embedding: npt.NDArray[np.float32] | None, known: Sequence[Voice], *, at_least: float = SAME_VOICE
) -> Voice | None:
    """The voice most like the unit vector; None when none is like enough, or the vector is of another encoder."""
    if embedding is None:
        return None
    like = [voice for voice in known if voice.embedding.shape == embedding.shape]
    best = max(like, key=lambda voice: float(voice.embedding @ embedding), default=None)
    return best if best is not None and float(best.embedding @ embedding) >= at_least else None
