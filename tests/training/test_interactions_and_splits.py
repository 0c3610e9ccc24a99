"""What is kept of interactions, and who may learn from what."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy", reason="training needs the extra 'train'")

from mediatheque.recommend.models import wedlae
from mediatheque.training import fitting, splits
from mediatheque.training.interactions import Interactions


def some(n_users: int = 60, n_items: int = 30, seed: int = 1) -> Interactions:
    rng = np.random.default_rng(seed)
    users, items = np.nonzero(rng.random((n_users, n_items)) < 0.4)
    return Interactions.of(users, items, n_users, n_items, times=rng.permutation(len(users)))


def pairs(seen: Interactions) -> set[tuple[int, int]]:
    return set(zip(seen.users.tolist(), seen.items.tolist(), strict=True))


def test_entries_in_any_order_make_one_matrix() -> None:
    seen = Interactions.of(
        np.array([1, 0, 1, 1]),
        np.array([2, 1, 0, 2]),
        3,
        3,
        weights=np.array([1, 2, 3, 4]),
        times=np.arange(4),
    )
    np.testing.assert_array_equal(seen.matrix().toarray(), [[0, 2, 0], [3, 0, 4], [0, 0, 0]])
    assert seen.per_user.tolist() == [1, 2, 0]
    assert seen.per_item.tolist() == [1, 1, 1]
    assert seen.times.tolist() == [1, 2, 3]


def test_users_and_items_are_taken_in_the_order_asked_for() -> None:
    seen = some()
    users, items = np.array([7, 3, 3]), np.array([5, 0, 29])
    expected = seen.matrix().toarray()[users][:, items]
    np.testing.assert_array_equal(seen.of_users(users).of_items(items).matrix().toarray(), expected)


def test_each_user_is_tested_once_and_never_trained_on() -> None:
    seen = some()
    tested: list[int] = []
    for fold in splits.strong_generalisation(seen, folds=5):
        held = set(fold.test.users) | set(fold.validation.users)
        assert not held & set(fold.train_users)
        assert set(fold.train_users) | held == set(range(60))
        tested.extend(fold.test.users.tolist())
        assert (fold.train.per_item > 0).all()
        for part in (fold.test, fold.validation):
            assert not pairs(part.shown) & pairs(part.targets)
            whole = seen.of_users(part.users).of_items(fold.items)
            assert pairs(part.shown) | pairs(part.targets) == pairs(whole)
            assert (part.targets.per_user >= 1).all()
            share = part.shown.per_user.sum() / len(whole)
            assert 0.78 < share < 0.88
    assert sorted(tested) == list(range(60))


def test_folds_are_the_same_each_time() -> None:
    first, second = (next(splits.strong_generalisation(some())) for _ in range(2))
    np.testing.assert_array_equal(first.test.targets.items, second.test.targets.items)
    np.testing.assert_array_equal(first.train_users, second.train_users)


def test_what_is_to_be_found_cannot_change_a_model() -> None:
    seen = some()
    fold = next(splits.strong_generalisation(seen))
    # Give every test user other targets: all that they do not have, instead of what they have.
    everything = np.ones((seen.n_users, seen.n_items), bool)
    having = seen.matrix().toarray() > 0
    turned = having.copy()
    for row, user in enumerate(fold.test.users):
        shown = fold.items[fold.test.shown.of_users(np.array([row])).items]
        turned[user] = everything[user] & ~having[user]
        turned[user, shown] = True
    assert (turned != having).any()
    other = Interactions.of(*np.nonzero(turned), seen.n_users, seen.n_items)
    again = next(splits.strong_generalisation(other))
    np.testing.assert_array_equal(
        fitting.fit("wedlae", fold.train, wedlae.Config())["weights"],
        fitting.fit("wedlae", again.train, wedlae.Config())["weights"],
    )


def test_the_last_of_each_user_are_their_latest() -> None:
    seen = some()
    before, last = splits.last_of_each(seen, 2)
    assert pairs(before) | pairs(last) == pairs(seen)
    for user in range(seen.n_users):
        own = np.array([user])
        assert last.per_user[user] == 2
        assert before.of_users(own).times.max() < last.of_users(own).times.min()
    few = Interactions.of(np.array([0, 0]), np.array([0, 1]), 1, 2, times=np.array([5, 4]))
    assert [len(part) for part in splits.last_of_each(few, 2)] == [2, 0]
    assert [part.items.tolist() for part in splits.last_of_each(few, 1)] == [[1], [0]]


def test_a_moment_parts_before_from_after() -> None:
    seen = some()
    before, after = splits.at_time(seen, 100)
    assert before.times.max() == 99
    assert after.times.min() == 100
    assert len(before) + len(after) == len(seen)


@pytest.mark.parametrize("by_item", [True, False])
def test_a_stratified_split_takes_its_share_of_each_group(by_item: bool) -> None:
    rng = np.random.default_rng(0)
    users, items = rng.integers(0, 20, 400), rng.integers(0, 10, 400)
    train, test = splits.stratified(users, items, by_item=by_item)
    assert sorted([*train, *test]) == list(range(400))
    groups = items if by_item else users
    for group in np.unique(groups):
        size = (groups == group).sum()
        assert (groups[train] == group).sum() == round(0.75 * size)
