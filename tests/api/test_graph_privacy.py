"""Whose graph is whose: every route is asked by somebody before and after another person lives here, and answers alike.

The routes are those of the OpenAPI document: a new one is asked, too, or fails here until somebody says how.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from heard import add_heard
from mediatheque.graph.edges import codes
from mediatheque.graph.exports import names
from mediatheque.kit.database import Database
from mediatheque.library.queries.history import add_events
from mediatheque.library.queries.items import NewItem, add_items
from mediatheque.library.queries.users import User, set_sharing
from mediatheque.resolve.normalise import title_keys
from mediatheque.stores.graph import MOST_HOPS
from mediatheque.vocabulary import Credit, Event, EventKind, Kind, Node, NodeKind, Role, Work
from mediatheque.wiring import Mediatheque

SECRET = "Zanzibarquartz"
#: Asked of every kind: what there is in such a small library, and a little more.
NUMBERS = range(1, 7)

Asked = tuple[str, tuple[tuple[str, str], ...]]
_DID = (
    EventKind.WATCHED,
    EventKind.RATED,
    EventKind.LIKED,
    EventKind.SAVED,
    EventKind.HIDDEN,
    EventKind.STARTED,
)


def every_question(app: FastAPI) -> Iterator[Asked]:
    """Every way to ask a route for something, with each thing that there may be."""
    nodes = [f"{kind}:{n}" for kind in NodeKind for n in NUMBERS] + ["season:10001"]
    ends = ["item:1", "user:1", "user:2", "genre:1"]
    pairs = list(product(ends, [node for node in nodes if int(node.partition(":")[2]) <= 3]))
    queries: dict[str, list[dict[str, str]]] = {
        "types": [{}],
        "central": [{}, {"limit": "100"}],
        "communities": [{}, {"resolution": "3", "top": "100"}],
        "export": [{"form": form} for form in names()],
        "find": [
            {"name": name} for name in ("Ada", "Ben", "Arrival", "Drama", SECRET, f"{SECRET} tag", "you")
        ],
        "why": [{"item": str(n), "limit": "10"} for n in NUMBERS],
        "subgraph": [{}, *({"start": node, "hops": str(MOST_HOPS), "most": "1000"} for node in nodes)],
        "path": [{"from": a, "to": b, "max_length": "6", "limit": "20"} for a, b in pairs],
        "common": [{"a": a, "b": b, "limit": "200"} for a, b in pairs],
        "{kind}/{id}": [{"limit": "200"}, {"order": "recent", "direction": "in"}],
        "{kind}/{id}/expand": [{"hops": str(MOST_HOPS), "limit": "1000"}],
        "{kind}/{id}/timeline": [{"limit": "200"}],
    }
    for path, methods in app.openapi()["paths"].items():
        if not path.startswith("/api/graph/") or set(methods) != {"get"}:
            assert not path.startswith("/api/graph/") or path == "/api/graph/cypher"
            continue
        name = path.removeprefix("/api/graph/")
        assert name in queries, f"say here how to ask {path}"
        for query in queries[name]:
            given = tuple(query.items())
            if "{kind}" in name:
                for node in nodes:
                    kind, _, number = node.partition(":")
                    yield path.replace("{kind}", kind).replace("{id}", number), given
            else:
                yield path, given


def answers(app: FastAPI, client: TestClient) -> dict[Asked, bytes]:
    """What each question is answered with, status and all."""
    told: dict[Asked, bytes] = {}
    for path, query in every_question(app):
        answer = client.get(path, params=dict(query))
        assert answer.status_code in (200, 404, 422), (path, query, answer.text)
        told[path, query] = str(answer.status_code).encode() + answer.content
    return told


@pytest.fixture
def catalogue(database: Database) -> list[int]:
    """Three films that share a director, an actor and genres, in pairs."""
    works = [
        Work(
            kind=Kind.FILM,
            title=title,
            year=2000 + n,
            genres=(genre,),
            credits=(Credit(director, Role.DIRECTOR), Credit("Amy Adams", Role.CAST)),
        )
        for n, (title, genre, director) in enumerate(
            (
                ("Arrival", "Drama", "Denis Villeneuve"),
                ("Dune", "Adventure", "Denis Villeneuve"),
                ("Her", "Drama", "Spike Jonze"),
            )
        )
    ]
    with database.transaction() as db:
        return add_items(db, [NewItem(work=work, title_keys=title_keys(work)) for work in works])


def live(
    rng: random.Random,
    opened: Mediatheque,
    client: TestClient,
    user: User,
    films: list[int],
    folder: Path,
) -> list[int]:
    """Somebody rates, watches, saves … at random, has titles of their own, and recordings that speak of what all know.

    Returns the titles of theirs that everybody may know of.
    """
    works = [
        Work(
            kind=Kind.FILM,
            title=f"{SECRET} {n}",
            # Known to all by name, and by name to nobody else.
            genres=("Drama", f"{SECRET} genre"),
            credits=(Credit("Amy Adams", Role.CAST), Credit(f"{SECRET} person", Role.DIRECTOR)),
        )
        for n in range(2)
    ]
    with opened.database.transaction() as db:
        own = add_items(
            db,
            [NewItem(work=work, title_keys=title_keys(work), owner_id=user.id) for work in works],
        )
        touched = rng.sample(films, 2)
        for item_id in (*touched, *own):
            for kind in rng.sample(_DID, 3):
                value = rng.randint(1, 10) / 2 if kind is EventKind.RATED else None
                add_events(db, user.id, [(item_id, Event(kind=kind, value=value), None)])
    add_heard(opened, client, user, folder, title=SECRET, speaks_of=rng.choice(films))
    return touched


def share(database: Database, *users: User) -> None:
    with database.transaction() as db:
        for user in users:
            set_sharing(db, user.id, True)


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2))])
def test_nobody_sees_another_persons_part(
    seed: int,
    app: FastAPI,
    opened: Mediatheque,
    database: Database,
    as_ada: TestClient,
    as_ben: TestClient,
    ada: User,
    ben: User,
    catalogue: list[int],
    tmp_path: Path,
) -> None:
    rng = random.Random(seed)
    with database.transaction() as db:
        add_events(db, ben.id, [(catalogue[0], Event(kind=EventKind.RATED, value=5.0), None)])
        add_events(db, ben.id, [(catalogue[1], Event(kind=EventKind.WATCHED), None)])
    alone = answers(app, as_ben)
    assert sum(answer.startswith(b"200") for answer in alone.values()) > 100
    touched = live(rng, opened, as_ada, ada, catalogue, tmp_path)
    assert SECRET.encode() in b"".join(answers(app, as_ada).values())
    differs(alone, answers(app, as_ben), set())

    share(database, ada)
    differs(alone, answers(app, as_ben), set())
    with database.transaction() as db:
        set_sharing(db, ada.id, False)
    share(database, ben)
    differs(alone, answers(app, as_ben), set())

    share(database, ada)
    them = f"user:{ada.id}"
    together = answers(app, as_ben)
    assert SECRET.encode() not in b"".join(together.values())
    changed = {asked for asked in alone if alone[asked] != together[asked]}
    assert changed
    for path, query in changed:
        about_them = them in dict(query).values() or path.startswith(f"/api/graph/user/{ada.id}")
        assert about_them or path.endswith("/export") or dict(query) == {"name": "Ada"}, (path, query)
    for asked, answer in together.items():
        what_is_told_of(them, asked, answer, set(touched) & set(catalogue[:2]))


def test_like_minded_people_are_ends_and_never_on_the_way(
    app: FastAPI,
    opened: Mediatheque,
    database: Database,
    as_ada: TestClient,
    as_ben: TestClient,
    ada: User,
    ben: User,
    catalogue: list[int],
    tmp_path: Path,
) -> None:
    with database.transaction() as db:
        add_events(db, ben.id, [(catalogue[0], Event(kind=EventKind.RATED, value=5.0), None)])
    touched = live(random.Random(7), opened, as_ada, ada, catalogue, tmp_path)
    share(database, ada, ben)
    like_minded(database, ada, ben)
    together = answers(app, as_ben)
    them = f"user:{ada.id}"
    for asked, answer in together.items():
        what_is_told_of(them, asked, answer, set(touched) & {catalogue[0]})
    assert SECRET.encode() not in b"".join(together.values())
    [neighbour] = [
        one
        for one in as_ben.get(f"/api/graph/user/{ben.id}").json()["neighbours"]
        if one["edge"]["type"] == "LIKE_MINDED"
    ]
    assert neighbour["thing"]["node"] == them
    path = as_ben.get("/api/graph/path", params={"from": f"user:{ben.id}", "to": them}).json()["paths"]
    assert [one["edges"][0]["type"] for one in path] == ["LIKE_MINDED"]


def like_minded(database: Database, one: User, other: User) -> None:
    """As the job leaves it: each of the two has an edge of their own."""
    from sqlalchemy import text

    with database.transaction() as db:
        for owner, friend in ((one, other), (other, one)):
            db.execute(
                text("""
                    INSERT INTO graph_edges (source_id, target_id, type, owner_id, weight, count)
                    VALUES (:source, :target, :type, :owner, 0.5, 9)
                """),
                {
                    "source": Node(NodeKind.USER, owner.id).number,
                    "target": Node(NodeKind.USER, friend.id).number,
                    "type": codes()["LIKE_MINDED"],
                    "owner": owner.id,
                },
            )


def differs(before: dict[Asked, bytes], after: dict[Asked, bytes], but_for: set[Asked]) -> None:
    """Fails unless the answers are the same, byte for byte."""
    for asked, answer in before.items():
        if asked not in but_for:
            assert after[asked] == answer, asked


def what_is_told_of(them: str, asked: Asked, answer: bytes, known_to_both: set[int]) -> None:
    """Of somebody who shares their taste: that one is like-minded, and what both know; and that only of common ground."""
    path, _ = asked
    if not answer.startswith(b"200"):
        return
    if path.endswith("/export"):
        ends = [line for line in answer.decode("utf-8", "replace").splitlines() if them in line]
        assert not [line for line in ends if re.search("WATCHED|RATED|LIKES|SAVED|LISTENED|READ", line)], (
            asked
        )
        return
    told: dict[str, Any] = json.loads(answer[3:])
    for edge in edges_in(told):
        if edge["type"] != "LIKE_MINDED" and them in (edge["source"], edge["target"]):
            assert path == "/api/graph/common", (asked, edge)
            [other] = {edge["source"], edge["target"]} - {them}
            assert int(other.partition(":")[2]) in known_to_both, (asked, edge)
    for way in told.get("paths", ()):
        assert them not in [thing["node"] for thing in way["things"][1:-1]], asked


def edges_in(told: Any) -> Iterator[dict[str, Any]]:
    """Every edge that stands anywhere in an answer."""
    if isinstance(told, dict):
        if {"type", "source", "target"} <= set(told):
            yield told
        for inner in told.values():
            yield from edges_in(inner)
    elif isinstance(told, list):
        for inner in told:
            yield from edges_in(inner)
