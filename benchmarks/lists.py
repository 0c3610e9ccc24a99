"""How long each kind of list takes in process, database included: `make bench NAME=lists`.

30,000 films with their vectors, a model of 128 factors (made up: only its size counts), 1,000 people with 100,000
ratings in clusters of taste, 150 of them of who asks. `neighbours_ms` is the SQL function alone, for the asker;
`neighbours_heaviest_ms` for whoever rated most. Medians of 30 (of 5 for the trends, which are asked for once a minute).
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
from dataclasses import replace

import catalogue_30k as catalogue
import numpy as np
import serving_factors
from sqlalchemy import text

from mediatheque.kit.database import Connection, Database
from mediatheque.recommend.artifact import Artifact
from mediatheque.recommend.because_of import because_of, rows
from mediatheque.recommend.champion import OnDuty
from mediatheque.recommend.group import Strategy, recommend_to_group
from mediatheque.recommend.queries.trends import trend_figures
from mediatheque.recommend.request import Means, Request
from mediatheque.recommend.serve import recommend
from mediatheque.recommend.similar import similar
from mediatheque.stores.vectors import store

PEOPLE, RATINGS, OWN = 1_000, 100_000, 150


def main() -> None:
    """Print the figures, and as the last line the JSON of them."""
    works, model = catalogue.works(), catalogue.embedder()
    made = catalogue.vectors(works, model)
    with catalogue.empty_library() as database:
        ids = np.array(catalogue.load(database, works, made, model), np.int64)
        heaviest = add_people(database, ids)
        with database.engine.connect() as db:
            means = Means(model_id=store().model_id(db, model.name), on_duty=OnDuty(a_model(ids)))
            told = {
                name: median_ms(ask, 5 if name == "trends_ms" else 30) for name, ask in asked(db, means, ids)
            }
            told["neighbours_heaviest_ms"] = median_ms(lambda: neighbours(db, heaviest), 30)
    print(json.dumps({name: round(figure, 1) for name, figure in told.items()}))


def asked(db: Connection, means: Means, ids: np.ndarray) -> list[tuple[str, Callable[[], object]]]:
    """What is timed: person 1 asks; in turns about titles that they rated."""
    own = db.execute(text("SELECT item_id FROM ratings WHERE user_id = 1 ORDER BY item_id")).scalars().all()
    turn = iter(list(own) * 10)
    request = Request(n=10)

    def alone(method: str) -> Callable[[], object]:
        return lambda: recommend(db, 1, replace(request, method=method), means)

    def together(names: Sequence[str]) -> Callable[[], object]:
        return lambda: recommend_to_group(db, 1, names, request, means, strategy=Strategy.FAIR)

    return [
        ("mixed_ms", alone("mixed")),
        ("similar_ms", lambda: similar(db, 1, next(turn), request, means)),
        ("because_of_ms", lambda: because_of(db, 1, next(turn), request, means)),
        ("rows_ms", lambda: rows(db, 1, request, means)),
        ("trending_ms", alone("trending")),
        ("trends_ms", lambda: trend_figures(db, lately_days=14, before_days=182)),
        ("neighbours_ms", lambda: neighbours(db, 1)),
        ("like_minded_ms", alone("like-minded")),
        ("group_of_4_ms", together(["P2", "P3", "P4"])),
    ]


def neighbours(db: Connection, user_id: int) -> None:
    db.execute(text("SELECT * FROM neighbours_by_pearson(:user)"), {"user": user_id}).all()


def a_model(ids: np.ndarray) -> Artifact:
    """A trained model of these items."""
    model, _ = serving_factors.artifact(len(ids))
    return replace(model, item_ids=np.sort(ids))


def add_people(database: Database, ids: np.ndarray) -> int:
    """Everybody and what they rated; who rated most."""
    chance = np.random.default_rng(0)
    ratings = [taken(chance, person, len(ids)) for person in range(PEOPLE)]
    users = np.repeat(np.arange(1, PEOPLE + 1), [len(items) for items, _ in ratings])
    given = {
        "u": users.tolist(),
        "i": ids[np.concatenate([items for items, _ in ratings])].tolist(),
        "v": np.concatenate([stars for _, stars in ratings]).tolist(),
        "d": chance.exponential(200, len(users)).tolist(),
    }
    with database.transaction() as db:
        db.execute(
            text(
                "INSERT INTO users (name, shares_taste) SELECT 'P' || n, true FROM generate_series(1, :n) n"
            ),
            {"n": PEOPLE},
        )
        db.execute(
            text(
                "INSERT INTO ratings (user_id, item_id, value) SELECT * FROM unnest("
                "CAST(:u AS bigint[]), CAST(:i AS bigint[]), CAST(:v AS real[]))"
            ),
            {name: given[name] for name in "uiv"},
        )
        db.execute(
            text(
                "INSERT INTO user_items (user_id, item_id, seen_count, first_at, last_at)"
                " SELECT u, i, 1, now() - d * interval '1 day', now() - d * interval '1 day' FROM unnest("
                "CAST(:u AS bigint[]), CAST(:i AS bigint[]), CAST(:d AS float8[])) AS t(u, i, d)"
            ),
            {name: given[name] for name in "uid"},
        )
        db.execute(text("ANALYZE ratings, user_items, users"))
    return int(np.bincount(users).argmax())


def taken(chance: np.random.Generator, person: int, items: int) -> tuple[np.ndarray, np.ndarray]:
    """What a person rated, and how: more of what is popular, better what is of their tenth of the catalogue."""
    share = chance.lognormal(0, 1) / np.exp(0.5)
    count = OWN if person == 0 else int(np.clip(share * RATINGS / PEOPLE, 5, 2_000))
    places = np.unique((items * chance.random(2 * count) ** 3).astype(np.int64))
    chosen = chance.permutation(places)[:count]
    stars = 3.2 + 1.2 * (chosen % 10 == person % 10) + 0.8 * chance.standard_normal(len(chosen))
    return chosen, np.clip(np.round(2 * stars) / 2, 0.5, 5)


def median_ms(ask: Callable[[], object], times: int) -> float:
    """The median of so many, the first left out: it fills caches."""
    took: list[float] = []
    for _ in range(times + 1):
        started = time.perf_counter()
        ask()
        took.append((time.perf_counter() - started) * 1000)
    return statistics.median(took[1:])


if __name__ == "__main__":
    main()
