"""MovieLens-1M, strong generalisation (Liang 2018), mean of 10 folds; the last line is one JSON object.

`ndcg_at_100` and `recall_at_20` are of the blend, which knows nothing but who liked what.
`ndcg_at_100_reranked` is of trees over its best 250, which also know when things were liked (never a target's
time), four stars from five among what is shown, years and genres. Models are fitted without the test
users, trees learn from the fold's training users (parted, each part scored by models of the others) and stop by
its validation users; settings were chosen on validation users of the first fold. `train_s` is the blend's
training in seconds of wall time. `p_against_ease` is a paired t-test over all test users.
FOLDS=1 is a quick look (SKIP=3 begins with the fourth fold), RERANK=0 leaves the trees out, THREADS=2 is the default.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

import movielens
import numpy as np
import numpy.typing as npt

from mediatheque.recommend.models import (
    Arrays,
    Scores,
    blend,
    config_from_json,
    ials,
    item_knn,
    model,
    rp3beta,
    user_knn,
    wedlae,
)
from mediatheque.recommend.models import popularity as popular
from mediatheque.training import metrics, reranking
from mediatheque.training.evidence import Catalogue, Evidence
from mediatheque.training.fitting import fit
from mediatheque.training.interactions import Interactions
from mediatheque.training.recipes import MANY
from mediatheque.training.reranking import standard
from mediatheque.training.significance import compare
from mediatheque.training.splits import Fold, Held, strong_generalisation

FOLDS = int(os.environ.get("FOLDS", "10"))
SKIP = int(os.environ.get("SKIP", "0"))
RERANK = os.environ.get("RERANK", "1") != "0"
THREADS = int(os.environ.get("THREADS", "2"))

#: What the trees look at besides the blend: three classics, and items by who liked them at one time.
OTHERS: dict[str, tuple[str, Any]] = {
    "user-knn": ("user-knn", user_knn.Config()),
    "item-knn": ("item-knn", item_knn.Config()),
    "rp3beta": ("rp3beta", rp3beta.Config()),
    "items within an hour": ("wedlae", wedlae.Config(ridge=100.0, nearness_s=3600.0)),
    "items within minutes": ("wedlae", wedlae.Config(ridge=100.0, nearness_s=300.0)),
}
#: How base scores choose the candidates.
PRIOR = {
    "items": 1.0,
    "tastes": 1.0,
    "tastes-64": 0.5,
    "people": 1.0,
    "items within an hour": 1.0,
    "user-knn": 0.0,
    "item-knn": 0.0,
    "rp3beta": 0.0,
    "items within minutes": 0.0,
}


def main() -> None:
    ratings = movielens.ml1m()
    seen, stars = movielens.likes(ratings)
    catalogue = catalogue_of(ratings.titles)
    rows: dict[str, list[npt.NDArray[np.float64]]] = {}
    recalls: list[npt.NDArray[np.float64]] = []
    seconds: list[float] = []
    folds = zip(strong_generalisation(seen), strong_generalisation(stars), strict=True)
    for k, (fold, with_stars) in islice(enumerate(folds), SKIP, SKIP + FOLDS):
        values, recall, took = judge(fold, with_stars, catalogue.of_items(fold.items))
        for name, value in values.items():
            rows.setdefault(name, []).append(value)
        recalls.append(recall)
        seconds.append(took)
        print(f"fold {k}: " + "  ".join(f"{name} {v.mean():.4f}" for name, v in values.items()), flush=True)
    print(json.dumps(figures(rows, recalls, seconds)))


def figures(
    rows: Mapping[str, Sequence[npt.NDArray[np.float64]]],
    recalls: Sequence[npt.NDArray[np.float64]],
    seconds: Sequence[float],
) -> dict[str, Any]:
    """Means over folds of the folds' means, and paired tests over all users."""
    means = {name: float(np.mean([v.mean() for v in values])) for name, values in rows.items()}
    users = {name: np.concatenate(values) for name, values in rows.items()}
    found: dict[str, Any] = {
        "ndcg_at_100": round(means["blend"], 4),
        "recall_at_20": round(float(np.mean([v.mean() for v in recalls])), 4),
        "ease_ndcg_at_100": round(means["ease"], 4),
        "train_s": round(float(np.median(seconds)), 1),
        "p_against_ease": compare(users["blend"], users["ease"]).p,
        "folds": len(seconds),
    }
    if "reranked" in means:
        gain = compare(users["reranked"], users["blend"])
        found["ndcg_at_100_reranked"] = round(means["reranked"], 4)
        found["rerank_gain"] = [round(v, 4) for v in (gain.low, gain.gain, gain.high)]
    return found


def judge(
    fold: Fold, with_stars: Fold, catalogue: Catalogue
) -> tuple[dict[str, npt.NDArray[np.float64]], npt.NDArray[np.float64], float]:
    """NDCG@100 of each test user by each method, Recall@20 of the blend, and the blend's training seconds."""
    test = fold.test
    baselines = {
        "popular": ("popularity", popular.Config()),
        "ease": ("wedlae", wedlae.EASE),
        "ials": ("ials", ials.PLAIN),
    }
    values: dict[str, npt.NDArray[np.float64]] = {}
    for name, (kind, config) in baselines.items():
        scores = model(kind).score(
            fit(kind, fold.train, config, threads=THREADS), config, test.shown.histories()
        )
        values[name] = ndcg(ranked(scores, test), test)
    began = time.perf_counter()
    arrays = fit("blend", fold.train, MANY, threads=THREADS)
    took = time.perf_counter() - began
    lists = ranked(blend.score(arrays, MANY, test.shown.histories()), test)
    values["blend"] = ndcg(lists, test)
    recall = metrics.recall(hits(lists, test), test.targets.per_user, 20)
    if RERANK:
        values["reranked"] = ndcg(reranked(fold, with_stars, catalogue, arrays), test)
    return values, recall, took


def reranked(fold: Fold, with_stars: Fold, catalogue: Catalogue, arrays: Arrays) -> npt.NDArray[np.int64]:
    """The test users' lists after the trees."""
    config = reranking.Config()
    evidence = Evidence.of(with_stars.train, catalogue)
    score = scorer(fold.train, arrays)

    def candidates(held: Held) -> reranking.Candidates:
        return reranking.find(evidence, held.shown, score(held.shown), PRIOR, config)

    trees = reranking.train(
        with_stars.train,
        catalogue,
        lambda rest: scorer(ones(rest)),
        PRIOR,
        (fold.validation, candidates(fold.validation)),
        config,
        threads=THREADS,
    )
    return trees.order(candidates(fold.test))


def scorer(seen: Interactions, arrays: Arrays | None = None) -> reranking.Score:
    """Standard scores of every base model, fitted on these people."""
    arrays = fit("blend", seen, MANY, threads=THREADS) if arrays is None else arrays
    bases: dict[str, tuple[str, Any, Arrays]] = {}
    for member in MANY.members:
        own = {
            k.removeprefix(f"{member.name}/"): v for k, v in arrays.items() if k.startswith(f"{member.name}/")
        }
        bases[member.name] = (member.model, config_from_json(member.model, member.config), own)
    for name, (kind, config) in OTHERS.items():
        bases[name] = (kind, config, fit(kind, seen, config, threads=THREADS))

    def score(shown: Interactions) -> dict[str, Scores]:
        histories = ones(shown).histories()
        return {
            name: standard(model(kind).score(own, config, histories), histories)
            for name, (kind, config, own) in bases.items()
        }

    return score


def ones(seen: Interactions) -> Interactions:
    """The same interactions, all counting alike: the base models know no stars."""
    return replace(seen, weights=np.ones(len(seen), np.float32))


def ranked(scores: Scores, held: Held) -> npt.NDArray[np.int64]:
    """The best hundred that each person has not been shown to have."""
    scores[held.shown.users, held.shown.items] = -np.inf
    return metrics.top(scores, 100)


def hits(lists: npt.NDArray[np.int64], held: Held) -> npt.NDArray[np.bool_]:
    return metrics.hits(lists, held.targets.starts, held.targets.items, held.targets.n_items)


def ndcg(lists: npt.NDArray[np.int64], held: Held) -> npt.NDArray[np.float64]:
    return metrics.ndcg(hits(lists, held), held.targets.per_user, 100)


def catalogue_of(titles: Sequence[str]) -> Catalogue:
    """Years and genres of the films; 1995, the median, where no year is known."""
    known = movielens.ml1m_titles()
    genres = sorted({genre for title in known.values() for genre in title.genres})
    found = [known.get(title, movielens.Title(0, ())) for title in titles]
    matrix = np.array([[float(genre in film.genres) for genre in genres] for film in found], np.float32)
    return Catalogue(np.array([float(film.year or 1995) for film in found]), matrix)


if __name__ == "__main__":
    main()
