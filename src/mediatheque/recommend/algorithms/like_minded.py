"""What the people who rate as a person does rated above their own average; they are counted, never named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mediatheque.kit.database import Connection
from mediatheque.recommend.algorithms import Scores, Search, Term
from mediatheque.recommend.crowd import Crowd
from mediatheque.recommend.peers import Verdict
from mediatheque.recommend.pool import Pool
from mediatheque.recommend.queries.eligible import eligible_among
from mediatheque.recommend.queries.peers import LEAST_PEOPLE, peers_of
from mediatheque.recommend.taste import Taste

#: A trained model knows more of the same ratings (N@100 on ML-1M: .30 against .44); this one can be understood.
IN_MIXTURE = False
FOR, AGAINST = "people who rate like you", "those of them who liked it less than most"


def ready(db: Connection, taste: Taste) -> Taste:
    """The taste with what those people say."""
    return taste if taste.person is None else replace(taste, peers=peers_of(db, taste.person))


def why_not(taste: Taste, crowd: Crowd) -> str | None:
    """Somebody has to have rated titles, and others as they did."""
    del crowd
    if taste.person is None:
        return "only somebody's own ratings of today say who rates like them"
    if taste.peers is not None:
        return None
    if not any(known.rating is not None for known in taste.history):
        return "you have not rated anything yet"
    return f"fewer than {LEAST_PEOPLE} people here rate like you"


def find(db: Connection, taste: Taste, search: Search) -> list[int]:
    """What they speak for and may be recommended, best first."""
    top = taste.peers.top().tolist() if taste.peers is not None else []
    return eligible_among(db, top, search.eligible, search.n) if top else []


def score(taste: Taste, pool: Pool) -> Scores:
    """Likeness times how far the rating is above the neighbour's mean, added up; 1 is what they say most for."""
    values = np.zeros(len(pool)) if taste.peers is None else taste.peers.values_of(pool.item_ids)
    return Scores(values, np.where(values > 0, 0, -1).astype(np.intp), (1.0,))


def explain(taste: Taste, pool: Pool, rows: Sequence[int]) -> list[list[Term]]:
    """Those for it and those against it, where both are enough not to tell what one of them thinks."""
    said = [taste.peers.of(pool.traits[row].item_id) if taste.peers is not None else None for row in rows]
    return [_terms(verdict) if verdict is not None else [] for verdict in said]


def _terms(verdict: Verdict) -> list[Term]:
    against = verdict.value - verdict.above
    if LEAST_PEOPLE <= verdict.people_above <= verdict.people - LEAST_PEOPLE and against:
        return [Term(FOR, verdict.above), Term(AGAINST, against)]
    return [Term(FOR, verdict.value)]
