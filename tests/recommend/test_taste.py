"""What a history says about a person, and the interests it shows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediatheque.recommend.interests import MOST_INTERESTS, interests
from mediatheque.recommend.taste import MOST_SEEDS, Known, Taste, learn, with_vectors
from mediatheque.vocabulary import Kind
from small_world import NOW


def weights(*history: Known) -> Mapping[int, float]:
    return {seed.item_id: round(seed.weight, 2) for seed in learn(history, NOW).seeds}


def film(item_id: int, **said: object) -> Known:
    return Known(item_id=item_id, kind=Kind.FILM, last_at=NOW, **said)  # pyright: ignore[reportArgumentType]


def test_a_rating_counts_against_the_person_s_own_mean() -> None:
    strict = weights(*(film(i, rating=2.0) for i in range(30)), film(99, rating=3.5))
    mild = weights(*(film(i, rating=4.5) for i in range(30)), film(99, rating=3.5))
    assert strict[99] > 0.9
    assert mild[99] < 0.3
    assert mild[0] > 0.7


def test_saying_weighs_more_than_seeing_and_a_rating_more_than_a_like() -> None:
    said = weights(
        film(1, rating=5.0),
        film(2, liking=-1),
        film(3, seen_count=1),
        film(4, seen_count=4),
        film(5, is_saved=True),
        film(6, is_hidden=True),
        film(7),
        film(8, rating=0.5, liking=1),
    )
    assert said == {1: 1.0, 2: -1.0, 3: 0.3, 4: 0.5, 5: 0.2, 6: -0.3, 8: -0.79}


@pytest.mark.parametrize(("share", "weight"), [(None, 0.3), (1.0, 0.3), (0.5, 0.15), (0.1, -0.1)])
def test_what_was_given_up_speaks_against_itself(share: float | None, weight: float) -> None:
    assert weights(film(1, seen_count=1, share_finished=share)) == {1: weight}


def test_old_opinions_fade_but_never_vanish() -> None:
    def aged(days: float | None) -> float:
        at = None if days is None else NOW - timedelta(days=days)
        return weights(Known(item_id=1, kind=Kind.FILM, rating=5.0, last_at=at))[1]

    assert (aged(0), aged(730), aged(20_000), aged(None)) == (1.0, 0.5, 0.25, 0.5)
    assert aged(-5) == 1.0


def test_episodes_speak_through_their_show() -> None:
    show = Known(item_id=1, kind=Kind.SHOW, episodes_seen=40, last_at=NOW)
    seen = [Known(item_id=i, kind=Kind.EPISODE, parent_id=1, seen_count=1, last_at=NOW) for i in range(2, 42)]
    stray = Known(item_id=50, kind=Kind.EPISODE, seen_count=1, last_at=NOW)
    assert weights(show, *seen, stray) == {1: 0.7, 50: 0.3}


def test_a_long_history_is_learned_from_by_its_strongest_opinions() -> None:
    history = [film(i, seen_count=1) for i in range(2 * MOST_SEEDS)] + [film(10_000, rating=5.0)]
    seeds = learn(history, NOW).seeds
    assert len(seeds) == MOST_SEEDS
    assert seeds[0].item_id == 10_000


def test_a_habit_needs_a_few_titles() -> None:
    german = [
        Known(item_id=i, kind=Kind.BOOK, language="de" if i % 2 else "en", rating=4.0) for i in range(10)
    ]
    taste = learn(german, NOW)
    assert taste.habit(Kind.BOOK, "de") == 0.5
    assert taste.habit(Kind.BOOK, None) == taste.habit(Kind.FILM, "de") == 0.0
    assert learn(german[:4], NOW).habit(Kind.BOOK, "de") == 0.0


def around(centre: int, n: int, seed: int) -> np.ndarray:
    """Vectors scattered about one direction of 32, about as much as texts of one genre are."""
    noise = np.random.default_rng(seed).normal(0, 0.12, (n, 32))
    noise[:, centre] += 1
    return noise.astype(np.float32)


@pytest.mark.parametrize("groups", [1, 2, 3, 5])
def test_as_many_interests_as_the_data_shows(groups: int) -> None:
    vectors = np.vstack([around(group, 8, seed=group) for group in range(groups)])
    found = interests(list(range(len(vectors))), [1.0] * len(vectors), list(vectors))
    assert sorted(sorted(i.item_ids) for i in found) == [
        list(range(8 * group, 8 * group + 8)) for group in range(groups)
    ]
    assert sum(i.share for i in found) == pytest.approx(1)


def test_a_small_interest_beside_a_large_one_is_kept() -> None:
    vectors = np.vstack([around(0, 200, seed=1), around(1, 10, seed=2)])
    found = interests(list(range(210)), [1.0] * 210, list(vectors))
    assert set(found[-1].item_ids) == set(range(200, 210))
    assert found[-1].share > 0.1


@given(
    st.integers(1, 40).flatmap(
        lambda n: st.tuples(
            st.lists(st.floats(0.01, 1), min_size=n, max_size=n),
            st.lists(st.lists(st.floats(-1, 1, width=16), min_size=4, max_size=4), min_size=n, max_size=n),
        )
    )
)
@settings(max_examples=150, deadline=None)
def test_interests_share_out_every_title_whatever_the_vectors(
    given_: tuple[list[float], list[list[float]]],
) -> None:
    weighed, rows = given_
    vectors = [np.array(row, dtype=np.float32) for row in rows]
    found = interests(list(range(len(rows))), weighed, vectors)
    assert sorted(i for interest in found for i in interest.item_ids) == list(range(len(rows)))
    assert sum(interest.share for interest in found) == pytest.approx(1)
    assert len(found) <= MOST_INTERESTS
    for interest in found:
        assert interest.pulls.sum(axis=0) == pytest.approx(interest.centre, abs=1e-5)
        assert np.linalg.norm(interest.centre) <= 1 + 1e-5


def test_nothing_liked_is_no_interest() -> None:
    assert interests([], [], []) == ()
    disliked = learn([film(1, liking=-1)], NOW)
    taste = with_vectors(disliked, {1: np.ones(3, dtype=np.float32)})
    assert taste.interests == ()
    assert [seed.item_id for seed in taste.disliked(5)] == [1]
    assert with_vectors(Taste(), {}) == Taste()
