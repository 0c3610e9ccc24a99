"""How fast the graph is at 50,000 nodes and 1,000,000 edges, beside a Bolt server with the same: `make bench NAME=graph`.

The graph is made up (`_graph_made`: hubs of 20,000 titles, people as known as Zipf's law has it, users' own edges) and lies
in an embedded PostgreSQL with its defaults. `load_edges_per_s`: from arrays to committed, indexed, counted and analysed,
the nodes being there. Walks are the port's calls, with what they return made into edges, in one transaction, each from
other nodes: half of them any node, half the end of any edge (so mostly a well connected one), whatever the viewer may see
of it; the first calls, which plan and read from the disk, are left out. `event_to_edge_ms`: from telling an event to the
edge being read by another connection. `plain_hop3_p50_ms`: all that is within three hops, in the SQL that one would write
without a port. `bolt_…`: the same calls of the same nodes on a Neo4j (where Maven can fetch one, else an ArcadeDB).

`GROW=1`: 1.25, 2.5, 5 and 10 times as many edges instead, and what a doubling multiplies. `EDGES=50000`: a small graph.
`BOLT=0`: no Bolt server, which takes most of the time.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from _graph_made import Made, made
from pydantic import SecretStr
from sqlalchemy import text

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from mediatheque.flows.syncing_graph import sync_graph
from mediatheque.kit.database import Connection, Database
from mediatheque.kit.settings import read_settings
from mediatheque.library.queries.history import add_events
from mediatheque.library.queries.items import NewItem, add_items
from mediatheque.library.queries.users import add_user
from mediatheque.stores.graph import Graph, View
from mediatheque.stores.graph.postgresql import load
from mediatheque.vocabulary import Event, EventKind, Kind, Node, NodeKind, Work
from mediatheque.wiring import Mediatheque, open_mediatheque
from servers import arcadedb_server, neo4j_server

EDGES = int(os.environ.get("EDGES", "1000000"))
GROWN = [EDGES * n // 4 for n in (5, 10, 20, 40)]
WALKS, FIRST = int(os.environ.get("WALKS", "400")), 60
LOADS, EVENTS, PLAIN = 3, 20, 20
#: On the Bolt server, which takes a hundred times as long.
BOLT_WALKS, BOLT_FIRST = 60, 20

Figures = dict[str, float | str]


@dataclass(frozen=True)
class Asked:
    """Whose eyes walks have, and the nodes that they begin and end at."""

    view: View
    starts: Sequence[int]
    ends: Sequence[int]


def main() -> None:
    """Print the figures, and as the last line the JSON of them."""
    print(json.dumps(growth() if os.environ.get("GROW") else beside_bolt(EDGES)))


def beside_bolt(n_edges: int) -> Figures:
    """All figures at one size."""
    graph = made(n_edges)
    asked = chosen(graph)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as until_done:
        app = opened(Path(folder) / "library", until_done)
        figures: Figures = {"load_edges_per_s": round(n_edges / loaded(app.database, graph))}
        figures |= walked(app, asked)
        with app.database.transaction() as db:
            figures["plain_hop3_p50_ms"] = took(lambda n: plain_hop3(db, asked, n), PLAIN, first=2)[0]
        figures["event_to_edge_ms"] = event_to_edge_ms(app)
        print(json.dumps(figures), flush=True)
        if os.environ.get("BOLT") != "0":
            figures |= on_bolt(Path(folder), asked, until_done)
    return figures


def growth() -> Figures:
    """What each size takes, and what a doubling multiplies it with, on average."""
    by_size: list[Figures] = []
    for n_edges in GROWN:
        graph = made(n_edges)
        asked = chosen(graph)
        with tempfile.TemporaryDirectory() as folder, ExitStack() as until_done:
            app = opened(Path(folder), until_done)
            figures: Figures = {"load_s": round(loaded(app.database, graph, times=1), 2)}
            del graph
            figures |= {name: value for name, value in walked(app, asked).items() if "p50" in name}
            with app.database.transaction() as db:
                figures["disk_mb"] = size_mb(db)
        print(f"{n_edges:,}: {json.dumps(figures)}", flush=True)
        by_size.append(figures)
    doublings = len(GROWN) - 1
    grown: Figures = {f"{name}_at_most": value for name, value in by_size[-1].items()}
    for name, value in by_size[-1].items():
        grown[f"{name}_per_doubling"] = round((float(value) / float(by_size[0][name])) ** (1 / doublings), 2)
    return grown


def opened(folder: Path, until_done: ExitStack, graph_url: str | None = None) -> Mediatheque:
    url = None if graph_url is None else SecretStr(graph_url)
    app = open_mediatheque(read_settings(data_dir=folder, embedder="none", graph_url=url))
    until_done.callback(app.close)
    return app


def loaded(database: Database, graph: Made, times: int = LOADS) -> float:
    """Seconds from arrays to the commit, in the median; the nodes are there."""
    with database.transaction() as db:
        db.execute(
            text(
                "INSERT INTO graph_nodes (id, owner_id, name) SELECT id, owner_id, 'Made up ' || id"
                " FROM unnest(CAST(:ids AS bigint[]), CAST(:owners AS bigint[])) AS n(id, owner_id)"
            ),
            {"ids": graph.nodes.tolist(), "owners": graph.owners.tolist()},
        )
    seconds: list[float] = []
    for _ in range(times):
        with database.transaction() as db:
            db.execute(text("TRUNCATE graph_edges"))
            db.execute(text("UPDATE graph_nodes SET degree = 0 WHERE degree > 0"))
        began = time.perf_counter()
        with database.transaction() as db:
            load(db, graph.edges)
        seconds.append(time.perf_counter() - began)
    # As the database does by itself within minutes of so many changes.
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.exec_driver_sql("VACUUM (ANALYZE) graph_nodes")
    print(f"{len(graph.edges):,} edges loaded in {', '.join(f'{s:.2f}' for s in seconds)} s", flush=True)
    return statistics.median(seconds)


def chosen(graph: Made) -> Asked:
    """Whom and what walks are about: a user of middling activity, and what they may see."""
    rng = np.random.default_rng(7)
    users, activity = np.unique(graph.edges.owner[graph.edges.owner > 0], return_counts=True)
    viewer = int(users[np.argsort(activity)[len(users) // 2]])
    nodes = graph.nodes[np.isin(graph.owners, (0, viewer))]
    seen = np.flatnonzero(np.isin(graph.edges.owner, (0, viewer)))
    n = 2 * (WALKS + FIRST)
    by_edge = rng.choice(seen, n)
    ends = np.where(rng.random(n) < 0.5, graph.edges.source[by_edge], graph.edges.target[by_edge])
    picked = np.where(np.arange(n) % 2 == 0, rng.choice(nodes, n), ends)
    rng.shuffle(picked)
    half = n // 2
    return Asked(View(viewer), picked[:half].tolist(), picked[half:].tolist())


def walked(app: Mediatheque, asked: Asked, times: int = WALKS, first: int = FIRST) -> Figures:
    """Milliseconds of each walk."""
    graph: Graph = app.graph
    view, starts, ends = asked.view, asked.starts, asked.ends
    with app.database.transaction() as db:

        def subgraph(n: int) -> int:
            nodes = [starts[n], *(one.node for one in graph.expand(db, [starts[n]], view, hops=2, limit=199))]
            return len(graph.edges_among(db, nodes, view))

        walks: dict[str, Callable[[int], object]] = {
            "neighbours": lambda n: graph.neighbours(db, starts[n], view),
            "hop3": lambda n: graph.expand(db, [starts[n]], view, hops=3),
            "path": lambda n: graph.paths(db, starts[n], ends[n], view, shortest=True, limit=1),
            "paths": lambda n: graph.paths(db, starts[n], ends[n], view, max_length=4, limit=5),
            "subgraph": subgraph,
        }
        figures: Figures = {}
        for name, walk in walks.items():
            figures[f"{name}_p50_ms"], figures[f"{name}_p99_ms"] = took(walk, times, first)
        lengths = [
            len(path[0].edges) if (path := graph.paths(db, a, b, view, shortest=True, limit=1)) else 0
            for a, b in zip(starts[:times], ends[:times], strict=True)
        ]
    print(f"shortest paths by length (0: none): {dict(sorted(Counter(lengths).items()))}")
    return figures


def took(walk: Callable[[int], object], times: int, first: int = FIRST) -> tuple[float, float]:
    """Median and 99th percentile in milliseconds, the first calls left out."""
    spent: list[float] = []
    for n in range(first + times):
        began = time.perf_counter()
        walk(n % (WALKS + FIRST))
        spent.append((time.perf_counter() - began) * 1000)
    cuts = statistics.quantiles(spent[first:], n=100, method="inclusive")
    return round(cuts[49], 2), round(cuts[98], 2)


def plain_hop3(db: Connection, asked: Asked, n: int) -> int:
    """How many nodes are within three hops: no hub is left out, nothing is weighed."""
    step = """
        SELECT e.target_id AS node FROM {there} t JOIN graph_edges e ON e.source_id = t.node AND e.owner_id IN (0, :viewer)
        UNION SELECT e.source_id FROM {there} t JOIN graph_edges e ON e.target_id = t.node AND e.owner_id IN (0, :viewer)
    """
    return db.execute(
        text(
            f"WITH a AS (SELECT CAST(:node AS bigint) AS node), b AS ({step.format(there='a')}),"
            f" c AS ({step.format(there='b')}), d AS ({step.format(there='c')})"
            " SELECT count(*) FROM (SELECT node FROM b UNION SELECT node FROM c UNION SELECT node FROM d) AS within"
        ),
        {"node": asked.starts[n], "viewer": asked.view.viewer},
    ).scalar_one()


def event_to_edge_ms(app: Mediatheque) -> float:
    """The longest of EVENTS times from telling that something was watched until another connection reads the edge."""
    with app.database.transaction() as db:
        user_id = add_user(db, "Ada").id
        films = [Work(kind=Kind.FILM, title=f"Film {n}") for n in range(EVENTS + 1)]
        item_ids = add_items(db, [NewItem(work=film, title_keys=()) for film in films])
    user, spent = Node(NodeKind.USER, user_id).number, []
    with app.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as other:
        for item_id in item_ids:
            began = time.perf_counter()
            with app.database.transaction() as db:
                add_events(
                    db, user_id, [(item_id, Event(kind=EventKind.WATCHED, at=datetime.now(UTC)), None)]
                )
            item = Node(NodeKind.ITEM, item_id).number
            while all(edge.target != item for edge in app.graph.neighbours(other, user, View(user_id))):
                assert time.perf_counter() - began < 10, "the graph does not follow"
            spent.append((time.perf_counter() - began) * 1000)
    print(f"from event to edge: first {spent[0]:.1f} ms, then median {statistics.median(spent[1:]):.1f} ms")
    return round(max(spent[1:]), 1)


def on_bolt(folder: Path, asked: Asked, until_done: ExitStack) -> Figures:
    """The same on a server of the Bolt protocol, told as a library tells it."""
    why_not = neo4j_server.install()
    if why_not:
        print(f"ArcadeDB instead of Neo4j: {why_not}")
        server = until_done.enter_context(arcadedb_server.serving(folder / "bolt"))
    else:
        server = until_done.enter_context(neo4j_server.serving(folder / "bolt", is_roomy=True))
    app = opened(folder / "library", until_done, server.url())
    began = time.perf_counter()
    synced = sync_graph(app, anew=True)
    seconds = time.perf_counter() - began
    assert synced.loaded is not None
    figures: Figures = {
        "bolt_server": "ArcadeDB" if why_not else f"Neo4j {neo4j_server.VERSION}",
        "bolt_load_edges_per_s": round(synced.loaded.edges / seconds),
    }
    return figures | {
        f"bolt_{name}": value for name, value in walked(app, asked, BOLT_WALKS, BOLT_FIRST).items()
    }


def size_mb(db: Connection) -> float:
    """What edges, nodes and their indexes take of the disk."""
    sizes = text("SELECT pg_total_relation_size('graph_edges') + pg_total_relation_size('graph_nodes')")
    return round(db.execute(sizes).scalar_one() / 1e6)


if __name__ == "__main__":
    main()
