"""Finding titles that nobody has liked yet: MovieLens-1M, first fold; the last line is one JSON object.

A random tenth of the titles is taken away from the training users and from what is shown of the test users, who
are then asked among just these which they like: Recall@20 and NDCG@20. `collaborative` is iALS whose vectors of
new titles are what their content says (a ridge regression from the places of the others, weighed by likes);
`items` is wEDLAE with content in its Gram matrix; `content` goes by the person's own history and the catalogue
alone, `blend` is the recipe for a community of this size, `random` any order. Before it, the same question of
titles that people did like (`warm`), for the height of the bar.
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

from mediatheque.recommend.models import blend, content, ials, model, wedlae
from mediatheque.training import metrics
from mediatheque.training.fitting import fit
from mediatheque.training.interactions import Interactions
from mediatheque.training.recipes import for_community
from mediatheque.training.splits import strong_generalisation

THREADS = int(os.environ.get("THREADS", "2"))
SEED, SHARE, PLACES = 2026, 0.1, 20
MODELS: dict[str, tuple[str, Any]] = {
    "content": ("content", content.Config()),
    "collaborative": ("ials", ials.Config(dimensions=128, content_likes=10.0)),
    "items": ("wedlae", wedlae.Config(content=5.0)),
}


def main() -> None:
    ratings = movielens.ml1m()
    seen, _ = movielens.likes(ratings)
    fold = next(strong_generalisation(seen))
    catalogue, _ = ml1m_catalogue.catalogue([ratings.titles[item] for item in fold.items])
    is_new = np.random.default_rng(SEED).random(len(fold.items)) < SHARE
    train = replace(fold.train, catalogue=catalogue)
    shown = fold.test.shown.having(~is_new[fold.test.shown.items])
    liked = both(fold.test.shown, fold.test.targets)
    targets = liked.having(is_new[liked.items])
    asked = np.flatnonzero((targets.per_user > 0) & (shown.per_user > 0))
    shown, targets = shown.of_users(asked), targets.of_users(asked)
    print(f"{int(is_new.sum())} new titles, {len(asked)} people who like one", flush=True)
    known = train.having(~is_new[train.items])
    recipe = for_community(known.n_users)
    models = MODELS | {"blend": ("blend", recipe)}
    figures: dict[str, float] = {}
    for name, (kind, config) in models.items():
        scores = scored(kind, config, known, shown)
        report(name, scores, is_new, targets, figures)
    warm = blend.score(fit("blend", train, recipe, threads=THREADS), recipe, shown.histories())
    report("warm", warm, is_new, targets, figures)
    chance = np.random.default_rng(SEED).random(warm.shape).astype(np.float32)
    report("random", chance, is_new, targets, figures)
    print(json.dumps(figures))


def both(first: Interactions, second: Interactions) -> Interactions:
    """The entries of two matrices of the same people and items."""
    users, items = np.append(first.users, second.users), np.append(first.items, second.items)
    return Interactions.of(users, items, first.n_users, first.n_items)


def scored(kind: str, config: Any, known: Interactions, shown: Interactions) -> npt.NDArray[np.float32]:
    return model(kind).score(fit(kind, known, config, threads=THREADS), config, shown.histories())


def report(
    name: str,
    scores: npt.NDArray[np.float32],
    is_new: npt.NDArray[np.bool_],
    targets: Interactions,
    figures: dict[str, float],
) -> None:
    """Recall and NDCG among the new titles."""
    lists = metrics.top(np.where(is_new, scores, -np.inf).astype(np.float32), PLACES)
    hits = metrics.hits(lists, targets.starts, targets.items, targets.n_items)
    figures[f"{name}_recall_at_20"] = round(float(metrics.recall(hits, targets.per_user, PLACES).mean()), 4)
    figures[f"{name}_ndcg_at_20"] = round(float(metrics.ndcg(hits, targets.per_user, PLACES).mean()), 4)
    print(f"{name:>14}: recall {figures[f'{name}_recall_at_20']:.4f}", flush=True)


if __name__ == "__main__":
    main()
