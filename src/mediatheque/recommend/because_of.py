"""What to turn to because of one title of one's own history, and rows of such lists for a first page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from mediatheque.kit.database import Connection
from mediatheque.kit.errors import NotFound
from mediatheque.library.queries.items import item_with_id, items_with_ids
from mediatheque.recommend.algorithms import Search, Term
from mediatheque.recommend.crowd import Crowd, current_crowd
from mediatheque.recommend.listing import Listener, able, parts_of, pool_of
from mediatheque.recommend.mix import vary
from mediatheque.recommend.queries.known import known_before
from mediatheque.recommend.reasons import because
from mediatheque.recommend.request import MIXED, Means, Recommended, Request
from mediatheque.recommend.resemblance import about, resemblance, resembling
from mediatheque.recommend.serve import listener, with_expected_stars
from mediatheque.recommend.similar import recommended
from mediatheque.recommend.taste import Known, Seed, Taste
from mediatheque.vocabulary import Item

METHOD = "because-of"
#: What begins a row is recent: a title counts half as much after two months.
ROW_HALF_LIFE_DAYS = 60.0
#: Two rows begin with different things: titles as alike as this would be one row twice.
SAME_ROW = 0.8
#: A row of fewer is none.
_LEAST_IN_A_ROW = 3
#: So many titles are tried for each row wanted.
_TRIED_PER_ROW = 4


@dataclass(frozen=True, slots=True)
class Row:
    """A list with its heading: "Because you watched Arrival"."""

    about: Item
    because: str
    best: Recommended


def because_of(
    db: Connection, user_id: int, item_id: int, request: Request | None = None, means: Means | None = None
) -> Recommended:
    """Titles new to the user that are like this one of theirs, those most to their taste first.

    The score is the likeness times 1 + what the mixture of all methods says. Raises NotFound for a title that the
    user may not see, or never had to do with.
    """
    request, means = request or Request(method=METHOD), means or Means()
    item = item_with_id(db, item_id, user_id)
    to = listener(db, user_id, request.rules, means)
    known = _known(db, user_id, to.taste, item)
    return _near(db, to, known, item, request, means, current_crowd(db))


def rows(
    db: Connection, user_id: int, request: Request | None = None, means: Means | None = None, *, most: int = 3
) -> list[Row]:
    """Lists because of the user's best recent titles, so many at most; no title is on two of them."""
    request, means = request or Request(method=METHOD), means or Means()
    to, crowd = listener(db, user_id, request.rules, means), current_crowd(db)
    tried = _beginnings(to.taste)[: most * _TRIED_PER_ROW]
    items = items_with_ids(db, [seed.item_id for seed in tried], user_id)
    made: list[Row] = []
    begun: list[Seed] = []
    for seed in tried:
        if len(made) == most:
            break
        if seed.item_id not in items or _is_like_one_of(to.taste, seed, begun):
            continue
        best = _near(db, to, seed.known, items[seed.item_id], request, means, crowd)
        if len(best) >= min(_LEAST_IN_A_ROW, request.n):
            begun.append(seed)
            made.append(Row(items[seed.item_id], because(items[seed.item_id], seed.known), best))
            never = to.eligible.never.union(r.item.id for r in best)
            to = replace(to, eligible=replace(to.eligible, never=never))
    return made


def _near(
    db: Connection, to: Listener, known: Known, item: Item, request: Request, means: Means, crowd: Crowd
) -> Recommended:
    it = about(db, to.eligible.viewer, item.id, means)
    search = Search(
        replace(to.eligible, never=to.eligible.never | {item.id}), request.n, means.model_id, crowd
    )
    pool = pool_of(db, it.taste, search, resembling(db, it, search) if request.n > 0 else [])
    alike = resemblance(db, it, pool)
    # The same titles, with vectors in the space of all that the person likes.
    own = pool_of(db, to.taste, search, pool.item_ids)
    used = able(to.taste, MIXED, means, crowd).used
    parts = parts_of(to.taste, own, used)
    likeness = alike.values
    fondness = np.sum([part.scores.values * part.share for part in parts], axis=0)
    values = likeness * (1 + fondness)
    picked = vary(pool, lambda _: values, request.n, request.rules)
    told = alike.terms(pool, [row for row, _ in picked])
    for n, (row, _) in enumerate(picked):
        for part in parts:
            told[n].setdefault(part.method, []).extend(
                Term(term.name, term.amount * part.share * float(likeness[row]), term.item_id)
                for term in used[part.method].explain(to.taste, own, [row])[0]
            )
    best = recommended(db, it, alike, pool, picked, told, METHOD, because(item, known))
    return with_expected_stars(db, to.eligible.viewer, best, means)


def _known(db: Connection, user_id: int, taste: Taste, item: Item) -> Known:
    """Where the user stands with the title; of a very long history only a part is in the taste."""
    found = next((known for known in taste.history if known.item_id == item.id), None)
    if found is None:
        every = known_before(db, user_id, datetime.now(UTC))
        found = next((known for known in every if known.item_id == item.id), None)
    if found is None:
        raise NotFound(
            f"You have not had to do with {item.title} yet; ask for what is similar to it instead."
        )
    return found


def _beginnings(taste: Taste) -> list[Seed]:
    """What the user liked, the best and latest first."""
    liked = [seed for seed in taste.seeds if seed.weight > 0 and seed.known.was_chosen]
    return sorted(liked, key=lambda seed: (-seed.weight * _recency(seed.known), seed.item_id))


def _recency(known: Known) -> float:
    if known.last_at is None:
        return 0.0
    age_days = max((datetime.now(UTC) - known.last_at).total_seconds() / 86_400, 0.0)
    return 0.5 ** (age_days / ROW_HALF_LIFE_DAYS)


def _is_like_one_of(taste: Taste, seed: Seed, others: list[Seed]) -> bool:
    vector = taste.vectors.get(seed.item_id)
    if vector is None:
        return False
    there = [taste.vectors[other.item_id] for other in others if other.item_id in taste.vectors]
    return any(float(vector @ other) > SAME_ROW for other in there)
