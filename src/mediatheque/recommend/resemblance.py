"""How like one title others are: by text, genres and people, and by who took to both, on one scale.

A z-score fusion: what titles say of themselves and what the trained model says are each divided by their standard
deviation over the candidates, then added, the model with the share that it is believed. The means are not taken
off: that would change no rank, and what is left is a plain sum of reasons.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from mediatheque.kit.database import Connection
from mediatheque.library.queries.items import item_with_id
from mediatheque.recommend.algorithms import Search, Term, algorithm
from mediatheque.recommend.centre import centre
from mediatheque.recommend.likeness import GENRE_SHARE, Space
from mediatheque.recommend.mix import COLLABORATIVE
from mediatheque.recommend.neighbours import near_each
from mediatheque.recommend.pool import Floats, Pool
from mediatheque.recommend.queries.eligible import Eligible, eligible_at_all, traits_of
from mediatheque.recommend.queries.kindred import likeness_in_people, sharing_genres, sharing_people
from mediatheque.recommend.queries.known import known_these
from mediatheque.recommend.reasons import in_common
from mediatheque.recommend.request import Means
from mediatheque.recommend.taste import Taste, learn, with_model
from mediatheque.stores.vectors import store
from mediatheque.vocabulary import Item, Kind, Work

CONTENT = "content"
#: A title by the same people is as much nearer as one with the same genres.
PEOPLE_SHARE = 0.2
#: However much the model is believed, so much goes by content: only that knows titles that are new here.
_LEAST_CONTENT = 0.2
#: Where no text was embedded, those with a common genre are looked for among so many popular ones.
_AMONG_POPULAR = 2000


@dataclass(frozen=True, slots=True)
class About:
    """A title asked about: its genres, and what embeddings and model know of it, as a taste that knows nothing else."""

    viewer: int
    item: Item
    taste: Taste
    genres: frozenset[int]

    @property
    def is_embedded(self) -> bool:
        return self.item.id in self.taste.vectors

    @property
    def believed(self) -> float:
        """The model's share."""
        trust = self.taste.fold_in.artifact.trust if self.taste.fold_in is not None else 0.0
        return min(trust, 1 - _LEAST_CONTENT)


@dataclass(frozen=True, slots=True)
class Resemblance:
    """How like the title each of a pool is; `content` has a column for text, genres and people, added they are one part."""

    about: About
    content: Floats  # (rows, 3)
    collaborative: Floats  # (rows,)
    content_scale: float
    collaborative_scale: float

    @property
    def values(self) -> Floats:
        """The likeness of each, 0 and more."""
        return self.content.sum(axis=1) * self.content_scale + self.collaborative * self.collaborative_scale

    def terms(self, pool: Pool, rows: Sequence[int]) -> list[dict[str, list[Term]]]:
        """Of each of these rows the addends of its value, by method."""
        item_id = self.about.item.id
        with_model = algorithm(COLLABORATIVE).explain(self.about.taste, pool, rows)
        told: list[dict[str, list[Term]]] = []
        for row, theirs in zip(rows, with_model, strict=True):
            own = [
                Term(name, float(amount) * self.content_scale, item_id)
                for name, amount in zip(_CONTENT_TERMS, self.content[row], strict=True)
                if amount
            ]
            scaled = [Term(t.name, t.amount * self.collaborative_scale, t.item_id) for t in theirs]
            told.append({CONTENT: own, COLLABORATIVE: [term for term in scaled if term.amount]})
        return told

    def chief(self, row: int) -> str:
        """Which of the two sets this row most apart from the other candidates."""
        content = self.content.sum(axis=1)
        apart = (content[row] - content.mean()) * self.content_scale
        together = (self.collaborative[row] - self.collaborative.mean()) * self.collaborative_scale
        return COLLABORATIVE if together > apart and self.collaborative[row] > 0 else CONTENT

    def why(self, row: int, work: Work) -> str:
        """What the row's title has to do with the one asked about, to go on after "Like Arrival"."""
        shared = in_common(work, [self.about.item.work])
        if not shared:
            shared = "similar by description" if self.content[row, 0] > 0 else "of a similar kind"
        if self.collaborative[row] > self.collaborative.mean():
            return f"{shared}; people here took to both"
        return shared


#: Names of the columns of `content`; "like" also names the title to the reader.
_CONTENT_TERMS = ("like", "genres of", "people of")


def about(db: Connection, viewer_id: int, item_id: int, means: Means) -> About:
    """The title and what is known of it; raises NotFound for what the viewer may not see."""
    item = item_with_id(db, item_id, viewer_id)
    now = datetime.now(UTC)
    taste = learn(known_these(db, viewer_id, [item.id]), now)
    if means.on_duty.artifact is not None:
        taste = with_model(taste, means.on_duty.artifact, now)
    every = Eligible(viewer=viewer_id, kinds=tuple(Kind), own=frozenset((item.id,)))
    genres = frozenset(traits_of(db, [item.id], every)[0].genres)
    texts = store().vectors_of(db, means.model_id, [item.id]) if means.model_id is not None else {}
    if texts and means.model_id is not None:
        text = texts[item.id]
        space = Space.of(len(text), genres, centre(db, means.model_id))
        taste = replace(
            taste, space=space, vectors={item.id: space.place(text[None], [genres])[0]}, interests=()
        )
    return About(viewer_id, item, taste, genres)


def resembling(db: Connection, it: About, search: Search) -> list[int]:
    """Eligible titles worth comparing with this one, about `n` from each side."""
    n = 20 + 2 * search.n
    found: list[int] = []
    if search.model_id is not None and it.is_embedded:
        text = it.taste.space.text_of(it.taste.vectors[it.item.id])
        found += near_each(db, search.model_id, [text], [n], search.eligible, search.mirror)
    if it.taste.fold_in is not None:
        found += algorithm(COLLABORATIVE).find(db, it.taste, replace(search, n=n))
    found += sharing_people(db, it.item.id, search.eligible, n)
    if not it.is_embedded:
        popular = search.crowd.top(search.eligible.kinds)[:_AMONG_POPULAR].tolist()
        if len(popular) < _AMONG_POPULAR:
            popular += eligible_at_all(db, search.eligible, _AMONG_POPULAR)
        popular = list(dict.fromkeys(popular))
        found += sharing_genres(db, it.item.id, popular, search.eligible, n)
    return list(dict.fromkeys(found))


def resemblance(db: Connection, it: About, pool: Pool) -> Resemblance:
    """How like the title each of the pool is."""
    content = np.zeros((len(pool), len(_CONTENT_TERMS)))
    if it.is_embedded and len(pool):
        texts = it.taste.space.dimensions
        content[:, 0] = np.maximum(pool.vectors[:, :texts] @ it.taste.vectors[it.item.id][:texts], 0.0)
    content[:, 1] = [GENRE_SHARE * _cosine(it.genres, traits.genres) for traits in pool.traits]
    people = likeness_in_people(db, it.item.id, pool.item_ids)
    content[:, 2] = [PEOPLE_SHARE * people.get(item_id, 0.0) for item_id in pool.item_ids]
    together = (
        it.taste.fold_in.values_of(pool.item_ids) if it.taste.fold_in is not None else np.zeros(len(pool))
    )
    return Resemblance(
        it,
        content,
        together,
        (1 - it.believed) / _spread(content.sum(axis=1)),
        it.believed / _spread(together),
    )


def _cosine(some: frozenset[int], others: frozenset[int]) -> float:
    return len(some & others) / math.sqrt(len(some) * len(others)) if some and others else 0.0


def _spread(values: Floats) -> float:
    """What to divide by; of values that are all the same, 1."""
    spread = float(values.std()) if len(values) else 0.0
    return spread if spread > 1e-6 else 1.0
