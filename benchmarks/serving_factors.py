"""One person's list in process: folding in, the best hundred with filters; beside `implicit` and the memory's speed.

The factors are made up: clusters like genres, some items longer than others, 128 dimensions. Nothing is cached
between two people, everything runs on one thread.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mediatheque.recommend.artifact import Artifact, artifact_from
from mediatheque.recommend.fold_in import FoldIn, fold_in
from mediatheque.recommend.models import Factors, config_to_json, ials
from mediatheque.recommend.nearest import Nearest
from mediatheque.recommend.opinions import Opinions, Told

DIMENSIONS, BEST = 128, 100
#: What a person knows, and how many of those they have hidden; what a request excludes besides.
KNOWN, HIDDEN, EXCLUDED = 120, 10, 50
#: Of the items so many are of the kinds that are asked for.
OF_KIND = 0.75


@dataclass(frozen=True)
class Person:
    """Somebody's history, what they ask to leave out, and which columns are of the wanted kinds."""

    item_ids: list[int]
    told: Told
    chosen: np.ndarray
    exclude: frozenset[int]
    of_kind: np.ndarray


def artifact(items: int, seed: int = 0) -> tuple[Artifact, np.ndarray]:
    """A model of so many items, and the cluster of each."""
    rng = np.random.default_rng(seed)
    clusters = max(items // 500, 20)
    centres = rng.standard_normal((clusters, DIMENSIONS), np.float32)
    sizes = rng.zipf(1.5, clusters).clip(max=200) + 5.0
    of_item = rng.choice(clusters, items, p=sizes / sizes.sum())
    vectors = rng.standard_normal((items, DIMENSIONS), np.float32)
    vectors *= 0.6
    for start in range(0, items, 50_000):
        vectors[start : start + 50_000] += centres[of_item[start : start + 50_000]]
    lengths = np.exp(0.4 * rng.standard_normal(items)) * 0.05
    vectors *= lengths.astype(np.float32)[:, None]
    arrays = {
        "vectors": vectors,
        "gram": vectors.T @ vectors,
        "confidences": np.ones(items, np.float32),
        "scales": np.exp(0.1 * rng.standard_normal(items)).astype(np.float32),
    }
    card = {
        "schema": 1,
        "version": 1,
        "model": "ials",
        "config": config_to_json(ials.Config(dimensions=DIMENSIONS)),
        "opinions": config_to_json(Opinions()),
        "proof": 1.0,
        "trust": 0.5,
    }
    # Ids are not columns: a library's are anywhere.
    return artifact_from(card, arrays, np.arange(1, items + 1, dtype=np.int64) * 3), of_item


def people(model: Artifact, of_item: np.ndarray, count: int) -> list[Person]:
    """People who like four clusters each."""
    rng = np.random.default_rng(1)
    members = np.split(np.argsort(of_item, kind="stable"), np.cumsum(np.bincount(of_item))[:-1])
    large = [cluster for cluster in members if len(cluster) >= 40]
    of_kind = rng.random(len(of_item)) < OF_KIND
    return [_person(model, [large[i] for i in rng.choice(len(large), 4)], of_kind, rng) for _ in range(count)]


def _person(
    model: Artifact, liked: list[np.ndarray], of_kind: np.ndarray, rng: np.random.Generator
) -> Person:
    columns = np.unique(np.concatenate([rng.choice(cluster, KNOWN // 4) for cluster in liked]))
    n = len(columns)
    told = Told(
        seen=np.ones(n),
        share=np.full(n, np.nan),
        rating=np.where(rng.random(n) < 0.5, rng.integers(4, 11, n) / 2, np.nan),
        mean=np.full(n, 3.5),
        liking=np.zeros(n),
        is_saved=np.zeros(n, np.bool_),
        is_hidden=np.arange(n) < HIDDEN,
        age_days=rng.exponential(400, n),
    )
    exclude = rng.choice(len(model.item_ids), EXCLUDED)
    return Person(
        model.item_ids[columns].tolist(),
        told,
        np.ones(n, np.bool_),
        frozenset(model.item_ids[exclude].tolist()),
        of_kind,
    )


def answer(model: Artifact, person: Person) -> tuple[FoldIn, np.ndarray]:
    """What a request asks of a model: the best that the person does not know, of the wanted kinds."""
    folded = fold_in(model, person.item_ids, person.told, person.chosen)
    assert folded is not None
    without = person.exclude.union(person.item_ids)
    best = folded.best(BEST, without, person.of_kind)
    folded.values_of(best.tolist())
    return folded, best


def timed(each: Callable[[Person], object], those: list[Person]) -> list[float]:
    """Milliseconds for each person."""
    took: list[float] = []
    gc.collect()
    for person in those:
        started = time.perf_counter()
        each(person)
        took.append((time.perf_counter() - started) * 1000)
    return took


def bandwidth_gb_s(megabytes: int = 512) -> float:
    """How fast one thread reads memory: the best of several products of a long vector with itself."""
    many = np.ones(megabytes * 250_000, np.float32)
    best = 0.0
    for _ in range(7):
        started = time.perf_counter()
        float(many @ many)
        best = max(best, many.nbytes / (time.perf_counter() - started) / 1e9)
    return best


def implicit_answers(model: Artifact) -> Callable[[Person], object]:
    """implicit's own list for a newcomer, with the same factors and what it can filter by: seen and excluded."""
    from implicit.cpu.als import AlternatingLeastSquares
    from scipy.sparse import csr_matrix

    config = model.config
    peer = AlternatingLeastSquares(factors=DIMENSIONS, regularization=config.reg, num_threads=1)
    peer.item_factors = model.arrays["vectors"]
    peer.user_factors = np.zeros((1, DIMENSIONS), np.float32)
    opinions = Opinions()

    def ask(person: Person) -> object:
        columns = np.searchsorted(model.item_ids, person.item_ids)
        weights = np.maximum(opinions.weights(person.told), 0.01)
        row = csr_matrix(
            (weights, (np.zeros(len(columns), np.int64), columns)), shape=(1, len(model.item_ids))
        )
        exclude = np.searchsorted(model.item_ids, sorted(person.exclude))
        return peer.recommend(0, row, N=BEST, recalculate_user=True, filter_items=exclude)

    return ask


def figures(items: int, name: str, asked: int = 200) -> dict[str, float]:
    """p50 and p99 of ours, exact and (where there is one) by an index, its recall; implicit's; the memory's limit."""
    model, of_item = artifact(items)
    those = people(model, of_item, asked)
    assert model.nearest is not None
    exact = Artifact(
        **{field: getattr(model, field) for field in model.__slots__ if field != "nearest"},
        nearest=Nearest(Factors(model.arrays["vectors"], model.arrays["scales"]), exact_below=items),
    )
    told: dict[str, float] = {}
    for person in those[:5]:
        answer(exact, person)
    took = timed(lambda person: answer(exact, person), those)
    limit = model.arrays["vectors"].nbytes / bandwidth_gb_s() / 1e6
    told |= {
        f"exact_p50_ms_{name}": statistics.median(took),
        f"exact_p99_ms_{name}": p99(took),
        f"memory_limit_ms_{name}": limit,
        f"bandwidth_share_{name}": limit / statistics.median(took),
    }
    started = time.monotonic()
    model.nearest.index()
    if model.nearest.is_indexed:
        told[f"index_s_{name}"] = time.monotonic() - started
        hits = [np.isin(answer(model, p)[1], answer(exact, p)[1]).mean() for p in those[:100]]
        told[f"recall_at_100_{name}"] = float(np.mean(hits))
    took = timed(lambda person: answer(model, person), those)
    told |= {f"p50_ms_{name}": statistics.median(took), f"p99_ms_{name}": p99(took)}
    ask = implicit_answers(model)
    ask(those[0])
    told[f"implicit_p50_ms_{name}"] = statistics.median(timed(ask, those[: asked // 4]))
    return told


def p99(took: list[float]) -> float:
    return statistics.quantiles(took, n=100)[98]
