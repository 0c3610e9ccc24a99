"""Finding the minute: passages of a person's recordings by words, by meaning, or both fused into one list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mediatheque.archive.queries.media import Media, media_with_ids
from mediatheque.kit.errors import Invalid, NotFound
from mediatheque.library.queries.items import items_with_ids
from mediatheque.search.find import MOST_HITS, Mode
from mediatheque.search.fusion import fuse
from mediatheque.search.highlighting import highlights
from mediatheque.search.passage_filter import PassageFilter as PassageFilter
from mediatheque.search.queries import passages as queries
from mediatheque.search.reading import Wording, read_wording
from mediatheque.stores.vectors import Condition, NearPassage, store
from mediatheque.vocabulary import Item

if TYPE_CHECKING:
    from mediatheque.kit.database import Connection
    from mediatheque.stores.vectors import Vector

#: Cosines of questions to what answers them are lower than those of titles to descriptions.
LEAST_LIKENESS = 0.25
#: How many of each ranking are fused: 30 by meaning are found in two thirds of the time of 50.
_POOL = 30
#: So many passages with all of the words say that all of them are meant.
_ENOUGH = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageHit:
    """A passage found by a query: whose it is, where in the recording, and what in it is highlighted.

    `score` is higher-is-better in [0, 1]; `similarity` the cosine to the query, where meaning found it.
    """

    passage_id: int
    media_id: int
    item_id: int | None  # what the recording is shown as
    title: str  # of the recording
    link: str | None
    start_ms: int
    end_ms: int
    speaker: int | None  # the number in the recording, from 0
    speaker_name: str | None
    text: str
    highlights: tuple[tuple[int, int], ...]  # characters of the text, from and up to
    score: float
    matched: tuple[str, ...]  # "text", "semantic"
    similarity: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaHit:
    """A recording in which something was found, the best passages first; `count`: how many were."""

    media: Media
    item: Item | None
    passages: tuple[PassageHit, ...]
    count: int
    score: float


def search_passages(
    db: Connection,
    viewer: int,
    query: str,
    *,
    embedder_name: str | None,
    vector: Vector | None,
    which: PassageFilter | None = None,
    mode: str = Mode.HYBRID,
    threshold: float = LEAST_LIKENESS,
    limit: int = 12,
) -> list[PassageHit]:
    """The passages of the viewer's own recordings that a query means, best first.

    `vector` is what `find.query_vector` gave for the query, by the embedder of that name; without it words decide
    alone. `threshold` is the least likeness in meaning that counts. Raises Invalid for an empty query.
    """
    wording = read_wording(query)
    if not 1 <= limit <= MOST_HITS:
        raise Invalid(f"The limit is a number from 1 to {MOST_HITS}, not {limit}.")
    conditions = queries.conditions(db, viewer, which or PassageFilter())
    if conditions is None:
        return []
    condition = Condition(*conditions)
    pool = max(limit, _POOL)
    words: list[int] = []
    if mode != Mode.SEMANTIC:
        words = _said(db, wording, condition, pool)
    near: Sequence[NearPassage] = ()
    if mode != Mode.TEXT and vector is not None and embedder_name is not None:
        near = [n for n in _near(db, embedder_name, vector, pool, condition) if n.similarity >= threshold]
    return _hits(db, viewer, wording, words, near, limit)


def search_recordings(
    db: Connection,
    viewer: int,
    query: str,
    *,
    embedder_name: str | None,
    vector: Vector | None,
    which: PassageFilter | None = None,
    mode: str = Mode.HYBRID,
    threshold: float = LEAST_LIKENESS,
    limit: int = 12,
    passages_each: int = 3,
) -> list[MediaHit]:
    """As `search_passages`, grouped: the recordings in which something was found, best first."""
    hits = search_passages(
        db,
        viewer,
        query,
        embedder_name=embedder_name,
        vector=vector,
        which=which,
        mode=mode,
        threshold=threshold,
        limit=max(limit, _POOL),
    )
    return grouped(db, viewer, hits, passages_each=passages_each)[:limit]


def grouped(
    db: Connection, viewer: int, hits: Iterable[PassageHit], *, passages_each: int = 3
) -> list[MediaHit]:
    """Passages by the recording they are of, in the order of each one's best."""
    of_media: dict[int, list[PassageHit]] = {}
    for hit in hits:
        of_media.setdefault(hit.media_id, []).append(hit)
    if not of_media:
        return []
    media = media_with_ids(db, list(of_media), viewer)
    items = items_with_ids(db, [m.item_id for m in media.values() if m.item_id is not None], viewer)
    return [
        MediaHit(
            media=media[media_id],
            item=items.get(media[media_id].item_id or 0),
            passages=tuple(found[:passages_each]),
            count=len(found),
            score=found[0].score,
        )
        for media_id, found in of_media.items()
        if media_id in media
    ]


def _said(db: Connection, wording: Wording, condition: Condition, limit: int) -> list[int]:
    """By words: all of them; where that finds hardly anything, the last half typed; at last the telling ones."""
    if not wording.phrases:
        return []
    asked = (condition.sql, condition.values, limit)
    found = queries.said(db, wording.tsquery(), *asked)
    if len(found) < _ENOUGH and wording.is_open:
        found += queries.said(db, wording.tsquery(as_beginning=True), *asked)
    if len(found) < _ENOUGH and len(wording.phrases) > 1:
        found += queries.said_in_part(db, wording, *asked)
    return list(dict.fromkeys(found))[:limit]


def _near(
    db: Connection, model: str, vector: Vector, limit: int, condition: Condition
) -> Sequence[NearPassage]:
    try:
        return store().nearest_passages(db, model, vector, limit, condition)
    except NotFound:  # nothing has been embedded yet
        return ()


def _hits(
    db: Connection,
    viewer: int,
    wording: Wording,
    words: Sequence[int],
    near: Sequence[NearPassage],
    limit: int,
) -> list[PassageHit]:
    by_meaning: Mapping[int, float] = {n.passage_id: n.similarity for n in near}
    by_words = frozenset(words)
    scores = dict(list(fuse([words, list(by_meaning)]).items())[:limit])
    shown = queries.passages_shown(db, viewer, list(scores)) if scores else {}
    return [
        PassageHit(
            **shown[passage_id]._asdict(),
            highlights=highlights(shown[passage_id].text, wording),
            score=round(score, 6),
            matched=tuple(
                name for name, found in (("text", by_words), ("semantic", by_meaning)) if passage_id in found
            ),
            similarity=by_meaning.get(passage_id),
        )
        for passage_id, score in scores.items()
        if passage_id in shown
    ]
