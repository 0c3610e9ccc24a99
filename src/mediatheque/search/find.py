"""Finding items by what a person types: by words, by meaning, or both fused into one list."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import EllipsisType
from typing import TYPE_CHECKING, Any

from mediatheque.kit.errors import Invalid, NotFound, Unavailable
from mediatheque.library.queries.items import ItemFilter, items_with_ids
from mediatheque.search.fusion import fuse
from mediatheque.search.queries import items as queries
from mediatheque.search.reading import Reading, read_query
from mediatheque.stores.vectors import Condition, Near, store
from mediatheque.vocabulary import Item, Kind, SearchHit

if TYPE_CHECKING:
    from mediatheque.kit.database import Connection
    from mediatheque.stores.vectors import Vector
    from mediatheque.tools.embedder import Embedder

log = logging.getLogger(__name__)


class Mode(StrEnum):
    """How to search."""

    HYBRID = "hybrid"
    TEXT = "text"
    SEMANTIC = "semantic"


MOST_HITS = 100
_NO_EMBEDDER = (
    "Searching by meaning needs an embedder, and MEDIATHEQUE_EMBEDDER is none: "
    "set it to minilm, or search with the mode text."
)
#: How many of each ranking are fused: an item that is 50th in one list and missing in the other is not meant.
_POOL = 50
#: So many items with every word of the query say that it has no typing error.
_ENOUGH = 3
#: Where hits of a kind lie in [0, 1]: a title that is the query, then one that begins with it, then the rest.
_SPAN_BY_FIT: Mapping[str, tuple[float, float]] = {"exact": (0.9, 1.0), "prefix": (0.8, 0.9)}
_SPAN_OF_REST = (0.0, 0.8)
#: A show's episodes and the videos of a channel are many and alike: the work itself is what is usually meant.
_WEIGHT: Mapping[Kind, float] = {Kind.EPISODE: 0.75, Kind.VIDEO: 0.9}


def find(
    db: Connection,
    embedder: Embedder | None,
    query: str,
    viewer: int,
    *,
    mode: str = Mode.HYBRID,
    which: ItemFilter | None = None,
    threshold: float = 0.4,
    limit: int = 12,
    vector: Vector | EllipsisType | None = ...,
) -> list[SearchHit]:
    """The items a query means, best first; `threshold` is the least likeness in meaning that counts.

    `vector` is what `query_vector` gave, None included, for callers that embed outside the transaction; left
    out, the query is embedded here. Raises Invalid for an empty query or an impossible option, Unavailable when only meaning
    is asked for and there is no embedder.
    """
    wanted = _mode(mode)
    _check(threshold, limit)
    reading = read_query(query)
    if vector is ...:
        vector = query_vector(embedder, query, mode=wanted)
    if wanted is Mode.SEMANTIC and (embedder is None or vector is None):
        raise Unavailable(_NO_EMBEDDER)
    condition = _condition(which or ItemFilter(), viewer)
    ranked = _Ranked()
    if wanted is not Mode.SEMANTIC:
        _rank_by_words(db, ranked, reading, condition)
    if wanted is not Mode.TEXT and embedder is not None and vector is not None:
        near = _near(db, embedder.name, vector, max(limit, _POOL), condition)
        ranked.near = [n for n in near if n.similarity >= threshold]
    return _hits(db, ranked, viewer, wanted, limit)


def query_vector(embedder: Embedder | None, query: str, *, mode: str = Mode.HYBRID) -> Vector | None:
    """The vector of a query, where the mode uses one; touches no database, so a thread may do it.

    A hybrid search goes on without it when the embedder does not answer; a semantic one raises Unavailable.
    """
    wanted = _mode(mode)
    if wanted is Mode.TEXT:
        return None
    if embedder is None:
        if wanted is Mode.SEMANTIC:
            raise Unavailable(_NO_EMBEDDER)
        return None
    try:
        return embedder.embed([read_query(query).text])[0]
    except Unavailable as error:
        if wanted is Mode.SEMANTIC:
            raise
        log.warning("searching by words alone: %s", error)
        return None


def similar(
    db: Connection,
    viewer: int,
    item: Item,
    *,
    model: str,
    which: ItemFilter | None = None,
    limit: int = 12,
) -> list[SearchHit]:
    """The items whose texts are nearest in meaning to an item's; none when it has no vector of the model yet."""
    _check(0.0, limit)
    vectors = store()
    model_id = vectors.model_id(db, model)
    own = vectors.vectors_of(db, model_id, [item.id]) if model_id is not None else {}
    if model_id is None or item.id not in own:
        return []
    base = _condition(which or ItemFilter(), viewer)
    # Neither itself, nor its own episodes, nor, for an episode, its show and the episodes beside it.
    family = "i.id <> ALL(:family) AND (i.parent_id IS NULL OR i.parent_id <> ALL(:family))"
    relatives = [item.id] + ([item.parent_id] if item.parent_id is not None else [])
    condition = Condition(f"{base.sql} AND {family}", {**base.values, "family": relatives})
    near = vectors.nearest(db, model_id, own[item.id], limit, condition)
    found = items_with_ids(db, [n.item_id for n in near], viewer)
    return [
        SearchHit(item=found[n.item_id], score=_score(n.similarity), matched=("semantic",))
        for n in near
        if n.item_id in found
    ]


@dataclass(slots=True)
class _Ranked:
    """What each way of looking found, best first."""

    titles: list[queries.TitleHit] = field(default_factory=list[queries.TitleHit])
    words: list[int] = field(default_factory=list[int])
    near: list[Near] = field(default_factory=list[Near])


def _rank_by_words(db: Connection, ranked: _Ranked, reading: Reading, condition: Condition) -> None:
    asked = (reading, condition.sql, condition.values, _POOL)
    ranked.titles, ranked.words = queries.hits(db, *asked)
    # Who misspells a word finds nothing by it; who does not is spared what is merely spelt alike.
    if not ranked.titles and len(ranked.words) < _ENOUGH:
        ranked.titles = queries.titles_like(db, *asked)


def _hits(db: Connection, ranked: _Ranked, viewer: int, mode: Mode, limit: int) -> list[SearchHit]:
    scores = _scores(ranked, mode)
    if not scores:
        return []
    by_text = {hit.item_id for hit in ranked.titles} | set(ranked.words)
    by_meaning = {n.item_id for n in ranked.near}
    return [
        SearchHit(
            item=item,
            score=_score(score),
            matched=tuple(
                name for name, ids in (("text", by_text), ("semantic", by_meaning)) if item.id in ids
            ),
        )
        for item, score in queries.best_of(db, scores, _WEIGHT, viewer, limit)
    ]


def _scores(ranked: _Ranked, mode: Mode) -> dict[int, float]:
    """A score in [0, 1] for everything found, best first."""
    if mode is Mode.SEMANTIC:
        return {n.item_id: _score(n.similarity) for n in ranked.near}
    fused = fuse([[hit.item_id for hit in ranked.titles], ranked.words, [n.item_id for n in ranked.near]])
    fits = {hit.item_id: hit.fit for hit in ranked.titles}
    place = {hit.item_id: rank for rank, hit in enumerate(ranked.titles)}
    scores: dict[int, float] = {}
    for item_id, score in fused.items():
        low, high = _SPAN_BY_FIT.get(fits.get(item_id, ""), _SPAN_OF_REST)
        # Among titles that fit equally, the order of titles decides: it knows what is best known.
        share = 1.0 - place[item_id] / len(place) if fits.get(item_id) in _SPAN_BY_FIT else score
        scores[item_id] = low + (high - low) * share
    return dict(sorted(scores.items(), key=lambda entry: -entry[1]))


def _near(db: Connection, model: str, vector: Vector, limit: int, condition: Condition) -> Sequence[Near]:
    try:
        return store().nearest(db, model, vector, limit, condition)
    except NotFound:  # nothing has been embedded yet
        return ()


def _condition(which: ItemFilter, viewer: int) -> Condition:
    sql, given = which.sql()
    values: dict[str, Any] = {**given, "viewer": viewer}
    return Condition(sql, values)


def _mode(mode: str) -> Mode:
    try:
        return Mode(mode)
    except ValueError:
        raise Invalid(f"'{mode}' is no mode of searching; there is {_listed(Mode)}.") from None


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def _check(threshold: float, limit: int) -> None:
    if not 0.0 <= threshold <= 1.0:
        raise Invalid(f"The threshold is a likeness from 0 to 1, not {threshold}.")
    if not 1 <= limit <= MOST_HITS:
        raise Invalid(f"The limit is a number from 1 to {MOST_HITS}, not {limit}.")


def _score(value: float) -> float:
    return round(min(1.0, max(0.0, value)), 6)
