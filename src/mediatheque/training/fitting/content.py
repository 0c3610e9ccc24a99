"""Where a catalogue places its items: nothing is learned of people."""

from __future__ import annotations

import numpy as np

from mediatheque.kit.errors import Invalid
from mediatheque.recommend.models import Array
from mediatheque.recommend.models.content import Config
from mediatheque.training.interactions import Interactions


def fit(seen: Interactions, config: Config, *, threads: int = 1) -> dict[str, Array]:
    """The places, turned so that the first dimensions hold most. Raises Invalid without a catalogue."""
    if seen.catalogue is None:
        raise Invalid(
            "content can only be told from a catalogue; give the interactions one, or leave 'content' out"
        )
    places = seen.catalogue.places().astype(np.float64)
    _, axes = np.linalg.eigh(places.T @ places)
    kept = (places @ axes[:, ::-1][:, : config.dimensions]).astype(np.float32)
    return {"places": kept, "gram": kept.T @ kept / np.float32(max(len(kept), 1))}
