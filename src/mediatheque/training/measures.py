"""What is measured of every model, a figure for each judge where there is one, and what each figure means."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mediatheque.training import metrics
from mediatheque.training.judging import Judgement, Judges
from mediatheque.training.metrics import Floats
from mediatheque.training.significance import estimate

#: What fewer people have is known too little for what people have in common to speak of it.
COLD = 5


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure, in words; `better` is "more", "less" or, where neither is good in itself, ""."""

    name: str
    label: str
    what: str
    better: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A value, and its 95 % interval where it is a mean over judges."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What models are measured with: all of it from before the judges judged."""

    k: int
    counts: npt.NDArray[np.int64]  # people who like each item
    n_users: int
    ranks: Floats  # how popular each item is, 0 to 1
    vectors: npt.NDArray[np.float32] | None = None  # of items, unit length; None: no diversity
    of_all: bool = False  # recall and MAP of all that is to be found, as Microsoft's Recommenders have it


def measures(k: int, *, of_all: bool = False) -> list[Measure]:
    """All that there is, in the order of tables."""
    share = "what was to be found" if of_all else f"what {k} places could hold of it"
    return [
        Measure("ndcg", f"NDCG@{k}", "Hits, the higher in the list the more; 1 is the best list there could be.", "more"),
        Measure("recall", f"Recall@{k}", f"Hits of {share}.", "more"),
        Measure("precision", f"Precision@{k}", f"The share of {k} places that were hits.", "more"),
        Measure("map", f"MAP@{k}", "Precision at the place of each hit, averaged.", "more"),
        Measure("mrr", f"MRR@{k}", "1 / place of the first hit.", "more"),
        Measure("hit_rate", f"Hit rate@{k}", "The share of judges who were shown a hit.", "more"),
        Measure("coverage", "Coverage", "The share of the catalogue that anybody was shown.", "more"),
        Measure("novelty", "Novelty", "How few people like what is shown, in bits: one more is half as many.", ""),
        Measure("diversity", "Diversity", "How unlike each other the titles of one list are.", ""),
        Measure("gini", "Gini", "0 when all titles are shown alike often, 1 when one is.", "less"),
        Measure(
            "popularity_bias",
            "Popularity bias",
            "The mean popularity percentile of what is shown, less that of what was chosen; 0 is as people choose.",
            "",
        ),
        Measure("cold_share", "Cold share", f"The share of what is shown that fewer than {COLD} people like.", ""),
    ]  # fmt: skip


def per_judge(of: Judgement, by: Judges, stick: Yardstick) -> dict[str, Floats]:
    """A figure of each measure for each judge; those of the catalogue as a whole are not among them."""
    k, n = stick.k, of.targets
    lists = of.lists[:, :k]
    found: dict[str, Floats] = {
        "ndcg": metrics.ndcg(of.hits, n, k),
        "recall": metrics.recall(of.hits, n, k, of_all=stick.of_all),
        "precision": metrics.precision(of.hits, k),
        "map": metrics.average_precision(of.hits, n, k, of_all=stick.of_all),
        "mrr": metrics.mrr(of.hits, k),
        "hit_rate": metrics.hit_rate(of.hits, k),
        "novelty": metrics.novelty(lists, stick.counts, stick.n_users),
        "popularity_bias": metrics.mean_of_shown(lists, stick.ranks) - chosen_popularity(by, stick),
        "cold_share": metrics.mean_of_shown(lists, is_cold(stick)),
    }
    if stick.vectors is not None:
        found["diversity"] = metrics.diversity(lists, stick.vectors)
    return found


def figures(
    of: Judgement, values: dict[str, Floats], rows: npt.NDArray[np.bool_], n_items: int, k: int
) -> dict[str, Figure]:
    """All measures over these judges."""
    lists = of.lists[rows, :k]
    found = {
        "coverage": Figure(metrics.coverage(lists, n_items)),
        "gini": Figure(metrics.gini(lists, n_items)),
    }
    for name, each in values.items():
        mean = estimate(each[rows])
        found[name] = Figure(mean.mean, mean.low, mean.high)
    return {one.name: found[one.name] for one in measures(k) if one.name in found}


def chosen_popularity(by: Judges, stick: Yardstick) -> Floats:
    """The mean popularity percentile of what each judge chose."""
    return metrics.mean_of_rows(by.targets.starts, by.targets.items, stick.ranks)


def is_cold(stick: Yardstick) -> Floats:
    """1 for each item that hardly anybody likes yet."""
    return (stick.counts < COLD).astype(np.float64)
