"""What everybody likes: activity that fades, ratings damped while they are few, catalogue popularity, renown."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mediatheque.kit.database import Connection
from mediatheque.recommend.algorithms import Scores, Search, Term
from mediatheque.recommend.crowd import WEIGHT_BY_TERM, Crowd
from mediatheque.recommend.pool import Pool
from mediatheque.recommend.queries.eligible import eligible_among, eligible_at_all
from mediatheque.recommend.taste import Taste

#: Asked for together; a person who has seen all of them is asked about four times as many next.
_AT_A_TIME = 100

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
    """The sum of what the crowd says; each kind gets the share of a list that it has of what was seen."""
    kinds = sorted({traits.kind for traits in pool.traits})
    counts = np.array([1.0 + taste.chosen_by_kind.get(kind, 0) for kind in kinds])
    return Scores(
        pool.crowd.terms_of(pool.item_ids).sum(axis=1),
        np.array([kinds.index(traits.kind) for traits in pool.traits], dtype=np.intp),
        tuple(counts / counts.sum()),
    )


def explain(taste: Taste, pool: Pool, rows: Sequence[int]) -> list[list[Term]]:
    """What the crowd says, term by term."""
    del taste
    amounts = pool.crowd.terms_of([pool.traits[row].item_id for row in rows])
    explained: list[list[Term]] = []
    for of_row in amounts:
        terms = [Term(name, float(a)) for name, a in zip(WEIGHT_BY_TERM, of_row, strict=True) if a]
        explained.append(sorted(terms, key=lambda term: -term.amount))
    return explained
