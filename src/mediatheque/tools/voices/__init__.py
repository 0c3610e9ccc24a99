"""The shelf of speaker encoders: each module turns stretches of speech into vectors that are near when one person speaks.

A module offers `open_from(*, models_dir) -> Voices`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from mediatheque.kit import shelf

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


class Voices(Protocol):
    """Tells voices apart; safe to call from several threads."""

    @property
    def name(self) -> str:
        """Names the vector space: vectors of equal names may be compared."""
        ...

    def embed(
        self,
        speech: Path,
        spans_ms: Sequence[tuple[int, int]],
        *,
        on_progress: Callable[[float], None] | None = None,
        is_cancelled: Callable[[], bool] | None = None,
    ) -> npt.NDArray[np.float32]:
        """One unit row for each span (start, end) of a 16 kHz mono file; shape (spans, dimensions).

        A row of zeros where a span is too short or silent. Raises Invalid for a file it cannot read.
        """
        ...


def names() -> tuple[str, ...]:
    """Public names of the speaker encoders."""
    return shelf.names_on(sys.modules[__name__])


def open_voices(setting: str, *, models_dir: Path | None) -> Voices | None:
    """The encoder that `MEDIATHEQUE_VOICES` names ("ge2e"); "none" is None. Raises Unavailable without its weights."""
    setting = setting.strip().lower()
    if setting in ("", "none"):
        return None
    module: Any = shelf.take(sys.modules[__name__], setting)
    opened: Voices = module.open_from(models_dir=models_dir)
    return opened
