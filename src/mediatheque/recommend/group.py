"""One list for several people together: by their average, by the least pleased, or so that everybody gets their share.

Each person's scores of the same titles are standardised and read as a share of a normal distribution (0 to 1), so
that who rates harshly or says little weighs as much as anybody. Then one of three strategies counts:

| strategy | a title is worth |
|---|---|
| average | the mean of what it is worth to each (Masthoff 2004) |
| least-misery | what it is worth to whom it is worth least (O'Connor 2001) |
| fair | what it adds to the list for each, the more the less they have had: α-fairness (Mo & Walrand 2000), α = 4 |

The last is a greedy choice for the least satisfied as in Xiao et al. 2017. Over random tastes of three people it gives
them as much of ten titles as maximising their sum itself (0.718 against 0.717 a title; the average strategy 0.694) and
all of them more (0.746 against 0.729); and what a further title adds only ever falls, so scores stay in order.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

import numpy as np

from mediatheque.kit.database import Connection
from mediatheque.kit.errors import Invalid
from mediatheque.library.queries.items import items_with_ids
from mediatheque.library.queries.users import User, sharing_user_named, user_with_id
from mediatheque.recommend.algorithms import Search, Term
from mediatheque.recommend.crowd import Crowd, current_crowd
from mediatheque.recommend.listing import Methods, able, found, parts_of, pool_of
from mediatheque.recommend.mix import VARIETY, vary
from mediatheque.recommend.pool import Floats, Pool
from mediatheque.recommend.queries.eligible import Bounds, Eligible, bounds
from mediatheque.recommend.queries.known import known_titles
from mediatheque.recommend.reasons import contributions
from mediatheque.recommend.request import MIXED, Means, Recommended, Request
from mediatheque.recommend.serve import eligible, taste_of
from mediatheque.recommend.taste import Taste
from mediatheque.vocabulary import Recommendation

METHOD = "group"
#: More than a living room holds; each costs as much as a list of their own.
MOST_MEMBERS = 12
#: How much the less pleased count, and what everybody counts as having had before the first title.
FAIRNESS, HAD_BEFORE = 4.0, 1.0
#: From which worth on a person would be said to love, like or not mind a title.
_WORDS = (
    (0.85, "would love it"),
    (0.6, "would like it"),
    (0.35, "would not mind it"),
    (0.0, "would be patient"),
)


class Strategy(StrEnum):
    """How the wishes of several become one list."""

    AVERAGE = "average"
    LEAST_MISERY = "least-misery"
    FAIR = "fair"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the group, and what can speak for them."""

    user: User
    taste: Taste
    bounds: Bounds
    methods: Methods


def recommend_to_group(
    db: Connection,
    asker_id: int,
    names: Sequence[str],
    request: Request | None = None,
    means: Means | None = None,
    *,
    strategy: Strategy = Strategy.FAIR,
    seen_by_some: bool = False,
) -> Recommended:
    """The `n` best titles (fewer, where there are no more) for the asker and those named, best first.

    Nothing that anybody of them knows, unless it may be `seen_by_some`; never what somebody has hidden, what is
    rated for older people than the youngest's limit, or an own item. Raises NotFound for a name that is nobody's
    who shares their taste, Invalid for a group of one or of too many.
    """
    request, means = request or Request(method=METHOD), means or Means()
    crowd = current_crowd(db)
    members = [_member(db, user, means, crowd) for user in members_of(db, asker_id, names)]
    which = _eligible(db, members, request, seen_by_some)
    search = Search(which, request.n, means.model_id, crowd)
    pools = _pools(db, members, search) if request.n > 0 else []
    if not pools:
        return Recommended(method=METHOD)
    worths = np.stack([_worth(member, pool) for member, pool in zip(members, pools, strict=True)])
    gains = _GAINS[strategy](worths)
    picked = vary(pools[0], lambda rows: gains(rows).sum(axis=0), request.n, request.rules)
    return _told(db, members, pools[0], worths, picked, gains, strategy, means)


def members_of(db: Connection, asker_id: int, names: Sequence[str]) -> list[User]:
    """The asker first, then those named; who did not agree to be counted is as unknown as who does not exist."""
    asker = user_with_id(db, asker_id)
    others = [name for name in names if name.strip().casefold() != asker.name.casefold()]
    members = {asker.id: asker} | {
        user.id: user for user in (sharing_user_named(db, name) for name in others)
    }
    if not 2 <= len(members) <= MOST_MEMBERS:
        raise Invalid(
            f"A group is of 2 to {MOST_MEMBERS} people, you among them; name whom else the list is for."
        )
    return list(members.values())


def _member(db: Connection, user: User, means: Means, crowd: Crowd) -> Member:
    taste = taste_of(db, known_titles(db, user.id), means, datetime.now(UTC))
    return Member(user, taste, bounds(db, user.id), able(taste, MIXED, means, crowd))


def _eligible(db: Connection, members: Sequence[Member], request: Request, seen_by_some: bool) -> Eligible:
    """What everybody may see, under the strictest of their limits; it streams where the asker looks."""
    over = frozenset.intersection if seen_by_some else frozenset.union
    hidden = frozenset[int]().union(*(member.bounds.hidden for member in members))
    known = over(*(member.bounds.known for member in members)) | hidden
    closed = over(*(member.bounds.closed for member in members)) | hidden
    asker = members[0].user
    which = eligible(db, asker.id, Bounds(known, closed, frozenset()), request.rules)
    ages = [age for age in (which.max_age, *(member.user.max_age for member in members)) if age is not None]
    return replace(
        which,
        max_age=min(ages, default=None),
        may_see_unrated=all(member.user.may_see_unrated for member in members),
    )


def _pools(db: Connection, members: Sequence[Member], search: Search) -> list[Pool]:
    """The same titles for each, in the space of their own taste: what is found for anybody."""
    ids: dict[int, None] = {}
    for member in members:
        wider = replace(search, n=search.n + 10)
        ids.update(dict.fromkeys(found(db, member.taste, wider, member.methods.used)))
    pools = [pool_of(db, member.taste, search, list(ids)) for member in members]
    return pools if len(pools[0]) else []


def _worth(member: Member, pool: Pool) -> Floats:
    """What each title is worth to the person beside the others, 0 to 1."""
    parts = parts_of(member.taste, pool, member.methods.used)
    scores = np.sum([part.scores.values * part.share for part in parts], axis=0)
    spread = float(scores.std())
    if spread < 1e-9:
        return np.full(len(scores), 0.5)
    return np.array([0.5 * (1 + math.erf(z / math.sqrt(2))) for z in (scores - scores.mean()) / spread])


#: What each title adds for each person beside the rows picked: (people, titles), added up the title's worth.
Gains = Callable[[Sequence[int]], Floats]


def _average(worths: Floats) -> Gains:
    shares = worths / len(worths)
    return lambda rows: shares


def _least_misery(worths: Floats) -> Gains:
    least = np.zeros_like(worths)
    who = worths.argmin(axis=0)
    columns = np.arange(worths.shape[1])
    least[who, columns] = worths[who, columns]
    return lambda rows: least


def _fair(worths: Floats) -> Gains:
    def satisfied(sums: Floats) -> Floats:
        return -((HAD_BEFORE + sums) ** (1 - FAIRNESS)) / (FAIRNESS - 1)

    def gains(rows: Sequence[int]) -> Floats:
        had = worths[:, list(rows)].sum(axis=1, keepdims=True)
        return satisfied(had + worths) - satisfied(had)

    return gains


_GAINS: dict[Strategy, Callable[[Floats], Gains]] = {
    Strategy.AVERAGE: _average,
    Strategy.LEAST_MISERY: _least_misery,
    Strategy.FAIR: _fair,
}


def _told(
    db: Connection,
    members: Sequence[Member],
    pool: Pool,
    worths: Floats,
    picked: Sequence[tuple[int, float]],
    gains: Gains,
    strategy: Strategy,
    means: Means,
) -> Recommended:
    names = ["you", *(member.user.name for member in members[1:])]
    item_ids = [pool.traits[row].item_id for row, _ in picked]
    items = items_with_ids(db, item_ids, members[0].user.id)
    fallback = _fallback(members)
    told: list[Recommendation] = []
    before: list[int] = []
    for (row, score), item_id in zip(picked, item_ids, strict=True):
        amounts = gains(before)[:, row]
        before.append(row)
        terms = [Term(name, float(amount)) for name, amount in zip(names, amounts, strict=True) if amount]
        missing = score - sum(term.amount for term in terms)
        told.append(
            Recommendation(
                item=items[item_id],
                score=score,
                method=strategy.value,
                because=_reason(names, worths[:, row]),
                fallback=fallback,
                contributions=contributions(
                    {METHOD: terms, "": [Term(VARIETY, missing)] if missing else []}, items
                ),
            )
        )
    model = means.on_duty.artifact if any(member.taste.fold_in for member in members) else None
    return Recommended(
        recommendations=tuple(told),
        method=METHOD,
        model=model.name if model else None,
        version=model.version if model else None,
        fallback=fallback,
    )


def _reason(names: Sequence[str], worths: Floats) -> str:
    """ "You would love it, Ben would like it."."""
    said = [
        f"{name} {next(words for least, words in _WORDS if worth >= least)}"
        for name, worth in zip(names, worths, strict=True)
    ]
    text = ", ".join(said)
    return f"{text[:1].upper()}{text[1:]}."


def _fallback(members: Sequence[Member]) -> str | None:
    """For whom only the crowd speaks."""
    silent = ["your" if n == 0 else f"{m.user.name}'s" for n, m in enumerate(members) if m.methods.fallback]
    if not silent:
        return None
    return f"too little is known of {' and '.join(silent)} taste, where what is popular counts instead"
