"""Mix methods by how much is known of a person, then pick a list that is not all the same (pure)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from mediatheque.recommend.algorithms import Algorithm, Scores, Term
from mediatheque.recommend.pool import Floats, Pool
from mediatheque.recommend.request import Rules
from mediatheque.recommend.taste import Taste

#: With so many whole-hearted opinions, taste and crowd weigh the same.
EVEN_EVIDENCE = 1.5
#: However much is known of a person, the crowd keeps a tenth: it knows what is good, not only what is near.
LEAST_POPULAR = 0.1
#: Of what is left a trained model gets as much as it is believed; of the rest content this, because-you-liked the other part.
CONTENT = 0.6
#: What a title in the language that the person always chooses for its kind gains.
LANGUAGE_HABIT = 0.1
#: What another title by the same maker, of the same series, or beyond its lane's share keeps of its score.
SAME_MAKER, SAME_SERIES, BEYOND_SHARE = 0.6, 0.4, 0.5
#: What a title keeps that says the same as one already picked.
SAME_MEANING = 0.7

#: What people here like together: how much it counts says the model itself.
COLLABORATIVE = "collaborative"
#: Terms of a mixture that are no method's own.
VARIETY, HABIT = "variety", "the language you choose"


@dataclass(frozen=True, slots=True)
class Part:
    """One method's scores in a mixture, and its share."""

    method: str
    scores: Scores
    share: float


@dataclass(frozen=True, slots=True)
class Pick:
    """A picked row of the pool: its score and all terms of it, by method ("" is the mixture's own)."""

    row: int
    score: float
    method: str  # the one that speaks most for it
    terms_by_method: Mapping[str, Sequence[Term]]


def shares(taste: Taste, methods: Sequence[str]) -> dict[str, float]:
    """How much each of these methods counts for a person of whom this much is known; adds up to 1."""
    personal = [method for method in methods if method != "popular"]
    if not personal:
        return dict.fromkeys(methods, 1.0 / max(len(methods), 1))
    crowd = 0.0
    if "popular" in methods:
        crowd = max(EVEN_EVIDENCE / (EVEN_EVIDENCE + taste.evidence), LEAST_POPULAR)
    others = [method for method in personal if method != COLLABORATIVE]
    believed = taste.fold_in.trust if taste.fold_in is not None and COLLABORATIVE in methods else 0.0
    if not others:
        # Alone with the crowd, a model has to be better than the crowd and no more; alone, it is what was asked for.
        proof = taste.fold_in.proof if taste.fold_in is not None else 0.0
        crowd = 1 - (1 - crowd) * proof if crowd else 0.0
        return {COLLABORATIVE: 1 - crowd} | ({"popular": crowd} if crowd else {})
    wanted = {method: CONTENT if method == "content" else 1 - CONTENT for method in others}
    total = sum(wanted.values())
    given = {method: (1 - crowd) * (1 - believed) * share / total for method, share in wanted.items()}
    if COLLABORATIVE in methods:
        given[COLLABORATIVE] = (1 - crowd) * believed
    return given | ({"popular": crowd} if crowd else {})


def pick(
    taste: Taste,
    pool: Pool,
    parts: Sequence[Part],
    n: int,
    algorithms: Mapping[str, Algorithm],
    rules: Rules | None = None,
    taken: Mapping[str, int] | None = None,
) -> list[Pick]:
    """The best `n` rows of the pool, best first; picking one makes those like it worth less.

    `taken` counts by series what is on the list already.
    """
    rules = rules or Rules()
    habit = _habits(taste, pool) if len(parts) > 1 else np.zeros(len(pool))
    amounts = np.stack([part.scores.values * part.share for part in parts])
    totals = amounts.sum(axis=0) + habit
    chief = _chief(parts, amounts)
    picked = vary(pool, lambda _: totals, n, rules, lanes=_lanes(parts, chief), taken=taken)
    rows = [row for row, _ in picked]
    explained = {part.method: algorithms[part.method].explain(taste, pool, rows) for part in parts}
    picks: list[Pick] = []
    for place, (row, value) in enumerate(picked):
        terms: dict[str, Sequence[Term]] = {
            part.method: [replace(t, amount=t.amount * part.share) for t in explained[part.method][place]]
            for part in parts
        }
        own = (Term(HABIT, float(habit[row])), Term(VARIETY, value - float(totals[row])))
        terms[""] = [term for term in own if term.amount]
        picks.append(Pick(row, value, parts[int(chief[row])].method, terms))
    return picks


def _chief(parts: Sequence[Part], amounts: Floats) -> npt.NDArray[np.intp]:
    """Which part speaks for each row: the crowd where it gives most, else the method of taste that ranks it highest."""
    largest = max((p.share for p in parts if p.method not in ("popular", COLLABORATIVE)), default=0.0)
    values = np.stack([_voice(part, largest) for part in parts])
    most = amounts.argmax(axis=0)
    is_crowd = np.array([part.method == "popular" for part in parts])[most]
    return np.where(is_crowd, most, values.argmax(axis=0))


def _voice(part: Part, largest: float) -> Floats:
    """How loudly a part claims each row; a model that is little believed does not speak for the others."""
    if part.method == "popular":
        return np.full_like(part.scores.values, -np.inf)
    if part.method == COLLABORATIVE and part.share < largest:
        return part.scores.values * (part.share / largest)
    return part.scores.values


@dataclass(frozen=True, slots=True)
class _Lanes:
    """Which lane each row is in, counted over all parts, and the share of the list each lane should have."""

    of_row: npt.NDArray[np.intp]
    shares: Sequence[float]


def _lanes(parts: Sequence[Part], chief: npt.NDArray[np.intp]) -> _Lanes:
    of_row = np.full(len(chief), -1, dtype=np.intp)
    lane_shares: list[float] = []
    for number, part in enumerate(parts):
        lanes = part.scores.lanes
        of_row = np.where((chief == number) & (lanes >= 0), lanes + len(lane_shares), of_row)
        lane_shares += part.scores.lane_shares
    return _Lanes(of_row, lane_shares)


def vary(
    pool: Pool,
    worth: Callable[[Sequence[int]], Floats],
    n: int,
    rules: Rules,
    *,
    lanes: _Lanes | None = None,
    taken: Mapping[str, int] | None = None,
) -> list[tuple[int, float]]:
    """Rows and scores, greedily: maximal marginal relevance (Carbonell 1998), with a penalty for makers, series and lanes.

    `worth` says what each row is worth beside the rows that are picked, and must not rise with them. What is picked
    only ever lowers the rest, so the scores never rise.
    """
    lanes = lanes or _Lanes(np.full(len(pool), -1, dtype=np.intp), ())
    has_maker = _columns([list(traits.makers) for traits in pool.traits])
    in_series = _columns([[traits.series] if traits.series else [] for traits in pool.traits])
    in_lane = (lanes.of_row[:, None] == np.arange(len(lanes.shares))).astype(np.float64)
    room = np.maximum(np.ceil(np.array(lanes.shares) * n), 1)
    # Likeness counts from the pool's usual likeness on: any two texts are a little alike.
    usual = _usual_likeness(pool)
    likest, left = np.zeros(len(pool)), np.ones(len(pool))
    is_open = np.ones(len(pool), dtype=bool)
    open_in_series = _SeriesLimit(pool, rules.per_series, taken or {})
    totals = worth(())
    picked: list[tuple[int, float]] = []
    while len(picked) < n and (is_open := is_open & open_in_series.rows).any():
        # A score below zero is left as it is: a share of it would be more, not less.
        kept = left * (1 - (1 - SAME_MEANING) * likest)
        current = np.where(totals > 0, totals * kept**rules.variety, totals)
        row = int(np.argmax(np.where(is_open, current, -np.inf)))
        picked.append((row, float(current[row])))
        is_open[row] = False
        open_in_series.take(row)
        rows = [r for r, _ in picked]
        totals = worth(rows)
        makers = (has_maker * has_maker[rows].sum(axis=0)).max(axis=1, initial=0)
        series = (in_series * in_series[rows].sum(axis=0)).max(axis=1, initial=0)
        beyond = (in_lane * np.maximum(in_lane[rows].sum(axis=0) + 1 - room, 0)).max(axis=1, initial=0)
        left = SAME_MAKER**makers * SAME_SERIES**series * BEYOND_SHARE**beyond
        near = (pool.vectors @ pool.vectors[row] - usual) / (1 - usual)
        likest = np.maximum(likest, np.clip(near, 0, 1))
    return picked


class _SeriesLimit:
    """Which rows may still be picked, when there may be so many of one series at most."""

    def __init__(self, pool: Pool, most: int | None, taken: Mapping[str, int]) -> None:
        self._series = [traits.series for traits in pool.traits]
        self._most = most
        self._taken = Counter(taken)
        self.rows = np.ones(len(pool), dtype=bool)
        for series in taken:
            self._close(series)

    def take(self, row: int) -> None:
        if (series := self._series[row]) is not None:
            self._taken[series] += 1
            self._close(series)

    def _close(self, series: str) -> None:
        if self._most is not None and self._taken[series] >= self._most:
            self.rows &= np.array([its != series for its in self._series], dtype=bool)


def _columns(marks: Sequence[Sequence[object]]) -> Floats:
    """A row for each list of marks, a column for each mark that there is; 1 where the row has it."""
    column_of = {mark: n for n, mark in enumerate(dict.fromkeys(mark for row in marks for mark in row))}
    made = np.zeros((len(marks), len(column_of)))
    for row, its in enumerate(marks):
        made[row, [column_of[mark] for mark in its]] = 1
    return made


def _usual_likeness(pool: Pool) -> float:
    """The mean likeness of two of the pool's titles, in one pass: |Σv|² holds all pairs."""
    rows = int(pool.vectors.any(axis=1).sum())
    if rows < 2:
        return 0.0
    total = pool.vectors.sum(axis=0, dtype=np.float64)
    return float(np.clip((total @ total - rows) / (rows * (rows - 1)), 0.0, 0.95))


def _habits(taste: Taste, pool: Pool) -> Floats:
    return np.array(
        [LANGUAGE_HABIT * taste.habit(traits.kind, traits.language) for traits in pool.traits]
    ).reshape(len(pool))
