"""MovieLens-100K as Microsoft's Recommenders are compared; the last line is one JSON object.

A stratified split by title, 75 % train, seed 42; every held-out rating is relevant, whatever its stars; k = 10;
MAP and recall are divided by all that is relevant. What was rated is taken alike, and when it was rated tells
which titles were rated together; no time of a test rating is used. Settings were chosen on four random tenths
of the training ratings. THREADS=2 is the default.
"""

from __future__ import annotations

import json
import os
import time
from typing import Any

import movielens
import numpy as np
import numpy.typing as npt

from mediatheque.recommend.models import model, popularity, user_knn, wedlae
from mediatheque.training import metrics
from mediatheque.training.fitting import fit
from mediatheque.training.interactions import Interactions
from mediatheque.training.recipes import FEW
from mediatheque.training.significance import compare
from mediatheque.training.splits import stratified

THREADS = int(os.environ.get("THREADS", "2"))
K = 10
EASE = wedlae.Config(ridge=400.0, dropout=0.0, row_exponent=0.0, column_exponent=0.0)


def main() -> None:
    ratings = movielens.ml100k()
    train, test = (_rows(ratings, chosen) for chosen in stratified(ratings.users, ratings.items))
    methods: dict[str, tuple[str, Any]] = {
        "popular": ("popularity", popularity.Config()),
        "user-knn": ("user-knn", user_knn.Config()),
        "ease": ("wedlae", EASE),
        "blend": ("blend", FEW),
    }
    users: dict[str, npt.NDArray[np.float64]] = {}
    figures: dict[str, float] = {}
    for name, (kind, config) in methods.items():
        began = time.perf_counter()
        arrays = fit(kind, train, config, threads=THREADS)
        took = time.perf_counter() - began
        scores = model(kind).score(arrays, config, train.histories())
        users[name], figures = judge(scores, train, test)
        print(
            name, *(f"{key} {value:.4f}" for key, value in figures.items()), f"train {took:.1f} s", flush=True
        )
    found = {key: round(value, 4) for key, value in figures.items()}
    found["ease_ndcg_at_10"] = round(float(users["ease"].mean()), 4)
    found["p_against_ease"] = compare(users["blend"], users["ease"]).p
    print(json.dumps(found))


def judge(
    scores: npt.NDArray[np.float32], train: Interactions, test: Interactions
) -> tuple[npt.NDArray[np.float64], dict[str, float]]:
    """nDCG of each user who has something to be found, and the means of all measures."""
    scores[train.users, train.items] = -np.inf
    asked = np.flatnonzero((test.per_user > 0) & (train.per_user > 0))
    wanted = test.of_users(asked)
    hits = metrics.hits(metrics.top(scores[asked], K), wanted.starts, wanted.items, wanted.n_items)
    n = wanted.per_user
    ndcg = metrics.ndcg(hits, n, K)
    return ndcg, {
        "ndcg_at_10": float(ndcg.mean()),
        "map": float(metrics.average_precision(hits, n, K).mean()),
        "precision": float(metrics.precision(hits, K).mean()),
        "recall": float(metrics.recall(hits, n, K, of_all=True).mean()),
    }


def _rows(ratings: movielens.Ratings, chosen: npt.NDArray[np.int64]) -> Interactions:
    """These ratings, all counting alike."""
    return Interactions.of(
        ratings.users[chosen],
        ratings.items[chosen],
        ratings.n_users,
        len(ratings.titles),
        times=ratings.times[chosen],
    )


if __name__ == "__main__":
    main()
