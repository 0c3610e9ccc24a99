"""The graph in a Neo4j over HTTP: walks are answered as from the database; of Cypher, what reads and nothing else."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI
from neo4j import GraphDatabase
from pydantic import SecretStr
from starlette.testclient import TestClient

from mediatheque.flows.syncing_graph import sync_graph
from mediatheque.kit.database import Database
from mediatheque.library.queries.history import add_events
from mediatheque.library.queries.items import NewItem, add_items
from mediatheque.library.queries.users import User
from mediatheque.resolve.normalise import title_keys
from mediatheque.vocabulary import Event, EventKind, Kind, Work
from servers.bolt import BoltServer

HOSTILE = (
    "He said \"no\", and 'yes'",
    "line\nbreak\r\nand\ttabs; two",
    "\\u0022}) DETACH DELETE n //",
    "\\\\u0022 \\U0001F600 ends in \\",
    "`backticks` $param {curly} /* comment */ 🎬\u2028",
    "\x01\x02\x1b[31m",
)
PLAIN = ("Solaris", "Stalker")
MORE_THAN_READING = (
    "CREATE (n:Item {id: 'x'})",
    "MERGE (n:Item {id: 'x'})",
    "MATCH (n) DELETE n",
    "MATCH (n) DETACH DELETE n",
    "MATCH (n) SET n.name = 'x'",
    "MATCH (n) REMOVE n.name",
    "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS",
    "CALL db.labels()",
    "CALL dbms.listConfig() YIELD name RETURN name",
    "CALL db.createLabel('x')",
    "MATCH (n) CALL (n) { CALL db.labels() YIELD label RETURN label } RETURN label",
    "LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line",
    "CREATE INDEX mine FOR (n:Item) ON (n.name)",
    "DROP CONSTRAINT mediatheque_label",
    "CREATE USER eve SET PASSWORD 'eve-eve-eve'",
    "ALTER CURRENT USER SET PASSWORD FROM 'a' TO 'b'",
    "SHOW USERS",
    "SHOW SETTINGS",
    "TERMINATE TRANSACTIONS 'neo4j-transaction-1'",
    "RETURN 1; MATCH (n) DETACH DELETE n",
    "PROFILE MATCH (n) DETACH DELETE n",
    "// a comment\nMATCH (n) DETACH DELETE n",
    "nothing of the kind",
)


@pytest.fixture
def asked(
    app: FastAPI,
    as_ada: TestClient,
    database: Database,
    ada: User,
    neo4j_server: BoltServer,
    monkeypatch: pytest.MonkeyPatch,
) -> TestClient:
    """Asks as an administrator where Cypher is allowed, of a Neo4j that holds Ada's exported graph."""
    works = [Work(kind=Kind.FILM, title=title, genres=("Drama",)) for title in (*HOSTILE, *PLAIN)]
    with database.transaction() as db:
        ids = add_items(db, [NewItem(work=work, title_keys=title_keys(work)) for work in works])
        add_events(db, ada.id, [(ids[0], Event(kind=EventKind.WATCHED), None)])
    script = as_ada.get("/api/graph/export", params={"form": "cypher"}).text
    with (
        GraphDatabase.driver(neo4j_server.address, auth=(neo4j_server.user, neo4j_server.password)) as driver,
        driver.session(database=neo4j_server.database) as session,
    ):
        session.run("MATCH (n) DETACH DELETE n").consume()
        for statement in re.findall(r'(?:"(?:[^"\\]|\\.)*"|[^";])+;', script):
            session.run(statement.strip().rstrip(";")).consume()
    opened = app.state.mediatheque
    monkeypatch.setattr(opened.settings, "graph_url", SecretStr(neo4j_server.url()))
    monkeypatch.setattr(opened.settings, "graph_cypher", True)
    opened.__dict__.pop("graph", None)
    return as_ada


def test_an_exported_script_makes_the_same_graph_in_neo4j(asked: TestClient) -> None:
    answer = asked.post(
        "/api/graph/cypher",
        json={
            "cypher": "MATCH (n:Item)-[e:HAS_GENRE]->(g:Genre {name: $name}) RETURN n.name AS name, e.weight AS weight",
            "parameters": {"name": "Drama"},
        },
    ).json()
    assert answer["columns"] == ["name", "weight"]
    assert {row[0] for row in answer["rows"]} == {*HOSTILE, *PLAIN}
    assert answer["is_cut"] is False
    watched = asked.post(
        "/api/graph/cypher",
        json={
            "cypher": "MATCH (u:User)-[e:WATCHED]->(i) RETURN u, e, e.is_private AS own, properties(e) AS facts"
        },
    ).json()
    [[user, edge, own, facts]] = watched["rows"]
    assert (user["name"], edge[1], own) == ("Ada", "WATCHED", True)
    assert facts["count"] == 1


def test_answers_have_so_many_rows(asked: TestClient) -> None:
    answer = asked.post("/api/graph/cypher", json={"cypher": "UNWIND range(1, 5000) AS n RETURN n"}).json()
    assert (len(answer["rows"]), answer["is_cut"]) == (1_000, True)
    large = asked.post("/api/graph/cypher", json={"cypher": "RETURN range(1, 3000000) AS n"})
    assert large.status_code == 422
    assert "larger than 8 MiB" in large.json()["detail"]


def test_what_does_more_than_read_is_refused(asked: TestClient) -> None:
    def things() -> object:
        question = {"cypher": "MATCH (n) RETURN count(n) AS n, sum(size(keys(n))) AS properties"}
        return asked.post("/api/graph/cypher", json=question).json()["rows"]

    before = things()
    answers = {
        cypher: asked.post("/api/graph/cypher", json={"cypher": cypher}) for cypher in MORE_THAN_READING
    }
    assert [cypher for cypher, answer in answers.items() if answer.status_code != 422] == []
    assert things() == before


def test_a_question_that_takes_too_long_is_ended(asked: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mediatheque.api.graph_elsewhere.CYPHER_S", 0.5)
    answer = asked.post(
        "/api/graph/cypher", json={"cypher": "UNWIND range(1, 1000000000) AS n RETURN max(n * n % 7) AS n"}
    )
    assert answer.status_code == 503


def test_every_walk_is_answered_alike_from_a_neo4j(
    app: FastAPI,
    as_ada: TestClient,
    database: Database,
    ada: User,
    films: list[int],
    arcadedb_server: BoltServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with database.transaction() as db:
        add_events(db, ada.id, [(films[0], Event(kind=EventKind.RATED, value=5.0), None)])
    questions: list[tuple[str, dict[str, str]]] = [
        (f"item/{films[0]}", {}),
        (f"item/{films[0]}/expand", {"hops": "3"}),
        (f"item/{films[0]}/timeline", {}),
        (f"item/{987654}", {}),
        ("path", {"from": f"item:{films[0]}", "to": f"item:{films[2]}"}),
        ("common", {"a": f"item:{films[0]}", "b": f"item:{films[2]}"}),
        ("why", {"item": str(films[2])}),
        ("subgraph", {}),
        ("export", {"form": "jsonl"}),
    ]

    def answers() -> list[tuple[int, str]]:
        told = [as_ada.get(f"/api/graph/{path}", params=given) for path, given in questions]
        return [(answer.status_code, answer.text) for answer in told]

    here = answers()
    opened = app.state.mediatheque
    monkeypatch.setattr(opened.settings, "graph_url", SecretStr(arcadedb_server.url()))
    opened.__dict__.pop("graph", None)
    opened.graph.arriving.clear()
    sync_graph(opened)
    assert opened.graph.is_remote
    assert answers() == here
    opened.graph.close()
