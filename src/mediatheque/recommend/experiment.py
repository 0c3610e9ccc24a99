"""Two models side by side: one list of the titles of both, each marked with the side that it comes from (pure)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from mediatheque.recommend.impressions import CHALLENGER, CHAMPION
from mediatheque.recommend.interleave import team_draft
from mediatheque.recommend.recommended import Arm, Recommended


def is_experiment(champions: Recommended, challengers: Recommended) -> bool:
    """Whether two different models had a say: else there is nothing to compare."""
    versions = champions.version, challengers.version
    return None not in versions and versions[0] != versions[1]


def interleaved(
    champions: Recommended,
    challengers: Recommended,
    n: int,
    coin: Callable[[], bool],
    *,
    per_series: int | None = None,
    series_of: Mapping[int, str | None] | None = None,
) -> Recommended:
    """The `n` best of both lists by team draft; `coin` says whether the champion begins a pair of turns.

    Scores, reasons and contributions stay those of the side that put a title there; scores of two sides do not compare.
    `series_of` items is needed where there may be `per_series` of a series at most.
    """
    assert champions.model is not None
    assert champions.version is not None
    assert challengers.model is not None
    assert challengers.version is not None
    sides = champions, challengers
    by_side = [{r.item.id: r for r in side} for side in sides]
    places = team_draft(
        [r.item.id for r in champions],
        [r.item.id for r in challengers],
        n,
        coin,
        _within(per_series, series_of or {}),
    )
    names = CHAMPION, CHALLENGER
    return replace(
        champions,
        recommendations=tuple(
            replace(by_side[place.team][place.title], arm=names[place.team])
            if place.team is not None
            else by_side[0].get(place.title) or by_side[1][place.title]
            for place in places
        ),
        arms=(
            Arm(CHAMPION, champions.model, champions.version),
            Arm(CHALLENGER, challengers.model, challengers.version),
        ),
    )


def _within(
    per_series: int | None, series_of: Mapping[int, str | None]
) -> Callable[[int, Sequence[int]], bool]:
    """What may still be taken when there may be so many of one series."""

    def may_take(item_id: int, taken: Sequence[int]) -> bool:
        series = series_of.get(item_id)
        if per_series is None or series is None:
            return True
        return Counter(series_of.get(other) for other in taken)[series] < per_series

    return may_take
