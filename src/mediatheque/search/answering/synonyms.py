"""How near in meaning two words are: "tuner" stands for "tuning" and "wept" for "cried", where their stems differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from threading import Lock
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from mediatheque.tools.embedder import Embedder

    Rows = npt.NDArray[np.float32]

#: Below this cosine two words have nothing to do with each other; from this one they say the same.
_NOTHING, _SAME = 0.3, 0.75
#: Words whose vectors are kept, in one process: 1.5 kB each.
_MOST_KEPT = 8_000

_lock = Lock()
_kept: WeakKeyDictionary[Embedder, dict[str, Rows]] = WeakKeyDictionary()


def nearness(embedder: Embedder, asked: Sequence[str], said: Sequence[str]) -> Rows:
    """A row for each asked word, a column for each said one: 0 nothing in common, 1 the same."""
    import numpy as np

    if not asked or not said:
        return np.zeros((len(asked), len(said)), np.float32)
    by_word = _vectors(embedder, {*asked, *said})
    cosines = np.vstack([by_word[word] for word in asked]) @ np.vstack([by_word[word] for word in said]).T
    return np.clip((cosines - _NOTHING) / (_SAME - _NOTHING), 0.0, 1.0).astype(np.float32)


def _vectors(embedder: Embedder, words: Iterable[str]) -> dict[str, Rows]:
    with _lock:
        kept = _kept.setdefault(embedder, {})
        missing = sorted(word for word in words if word not in kept)
    found = dict(zip(missing, embedder.embed(missing), strict=True)) if missing else {}
    with _lock:
        by_word = {
            word: found[word] if word in found else kept[word]
            for word in words
            if word in found or word in kept
        }
        if len(kept) + len(found) > _MOST_KEPT:
            kept.clear()
        kept.update(found)
    return by_word
