"""How good lists are: accuracy per user, and what all lists together show of the catalogue.

Users are rows throughout. `lists` holds item numbers best first, -1 where there was nothing more to say;
`hits` says of each place whether its item is a target. With n targets of a user and k places:

- NDCG@k: Σ 1 / log2(place + 1) over hits, divided by the same sum over the first min(k, n) places.
- Recall@k: hits / min(k, n), as in Liang 2018, or hits / n (`of_all=True`), as in Microsoft's Recommenders.
- Precision@k: hits / k. Hit rate: whether there is one. MRR: 1 / place of the first.
- MAP@k: Σ precision at each hit's place, divided by n (`of_all=True`) or by min(k, n).
- Coverage: the share of the catalogue shown to anybody. Gini: 0 when all items are shown alike often, 1 when one is.
- Novelty: the mean of -log2 of the share of people who have what is shown.
- Intra-list diversity: 1 - the mean cosine of pairs in a list. RMSE and MAE are of ratings.
- Popularity percentile: the share of the catalogue that fewer people have, ties counted half (0 to 1). Popularity bias
  (Abdollahpouri 2019): its mean over what is shown less its mean over what the person chose; 0 is as they choose.
- Cold share: of what is shown (or chosen), how much fewer people have than it takes to know a title well.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Hits = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


def top(scores: npt.NDArray[Any], k: int) -> Ints:
    """The k best items of each row, best first, the earlier item among equals; -1 for those of -inf."""
    k = min(k, scores.shape[1])
    if k == 0:
        return np.zeros((len(scores), 0), np.int64)
    least = np.partition(scores, -k, axis=1)[:, -k]
    lists = np.full((len(scores), k), -1, np.int64)
    for user, (row, bound) in enumerate(zip(scores, least, strict=True)):
        best = np.flatnonzero(row >= bound)
        best = best[np.argsort(-row[best], kind="stable")[:k]]
        best = best[np.isfinite(row[best])]
        lists[user, : len(best)] = best
    return lists


def hits(lists: Ints, starts: npt.NDArray[Any], targets: npt.NDArray[Any], n_items: int) -> Hits:
    """Whether each item shown is among its user's targets, `targets[starts[u]:starts[u + 1]]`."""
    users = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    wanted = users * n_items + targets
    shown = np.arange(len(lists))[:, None] * n_items + lists
    return np.isin(shown, wanted) & (lists >= 0)


def ndcg(hits: Hits, n_targets: npt.NDArray[Any], k: int) -> Floats:
    """Normalised discounted cumulative gain of each user."""
    gains = 1 / np.log2(np.arange(2, k + 2))
    ideal = np.append(0.0, np.cumsum(gains))[np.minimum(n_targets, k)]
    return _share(hits[:, :k] @ gains[: hits.shape[1]], ideal)


def recall(hits: Hits, n_targets: npt.NDArray[Any], k: int, *, of_all: bool = False) -> Floats:
    """The share of each user's targets that were shown."""
    return _share(hits[:, :k].sum(axis=1), n_targets if of_all else np.minimum(n_targets, k))


def precision(hits: Hits, k: int) -> Floats:
    """The share of k places that were hits."""
    return np.asarray(hits[:, :k].sum(axis=1) / k, np.float64)


def hit_rate(hits: Hits, k: int) -> Floats:
    """1 for each user who was shown a target."""
    return np.asarray(hits[:, :k].any(axis=1), np.float64)


def mrr(hits: Hits, k: int) -> Floats:
    """1 / place of each user's first hit."""
    shown = hits[:, :k]
    return (
        np.where(shown.any(axis=1), 1 / (1 + shown.argmax(axis=1)), 0.0) if shown.size else hit_rate(hits, k)
    )


def average_precision(hits: Hits, n_targets: npt.NDArray[Any], k: int, *, of_all: bool = True) -> Floats:
    """Each user's precision at the places of hits, added up and divided by what was to be found."""
    shown = hits[:, :k]
    precisions = np.cumsum(shown, axis=1) / np.arange(1, shown.shape[1] + 1)
    return _share((precisions * shown).sum(axis=1), n_targets if of_all else np.minimum(n_targets, k))


def coverage(lists: Ints, n_items: int) -> float:
    """The share of the catalogue that anybody was shown."""
    return len(np.unique(lists[lists >= 0])) / n_items


def gini(lists: Ints, n_items: int) -> float:
    """How unequally items are shown."""
    counts = np.sort(np.bincount(lists[lists >= 0], minlength=n_items)).astype(np.float64)
    if not counts.sum():
        return 0.0
    places = np.arange(1, n_items + 1)
    return float(((2 * places - n_items - 1) @ counts) / (n_items * counts.sum()))


def novelty(lists: Ints, counts: npt.NDArray[Any], n_users: int) -> Floats:
    """How few people have what each user was shown, in bits; 0 for an empty list."""
    shares = np.maximum(counts, 1) / n_users
    shown = lists >= 0
    bits = np.where(shown, -np.log2(shares)[np.maximum(lists, 0)], 0.0)
    return _share(bits.sum(axis=1), shown.sum(axis=1))


def diversity(lists: Ints, vectors: npt.NDArray[Any]) -> Floats:
    """How unlike each other the items of each list are, by unit vectors of items; 0 for fewer than two."""
    shown = lists >= 0
    sums = np.stack([vectors[row[row >= 0]].sum(axis=0) for row in lists])
    own = np.stack([(vectors[row[row >= 0]] ** 2).sum() for row in lists])
    count = shown.sum(axis=1)
    pairs = count * (count - 1)
    likeness = _share((sums**2).sum(axis=1) - own, pairs)
    return np.where(pairs > 0, 1 - likeness, 0.0)


def percentiles(counts: npt.NDArray[Any]) -> Floats:
    """How popular each item is by the number of people who have it: the share that fewer have, ties counted half."""
    ranked = np.sort(counts)
    below, up_to = np.searchsorted(ranked, counts, "left"), np.searchsorted(ranked, counts, "right")
    return (below + up_to) / (2 * max(len(counts), 1))


def mean_of_shown(lists: Ints, values: npt.NDArray[Any]) -> Floats:
    """The mean over each user's list of something that items have; 0 for an empty list."""
    shown = lists >= 0
    return _share(np.where(shown, values[np.maximum(lists, 0)], 0.0).sum(axis=1), shown.sum(axis=1))


def mean_of_rows(starts: npt.NDArray[Any], items: npt.NDArray[Any], values: npt.NDArray[Any]) -> Floats:
    """The same over `items[starts[u]:starts[u + 1]]`, as interactions keep them."""
    users = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    return _share(np.bincount(users, weights=values[items], minlength=len(starts) - 1), np.diff(starts))


def rmse(said: npt.NDArray[Any], given: npt.NDArray[Any]) -> float:
    """The root of the mean squared error of ratings."""
    return float(np.sqrt(np.mean((said.astype(np.float64) - given) ** 2)))


def mae(said: npt.NDArray[Any], given: npt.NDArray[Any]) -> float:
    """The mean absolute error of ratings."""
    return float(np.mean(np.abs(said.astype(np.float64) - given)))


def _share(part: npt.NDArray[Any], whole: npt.NDArray[Any]) -> Floats:
    """part / whole, 0 where there is no whole."""
    part, whole = part.astype(np.float64), whole.astype(np.float64)
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
