"""The graph elsewhere holds what the library's own does, whatever changes, and whoever is killed or cut off meanwhile."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from neo4j import GraphDatabase
from sqlalchemy import text

import syncing_process
from cut_network import network_to
from made_graph import HUB, fill, item, made_graph, user
from mediatheque.flows import syncing_graph
from mediatheque.flows.syncing_graph import graph_elsewhere, keep_in_step, sync_graph
from mediatheque.graph.edges import codes
from mediatheque.graph.queries import outbox
from mediatheque.kit.database import Connection, Database
from mediatheque.kit.errors import Conflict, Unavailable
from mediatheque.kit.settings import read_settings
from mediatheque.library.queries.users import User
from mediatheque.stores.graph import Edge, StoredNode, open_graph
from mediatheque.stores.graph.neo4j import Changes, Mark, Neo4jGraph
from mediatheque.vocabulary import EventKind
from mediatheque.wiring import Mediatheque
from servers.bolt import BoltServer
from small_world import add_films, tell

OWN = open_graph(None, codes())
World = tuple[list[StoredNode], list[Edge]]


@pytest.fixture(params=["neo4j", "arcadedb"])
def server(request: pytest.FixtureRequest) -> Iterator[BoltServer]:
    server: BoltServer = request.getfixturevalue(f"{request.param}_server")
    yield server
    server.start()  # where a test has left it dead


@pytest.fixture
def app(database: Database, server: BoltServer, own_home: Path) -> Iterator[Mediatheque]:
    """A library whose graph is elsewhere, too; nothing has been told yet."""
    with opened(database, server.url(), own_home) as app:
        elsewhere(app).arriving.clear()
        yield app


class opened:  # noqa: N801  a block, read as one
    """A Mediatheque with its graph at that address; the database stays open."""

    def __init__(self, database: Database, graph_url: str, folder: Path) -> None:
        settings = read_settings(
            data_dir=folder, database_url=database.url, graph_url=graph_url, embedder="none"
        )
        self._app = Mediatheque(settings, database)

    def __enter__(self) -> Mediatheque:
        return self._app

    def __exit__(self, *_: object) -> None:
        elsewhere(self._app).close()


def elsewhere(app: Mediatheque) -> Neo4jGraph:
    graph = graph_elsewhere(app)
    assert graph is not None
    return graph


def own_world(database: Database) -> World:
    with database.transaction() as db:
        edges = OWN.edges_after(db, None, None, 1_000_000)
        return sorted(outbox.nodes_after(db, 0, 1_000_000)), edges


def other_world(app: Mediatheque) -> World:
    graph = elsewhere(app)
    numbers = [row["key"] for row in asked(app, "MATCH (n:Thing) RETURN n.key AS key")]
    return sorted(graph.nodes(None, numbers).values()), graph.edges_after(None, None, None, 1_000_000)


def asked(app: Mediatheque, cypher: str) -> list[dict[str, Any]]:
    """What the server says to Cypher of the test's own."""
    url = app.settings.graph_url
    assert url is not None
    given = urlsplit(url.get_secret_value())
    auth = (unquote(given.username or ""), unquote(given.password or ""))
    with GraphDatabase.driver(f"bolt://127.0.0.1:{given.port}", auth=auth) as driver:
        return [row.data() for row in driver.execute_query(cypher, database_=given.path[1:]).records]


def assert_alike(app: Mediatheque) -> None:
    mine, theirs = own_world(app.database), other_world(app)
    assert mine[1]
    assert theirs == mine
    size = elsewhere(app).size(None)
    assert (size.nodes, size.edges) == (len(mine[0]), len(mine[1]))


def change(db: Connection, rng: random.Random, count: int = 1) -> None:
    """Edges and nodes come, go and change, as a projection would have it: an edge is removed and put in anew."""
    for _ in range(count):
        start = rng.randrange(1, 300)
        what = rng.random()
        if what < 0.35:
            db.execute(
                text("""
                    WITH gone AS (DELETE FROM graph_edges WHERE source_id = :source RETURNING *)
                    INSERT INTO graph_edges (source_id, target_id, type, owner_id, weight, count)
                    SELECT source_id, target_id, type, owner_id, :weight, count + 1 FROM gone
                """),
                {"source": item(start), "weight": rng.choice((0.1, 0.7))},
            )
        elif what < 0.6:
            db.execute(
                text("DELETE FROM graph_edges WHERE source_id = :source AND type <> :genre"),
                {"source": item(start), "genre": codes()["HAS_GENRE"]},
            )
        elif what < 0.8:
            db.execute(
                text("""
                    INSERT INTO graph_nodes (id, name) VALUES (:id, 'a new film') ON CONFLICT (id) DO NOTHING
                """),
                {"id": item(500 + start)},
            )
            db.execute(
                text("""
                    INSERT INTO graph_edges (source_id, target_id, type, weight) SELECT :id, :hub, :type, 0.5
                    WHERE NOT EXISTS (SELECT FROM graph_edges WHERE source_id = :id)
                """),
                {"id": item(500 + start), "hub": HUB, "type": codes()["HAS_GENRE"]},
            )
        elif what < 0.9:
            gone = item(500 + start)
            db.execute(text("DELETE FROM graph_edges WHERE source_id = :id"), {"id": gone})
            db.execute(text("DELETE FROM graph_nodes WHERE id = :id"), {"id": gone})
        else:
            db.execute(
                text("UPDATE graph_nodes SET degree = degree + 1, name = name || '!' WHERE id = :id"),
                {"id": item(start)},
            )


def filled(database: Database) -> None:
    with database.transaction() as db:
        fill(db, made_graph())


def until(is_so: Callable[[], bool], seconds: float = 60) -> float:
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < seconds, "it never came"
        time.sleep(0.02)
    return time.monotonic() - began


def is_drained(database: Database) -> bool:
    with database.transaction() as db:
        return not outbox.is_anything_waiting(db)


class in_step:  # noqa: N801
    """What the worker does beside its jobs, for the length of a block."""

    def __init__(self, app: Mediatheque) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=keep_in_step, args=(app, self._stop))

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(timeout=60)
        assert not self._thread.is_alive()


def test_a_load_and_then_what_changes(app: Mediatheque, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syncing_graph, "PIECE", 1_000)
    monkeypatch.setattr(syncing_graph, "ROUND", 200)
    filled(app.database)
    first = sync_graph(app)
    assert first.loaded is not None
    assert first.loaded.edges == len(made_graph().edges)
    assert_alike(app)
    rng = random.Random(5)
    for _ in range(4):
        with app.database.transaction() as db:
            change(db, rng, 60)
        synced = sync_graph(app)
        assert synced.loaded is None
        assert synced.changes > 0
        assert_alike(app)
    assert sync_graph(app) == syncing_graph.Synced(None, 0)
    assert sync_graph(app, anew=True).loaded is not None
    assert_alike(app)


def test_what_is_rolled_back_is_not_told(app: Mediatheque) -> None:
    filled(app.database)
    sync_graph(app)
    with app.database.engine.connect() as db:
        change(db, random.Random(1), 10)
        db.rollback()
    assert is_drained(app.database)


def test_a_fact_is_elsewhere_within_a_second(app: Mediatheque, ada: User) -> None:
    with app.database.transaction() as db:
        films = add_films(db)
    graph = elsewhere(app)
    with in_step(app):
        until(lambda: graph.arriving.mark() is not None and is_drained(app.database))
        took: list[float] = []
        for title in list(films)[:5]:
            with app.database.transaction() as db:
                tell(db, ada, films[title], EventKind.WATCHED)
            watched = (user(ada.id), item(films[title]), "WATCHED", ada.id)
            took.append(until(lambda: watched in {e.key for e in graph.edges_after(None, None, None, 1_000)}))  # noqa: B023
    assert sorted(took)[2] < 1.0, took
    assert_alike(app)


@pytest.mark.slow
def test_a_server_killed_again_and_again_loses_and_doubles_nothing(
    app: Mediatheque, server: BoltServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syncing_graph, "PIECE", 200)
    monkeypatch.setattr(syncing_graph, "ROUND", 100)
    monkeypatch.setattr(syncing_graph, "_LONGEST_PAUSE_S", 1.0)
    filled(app.database)
    rng = random.Random(3)
    with in_step(app):
        for _ in range(3):
            # The first time, most likely, in the middle of the load.
            time.sleep(rng.uniform(0.1, 0.8))
            server.kill()
            for _ in range(20):
                with app.database.transaction() as db:
                    change(db, rng, 20)
            server.start()
            for _ in range(5):
                with app.database.transaction() as db:
                    change(db, rng, 20)
        until(lambda: is_drained(app.database), 120)
    assert_alike(app)


# The driver and its retries are the same with either, and one of them is quicker.
@pytest.mark.parametrize("server", ["arcadedb"], indirect=True)
def test_a_network_cut_in_the_middle_loses_and_doubles_nothing(
    app: Mediatheque, database: Database, server: BoltServer, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syncing_graph, "PIECE", 200)
    monkeypatch.setattr(syncing_graph, "ROUND", 100)
    monkeypatch.setattr(syncing_graph, "_LONGEST_PAUSE_S", 0.5)
    filled(database)
    rng = random.Random(4)
    with network_to(server.port) as network, opened(database, server.url(network.port), own_home) as far:
        with in_step(far):
            for _ in range(4):
                with database.transaction() as db:
                    change(db, rng, 60)
                time.sleep(rng.uniform(0.05, 0.4))
                network.cut()
                time.sleep(0.2)
                network.mend()
            until(lambda: is_drained(database))
        assert_alike(app)
        network.cut()
        with database.transaction() as db:
            change(db, rng, 10)
        with pytest.raises(Unavailable, match="does not answer"):
            sync_graph(far)
        assert not is_drained(database)
        network.mend()
        sync_graph(far)
        assert_alike(app)


@pytest.mark.slow
def test_we_are_killed_with_a_full_outbox_and_go_on(
    app: Mediatheque, server: BoltServer, own_home: Path
) -> None:
    filled(app.database)
    rng = random.Random(6)
    program = [sys.executable, syncing_process.__file__, app.database.url, str(own_home), server.url()]
    for round_ in range(3):
        with subprocess.Popen(program, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            time.sleep(rng.uniform(0.2, 0.6))
            process.kill()
        if round_ == 0:
            sync_once_free(app)
        with app.database.transaction() as db:
            change(db, rng, 500)
    sync_once_free(app)
    assert_alike(app)


def sync_once_free(app: Mediatheque) -> None:
    """The database may notice a moment later that who had the turn is dead."""

    def is_synced() -> bool:
        try:
            sync_graph(app)
        except Conflict:
            return False
        return True

    until(is_synced)


def test_one_at_a_time(app: Mediatheque) -> None:
    filled(app.database)
    other = Database(app.database.url)
    with other.holding(outbox.LOCK) as is_held:
        assert is_held
        with pytest.raises(Conflict, match="Another process"):
            sync_graph(app)
    other.close()
    assert sync_graph(app).loaded is not None


def test_who_has_lost_the_turn_changes_nothing_more(app: Mediatheque) -> None:
    """The lock is the database's; should it be lost with a connection, the mark on the other side still tells who is whose."""
    made = made_graph()
    arriving = elsewhere(app).arriving
    arriving.begin_load("first")
    arriving.add("first", 1, made.nodes, ())
    arriving.add("first", 2, (), made.edges[:10])
    arriving.begin_load("second")
    for stale in (
        lambda: arriving.add("first", 3, (), made.edges[10:20]),
        lambda: arriving.end_load("first"),
        lambda: arriving.apply(Mark("first", 1), Changes(edges=made.edges[:5])),
        lambda: arriving.apply(Mark("second", 1), Changes(edges=made.edges[:5])),  # it has not ended
    ):
        with pytest.raises(Conflict):
            stale()
    arriving.add("second", 1, made.nodes, made.edges)
    arriving.add("second", 1, made.nodes, made.edges)  # said again, as nobody heard that it had arrived
    arriving.end_load("second")
    for _ in range(2):
        arriving.apply(Mark("second", 1), Changes(edges=made.edges[:50], gone_edges=[made.edges[60].key]))
    with pytest.raises(Conflict):
        arriving.apply(Mark("second", 3), Changes())
    assert elsewhere(app).size(None).edges == len(made.edges) - 1
    assert arriving.mark() == Mark("second", 1)


def test_another_server_or_an_older_one_is_told_everything(app: Mediatheque) -> None:
    filled(app.database)
    sync_graph(app)
    elsewhere(app).arriving.clear()
    assert sync_graph(app).loaded is not None
    assert_alike(app)
    for _ in range(2):
        with app.database.transaction() as db:
            change(db, random.Random(8), 20)
        assert sync_graph(app).loaded is None
    # As if the server were restored as it was before these.
    asked(app, "MATCH (k:Mediatheque) SET k.round = 0")
    assert sync_graph(app).loaded is not None
    assert_alike(app)


def test_emptied_at_a_stroke_it_is_told_anew(app: Mediatheque) -> None:
    filled(app.database)
    sync_graph(app)
    with app.database.transaction() as db:
        db.execute(text("TRUNCATE graph_edges, graph_nodes"))
        fill(db, made_graph(12))
    assert sync_graph(app).loaded is not None
    assert_alike(app)


def test_without_a_graph_elsewhere_nothing_is_noted(
    app: Mediatheque, database: Database, own_home: Path
) -> None:
    filled(database)
    sync_graph(app)
    with database.transaction() as db:
        change(db, random.Random(9), 20)
    assert not is_drained(database)
    settings = read_settings(data_dir=own_home, database_url=database.url, embedder="none")
    alone = Mediatheque(settings, database)
    keep_in_step(alone, threading.Event())
    with database.transaction() as db:
        assert not outbox.is_begun(db)
        change(db, random.Random(9), 20)
        assert db.execute(text("SELECT count(*) FROM graph_outbox")).scalar_one() == 0
    with pytest.raises(Conflict, match="MEDIATHEQUE_GRAPH_URL"):
        sync_graph(alone)
    # Named again, all is told anew: what happened meanwhile nobody noted.
    assert sync_graph(app).loaded is not None
    assert_alike(app)
