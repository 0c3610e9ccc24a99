"""The shelf of embedders: each module opens one kind of model that turns text into unit vectors.

A module offers `open_from(rest, *, models_dir, key) -> Embedder`, where `rest` is what the setting says
after the module's name. Its file name is the name in the setting: `openai+http://…` opens `openai.py`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from mediatheque.kit import shelf
from mediatheque.kit.errors import Invalid

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    #: One row a text.
    Vectors: TypeAlias = npt.NDArray[np.float32]


class Embedder(Protocol):
    """Turns text into vectors whose dot product says how near two texts are in meaning."""

    @property
    def name(self) -> str:
        """Names the vector space: vectors of equal names may be compared."""
        ...

    @property
    def dimensions(self) -> int:
        """How long each vector is; may ask the model, and raises what `embed` raises."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row of length 1 for each text, in the order given; safe to call from several threads.

        Raises Invalid for a text with nothing in it, Unavailable when the model cannot be reached.
        """
        ...


def names() -> tuple[str, ...]:
    """Public names of the embedders."""
    return shelf.names_on(sys.modules[__name__])


def open_embedder(setting: str, *, models_dir: Path | None, key: str | None) -> Embedder | None:
    """The embedder that `MEDIATHEQUE_EMBEDDER` names ("minilm", "openai+http://…?model=…"); "none" is None.

    Raises Invalid when the setting cannot be used, Unavailable when the model's files are not there.
    """
    setting = setting.strip()
    if setting.lower() in ("", "none"):
        return None
    name, rest = _split(setting)
    if name not in names():
        raise Invalid(
            f"MEDIATHEQUE_EMBEDDER is '{setting}', but '{name}' is no embedder; "
            f"there is {', '.join(names())}, or none"
        )
    module: Any = shelf.take(sys.modules[__name__], name)
    opened: Embedder = module.open_from(rest, models_dir=models_dir, key=key)
    return opened


def check_texts(texts: Sequence[str]) -> None:
    """Raise Invalid for a text that holds nothing: it has no meaning a vector could stand for."""
    for index, text in enumerate(texts):
        if not text.strip():
            raise Invalid(f"Text {index + 1} of {len(texts)} is empty: leave it out, it cannot be embedded.")


def _split(setting: str) -> tuple[str, str]:
    found = re.match(r"([A-Za-z0-9_-]+)(?:\+|://)?(.*)$", setting, re.DOTALL)
    return (found[1].lower(), found[2]) if found else (setting, "")
