"""How long training takes, and how much memory; the last line is one JSON object.

`ml1m_s` is the blend for MovieLens-1M, all 6,034 people; `large_s` and `large_gb` are wEDLAE and iALS (128
dimensions) on a made-up matrix of ML-20M's size, 116,677 people × 20,108 titles × 7.2M likes, and the most memory
the process ever held. THREADS=2 is the default; SIZE=0.1 makes the made-up matrix a tenth in each direction.
"""

from __future__ import annotations

import json
import os
import resource
import time

import movielens
import numpy as np

from mediatheque.recommend.models import ials, wedlae
from mediatheque.training.fitting import fit
from mediatheque.training.interactions import Interactions
from mediatheque.training.recipes import MANY

THREADS = int(os.environ.get("THREADS", "2"))
SIZE = float(os.environ.get("SIZE", "1"))
PEOPLE, TITLES, LIKES = 116_677, 20_108, 7_200_000


def main() -> None:
    large = made_up(int(PEOPLE * SIZE), int(TITLES * SIZE), int(LIKES * SIZE))
    print(f"{large.n_users:,} people, {large.n_items:,} titles, {len(large):,} likes", flush=True)
    began = time.perf_counter()
    for name, config in (("ials", ials.Config(dimensions=128)), ("wedlae", wedlae.Config())):
        since = time.perf_counter()
        fit(name, large, config, threads=THREADS)
        print(f"{name}: {time.perf_counter() - since:.1f} s, {_peak_gb():.1f} GB", flush=True)
    large_s, large_gb = time.perf_counter() - began, _peak_gb()
    seen, _ = movielens.likes(movielens.ml1m())
    began = time.perf_counter()
    fit("blend", seen, MANY, threads=THREADS)
    ml1m_s = time.perf_counter() - began
    print(
        json.dumps(
            {k: round(v, 1) for k, v in (("ml1m_s", ml1m_s), ("large_s", large_s), ("large_gb", large_gb))}
        )
    )


def made_up(people: int, titles: int, likes: int, seed: int = 0) -> Interactions:
    """Likes as people have them: some like a lot, a few titles are liked by most, and tastes come in groups."""
    rng = np.random.default_rng(seed)
    activity = rng.lognormal(0, 1.1, people)
    popularity = 1 / np.arange(10, titles + 10) ** 0.9
    groups = 20
    # A third of the draws are too many of the same; what is drawn twice counts once.
    users = rng.choice(people, size=int(likes * 1.35), p=activity / activity.sum())
    taste = users % groups
    items = rng.choice(titles, size=len(users), p=popularity / popularity.sum())
    # Most likes are moved to the nearest title of the person's group.
    moved = rng.random(len(users)) < 0.6
    items = np.where(moved, np.minimum(items - items % groups + taste, titles - 1), items)
    pairs = np.unique(users.astype(np.int64) * titles + items)
    pairs = rng.permutation(pairs)[:likes]
    return Interactions.of(pairs // titles, pairs % titles, people, titles)


def _peak_gb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


if __name__ == "__main__":
    main()
