"""How long patterns of a person's graph take, in process, database included: `make bench NAME=graph-patterns`.

30,000 real films with their genres and casts (and ten made-up SIMILAR edges each: only their number counts). The person
has been through 2,000 of them: most from what the genres and players that they prefer are in, a quarter at random; half
are rated. Ten others with as many are there as well. Medians of 15, the first calls left out. `FILMS=3000 TITLES=200` is
a small one; `TOLD=1` prints the communities and what is central.
"""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import catalogue_30k as catalogue
import numpy as np
from sqlalchemy import text

from mediatheque.graph.central import central
from mediatheque.graph.communities import communities
from mediatheque.graph.edges import codes
from mediatheque.graph.subgraph import subgraph
from mediatheque.kit.database import Connection, Database
from mediatheque.library.queries.history import add_events
from mediatheque.library.queries.items import NewItem, add_items
from mediatheque.library.queries.users import add_user
from mediatheque.resolve.normalise import title_keys
from mediatheque.stores.graph import View, open_graph
from mediatheque.vocabulary import Event, EventKind, Node, NodeKind, Work

FILMS, TITLES = int(os.environ.get("FILMS", "30000")), int(os.environ.get("TITLES", "2000"))
OTHERS, TIMES, SIMILAR = 10, 15, 10
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def main() -> None:
    """Print the figures, and as the last line the JSON of them."""
    works = catalogue.works(FILMS)
    chance = np.random.default_rng(5)
    with catalogue.empty_library() as database:
        ids = loaded(database, works, chance)
        viewer, *_ = [with_history(database, works, ids, chance, n) for n in range(OTHERS + 1)]
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
            db.exec_driver_sql("VACUUM ANALYZE")
        with database.transaction() as db:
            print(json.dumps(measured(db, View(viewer), ids)))


def measured(db: Connection, view: View, ids: list[int]) -> dict[str, float]:
    graph = open_graph(None, codes())
    found = communities(graph, db, view)
    about = central(graph, db, view)
    if os.environ.get("TOLD"):
        for one in found.communities:
            print(f"{one.size:5} {one.share:6.1%} {one.name}  [{', '.join(t.name for t in one.members[:3])}]")
        for centre in (*about.people, *about.themes):
            print(f"{centre.score:.4f} ×{centre.lift:<6.1f} {centre.thing.name}: {centre.sentence}")
    around = iter(np.random.default_rng(7).choice(ids, TIMES + 1).tolist())
    own = subgraph(graph, db, view)
    return {
        "communities_ms": median_ms(lambda: communities(graph, db, view)),
        "central_ms": median_ms(lambda: central(graph, db, view)),
        "subgraph_own_ms": median_ms(lambda: subgraph(graph, db, view)),
        "subgraph_of_a_film_ms": median_ms(
            lambda: subgraph(graph, db, view, Node(NodeKind.ITEM, next(around)))
        ),
        "modularity": round(found.modularity, 3),
        "communities": len(found.communities),
        "others": found.others_size,
        "own_nodes": len(own.nodes),
        "own_edges": len(own.edges),
    }


def loaded(database: Database, works: list[Work], chance: np.random.Generator) -> list[int]:
    """The items of the works, in their order."""
    ids: list[int] = []
    for start in range(0, len(works), 1_000):
        some = works[start : start + 1_000]
        with database.transaction() as db:
            ids += add_items(db, [NewItem(work=work, title_keys=title_keys(work)) for work in some])
    numbers = np.array(ids, np.int64) << 4 | Node(NodeKind.ITEM, 0).number
    source = np.repeat(numbers, SIMILAR // 2)
    target = chance.choice(numbers, len(source))
    with database.transaction() as db:
        db.execute(
            text(
                "INSERT INTO graph_edges (source_id, target_id, type, owner_id, weight, likeness) SELECT s, t, :type, 0, 0.5, 0.5"
                " FROM unnest(CAST(:s AS bigint[]), CAST(:t AS bigint[])) AS e(s, t) WHERE s <> t"
            ),
            {"s": source.tolist(), "t": target.tolist(), "type": codes()["SIMILAR"]},
        )
    return ids


def with_history(
    database: Database, works: list[Work], ids: list[int], chance: np.random.Generator, nth: int
) -> int:
    """A person who has been through TITLES of them, and rated half of those."""
    with database.transaction() as db:
        user = add_user(db, f"P{nth}")
    genres = sorted({genre for work in works for genre in work.genres})
    players = sorted({credit.name for work in works for credit in work.credits[:3]})
    liked = set(chance.choice(genres, 4).tolist()) | set(chance.choice(players, 60).tolist())
    taste = np.array(
        [
            0.05 + len(liked & set(work.genres)) + 20 * len(liked & {c.name for c in work.credits})
            for work in works
        ]
    )
    chosen = chance.choice(len(works), TITLES * 3 // 4, replace=False, p=taste / taste.sum())
    chosen = np.unique(np.concatenate([chosen, chance.choice(len(works), TITLES // 4, replace=False)]))
    events: list[tuple[int, Event, None]] = []
    for n in chosen.tolist():
        at = NOW - timedelta(hours=float(chance.exponential(5_000)))
        events.append((ids[n], Event(kind=EventKind.WATCHED, at=at), None))
        if chance.random() < 0.5:
            stars = float(
                np.clip(
                    round(2 * (3.2 + 0.1 * min(taste[n], 10) + 0.8 * chance.standard_normal())) / 2, 0.5, 5
                )
            )
            events.append((ids[n], Event(kind=EventKind.RATED, value=stars, at=at), None))
    with database.transaction() as db:
        add_events(db, user.id, events)
    return user.id


def median_ms(ask: Callable[[], object]) -> float:
    """The median, the first left out: it fills caches."""
    took: list[float] = []
    for _ in range(TIMES + 1):
        started = time.perf_counter()
        ask()
        took.append((time.perf_counter() - started) * 1000)
    return round(statistics.median(took[1:]), 1)


if __name__ == "__main__":
    main()
