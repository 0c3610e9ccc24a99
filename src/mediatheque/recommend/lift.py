"""What came of what was shown: by method and by model, with intervals, position bias taken out; and duels (pure).

* A rate is how many of the shown titles were taken up. Its interval is Wilson's (1927), for as many independent places
  as there are in truth: one person's answers resemble each other, so the variance is taken from a bootstrap over
  people (Efron 1979; as many are drawn, with replacement) and turned into an effective number of places.
* Who shows better titles higher would seem better than they are, since people read from the top. So each answer
  counts 1 / propensity of its rank (Joachims, Swaminathan and Schnabel 2017): the corrected rate is what would be
  taken up if every place were looked at. How likely a place is looked at is an assumption, `Propensity`: the discount
  of DCG, 1 / log2(rank + 1), or rank to the power of −η.
* Methods are compared with `popular` by the ratio of the corrected rates, over the same resamples.
* Where two models were interleaved, a list is won by the side more of whose titles were taken up, a person by the side
  that won more of theirs; the sign test is over people. Nothing has to be assumed about positions there.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mediatheque.recommend.impressions import (
    CHALLENGER,
    CHAMPION,
    OUTCOMES,
    Bools,
    Floats,
    Impressions,
    Ints,
    Propensity,
)

BASELINE = "popular"
NO_MODEL = "no model"
#: With fewer people, lists stand in for them: intervals then speak of these people alone.
LEAST_PEOPLE = 5
#: With fewer titles taken up, in all that is compared, nothing is said.
LEAST_TAKEN = 10
#: A sign test needs so many who decided, to say anything at 5 %.
LEAST_DECIDED = 6
RESAMPLES, _AT_ONCE = 1000, 100
#: No answer counts more than so many: one at the end of a long list would drown the others.
_MOST_WEIGHT = 20.0
_Z = 1.959964


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What came of the places of one method or model."""

    label: str
    people: int
    lists: int
    shown: int
    outcomes: Mapping[str, int]
    taken: int
    rate: Estimate  # of the shown, how many were taken up
    corrected: Estimate  # the same if every place had been looked at
    lift: Estimate | None = (
        None  # of the corrected rates: 0.1 is a tenth more than the baseline; None: no telling
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Duel:
    """Two models side by side: who won how many lists and people, and how sure that is."""

    label: str
    people: int
    lists: int
    wins: Mapping[str, int]  # lists, by side
    ties: int  # lists of which both sides had as many taken up, one at least
    people_won: Mapping[str, int]
    is_by_people: bool  # whether the test is over people; else there are too few, and it is over lists
    share: Estimate | None  # of what decided, the challenger's; None: nothing did
    p: float | None  # of the sign test, two-sided


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All of it, and what to think of it."""

    by: str
    propensity: str
    people: int
    lists: int
    is_by_people: bool
    groups: tuple[Group, ...] = ()  # the most shown first
    duels: tuple[Duel, ...] = ()
    sentences: tuple[str, ...] = ()


def lift(
    seen: Impressions,
    *,
    by: str = "method",
    propensity: Propensity | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Report:
    """What came of all these places, by "method" or by "model"."""
    propensity = propensity or Propensity()
    people, lists = len(np.unique(seen.users)), len(np.unique(seen.lists))
    is_by_people = people >= LEAST_PEOPLE
    groups = _groups(seen, labels(seen, by), propensity, is_by_people=is_by_people, draws=(resamples, seed))
    duels = tuple(_duel(seen, name) for name in sorted(set(seen.duels.tolist()) - {""}))
    said = (*_warnings(groups, people), *map(_verdict, groups), *map(_duel_verdict, duels))
    return Report(
        by=by,
        propensity=str(propensity),
        people=people,
        lists=lists,
        is_by_people=is_by_people,
        groups=groups,
        duels=duels,
        sentences=tuple(filter(None, said)),
    )


def as_json(report: Report) -> dict[str, Any]:
    """The report as JSON holds it: what has no limit is null."""

    def finite(value: Any) -> Any:
        if isinstance(value, float) and not math.isfinite(value):
            return None
        if isinstance(value, Mapping):
            return {key: finite(one) for key, one in value.items()}
        return [finite(one) for one in value] if isinstance(value, list | tuple) else value

    return finite(asdict(report))


def labels(seen: Impressions, by: str) -> npt.NDArray[np.str_]:
    """(I,) What each place is counted for: its method; or its model, where it was not served as what is popular."""
    if by == "method":
        return seen.methods
    model = np.where(seen.models == "", NO_MODEL, seen.models)
    return np.where(seen.methods == BASELINE, BASELINE, model)


def wilson(share: float, n: float) -> Estimate:
    """A proportion of `n` independent trials with its 95 % interval (Wilson 1927)."""
    if n <= 0:
        return Estimate(share, 0.0, 1.0)
    middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z * math.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2)) / (1 + _Z**2 / n)
    return Estimate(share, max(min(middle - half, share), 0.0), min(max(middle + half, share), 1.0))


def sign_test(wins: int, losses: int) -> float:
    """How likely so uneven a score is, or one more uneven, if both sides are as good (exact, two-sided)."""
    n, fewer = wins + losses, min(wins, losses)
    logs = [math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) for k in range(fewer + 1)]
    tail = sum(math.exp(log - n * math.log(2)) for log in logs)
    return min(2 * tail, 1.0)


@dataclass(frozen=True, slots=True)
class _Sums:
    """Of each group (rows) and cluster (columns): places shown, taken up, and taken up by weight; and drawn anew."""

    shown: Floats  # (G, C)
    taken: Floats
    weighed: Floats
    looked: Floats  # places, each as likely as it is looked at
    rates: Floats  # (R, G)
    corrected: Floats  # (R, G)


def _groups(
    seen: Impressions,
    names: npt.NDArray[np.str_],
    propensity: Propensity,
    *,
    is_by_people: bool,
    draws: tuple[int, int],
) -> tuple[Group, ...]:
    if not len(seen):
        return ()
    unique, group = np.unique(names, return_inverse=True)
    sums = _sums(seen, group, len(unique), propensity, is_by_people=is_by_people, draws=draws)
    base = unique.tolist().index(BASELINE) if BASELINE in unique else None
    made = [_group(seen, str(name), group == row, sums, row, base) for row, name in enumerate(unique)]
    return tuple(sorted(made, key=lambda one: (-one.shown, one.label)))


def _sums(
    seen: Impressions,
    group: Ints,
    groups: int,
    propensity: Propensity,
    *,
    is_by_people: bool,
    draws: tuple[int, int],
) -> _Sums:
    _, cluster = np.unique(seen.users if is_by_people else seen.lists, return_inverse=True)
    clusters = int(cluster.max()) + 1
    examined = propensity.of(seen.ranks)
    taken = seen.taken.astype(np.float64)

    def summed(weights: Floats) -> Floats:
        flat = np.bincount(group * clusters + cluster, weights, groups * clusters)
        return flat.astype(np.float64).reshape(groups, clusters)

    shown = summed(np.ones(len(seen)))
    weighed = summed(taken * np.minimum(1 / examined, _MOST_WEIGHT))
    every = summed(taken)
    rates, corrected = list[Floats](), list[Floats]()
    resamples, seed = draws
    drawing = np.random.default_rng(seed)
    even = np.full(clusters, 1 / clusters)
    for start in range(0, resamples, _AT_ONCE):
        size = min(_AT_ONCE, resamples - start)
        counts = drawing.multinomial(clusters, even, size).astype(np.float64)
        with np.errstate(divide="ignore", invalid="ignore"):
            drawn = counts @ shown.T
            rates.append(counts @ every.T / drawn)
            corrected.append(counts @ weighed.T / drawn)
    return _Sums(shown, every, weighed, summed(examined), np.concatenate(rates), np.concatenate(corrected))


def _group(seen: Impressions, label: str, rows: Bools, sums: _Sums, row: int, base: int | None) -> Group:
    outcomes = seen.outcomes[rows].sum(axis=0)
    taken, shown = int(sums.taken[row].sum()), int(rows.sum())
    return Group(
        label=label,
        people=len(np.unique(seen.users[rows])),
        lists=len(np.unique(seen.lists[rows])),
        shown=shown,
        outcomes=dict(zip(OUTCOMES, map(int, outcomes), strict=True)),
        taken=taken,
        rate=_rate(sums, row),
        corrected=_corrected(sums, row),
        lift=_against(sums, row, base) if base is not None and base != row else None,
    )


def _rate(sums: _Sums, row: int) -> Estimate:
    """Wilson's interval, for as many places as would vary as much if they were independent."""
    shown = float(sums.shown[row].sum())
    share = float(sums.taken[row].sum()) / shown
    drawn = sums.rates[:, row]
    variance = float(np.nanvar(drawn)) if np.isfinite(drawn).any() else 0.0
    if variance > 0:
        return wilson(share, min(share * (1 - share) / variance, shown))
    # Nobody differs from anybody: at worst each of them is one observation.
    return wilson(share, float((sums.shown[row] > 0).sum()))


def _corrected(sums: _Sums, row: int) -> Estimate:
    shown = float(sums.shown[row].sum())
    value = float(sums.weighed[row].sum()) / shown
    if value == 0:
        # No draw has what is not there: the limit is that of the plain rate, as if places were looked at so rarely.
        highest = _rate(sums, row).high * shown / float(sums.looked[row].sum())
        return Estimate(0.0, 0.0, min(highest, 1.0))
    return _drawn(value, sums.corrected[:, row])


def _against(sums: _Sums, row: int, base: int) -> Estimate | None:
    """How much more is taken up than of the baseline; None where too little was taken up to tell."""
    mine, theirs = float(sums.taken[row].sum()), float(sums.taken[base].sum())
    if theirs == 0 or mine + theirs < LEAST_TAKEN:
        return None
    value = (sums.weighed[row].sum() / sums.shown[row].sum()) / (
        sums.weighed[base].sum() / sums.shown[base].sum()
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        drawn = sums.corrected[:, row] / sums.corrected[:, base]
    return _drawn(float(value) - 1, drawn - 1)


def _drawn(value: float, drawn: Floats) -> Estimate:
    """The value with the interval in which 95 of 100 draws lie; a draw without any of the baseline is endless."""
    there = drawn[~np.isnan(drawn)]
    if not len(there):
        return Estimate(value, value, value)
    low, high = np.quantile(there, (0.025, 0.975), method="nearest")
    return Estimate(value, min(float(low), value), max(float(high), value))


def _duel(seen: Impressions, name: str) -> Duel:
    rows = seen.duels == name
    lists, of_list = np.unique(seen.lists[rows], return_inverse=True)
    credit = {
        side: np.bincount(of_list, seen.taken[rows] & (seen.arms[rows] == side), len(lists))
        for side in (CHAMPION, CHALLENGER)
    }
    ahead = np.sign(credit[CHALLENGER] - credit[CHAMPION])
    users, of_user = np.unique(
        seen.users[rows][np.unique(of_list, return_index=True)[1]], return_inverse=True
    )
    votes = np.sign(np.bincount(of_user, ahead, len(users)))
    wins = {CHAMPION: int((ahead < 0).sum()), CHALLENGER: int((ahead > 0).sum())}
    won = {CHAMPION: int((votes < 0).sum()), CHALLENGER: int((votes > 0).sum())}
    is_by_people = sum(won.values()) >= LEAST_DECIDED
    counted = won if is_by_people else wins
    decided = sum(counted.values())
    return Duel(
        label=name,
        people=len(users),
        lists=len(lists),
        wins=wins,
        ties=int(((ahead == 0) & (credit[CHAMPION] > 0)).sum()),
        people_won=won,
        is_by_people=is_by_people,
        share=wilson(counted[CHALLENGER] / decided, decided) if decided else None,
        p=sign_test(counted[CHALLENGER], counted[CHAMPION]) if decided else None,
    )


def _warnings(groups: Sequence[Group], people: int) -> list[str]:
    taken = sum(group.taken for group in groups)
    if taken < LEAST_TAKEN:
        return [
            f"Too little to tell: of what was shown, {_count(taken, 'title')} so far "
            f"{'was' if taken == 1 else 'were'} taken up; from {LEAST_TAKEN} on there is something to compare."
        ]
    if people < LEAST_PEOPLE:
        who = "one person" if people == 1 else f"{people} people"
        return [f"This is {who}: the intervals hold for their further lists, not for anybody else."]
    return []


def _verdict(group: Group) -> str:
    if group.lift is None:
        return ""
    if group.lift.low > 0:
        return f"People take up more of {group.label} than of what is popular."
    if group.lift.high < 0:
        return f"People take up less of {group.label} than of what is popular."
    return f"Whether people take up more of {group.label} than of what is popular cannot be told yet."


def _duel_verdict(duel: Duel) -> str:
    units = "people" if duel.is_by_people else "lists"
    counted: Mapping[str, Any] = duel.people_won if duel.is_by_people else duel.wins
    score = f"{counted[CHALLENGER]} {units} to {counted[CHAMPION]}"
    if duel.p is None or sum(counted.values()) < LEAST_DECIDED:
        return f"{duel.label}: too few lists were decided to tell ({score} for the challenger)."
    if duel.p < 0.05:
        better = CHALLENGER if counted[CHALLENGER] > counted[CHAMPION] else CHAMPION
        return (
            f"{duel.label}: people follow the {better} more ({score} for the challenger, p = {duel.p:.3f})."
        )
    return f"{duel.label}: no difference can be told yet ({score} for the challenger, p = {duel.p:.2f})."


def _count(n: int, what: str) -> str:
    return f"{n or 'no'} {what if n == 1 else what + 's'}"
