"""Walks over the graph as lists for people: MovieLens-1M, first fold's test people; the last line is one JSON object.

The fold's titles as a catalogue (genres, casts, opening paragraphs of articles, with vectors of the default embedder
and the edges that those make), and PEOPLE=200 of the fold's test people with the 80 % of their likes that they
are shown to have. Nobody else is known, so this is what a household's first lists are worth. Every method that asks
nobody else is judged by NDCG@10 and NDCG@100 of the rest, its whole list of a hundred as a person would get it, variety
and all; "with connected" is the mixture with walks beside content, "without" the mixture as it is. `p` is a paired
t-test over people, times as many comparisons as there are (Holm). `connected_ms` is a list of ten, of which `walk_ms`
asks the graph; `walk_cpu_ms` is this process's share of that, `paths_ms` what connects twenty titles with the person.
"""

from __future__ import annotations

import os

# Before numpy: the threads of a BLAS wait for each other, and the database answers on the same cores.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import json
import statistics
import time
from collections.abc import Callable, Sequence

import catalogue_30k
import ml1m_catalogue
import movielens
import numpy as np
import numpy.typing as npt
from sqlalchemy import text

from mediatheque.flows.refreshing_graph import refresh_graph
from mediatheque.kit.database import Connection, Database
from mediatheque.recommend.algorithms import connected
from mediatheque.recommend.connections import paths_for
from mediatheque.recommend.queries.eligible import bounds
from mediatheque.recommend.request import Means, Request, Rules
from mediatheque.recommend.serve import listener, recommend
from mediatheque.recommend.walking import walk_of
from mediatheque.stores.vectors import store
from mediatheque.training import metrics
from mediatheque.training.significance import compare, holm
from mediatheque.training.splits import Held, strong_generalisation

PEOPLE = int(os.environ.get("PEOPLE", "200"))
LISTS = {
    "popular": ("popular", False),
    "content": ("content", False),
    "because-you-liked": ("because-you-liked", False),
    "connected": ("connected", False),
    "mixed without": ("mixed", False),
    "mixed with connected": ("mixed", True),
}
PAIRS = (
    ("connected", "popular"),
    ("connected", "content"),
    ("connected", "because-you-liked"),
    ("mixed with connected", "mixed without"),
)


def main() -> None:
    ratings = movielens.ml1m()
    _, stars = movielens.likes(ratings)
    fold = next(strong_generalisation(stars))
    titles = [ratings.titles[item] for item in fold.items]
    works, model = ml1m_catalogue.works_of(titles), catalogue_30k.embedder()
    vectors = catalogue_30k.vectors(works, model)
    rows = np.arange(min(PEOPLE, len(fold.test.users)))
    held = Held(fold.test.users[rows], fold.test.shown.of_users(rows), fold.test.targets.of_users(rows))
    with catalogue_30k.empty_library() as database:
        ids = np.array(catalogue_30k.load(database, works, vectors, model), np.int64)
        users = add_people(database, held, ids)
        refresh_graph(database, model.name)
        with database.engine.connect() as db:
            means = Means(model_id=store().model_id(db, model.name))
            told = judged(db, held, users, ids, means)
            print(json.dumps({**told, **timed(db, users, means), "people": len(users)}))


def judged(
    db: Connection, held: Held, users: Sequence[int], ids: npt.NDArray[np.int64], means: Means
) -> dict[str, float]:
    """NDCG of each kind of list, and what may be claimed."""
    figures: dict[str, float] = {}
    values: dict[str, npt.NDArray[np.float64]] = {}
    for name, (method, is_mixed) in LISTS.items():
        connected.IN_MIXTURE = is_mixed
        lists = [listed(db, user, method, ids, means) for user in users]
        connected.IN_MIXTURE = True
        hits = metrics.hits(np.array(lists), held.targets.starts, held.targets.items, held.targets.n_items)
        at = {k: metrics.ndcg(hits, held.targets.per_user, k) for k in (10, 100)}
        values[name] = at[100]
        figures |= {f"{name}: ndcg_at_{k}": round(float(of.mean()), 4) for k, of in at.items()}
        print(name, *(f"NDCG@{k} {of.mean():.4f}" for k, of in at.items()), flush=True)
    compared = [compare(values[one], values[other]) for one, other in PAIRS]
    for (one, other), gain, p in zip(PAIRS, compared, holm([c.p for c in compared]), strict=True):
        figures[f"{one} − {other}"] = round(gain.gain, 4)
        print(f"{one} − {other}: {gain.gain:+.4f} ({gain.low:+.4f} to {gain.high:+.4f}), p {p:.2g}")
    return figures


def listed(
    db: Connection, user: int, method: str, ids: npt.NDArray[np.int64], means: Means
) -> npt.NDArray[np.int64]:
    """A hundred titles by their places in the fold; what only fills a list up counts for nothing."""
    best = recommend(db, user, Request(n=100, method=method), means)
    found = [r.item.id for r in best if method == "mixed" or r.method == method]
    places = np.full(100, -1, np.int64)
    places[: len(found)] = np.searchsorted(ids, found)
    return places


def timed(db: Connection, users: Sequence[int], means: Means) -> dict[str, float]:
    """Medians in milliseconds over people."""
    told: dict[str, float] = {}
    asked = users[:50]
    tastes = {user: listener(db, user, Rules(), means).taste for user in asked}
    some = {user: [r.item.id for r in recommend(db, user, Request(n=20), means)] for user in asked}
    asks: dict[str, Callable[[int], object]] = {
        "connected": lambda user: recommend(db, user, Request(n=10, method="connected"), means),
        "walk": lambda user: walk_of(db, tastes[user]),
        "paths": lambda user: paths_for(db, tastes[user], some[user]),
    }
    for name, ask in asks.items():
        took: list[tuple[float, float]] = []
        for user in asked:
            began, worked = time.perf_counter(), time.process_time()
            ask(user)
            took.append((time.perf_counter() - began, time.process_time() - worked))
        told[f"{name}_ms"], told[f"{name}_cpu_ms"] = (
            round(1000 * statistics.median(one), 1) for one in zip(*took[1:], strict=True)
        )
    return told


def add_people(database: Database, held: Held, ids: npt.NDArray[np.int64]) -> list[int]:
    """The people, with their stars of what they are shown to have."""
    users = np.arange(1, len(held.users) + 1)
    given = {
        "u": users[held.shown.users].tolist(),
        "i": ids[held.shown.items].tolist(),
        "v": held.shown.weights.tolist(),
    }
    pairs = "unnest(CAST(:u AS bigint[]), CAST(:i AS bigint[]), CAST(:v AS real[])) AS t(u, i, v)"
    with database.transaction() as db:
        db.execute(
            text("INSERT INTO users (name) SELECT 'P' || n FROM generate_series(1, :n) n"), {"n": len(users)}
        )
        db.execute(text(f"INSERT INTO ratings (user_id, item_id, value) SELECT u, i, v FROM {pairs}"), given)
        db.execute(
            text(
                "INSERT INTO user_items (user_id, item_id, seen_count, first_at, last_at)"
                f" SELECT u, i, 1, now(), now() FROM {pairs}"
            ),
            given,
        )
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.execute(text("VACUUM ANALYZE"))
        assert len(bounds(db, 1).known)
    return users.tolist()


if __name__ == "__main__":
    main()
