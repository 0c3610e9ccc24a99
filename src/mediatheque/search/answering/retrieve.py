"""What could answer a question: passages by meaning, by words and by who is named, fused, and what its asker did."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mediatheque.search.answering import history
from mediatheque.search.answering.words import content_stems, names
from mediatheque.search.answers import Source
from mediatheque.search.find import Mode, query_vector
from mediatheque.search.fusion import fuse
from mediatheque.search.passage_filter import PassageFilter
from mediatheque.search.passages import search_passages
from mediatheque.search.queries import evidence as queries
from mediatheque.search.queries import passages as shown

if TYPE_CHECKING:
    from mediatheque.kit.database import Connection
    from mediatheque.stores.vectors import Vector
    from mediatheque.tools.embedder import Embedder

#: How many of each ranking are fused, and how many passages are looked at more closely.
_POOL, _CLOSELY = 40, 16
#: The least likeness in meaning of a passage that may hold an answer: a question is seldom like the whole of it.
_LEAST_LIKE = 0.1
#: Of this many passages on, a stem has to be rarer than in one of ten to be looked for.
_MANY = 2_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, ready to be looked for: `text` says what the conversation left unsaid in `question`."""

    question: str
    text: str
    vector: Vector | None = None
    #: Titles that the conversation spoke of last.
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What may be cited. `weights`: how much each stem of the question tells, 0..1, by how rare it is in the archive."""

    passages: tuple[Source, ...] = ()
    facts: tuple[Source, ...] = ()
    #: By the key of a passage: what is said before it and after it.
    around: Mapping[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    weights: Mapping[str, float] = field(default_factory=dict[str, float])


def ready(
    question: str, text: str, embedder: Embedder | None, about: Sequence[str] = ()
) -> tuple[Asked, str | None]:
    """The question with its vector, and the embedder's name; touches no database, so that a thread may do it."""
    vector = query_vector(embedder, text)
    asked = Asked(question, text, vector, tuple(about))
    return asked, embedder.name if embedder is not None and vector is not None else None


def retrieve(
    db: Connection,
    viewer: int,
    asked: Asked,
    *,
    embedder_name: str | None,
    which: PassageFilter | None = None,
) -> Found:
    """The passages and facts of the viewer's that fit a question, best first by reciprocal rank fusion."""
    which = which or PassageFilter()
    facts = tuple(history.facts(db, viewer, asked.text, about=asked.about))
    condition = shown.conditions(db, viewer, which)
    total = queries.number_of_passages(db, viewer)
    if condition is None or not total:
        return Found(facts=facts)
    stems = content_stems(asked.text)[:16]
    weights = _weights(db, total, stems, condition)
    telling = {_beginning(stem): weight for stem, weight in weights.items() if weight > 0.0}
    by_stem = queries.passages_with_stems(db, telling, *condition, _POOL)
    rankings = [by_stem, *_by_meaning(db, viewer, asked, which, embedder_name)]
    best = list(fuse(rankings).items())[:_CLOSELY]
    return _found(db, viewer, best, facts, weights)


def _weights(
    db: Connection, total: int, stems: Sequence[str], condition: tuple[str, Mapping[str, object]]
) -> dict[str, float]:
    """Inverse document frequency (Spärck Jones 1972), as a share of what a word that is nowhere would tell."""
    counts = queries.counts_of_stems(db, [_beginning(stem) for stem in stems], *condition)
    most = math.log(total + 2)
    weights: dict[str, float] = {}
    for stem in stems:
        n = counts.get(_beginning(stem), 0)
        is_common = total >= _MANY and n >= min(total // 10, 1_000)
        weights[stem] = 0.05 if is_common else max(0.05, math.log((total + 2) / (n + 1)) / most)
    return weights


def _beginning(stem: str) -> str:
    """What the words of a stem begin with: "carri" stands for carry and carried."""
    return stem[:-1] if len(stem) > 3 and stem.endswith("i") else stem


def _by_meaning(
    db: Connection, viewer: int, asked: Asked, which: PassageFilter, embedder_name: str | None
) -> list[list[int]]:
    """Passages of everything by meaning, and of the recordings that are named, where some are."""
    if embedder_name is None or asked.vector is None:
        return []

    def near(among: PassageFilter) -> list[int]:
        hits = search_passages(
            db,
            viewer,
            asked.text,
            embedder_name=embedder_name,
            vector=asked.vector,
            which=among,
            mode=Mode.SEMANTIC,
            threshold=_LEAST_LIKE,
            limit=_POOL,
        )
        return [hit.passage_id for hit in hits]

    rankings = [near(which)]
    named = queries.media_naming(db, viewer, names(asked.text))
    if which.media_ids:
        named = [media_id for media_id in named if media_id in which.media_ids]
    if named:
        rankings.append(near(replace(which, media_ids=tuple(named))))
    return rankings


def _found(
    db: Connection,
    viewer: int,
    best: Sequence[tuple[int, float]],
    facts: tuple[Source, ...],
    weights: Mapping[str, float],
) -> Found:
    scores = dict(best)
    rows = shown.passages_shown(db, viewer, list(scores))
    around = queries.around(db, viewer, list(scores))
    for passage_id, row in list(rows.items()):
        # Who is asked something answers in the next passage, which need not say again what it is about.
        after = around[passage_id].after_id if row.text.rstrip().endswith("?") else None
        if after is not None:
            scores.setdefault(after, scores[passage_id])
    if added := [passage_id for passage_id in scores if passage_id not in rows]:
        rows |= shown.passages_shown(db, viewer, added)
        around |= queries.around(db, viewer, added)
    lines = queries.lines_within(db, viewer, list(rows))
    sources = [
        Source(
            key=f"passage:{row.passage_id}",
            kind="passage",
            text=row.text,
            title=row.title,
            media_id=row.media_id,
            item_id=row.item_id,
            start_ms=row.start_ms,
            end_ms=row.end_ms,
            speaker=row.speaker_name,
            link=row.link,
            anchors=_anchors(row.text, lines.get(row.passage_id, ())),
            score=scores[row.passage_id],
        )
        for row in (rows[passage_id] for passage_id in scores if passage_id in rows)
    ]
    beside = {f"passage:{n}": (a.before, a.after) for n, a in around.items()}
    return Found(tuple(sources), facts, beside, dict(weights))


def _anchors(text: str, lines: Sequence[queries.SpokenLine]) -> tuple[tuple[int, int], ...]:
    """Where in a passage its lines begin and end, as far as they are found there."""
    anchors: list[tuple[int, int]] = []
    at = 0
    for line in lines:
        said = " ".join(line.text.split())
        place = text.find(said, at) if said else -1
        if place >= 0:
            at = place + len(said)
            anchors += [(place, line.start_ms), (at, line.end_ms)]
    return tuple(anchors)
