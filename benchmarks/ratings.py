"""How far predicted stars are off on MovieLens-100K; the last line is one JSON object.

`u1_rmse` is of GroupLens's split u1 (the first 20,000 rows of the original file are tested), `microsoft_rmse`
of Microsoft Recommenders' 75/25 split by title. SAMPLES is how many samples of the posterior are drawn (400).
"""

from __future__ import annotations

import json
import os
from dataclasses import replace

import movielens
import numpy as np
import numpy.typing as npt

from mediatheque.training import metrics, stars
from mediatheque.training.splits import stratified

CONFIG = replace(stars.Config(), samples=int(os.environ.get("SAMPLES", "400")))
TESTED_IN_U1 = 20_000


def main() -> None:
    ratings = movielens.ml100k()
    rows = np.arange(len(ratings.users))
    splits = {
        "u1_rmse": (rows[TESTED_IN_U1:], rows[:TESTED_IN_U1]),
        "microsoft_rmse": stratified(ratings.users, ratings.items),
    }
    print(json.dumps({name: round(rmse(ratings, *split), 4) for name, split in splits.items()}))


def rmse(ratings: movielens.Ratings, train: npt.NDArray[np.int64], test: npt.NDArray[np.int64]) -> float:
    def rows(chosen: npt.NDArray[np.int64]) -> stars.Asked:
        return stars.Asked(ratings.users[chosen], ratings.items[chosen], ratings.times[chosen])

    said = stars.predict(
        rows(train), ratings.stars[train], rows(test), ratings.n_users, len(ratings.titles), CONFIG
    )
    return metrics.rmse(said, ratings.stars[test])


if __name__ == "__main__":
    main()
