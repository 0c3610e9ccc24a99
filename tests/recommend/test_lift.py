"""What came of lists: known figures, position bias taken out, and made-up people who prefer a side, or none."""

from __future__ import annotations

import numpy as np
import pytest

from mediatheque.recommend.impressions import CHALLENGER, CHAMPION, OUTCOMES, Impressions, Propensity
from mediatheque.recommend.interleave import team_draft
from mediatheque.recommend.lift import Report, lift, sign_test, wilson

CLICKED, DECLINED = OUTCOMES.index("clicked"), OUTCOMES.index("declined")
Row = tuple[int, int, int, str, bool]


def seen(rows: list[Row], arms: list[str] | None = None, models: list[str] | None = None) -> Impressions:
    """Impressions from (user, list, rank, method, clicked)."""
    outcomes = np.zeros((len(rows), len(OUTCOMES)), np.bool_)
    outcomes[:, CLICKED] = [row[4] for row in rows]
    sides = np.array(arms or [""] * len(rows), np.str_)
    return Impressions(
        users=np.array([row[0] for row in rows], np.int64),
        lists=np.array([row[1] for row in rows], np.int64),
        ranks=np.array([row[2] for row in rows], np.int64),
        methods=np.array([row[3] for row in rows], np.str_),
        models=np.array(models or [""] * len(rows), np.str_),
        arms=sides,
        duels=np.where(sides == "", "", "old 1 against new 2"),
        outcomes=outcomes,
    )


def test_wilson_and_the_sign_test_against_known_figures() -> None:
    # Wilson 1927, as in Brown, Cai and DasGupta 2001 and in any table: 2 of 10, and none of 10.
    assert wilson(0.2, 10).low == pytest.approx(0.0567, abs=1e-4)
    assert wilson(0.2, 10).high == pytest.approx(0.5098, abs=1e-4)
    assert wilson(0.0, 10).low == 0
    assert wilson(0.0, 10).high == pytest.approx(0.2775, abs=1e-4)
    assert sign_test(9, 1) == pytest.approx(22 / 1024)
    assert sign_test(1, 9) == sign_test(9, 1)
    assert sign_test(5, 5) == 1
    assert sign_test(0, 0) == 1
    assert sign_test(6000, 5000) < 1e-20


def test_counts_rates_and_the_correction_by_hand() -> None:
    rows: list[Row] = []
    for user in range(6):
        rows += [(user, user, 1, "popular", user < 2), (user, user, 3, "content", user < 3)]
    places = seen(rows)
    places.outcomes[-1, DECLINED] = True
    report = lift(places)
    by_label = {group.label: group for group in report.groups}
    content, popular = by_label["content"], by_label["popular"]
    assert (content.people, content.lists, content.shown, content.taken) == (6, 6, 6, 3)
    assert (content.outcomes["clicked"], content.outcomes["declined"]) == (3, 1)
    assert content.rate.value == 0.5
    # Rank 3 is looked at 1 / log2(4) = half as often as rank 1.
    assert content.corrected.value == pytest.approx(1.0)
    assert popular.corrected.value == pytest.approx(1 / 3)
    flat = {group.label: group for group in lift(places, propensity=Propensity(0.0)).groups}
    assert flat["content"].corrected.value == pytest.approx(0.5)
    steep = {group.label: group for group in lift(places, propensity=Propensity(1.0)).groups}
    assert steep["content"].corrected.value == pytest.approx(1.5)


def test_one_person_s_many_lists_are_not_many_people() -> None:
    """Ten people, each all or nothing: as sure as ten answers, not as a thousand."""
    rows: list[Row] = [(u, u * 100 + n, 1, "content", u < 5) for u in range(10) for n in range(100)]
    (group,) = lift(seen(rows)).groups
    assert group.rate.value == 0.5
    assert group.rate.low == pytest.approx(wilson(0.5, 10).low, abs=0.03)
    spread: list[Row] = [(u, u * 100 + n, 1, "content", n % 2 == 0) for u in range(10) for n in range(100)]
    (even,) = lift(seen(spread)).groups
    assert even.rate.high - even.rate.low > 0
    assert group.rate.high - group.rate.low > 3 * 0.062


def test_too_little_is_said_to_be_too_little() -> None:
    none = lift(seen([(1, n, 1, "content", False) for n in range(5)]))
    assert none.groups[0].corrected.high > 0
    assert none.sentences[0].startswith(
        "Too little to tell: of what was shown, no titles so far were taken up"
    )
    rows: list[Row] = [
        (1, n, rank, m, n % 2 == 0) for n in range(30) for rank, m in ((1, "popular"), (2, "content"))
    ]
    one = lift(seen(rows))
    assert one.sentences[0].startswith("This is one person")
    assert not one.is_by_people
    empty = lift(seen([]))
    assert (empty.groups, empty.lists) == ((), 0)
    assert empty.sentences[0].startswith("Too little to tell")


def test_by_model_popular_places_stand_apart() -> None:
    rows: list[Row] = [
        (1, 1, 1, "collaborative", True),
        (1, 1, 2, "popular", False),
        (2, 2, 1, "content", True),
    ]
    report = lift(seen(rows, models=["wedlae 3", "wedlae 3", ""]), by="model")
    assert {group.label: group.taken for group in report.groups} == {
        "wedlae 3": 1,
        "popular": 0,
        "no model": 1,
    }


def community(seed: int, *, better: float, users: int = 30, lists: int = 6) -> Impressions:
    """People who take up a title of the challenger's `better` times as often, and look at a place as DCG says."""
    rng = np.random.default_rng(seed)
    rows: list[Row] = []
    arms: list[str] = []
    for user in range(users):
        eager = rng.uniform(0.1, 0.5)  # some follow advice, some do not
        for number in range(lists):
            rankings = rng.permutation(20)[:8].tolist(), rng.permutation(20)[:8].tolist()
            places = team_draft(*rankings, 8, lambda: bool(rng.random() < 0.5))
            looked = rng.random(len(places)) < Propensity().of(np.arange(1, len(places) + 1))
            for rank, place in enumerate(places, 1):
                chance = eager * (better if place.team == 1 else 1.0)
                clicked = bool(looked[rank - 1] and rng.random() < chance)
                rows.append((user, user * 1000 + number, rank, "collaborative", clicked))
                arms.append("" if place.team is None else (CHAMPION, CHALLENGER)[place.team])
    return seen(rows, arms)


def duel_p(report: Report) -> float:
    (duel,) = report.duels
    assert duel.is_by_people
    assert duel.p is not None
    return duel.p


def test_a_challenger_that_people_follow_more_is_found_out() -> None:
    for seed in range(10):
        report = lift(community(seed, better=2.0), resamples=10)
        (duel,) = report.duels
        assert duel_p(report) < 0.05
        assert duel.share is not None
        assert duel.share.low > 0.5
        assert duel.wins[CHALLENGER] > duel.wins[CHAMPION]
        assert "people follow the challenger more" in report.sentences[-1]


def test_where_there_is_no_difference_none_is_found() -> None:
    found = [duel_p(lift(community(seed, better=1.0), resamples=2)) < 0.05 for seed in range(100)]
    assert sum(found) <= 5


def biased(seed: int, *, better: float) -> Impressions:
    """`popular` always stands on top and `content` below, where people look less."""
    rng = np.random.default_rng(seed)
    rows: list[Row] = []
    for user in range(80):
        eager = rng.uniform(0.2, 0.6)
        for number in range(6):
            looked = rng.random(8) < Propensity().of(np.arange(1, 9))
            for rank in range(1, 9):
                method = "popular" if rank <= 4 else "content"
                chance = eager * (better if method == "content" else 1.0)
                clicked = bool(looked[rank - 1] and rng.random() < chance)
                rows.append((user, user * 1000 + number, rank, method, clicked))
    return seen(rows)


def test_what_stands_lower_is_not_worse_for_that() -> None:
    fooled = missed = 0
    for seed in range(40):
        places = biased(seed, better=1.0)
        by_label = {group.label: group for group in lift(places, resamples=200).groups}
        content, popular = by_label["content"], by_label["popular"]
        assert content.rate.value < 0.85 * popular.rate.value
        assert content.lift is not None
        fooled += not content.lift.low <= 0 <= content.lift.high
        plain = {g.label: g for g in lift(places, resamples=200, propensity=Propensity(0.0)).groups}
        assert plain["content"].lift is not None
        assert plain["content"].lift.high < 0
        better = {g.label: g for g in lift(biased(seed, better=1.4), resamples=200).groups}["content"].lift
        assert better is not None
        missed += better.low <= 0
    assert fooled <= 4
    assert missed <= 4


def test_the_same_seed_gives_the_same_report() -> None:
    places = community(1, better=1.5)
    assert lift(places, resamples=50, seed=3) == lift(places, resamples=50, seed=3)
