"""What everybody likes: activity that fades, ratings damped while they are few, catalogue popularity, renown."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mediatheque.kit.database import Connection
from mediatheque.recommend.algorithms import Scores, Search, Term
from mediatheque.recommend.crowd import WEIGHT_BY_TERM, Crowd
from mediatheque.recommend.pool import Pool
from mediatheque.recommend.queries.eligible import eligible_among, eligible_at_all
from mediatheque.recommend.taste import Taste

#: Asked for together; a person who has seen all of them is asked about four times as many next.
_AT_A_TIME = 100

#: How much more a popular title counts when all that the person likes is of its genres. On MovieLens-1M popularity
#: alone reached .217 of NDCG@100; so it was .226 knowing one title that somebody likes, .245 knowing ten.
GENRES_CHOSEN = 0.25
OF_YOUR_GENRES = "genres you choose"

IN_MIXTURE = True


def why_not(taste: Taste, crowd: Crowd) -> str | None:
    """Popularity is for everybody."""
    del taste, crowd
    return None


def find(db: Connection, taste: Taste, search: Search) -> list[int]:
    """The most popular eligible titles; where they run out, any."""
    del taste
    ranked = search.crowd.top(search.eligible.kinds)
    # Left out here, so that those asked about are few.
    ranked = ranked[~np.isin(ranked, np.fromiter(search.eligible.never, np.int64))]
    found: list[int] = []
    # The kinds come in turns, so that each has enough for a list of its own.
    most = search.n * len(search.eligible.kinds)
    start, size = 0, _AT_A_TIME + most
    while len(found) < most and start < len(ranked):
        wanted = most - len(found)
        found += eligible_among(db, ranked[start : start + size].tolist(), search.eligible, wanted)
        start, size = start + size, size * 4
    if len(found) < search.n:
        found += eligible_at_all(db, search.eligible, search.n)
    return list(dict.fromkeys(found))


def score(taste: Taste, pool: Pool) -> Scores:
    """The sum of what the crowd says, more in genres of theirs; each kind gets the share of a list that it has of what was seen."""
    kinds = sorted({traits.kind for traits in pool.traits})
    counts = np.array([1.0 + taste.chosen_by_kind.get(kind, 0) for kind in kinds])
    return Scores(
        (said := pool.crowd.terms_of(pool.item_ids).sum(axis=1)) + _of_their_genres(taste, pool, said),
        np.array([kinds.index(traits.kind) for traits in pool.traits], dtype=np.intp),
        tuple(counts / counts.sum()),
    )


def explain(taste: Taste, pool: Pool, rows: Sequence[int]) -> list[list[Term]]:
    """What the crowd says, term by term, and what its genres add for this person."""
    amounts = pool.crowd.terms_of(pool.item_ids)
    added = _of_their_genres(taste, pool, amounts.sum(axis=1))
    explained: list[list[Term]] = []
    for row in rows:
        terms = [Term(name, float(a)) for name, a in zip(WEIGHT_BY_TERM, amounts[row], strict=True) if a]
        if added[row]:
            terms.append(Term(OF_YOUR_GENRES, float(added[row])))
        explained.append(sorted(terms, key=lambda term: -term.amount))
    return explained


def _of_their_genres(taste: Taste, pool: Pool, said: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """What each title gains by its genres: the share of what they like that is of each, on average over them.

    A little is believed at once: one title half, four titles four fifths.
    """
    shares = taste.share_by_genre
    if not shares:
        return np.zeros(len(pool))
    likeness = [
        sum([shares.get(genre, 0.0) for genre in traits.genres]) / max(len(traits.genres), 1)
        for traits in pool.traits
    ]
    return np.maximum(said, 0.0) * np.array(likeness) * GENRES_CHOSEN
