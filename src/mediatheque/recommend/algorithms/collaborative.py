"""What people with such a history also take to, by the trained model that serves; nothing without one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mediatheque.kit.database import Connection
from mediatheque.recommend.algorithms import Scores, Search, Term
from mediatheque.recommend.crowd import Crowd
from mediatheque.recommend.fold_in import FoldIn
from mediatheque.recommend.models import Explanation
from mediatheque.recommend.pool import Pool
from mediatheque.recommend.queries.eligible import eligible_among
from mediatheque.recommend.taste import Taste

#: Asked for together; a person who has seen all of them is asked about four times as many next.
_AT_A_TIME = 100
#: Titles named in an explanation; the rest of the history is one term.
_NAMED = 3

IN_MIXTURE = True


def why_not(taste: Taste, crowd: Crowd) -> str | None:
    """A model has to be there, and to know something that the person likes."""
    del crowd
    if taste.fold_in is not None:
        return None
    if not taste.is_model_there:
        return "no model of what people here like together has been trained yet"
    return "the model of what people here like together knows nothing that you like yet"


def find(db: Connection, taste: Taste, search: Search) -> list[int]:
    """The model's best that may be recommended."""
    if taste.fold_in is None:
        return []
    found: list[int] = []
    seen: set[int] = set()
    size = _AT_A_TIME + search.n
    while len(found) < search.n:
        best = taste.fold_in.best(len(seen) + size, search.eligible.never).tolist()
        among = [item_id for item_id in best if item_id not in seen]
        if not among:
            break
        found += eligible_among(db, among, search.eligible, search.n - len(found))
        seen.update(among)
        size *= 4
    return found


def score(taste: Taste, pool: Pool) -> Scores:
    """The model's scores; 0 is its average, and what it does not know."""
    values = np.zeros(len(pool)) if taste.fold_in is None else taste.fold_in.values_of(pool.item_ids)
    return Scores(values, np.where(values > 0, 0, -1).astype(np.intp), (1.0,))


def explain(taste: Taste, pool: Pool, rows: Sequence[int]) -> list[list[Term]]:
    """What each title of the history adds; the weightiest are named."""
    if taste.fold_in is None:
        return [[] for _ in rows]
    item_ids = [pool.traits[row].item_id for row in rows]
    values, parts = taste.fold_in.values_of(item_ids), taste.fold_in.parts(item_ids)
    return [
        _terms(taste.fold_in, float(value), parts[item_id]) if item_id in parts else []
        for item_id, value in zip(item_ids, values, strict=True)
    ]


def _terms(by: FoldIn, value: float, why: Explanation) -> list[Term]:
    best = [n for n in np.argsort(-why.parts, kind="stable")[:_NAMED] if why.parts[n] > 0]
    terms = [Term("liked with", float(why.parts[n]), int(by.item_ids[n])) for n in best]
    if why.base:
        terms.append(Term("whoever asks", why.base))
    # The rest is what is missing from the score, so that the sum holds to the last digit.
    rest = value - sum(term.amount for term in terms)
    if len(why.parts) > len(best) or not terms:
        terms.append(Term("others you like", rest))
    else:
        terms[0] = Term(terms[0].name, terms[0].amount + rest, terms[0].item_id)
    return sorted(terms, key=lambda term: -term.amount)
