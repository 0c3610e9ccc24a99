"""What hangs together with what a person likes: by the same people, of the same series, made from it, tagged alike.

Random walks over the mixed graph of people, titles and what they have to do with each other (RP3β, Paudel 2017), from
the person's own titles, by the catalogue's edges and their own. Nobody else's doings are on the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mediatheque.kit.database import Connection
from mediatheque.recommend.algorithms import Scores, Search, Term
from mediatheque.recommend.crowd import Crowd
from mediatheque.recommend.pool import Floats, Pool
from mediatheque.recommend.queries.eligible import eligible_among
from mediatheque.recommend.taste import Taste
from mediatheque.recommend.walk import Link, Walk, Way
from mediatheque.recommend.walking import walk_of

#: Where nothing but a genre leads to any title, the best of them is worth this much: others know better then.
GENRE_ALONE = 1 / 3
#: Ways named in an explanation; the rest is one term.
_NAMED = 4
#: Asked for together; a person who has nearly all of them is asked about four times as many next.
_AT_A_TIME = 100

#: For 200 people whom nobody else can speak for, the mixture's NDCG@100 rises by it from .136 to .159 and NDCG@10 from
#: .082 to .109 (`make bench NAME=connected`); asking the graph takes 7 ms of a list's time.
IN_MIXTURE = True


def ready(db: Connection, taste: Taste) -> Taste:
    """The taste with where walks from it end."""
    return replace(taste, walk=walk_of(db, taste))


def why_not(taste: Taste, crowd: Crowd) -> str | None:
    """Something has to be liked, and to be connected with anything."""
    del crowd
    if not any(seed.weight > 0 for seed in taste.seeds):
        return "nothing is known about your taste yet"
    if taste.walk is None or not len(taste.walk.found):
        return "nothing is known yet of what the titles you like have to do with others"
    return None


def find(db: Connection, taste: Taste, search: Search) -> list[int]:
    """Where most walks end, of what may be recommended."""
    if taste.walk is None:
        return []
    left = [item_id for item_id in taste.walk.found.tolist() if item_id not in search.eligible.never]
    found: list[int] = []
    size = _AT_A_TIME + search.n
    while left and len(found) < search.n:
        found += eligible_among(db, left[:size], search.eligible, search.n - len(found))
        left, size = left[size:], 4 * size
    return found


def score(taste: Taste, pool: Pool) -> Scores:
    """The share of walks that end at each title; 1 where most do, unless genres alone lead there."""
    values = _amounts(taste.walk, pool) * _scale(taste.walk, pool)
    return Scores(values, np.where(values > 0, 0, -1).astype(np.intp), (1.0,))


def explain(taste: Taste, pool: Pool, rows: Sequence[int]) -> list[list[Term]]:
    """The ways that most walks take, each from one of the person's titles; the weightiest are named."""
    if taste.walk is None:
        return [[] for _ in rows]
    scale = _scale(taste.walk, pool)
    traits = [pool.traits[row] for row in rows]
    return [_terms(*taste.walk.ways(its.item_id, its.genres, _NAMED), scale) for its in traits]


def _amounts(walk: Walk | None, pool: Pool) -> Floats:
    if walk is None:
        return np.zeros(len(pool))
    return np.array([walk.amount(its.item_id, its.genres) for its in pool.traits], np.float64)


def _scale(walk: Walk | None, pool: Pool) -> float:
    if walk is None:
        return 0.0
    most = float(_amounts(walk, pool).max(initial=0.0))
    by_genres = max((walk.by_genres(its.item_id, its.genres) for its in pool.traits), default=0.0)
    most = max(most, by_genres / GENRE_ALONE)
    return 1 / most if most > 0 else 0.0


def _terms(ways: Sequence[Way], others: float, scale: float) -> list[Term]:
    terms = [Term(_name(way.link), way.amount * scale, way.item_id, way.link) for way in ways]
    return [*terms, Term("others you like", others * scale)] if others else terms


def _name(link: Link) -> str:
    """Before the title: "was directed by Denis Villeneuve, like"."""
    if link.is_straight:
        return "one step from"
    return f"{link.words}, {'like' if link.theirs is None else 'in touch with'}"
