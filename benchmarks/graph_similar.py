"""How long it takes to work out which titles are alike: `make bench NAME=graph-similar`.

30,000 films with their vectors (COUNT=… for fewer), 1,000 people who have been through 100 of them each, in heaps of taste.
`all_s`: everything from nothing, edges written; `lists_s`: the ten nearest by meaning alone, in memory; `product_s`: the bare
product of the vectors, which any exact way has to make. `changed_100_s`: after a hundred new vectors; `rated_s`: after one
person has been through ten more films; `nothing_ms`: where nothing waits. `people_s`: who rates like whom, of 1,000.
"""

from __future__ import annotations

import json
import os
import resource
import time

import catalogue_30k as catalogue
import numpy as np
from sqlalchemy import text

from mediatheque.flows.refreshing_graph import refresh_graph
from mediatheque.graph.nearest import all_nearest
from mediatheque.graph.similar import K, Meanings
from mediatheque.kit.database import Database
from mediatheque.library.queries.history import refresh_standings
from mediatheque.stores.vectors import Embedded, store

PEOPLE, SEEN = 1_000, 100
COUNT = int(os.environ.get("COUNT", catalogue.COUNT))


def main() -> None:
    """Print the figures, and as the last line the JSON of them."""
    works, model = catalogue.works(COUNT), catalogue.embedder()
    made = catalogue.vectors(works, model)
    told = in_memory(made)
    print(told, flush=True)
    with catalogue.empty_library() as database:
        ids = np.array(catalogue.load(database, works, made, model), np.int64)
        add_people(database, ids)
        told["all_s"] = seconds(lambda: refresh_graph(database, model.name, everything=True))
        told["all_items_per_s"] = len(ids) / told["all_s"]
        with database.transaction() as db:
            told["edges"] = db.execute(text("SELECT count(*) FROM graph_edges WHERE type = 19")).scalar_one()
            told["links"] = db.execute(text("SELECT count(*) FROM graph_edges WHERE type = 20")).scalar_one()
        print(told, flush=True)
        put_others(database, ids, made, model.name)
        told["changed_100_s"] = seconds(lambda: refresh_graph(database, model.name))
        see_more(database, ids)
        told["rated_s"] = seconds(lambda: refresh_graph(database, model.name))
        told["nothing_ms"] = 1000 * seconds(lambda: refresh_graph(database, model.name))
        told["rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({name: round(figure, 3) for name, figure in told.items()}))


def in_memory(made: np.ndarray) -> dict[str, float]:
    """What the lists cost beside the bare product, block by block as they do it."""
    units = (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)
    block = np.empty((512, len(units)), np.float32)

    def product() -> None:
        for start in range(0, len(units), len(block)):
            some = units[start : start + len(block)]
            np.matmul(some, units.T, out=block[: len(some)])

    told = {"product_s": min(seconds(product) for _ in range(2))}
    told["lists_s"] = seconds(lambda: all_nearest(Meanings(units), K))
    told["lists_items_per_s"] = len(units) / told["lists_s"]
    return told


def add_people(database: Database, ids: np.ndarray) -> None:
    """People who share their taste, and have watched and rated films of their heap more than others."""
    dice = np.random.default_rng(7)
    with database.transaction() as db:
        db.execute(
            text(
                "INSERT INTO users (name, shares_taste) SELECT 'Person ' || n, true FROM generate_series(1, :n) AS n"
            ),
            {"n": PEOPLE},
        )
        users = db.execute(text("SELECT id FROM users ORDER BY id")).scalars().all()
        for number, user_id in enumerate(users):
            heap = ids[number % 20 :: 20][:300]
            seen = np.unique(np.concatenate([dice.choice(heap, SEEN * 3 // 4), dice.choice(ids, SEEN // 4)]))
            db.execute(
                text("""
                    WITH seen AS (SELECT * FROM unnest(CAST(:items AS bigint[]), CAST(:stars AS real[])) AS s(item, stars)),
                    watched AS (INSERT INTO user_items (user_id, item_id, seen_count) SELECT :user, item, 1 FROM seen)
                    INSERT INTO ratings (user_id, item_id, value) SELECT :user, item, stars FROM seen
                """),
                {
                    "user": user_id,
                    "items": seen.tolist(),
                    "stars": (dice.integers(2, 11, len(seen)) / 2).tolist(),
                },
            )


def put_others(database: Database, ids: np.ndarray, made: np.ndarray, model: str) -> None:
    """A hundred films mean something else."""
    dice = np.random.default_rng(8)
    which, others = dice.choice(len(ids), 100, replace=False), dice.choice(len(ids), 100, replace=False)
    with database.transaction() as db:
        model_id = store().model_id(db, model)
        assert model_id is not None
        rows = [Embedded(int(ids[a]), b"another", made[b]) for a, b in zip(which, others, strict=True)]
        store().put(db, model_id, rows)


def see_more(database: Database, ids: np.ndarray) -> None:
    """One person watches ten films that many know."""
    with database.transaction() as db:
        user_id = db.execute(text("SELECT min(id) FROM users")).scalar_one()
        db.execute(
            text("""
                INSERT INTO events (user_id, item_id, kind, at) SELECT :user, item_id, 'watched', now() FROM (
                    SELECT item_id FROM user_items GROUP BY item_id ORDER BY count(*) DESC, item_id LIMIT 10) AS known
                RETURNING item_id
            """),
            {"user": user_id},
        )
        wanted = text("SELECT DISTINCT item_id FROM events WHERE user_id = :user")
        refresh_standings(db, user_id, list(db.execute(wanted, {"user": user_id}).scalars()))


def seconds(do) -> float:
    started = time.perf_counter()
    do()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
