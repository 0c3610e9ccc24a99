"""A second look at the best few hundred: gradient-boosted trees that order them by more than a sum of scores.

The trees (LightGBM) learn from people whom the base models had not seen: the training people are
parted, and each part is scored by models of the others ("stacking"), so that scores mean in training what they
will mean later. A person to be judged is in none of it; validation people say when to stop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import lightgbm
import numpy as np
import numpy.typing as npt

from mediatheque.recommend.models import Histories, Scores
from mediatheque.training import metrics
from mediatheque.training.catalogue import Catalogue
from mediatheque.training.evidence import Evidence
from mediatheque.training.interactions import Interactions
from mediatheque.training.splits import Held, hold_out

Floats = npt.NDArray[np.float32]
#: Standard scores of every base model by its name, for a batch of histories.
Score = Callable[[Interactions], Mapping[str, Scores]]
#: How a base scorer comes from interactions.
Learn = Callable[[Interactions], Score]
DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Config:
    """How many candidates, in how many parts the people, and how the trees grow; they stop by NDCG@`places`.

    One forest for each of LightGBM's `objectives`. LambdaRank was no better than these and five times slower.
    """

    candidates: int = 250
    parts: int = 5
    places: int = 100
    objectives: tuple[str, ...] = ("rank_xendcg", "binary")
    trees: int = 300
    patience: int = 60
    learning_rate: float = 0.05
    leaves: int = 31
    least_in_leaf: int = 100
    column_share: float = 0.5
    ridge: float = 10.0
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Candidates:
    """For each person the items to be ordered, best first, and what the trees see of each."""

    items: npt.NDArray[np.int64]
    columns: Floats


@dataclass(frozen=True, slots=True)
class Reranker:
    """Forests, which vote with standard scores, and the names of the columns they look at."""

    forests: tuple[lightgbm.Booster, ...]
    names: tuple[str, ...]

    def order(self, candidates: Candidates) -> npt.NDArray[np.int64]:
        """The candidates of each person, best first."""
        shape, n_columns = candidates.items.shape, candidates.columns.shape[2]
        votes = np.zeros(shape)
        for forest in self.forests:
            said: Any = forest.predict(candidates.columns.reshape(-1, n_columns), raw_score=True)
            own = np.asarray(said, np.float64).reshape(shape)
            votes += (own - own.mean(axis=1, keepdims=True)) / np.maximum(
                own.std(axis=1, keepdims=True), 1e-12
            )
        order = np.argsort(-votes, axis=1, kind="stable")
        return np.take_along_axis(candidates.items, order, axis=1)


def standard(scores: Scores, histories: Histories) -> Scores:
    """Scores of each person with mean 0 and variance 1 over what is not in the history."""
    seen = np.zeros(scores.shape, bool)
    for user in range(len(histories)):
        seen[user, histories[user].items] = True
    kept = np.ma.MaskedArray(scores.astype(np.float64), seen)
    deviation = np.maximum(kept.std(axis=1).filled(1), 1e-12)
    return ((scores - kept.mean(axis=1).filled(0)[:, None]) / deviation[:, None]).astype(np.float32)


def train(
    stars: Interactions,
    catalogue: Catalogue,
    learn: Learn,
    prior: Mapping[str, float],
    validation: tuple[Held, Candidates],
    config: Config,
    *,
    threads: int = 1,
) -> Reranker:
    """Trees from the training people; `prior` are the weights by which base scores choose candidates."""
    rng = np.random.default_rng(config.seed)
    parts = np.array_split(rng.permutation(stars.n_users), config.parts)
    columns: list[Floats] = []
    is_target: list[npt.NDArray[np.bool_]] = []
    for part in parts:
        rest = stars.of_users(np.setdiff1d(np.arange(stars.n_users), part))
        held = hold_out(stars, np.sort(part), 0.8, rng)
        found = find(Evidence.of(rest, catalogue), held.shown, learn(rest)(held.shown), prior, config)
        columns.append(found.columns)
        is_target.append(_targets(found, held))
    learning = _dataset(np.concatenate(columns), np.concatenate(is_target))
    checking = _dataset(validation[1].columns, _targets(validation[1], validation[0]), learning)
    forests = tuple(_grow(objective, learning, checking, config, threads) for objective in config.objectives)
    return Reranker(forests, names(prior))


def find(
    evidence: Evidence,
    shown: Interactions,
    scores: Mapping[str, Scores],
    prior: Mapping[str, float],
    config: Config,
) -> Candidates:
    """The best of a weighted sum of base scores for each person, and their columns."""
    blended = np.zeros((shown.n_users, shown.n_items), np.float32)
    for name, weight in prior.items():
        blended += weight * scores[name]
    blended[shown.users, shown.items] = -np.inf
    items = metrics.top(blended, config.candidates)
    columns = np.empty((*items.shape, len(names(prior))), np.float32)
    for user, chosen in enumerate(items):
        own = {name: of_all[user, chosen] for name, of_all in scores.items() if name in prior}
        columns[user] = np.stack(
            [*own.values(), *_of_list(blended[user, chosen]), *_of_person(evidence, shown, user, chosen)],
            axis=1,
        )
    return Candidates(items, columns)


LIST_COLUMNS = ("blend", "place", "gap to first", "above mean", "spread")
PERSON_COLUMNS = (
    "length of history",
    "popularity of history",
    "popularity",
    "popularity against history",
    "year",
    "years from history",
    "years from history by spread",
    "within a year",
    "within three years",
    "genres liked",
    "most alike genres",
    "mean alike genres",
    "loved",
    "popularity then",
    "rise then",
    "days since first",
    "days since mean",
    "moment",
    "span of history",
    "most together",
    "five most together",
    "mean together",
    "most at once",
    "mean at once",
    "share at once",
)


def names(prior: Mapping[str, float]) -> tuple[str, ...]:
    """Names of the columns, in order."""
    return (*prior, *LIST_COLUMNS, *PERSON_COLUMNS)


def _of_list(scores: Floats) -> list[npt.NDArray[Any]]:
    n = len(scores)
    return [
        scores,
        np.arange(n),
        scores[:1] - scores,
        scores - scores.mean(),
        np.full(n, scores.std()),
    ]


def _of_person(
    evidence: Evidence, shown: Interactions, user: int, chosen: npt.NDArray[np.int64]
) -> list[npt.NDArray[Any]]:
    span = slice(shown.starts[user], shown.starts[user + 1])
    had, times = shown.items[span], shown.times[span].astype(np.float64)
    return [
        *_crowd(evidence, had, chosen),
        *_catalogue(evidence.catalogue, evidence.counts, had, chosen),
        *_moment(evidence, times, chosen),
        *_pairs(evidence, had, chosen),
    ]


def _crowd(evidence: Evidence, had: npt.NDArray[Any], chosen: npt.NDArray[Any]) -> list[npt.NDArray[Any]]:
    n, popularity = len(chosen), np.log1p(evidence.counts)
    usual = popularity[had].mean()
    return [np.full(n, len(had)), np.full(n, usual), popularity[chosen], popularity[chosen] - usual]


def _catalogue(
    catalogue: Catalogue, counts: npt.NDArray[Any], had: npt.NDArray[Any], chosen: npt.NDArray[Any]
) -> list[npt.NDArray[Any]]:
    years, own = catalogue.years[chosen], catalogue.years[had]
    apart = np.abs(years[:, None] - own)
    genres, liked = catalogue.genres[chosen], catalogue.genres[had]
    usual = counts @ catalogue.genres / max(counts.sum(), 1.0)
    affinity = genres @ (liked.mean(axis=0) / np.maximum(usual, 1e-3)) / np.maximum(genres.sum(axis=1), 1)
    lengths = np.sqrt(np.maximum(genres.sum(axis=1), 1))[:, None] * np.sqrt(np.maximum(liked.sum(axis=1), 1))
    alike = genres @ liked.T / lengths
    return [
        years,
        years - own.mean(),
        np.abs(years - own.mean()) / (own.std() + 2),
        (apart <= 1).mean(axis=1),
        (apart <= 3).mean(axis=1),
        affinity,
        alike.max(axis=1),
        alike.mean(axis=1),
    ]


def _moment(
    evidence: Evidence, times: npt.NDArray[np.float64], chosen: npt.NDArray[Any]
) -> list[npt.NDArray[Any]]:
    n, moment = len(chosen), float(np.median(times))
    around, total = evidence.count_around(moment, 15)
    expected = evidence.counts[chosen] * (total / max(len(evidence.times), 1))
    return [
        evidence.loved[chosen],
        np.log1p(around[chosen]),
        np.log((around[chosen] + 1) / (expected + 1)),
        np.clip((moment - evidence.first_at[chosen]) / DAY_S, -1000, 1000),
        np.clip((moment - evidence.mean_at[chosen]) / DAY_S, -1000, 1000),
        np.full(n, (moment - evidence.times[0]) / DAY_S),
        np.full(n, np.log1p((times.max() - times.min()) / 60)),
    ]


def _pairs(evidence: Evidence, had: npt.NDArray[Any], chosen: npt.NDArray[Any]) -> list[npt.NDArray[Any]]:
    together, at_once = evidence.together[np.ix_(had, chosen)], evidence.at_once[np.ix_(had, chosen)]
    most = np.sort(together, axis=0)[-5:]
    return [
        together.max(axis=0),
        most.mean(axis=0),
        together.mean(axis=0),
        at_once.max(axis=0),
        at_once.mean(axis=0),
        (at_once > 0).mean(axis=0),
    ]


def _targets(found: Candidates, held: Held) -> npt.NDArray[np.bool_]:
    targets = held.targets
    return metrics.hits(found.items, targets.starts, targets.items, targets.n_items)


def _grow(
    objective: str, learning: lightgbm.Dataset, checking: lightgbm.Dataset, config: Config, threads: int
) -> lightgbm.Booster:
    """As many trees as serve the people to check best."""
    settings = {
        "objective": objective,
        "metric": "ndcg",
        "eval_at": [config.places],
        "learning_rate": config.learning_rate,
        "num_leaves": config.leaves,
        "min_data_in_leaf": config.least_in_leaf,
        "feature_fraction": config.column_share,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "lambda_l2": config.ridge,
        "seed": config.seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": threads,
        "verbose": -1,
    }
    stop = lightgbm.early_stopping(config.patience, verbose=False)
    return lightgbm.train(settings, learning, config.trees, valid_sets=[checking], callbacks=[stop])


def _dataset(
    columns: Floats, is_target: npt.NDArray[np.bool_], reference: lightgbm.Dataset | None = None
) -> lightgbm.Dataset:
    n_people, n_items, n_columns = columns.shape
    return lightgbm.Dataset(
        np.ascontiguousarray(columns.reshape(-1, n_columns)),
        is_target.reshape(-1).astype(np.int32),
        group=[n_items] * n_people,
        reference=reference,
        params={"max_bin": 127, "verbose": -1},
        free_raw_data=False,
    )
