"""How good lists are while a community is small: MovieLens-1M, first fold, NDCG@100; the last line is one JSON object.

Only 1, 10, 30, 100 or 1,000 of the fold's training users are known, drawn by a fixed seed; figures are means over
20, 10, 5, 3 and 2 draws (SUBSETS=1: over one). All titles of the fold are candidates, and the catalogue is known:
years, genres, people, and vectors of real texts by the embedder that everybody has. Popularity is that of the known
users. The recipe for each size (`recipes.for_community`) was chosen on the fold's validation users with other draws;
the test users had no say. Besides the recipe the lines show what its parts reach alone, and user-kNN.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import Any

import ml1m_catalogue
import movielens
import numpy as np
import numpy.typing as npt

from mediatheque.recommend.models import config_from_json, model, user_knn
from mediatheque.training import metrics
from mediatheque.training.candidates import PEOPLE_PER_RIDGE
from mediatheque.training.fitting import fit
from mediatheque.training.interactions import Interactions
from mediatheque.training.recipes import for_community
from mediatheque.training.splits import Held, strong_generalisation

DRAWS = {1: 20, 10: 10, 30: 5, 100: 3, 1000: 2}
SUBSETS = int(os.environ.get("SUBSETS", "0"))
THREADS = int(os.environ.get("THREADS", "2"))
SEED = 2026


def main() -> None:
    ratings = movielens.ml1m()
    seen, _ = movielens.likes(ratings)
    fold = next(strong_generalisation(seen))
    catalogue, share = ml1m_catalogue.catalogue([ratings.titles[item] for item in fold.items])
    print(f"articles found for {share:.1%} of {len(catalogue):,} titles", flush=True)
    train = replace(fold.train, catalogue=catalogue)
    figures: dict[str, float] = {}
    for n, draws in DRAWS.items():
        values = [judged(known, fold.test) for known in subsets(train, n, min(draws, SUBSETS or draws))]
        means = {name: float(np.mean([value[name] for value in values])) for name in values[0]}
        figures[f"n{n}"] = round(means["recipe"], 4)
        print(f"{n:5,}: " + "  ".join(f"{name} {mean:.4f}" for name, mean in means.items()), flush=True)
    print(json.dumps(figures | {"matched_share": round(share, 3)}))


def subsets(train: Interactions, n: int, draws: int) -> list[Interactions]:
    """So many times `n` users."""
    rngs = [np.random.default_rng([SEED, n, draw]) for draw in range(draws)]
    return [train.of_users(np.sort(rng.choice(train.n_users, n, replace=False))) for rng in rngs]


def judged(known: Interactions, test: Held) -> dict[str, float]:
    """NDCG@100 of the recipe, of each part of it without the others, and of models that know no content."""
    recipe = for_community(known.n_users)
    arrays = fit("blend", known, recipe, threads=THREADS)
    found = {"recipe": ndcg(model("blend").score(arrays, recipe, test.shown.histories()), test)}
    for member in recipe.members:
        start = f"{member.name}/"
        own = {key.removeprefix(start): array for key, array in arrays.items() if key.startswith(start)}
        config: Any = config_from_json(member.model, member.config)
        scores = model(member.model).score(own, config, test.shown.histories())
        found[member.name] = ndcg(scores, test)
    blind = replace(known, catalogue=None)
    ridge = min(max(known.n_users / PEOPLE_PER_RIDGE, 5.0), 300.0)
    found["wedlae without content"] = alone("wedlae", {"ridge": ridge}, blind, test)
    found["rp3beta"] = alone("rp3beta", {}, blind, test)
    found["user-knn"] = alone("user-knn", {"neighbours": user_knn.Config().neighbours}, blind, test)
    return found


def alone(name: str, settings: dict[str, Any], known: Interactions, test: Held) -> float:
    """NDCG@100 of one model."""
    config: Any = config_from_json(name, settings)
    arrays = fit(name, known, config, threads=THREADS)
    return ndcg(model(name).score(arrays, config, test.shown.histories()), test)


def ndcg(scores: npt.NDArray[np.float32], held: Held) -> float:
    """The mean over the held-out users; what they were shown to have is not recommended again."""
    scores[held.shown.users, held.shown.items] = -np.inf
    hits = metrics.hits(
        metrics.top(scores, 100), held.targets.starts, held.targets.items, held.targets.n_items
    )
    return float(metrics.ndcg(hits, held.targets.per_user, 100).mean())


if __name__ == "__main__":
    main()
