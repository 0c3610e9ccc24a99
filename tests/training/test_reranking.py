"""A second look that learns what a sum of scores cannot say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("lightgbm", reason="training needs the extra 'train'")

from mediatheque.recommend.models import Histories, popularity
from mediatheque.training import metrics, reranking
from mediatheque.training.catalogue import Catalogue
from mediatheque.training.evidence import Evidence
from mediatheque.training.fitting import fit
from mediatheque.training.interactions import Interactions
from mediatheque.training.splits import Held, strong_generalisation

N_ITEMS = 40
CONFIG = reranking.Config(candidates=25, parts=2, places=10, trees=20, patience=10, least_in_leaf=5, leaves=7)


def people(n: int = 160) -> tuple[Interactions, Catalogue]:
    """People who like what is of their own decade: half of them old films, half of them new ones."""
    rng = np.random.default_rng(2)
    years = np.where(np.arange(N_ITEMS) % 2 == 0, 1960.0, 2010.0)
    taste = np.where(rng.random(n) < 0.5, 1960.0, 2010.0)
    chance = np.where(years[None, :] == taste[:, None], 0.5, 0.05)
    users, items = np.nonzero(rng.random((n, N_ITEMS)) < chance)
    seen = Interactions.of(users, items, n, N_ITEMS, times=rng.integers(0, 10**8, len(users)))
    return seen, Catalogue(years, np.ones((N_ITEMS, 1), np.float32))


def learn(rest: Interactions) -> reranking.Score:
    config = popularity.Config()
    arrays = fit("popularity", rest, config)
    return lambda shown: {
        "crowd": reranking.standard(popularity.score(arrays, config, shown.histories()), shown.histories())
    }


def test_trees_find_what_popularity_does_not_know() -> None:
    seen, catalogue = people()
    fold = next(strong_generalisation(seen, folds=4))
    catalogue = catalogue.of_items(fold.items)
    evidence, score, prior = Evidence.of(fold.train, catalogue), learn(fold.train), {"crowd": 1.0}

    def candidates(held: Held) -> reranking.Candidates:
        return reranking.find(evidence, held.shown, score(held.shown), prior, CONFIG)

    trees = reranking.train(
        fold.train, catalogue, learn, prior, (fold.validation, candidates(fold.validation)), CONFIG
    )
    before = candidates(fold.test)
    after = trees.order(before)
    assert (np.sort(after, axis=1) == np.sort(before.items, axis=1)).all()
    assert trees.names == reranking.names(prior)
    assert before.columns.shape[2] == len(trees.names)
    assert np.isfinite(before.columns).all()

    def ndcg(lists: np.ndarray) -> float:
        targets = fold.test.targets
        hits = metrics.hits(lists, targets.starts, targets.items, targets.n_items)
        return float(metrics.ndcg(hits, targets.per_user, 10).mean())

    assert ndcg(after) > 1.3 * ndcg(before.items)


def test_candidates_are_never_what_was_shown() -> None:
    seen, catalogue = people()
    found = reranking.find(
        Evidence.of(seen, catalogue), seen, learn(seen)(seen), {"crowd": 1.0}, replace(CONFIG, candidates=10)
    )
    for user in range(seen.n_users):
        own = seen.items[seen.starts[user] : seen.starts[user + 1]]
        assert not set(found.items[user].tolist()) & set(own.tolist())


def test_standard_scores_leave_the_history_out() -> None:
    histories = Histories.of_likes([[0], []])
    scores = reranking.standard(np.array([[100.0, 1, 3], [0, 0, 0]], np.float32), histories)
    np.testing.assert_allclose(scores, [[98, -1, 1], [0, 0, 0]])
