"""Turn passages into vectors, so that they are found by what they mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mediatheque.archive.queries.passages import PassageText, passage_texts
from mediatheque.archive.steps import Going, Tools
from mediatheque.jobs.states import Lane, State
from mediatheque.kit.database import Connection
from mediatheque.stores.vectors import EmbeddedPassage, store

if TYPE_CHECKING:
    from mediatheque.tools.embedder import Vectors

STATE = State.EMBEDDING
LABEL = "Embedding"
SHARE = 3.0
LANE = Lane.INTERACTIVE

#: As many as an embedder takes at once; between them it is heard whether to go on.
_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class Made:
    """Vectors, a row a passage, of which embedder."""

    model: str
    passage_ids: Sequence[int]
    vectors: Vectors


def read(db: Connection, media_id: int) -> list[PassageText] | None:
    """The passages; None where nobody says anything."""
    return passage_texts(db, media_id) or None


def run(given: list[PassageText], tools: Tools, going: Going) -> Made | None:
    """A vector for each; None without an embedder. Raises Unavailable when it cannot be reached."""
    import numpy as np

    embedder = tools.embedder
    if embedder is None:
        return None
    parts: list[Vectors] = []
    for start in range(0, len(given), _AT_ONCE):
        going.report(start / len(given), f"passage {start + 1} of {len(given)}")
        parts.append(embedder.embed([passage.text for passage in given[start : start + _AT_ONCE]]))
    return Made(embedder.name, [passage.passage_id for passage in given], np.vstack(parts))


def write(db: Connection, media_id: int, made: Made | None) -> None:
    """Keep the vectors beside those of items."""
    if made is None:
        return
    vectors = store()
    model_id = vectors.ensure_model(db, made.model, made.vectors.shape[1])
    rows = [EmbeddedPassage(id_, vector) for id_, vector in zip(made.passage_ids, made.vectors, strict=True)]
    vectors.put_passages(db, model_id, rows)
