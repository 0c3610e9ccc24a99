"""The graph over HTTP: what each route answers, to whom, and what it refuses."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.testclient import TestClient

from heard import add_heard
from mediatheque.api.graph_elsewhere import _plain
from mediatheque.kit.database import Database
from mediatheque.library.queries.history import add_events
from mediatheque.library.queries.items import NewItem, add_items
from mediatheque.library.queries.users import User, set_sharing
from mediatheque.resolve.normalise import title_keys
from mediatheque.vocabulary import Event, EventKind, Kind, Work
from mediatheque.wiring import Mediatheque


def did(database: Database, user: User, item_id: int, kind: EventKind, value: float | None = None) -> None:
    with database.transaction() as db:
        add_events(db, user.id, [(item_id, Event(kind=kind, value=value), None)])


def own_item(database: Database, user: User, title: str, genre: str) -> int:
    """A title that only its owner sees, of a genre that nothing else has."""
    work = Work(kind=Kind.FILM, title=title, genres=(genre,))
    with database.transaction() as db:
        [item_id] = add_items(db, [NewItem(work=work, title_keys=title_keys(work), owner_id=user.id)])
    return item_id


def found(client: TestClient, name: str, **params: Any) -> list[dict[str, Any]]:
    return client.get("/api/graph/find", params={"name": name, **params}).json()["things"]


@pytest.fixture
def arrival(films: list[int]) -> int:
    return films[0]


def test_a_thing_and_its_connections(as_ada: TestClient, arrival: int) -> None:
    answer = as_ada.get(f"/api/graph/item/{arrival}").json()
    assert answer["thing"] == {
        "node": f"item:{arrival}",
        "kind": "item",
        "id": arrival,
        "name": "Arrival (2016)",
        "what": "film",
        "is_you": False,
    }
    by_type = {one["edge"]["type"]: one for one in answer["neighbours"]}
    assert set(by_type) == {"DIRECTED_BY", "HAS_GENRE"}
    director = by_type["DIRECTED_BY"]
    assert director["words"] == "was directed by Denis Villeneuve"
    assert director["edge"]["source"] == f"item:{arrival}"
    assert director["edge"]["target"] == director["thing"]["node"]
    assert director["edge"]["is_yours"] is False


def test_connections_of_wanted_types_and_directions_and_so_many(
    as_ada: TestClient, films: list[int], database: Database, ada: User
) -> None:
    arrival = films[0]
    did(database, ada, arrival, EventKind.WATCHED)

    def types(**params: Any) -> list[str]:
        answer = as_ada.get(f"/api/graph/item/{arrival}", params=params).json()
        return [one["edge"]["type"] for one in answer["neighbours"]]

    assert sorted(types()) == ["DIRECTED_BY", "HAS_GENRE", "WATCHED"]
    assert types(direction="in") == ["WATCHED"]
    assert sorted(types(direction="out")) == ["DIRECTED_BY", "HAS_GENRE"]
    assert types(types="HAS_GENRE") == ["HAS_GENRE"]
    assert types(types=["has-genre", "watched"], limit=1) == types(types=["HAS_GENRE", "WATCHED"])[:1]
    assert len(types(order="recent", limit=2)) == 2
    [mine] = as_ada.get(f"/api/graph/item/{arrival}", params={"types": "WATCHED"}).json()["neighbours"]
    assert mine["edge"]["is_yours"]
    assert mine["thing"]["is_you"]
    refused = as_ada.get(f"/api/graph/item/{arrival}", params={"types": "DREAMT"})
    assert refused.status_code == 422
    assert "'DREAMT' is no type of connection; there is WATCHED" in refused.json()["detail"]


def test_what_is_around(as_ada: TestClient, films: list[int]) -> None:
    arrival, amelie, dune = films
    answer = as_ada.get(f"/api/graph/item/{arrival}/expand", params={"hops": 2}).json()
    nodes = {one["thing"]["node"]: one for one in answer["around"]}
    assert f"item:{dune}" in nodes
    assert f"item:{amelie}" not in nodes
    there = nodes[f"item:{dune}"]
    assert there["hops"] == 2
    assert there["parent"]["name"] == "Denis Villeneuve"
    assert there["words"].endswith("Dune (2021)")
    assert [one["score"] for one in answer["around"]] == sorted(
        (one["score"] for one in answer["around"]), reverse=True
    )
    assert as_ada.get(f"/api/graph/item/{arrival}/expand", params={"hops": 5}).status_code == 422
    assert as_ada.get(f"/api/graph/item/{arrival}/expand", params={"limit": 1001}).status_code == 422


def test_ways_between_two_things(as_ada: TestClient, films: list[int]) -> None:
    arrival, amelie, dune = films
    asked = {"from": f"item:{arrival}", "to": f"item:{dune}"}
    answer = as_ada.get("/api/graph/path", params=asked).json()
    assert answer["source"]["id"], answer["target"]["id"] == (arrival, dune)
    sentences = [path["sentence"] for path in answer["paths"]]
    assert any("Denis Villeneuve" in sentence for sentence in sentences), sentences
    best = answer["paths"][0]
    assert len(best["things"]) == len(best["edges"]) + 1 == len(best["steps"]) + 1
    assert as_ada.get("/api/graph/path", params={**asked, "limit": 1}).json()["paths"] == [best]
    nowhere = as_ada.get("/api/graph/path", params={"from": f"item:{arrival}", "to": f"item:{amelie}"})
    assert nowhere.json()["paths"] == []


@pytest.mark.parametrize(
    "node", ["item", "item:", "item:0", "item:-3", "film:3", "item:1e3", "ITEM:3", "٣:٣"]
)
def test_what_is_no_node_is_said_to_be_none(as_ada: TestClient, node: str) -> None:
    for path, params in (
        ("path", {"from": node, "to": "item:1"}),
        ("common", {"a": "item:1", "b": node}),
        ("subgraph", {"start": node}),
    ):
        answer = as_ada.get(f"/api/graph/{path}", params=params)
        assert answer.status_code == 422, path
        assert answer.json()["detail"].startswith(
            f"'{node}' is no node; it looks like item:12, a kind (item, genre"
        )


def test_common_ground(as_ada: TestClient, films: list[int]) -> None:
    asked = {"a": f"item:{films[0]}", "b": f"item:{films[2]}"}
    answer = as_ada.get("/api/graph/common", params=asked).json()
    assert {one["thing"]["name"] for one in answer["common"]} == {"Denis Villeneuve", "Science Fiction"}
    assert {one["edge_a"]["source"] for one in answer["common"]} == {f"item:{films[0]}"}
    only = as_ada.get("/api/graph/common", params={**asked, "types": "DIRECTED_BY"}).json()["common"]
    assert [(one["words_a"], one["thing"]["kind"]) for one in only] == [
        ("was directed by Denis Villeneuve", "person")
    ]


def test_what_connects_one_with_a_title(
    as_ada: TestClient, films: list[int], database: Database, ada: User
) -> None:
    did(database, ada, films[0], EventKind.RATED, 5.0)
    answer = as_ada.get("/api/graph/why", params={"item": films[2]}).json()
    assert answer["source"]["is_you"]
    sentences = [path["sentence"] for path in answer["paths"]]
    assert sentences
    assert all(sentence.startswith("You ") and "Dune" in sentence for sentence in sentences)
    assert as_ada.get("/api/graph/why", params={"item": films[1]}).json()["paths"] == []


def test_where_one_met_something(
    as_ada: TestClient, as_ben: TestClient, films: list[int], database: Database, ada: User
) -> None:
    did(database, ada, films[0], EventKind.WATCHED)
    did(database, ada, films[0], EventKind.RATED, 4.5)
    answer = as_ada.get(f"/api/graph/item/{films[0]}/timeline").json()
    assert {one["edge"]["type"] for one in answer["meetings"]} >= {"WATCHED", "RATED"}
    assert all(one["words"].startswith("You ") for one in answer["meetings"])
    assert as_ben.get(f"/api/graph/item/{films[0]}/timeline").json()["meetings"] == []


def test_things_are_found_by_name(as_ada: TestClient, as_ben: TestClient, films: list[int]) -> None:
    assert [one["id"] for one in found(as_ada, "arrival")] == [films[0]]
    assert [one["id"] for one in found(as_ada, "ARRIVAL (2016)")] == [films[0]]
    assert [one["kind"] for one in found(as_ada, "denis villeneuve")] == ["person"]
    assert found(as_ada, "denis villeneuve", kind="genre") == []
    assert found(as_ada, "Ben") == found(as_ada, "Be", begins=True, kind="user") == []
    # While one writes: the beginning of a name, or of a word in it.
    assert found(as_ada, "villen") == []
    assert "Denis Villeneuve" in [one["name"] for one in found(as_ada, "villen", begins=True)]
    assert found(as_ada, "arri", begins=True)[0]["id"] == films[0]
    assert [one["is_you"] for one in found(as_ben, "Ben")] == [True]
    assert as_ada.get("/api/graph/find", params={"name": "a\0b"}).status_code == 422


def test_types_are_named_and_told(as_ada: TestClient) -> None:
    types = {one["name"]: one["meaning"] for one in as_ada.get("/api/graph/types").json()["types"]}
    assert types["DIRECTED_BY"] == "Who directed a film or an episode."
    assert all(meaning[:1].isupper() and meaning.endswith(".") for meaning in types.values())


def test_what_one_may_not_know_of_is_as_if_it_were_not_there(
    as_ada: TestClient, as_ben: TestClient, database: Database, ada: User, ben: User, films: list[int]
) -> None:
    own = own_item(database, ada, "Zanzibarquartz", "Quartzcore")
    did(database, ada, own, EventKind.WATCHED)
    [genre] = found(as_ada, "Quartzcore")
    for node in (f"item:{own}", genre["node"], f"user:{ada.id}"):
        kind, _, number = node.partition(":")
        assert as_ada.get(f"/api/graph/{kind}/{number}").status_code == 200, node
        for path, params in (
            (f"{kind}/{number}", {}),
            (f"{kind}/{number}/expand", {}),
            (f"{kind}/{number}/timeline", {}),
            ("path", {"from": node, "to": f"item:{films[0]}"}),
            ("path", {"from": f"item:{films[0]}", "to": node}),
            ("common", {"a": node, "b": f"item:{films[0]}"}),
            ("common", {"a": f"item:{films[0]}", "b": node}),
            ("subgraph", {"start": node}),
        ):
            seen = as_ben.get(f"/api/graph/{path}", params=params)
            absent = as_ben.get(
                f"/api/graph/{path.replace(f'{kind}/{number}', f'{kind}/987654')}",
                params={name: value.replace(node, f"{kind}:987654") for name, value in params.items()},
            )
            assert seen.status_code == absent.status_code == 404, (path, params)
            assert re.sub(rf"\b{number}\b", "987654", seen.text) == absent.text
    assert as_ben.get("/api/graph/why", params={"item": own}).status_code == 404
    assert found(as_ben, "Zanzibarquartz") == found(as_ben, "Quartzcore") == found(as_ben, "Ada") == []


def test_a_part_of_the_graph_to_draw(
    as_ada: TestClient, database: Database, ada: User, films: list[int]
) -> None:
    drawn = as_ada.get("/api/graph/subgraph", params={"start": f"item:{films[0]}", "hops": 2}).json()
    assert drawn["nodes"][0]["thing"]["id"] == films[0]
    nodes = {one["thing"]["node"] for one in drawn["nodes"]}
    assert f"item:{films[2]}" in nodes
    assert drawn["edges"]
    assert all({edge["source"], edge["target"]} <= nodes for edge in drawn["edges"])
    assert sum(drawn["nodes_by_kind"].values()) == len(nodes)
    assert sum(drawn["edges_by_type"].values()) == len(drawn["edges"])
    small = as_ada.get("/api/graph/subgraph", params={"start": f"item:{films[0]}", "most": 2}).json()
    assert (len(small["nodes"]), small["more"] > 0) == (2, True)
    did(database, ada, films[0], EventKind.WATCHED)
    mine = as_ada.get("/api/graph/subgraph").json()
    assert mine["nodes"][0]["thing"]["is_you"]


def test_what_ones_taste_is_about(
    as_ada: TestClient, as_ben: TestClient, database: Database, ada: User, films: list[int]
) -> None:
    for film in films:
        did(database, ada, film, EventKind.RATED, 5.0)
    central = as_ada.get("/api/graph/central").json()
    assert "Denis Villeneuve" in [one["thing"]["name"] for one in central["people"]]
    found = as_ada.get("/api/graph/communities").json()
    named = [one["id"] for each in found["communities"] for one in each["members"]]
    assert sorted(named + [one["id"] for one in found["others"]]) == sorted(films)
    assert found["items"] == 3
    assert as_ben.get("/api/graph/central").json() == {"people": [], "themes": []}
    assert as_ben.get("/api/graph/communities").json()["items"] == 0


def test_exports_hold_the_catalogue_and_ones_own(
    as_ada: TestClient,
    as_ben: TestClient,
    app: FastAPI,
    database: Database,
    ada: User,
    ben: User,
    films: list[int],
) -> None:
    hidden = "Zanzibar ]]> \"quartz\" 'n' \\u0022 🎬"
    own = own_item(database, ben, hidden, "Quartzcore")
    did(database, ben, own, EventKind.WATCHED)
    did(database, ben, films[0], EventKind.RATED, 1.0)
    did(database, ada, films[0], EventKind.RATED, 5.0)
    for form, media_type in (
        ("graphml", "application/graphml+xml"),
        ("jsonl", "application/x-ndjson"),
        ("cypher", "application/x-cypher-query"),
        ("neo4j-csv", "application/zip"),
    ):
        answer = as_ada.get("/api/graph/export", params={"form": form})
        assert answer.status_code == 200
        assert answer.headers["content-type"].partition(";")[0] == media_type
        assert "mediatheque-graph" in answer.headers["content-disposition"]
        seen = _unpacked(answer.content)
        assert "Arrival (2016)" in seen
        assert f"user:{ada.id}" in seen
        # Ada is an administrator.
        for secret in ("anzibar", "Quartzcore", f"user:{ben.id}", f"item:{own}"):
            assert secret not in seen, (form, secret)
    lines = [json.loads(line) for line in as_ben.get("/api/graph/export?form=jsonl").text.splitlines()]
    assert [line["properties"] for line in lines if line["id"] == f"item:{own}"] == [
        {"kind": "item", "name": hidden, "is_private": True}
    ]
    ids = {line["id"] for line in lines if line["type"] == "node"}
    edges = [line for line in lines if line["type"] == "relationship"]
    assert edges
    assert all(edge[end]["id"] in ids for edge in edges for end in ("start", "end"))
    document = ElementTree.fromstring(as_ben.get("/api/graph/export").content)
    assert len(document.findall(".//{*}node")) == len(ids)
    assert len(document.findall(".//{*}edge")) == len(edges)
    assert list(app.state.mediatheque.data_dir.joinpath("exports").iterdir()) == []
    refused = as_ada.get("/api/graph/export", params={"form": "gexf"})
    assert refused.status_code == 422
    assert "there is cypher, graphml, jsonl, neo4j-csv" in refused.json()["detail"]


def _unpacked(content: bytes) -> str:
    if content[:2] != b"PK":
        return content.decode()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist())


def test_an_export_of_many_edges_has_each_once(
    as_ada: TestClient, database: Database, ada: User, monkeypatch: pytest.MonkeyPatch, films: list[int]
) -> None:
    monkeypatch.setattr("mediatheque.flows.exporting_graph._PAGE", 2)
    for film in films:
        did(database, ada, film, EventKind.WATCHED)
    lines = [json.loads(line) for line in as_ada.get("/api/graph/export?form=jsonl").text.splitlines()]
    ids = [line["id"] for line in lines]
    assert len(ids) == len(set(ids))
    assert sum(line.get("label") == "WATCHED" for line in lines) == 3


def test_passages_are_their_owners(
    as_ada: TestClient, as_ben: TestClient, opened: Mediatheque, ada: User, tmp_path: Path, films: list[int]
) -> None:
    add_heard(opened, as_ada, ada, tmp_path, title="Zanzibarquartz", speaks_of=films[0])
    mine = as_ada.get("/api/graph/export?form=jsonl").text
    for kind in ("passage", "tag", "voice"):
        assert f'"kind":"{kind}"' in mine
    [met] = as_ada.get(f"/api/graph/item/{films[0]}/timeline").json()["meetings"]
    assert (met["edge"]["type"], met["thing"]["kind"], met["at_ms"]) == ("MENTIONED_IN", "passage", 2_000)
    theirs = as_ben.get("/api/graph/export?form=jsonl").text
    assert '"kind":"passage"' not in theirs
    assert "Zanzibarquartz" not in theirs


def test_guests_show_what_both_know_and_nothing_else(
    as_ada: TestClient, as_ben: TestClient, database: Database, ada: User, ben: User, films: list[int]
) -> None:
    arrival, amelie, dune = films
    for user, item in ((ada, arrival), (ben, arrival), (ben, amelie), (ada, dune)):
        did(database, user, item, EventKind.RATED, 4.0)
    asked = {"a": f"user:{ada.id}", "b": f"user:{ben.id}"}
    assert as_ada.get("/api/graph/common", params=asked).status_code == 404
    with database.transaction() as db:
        set_sharing(db, ada.id, True)
    assert as_ada.get("/api/graph/common", params=asked).status_code == 404
    with database.transaction() as db:
        set_sharing(db, ben.id, True)
    common = as_ada.get("/api/graph/common", params=asked).json()["common"]
    assert [one["thing"]["id"] for one in common] == [arrival]
    theirs = common[0]["edge_b"]
    assert theirs["is_yours"] is False
    assert (theirs["said_by"], theirs["batch_id"], theirs["first_at"], theirs["last_at"]) == (None,) * 4
    # What Ben alone has seen stays with Ben, wherever one looks.
    for path in (f"user/{ben.id}", f"user/{ben.id}/expand", f"user/{ben.id}/timeline", f"item/{amelie}"):
        text = as_ada.get(f"/api/graph/{path}").text
        assert '"RATED"' not in text, path
    for a, b in (("ada", "ben"), ("ben", "amelie")):
        nodes = {"ada": f"user:{ada.id}", "ben": f"user:{ben.id}", "amelie": f"item:{amelie}"}
        paths = as_ada.get("/api/graph/path", params={"from": nodes[a], "to": nodes[b]}).json()["paths"]
        assert paths == []


def test_cypher_is_refused_where_there_is_none(
    as_ada: TestClient, as_ben: TestClient, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = {"cypher": "RETURN 1 AS one"}
    assert as_ben.post("/api/graph/cypher", json=question).status_code == 403
    answer = as_ada.post("/api/graph/cypher", json=question)
    assert answer.status_code == 409
    assert "MEDIATHEQUE_GRAPH_URL names a Neo4j" in answer.json()["detail"]
    monkeypatch.setattr(app.state.mediatheque.settings, "graph_url", SecretStr("bolt://127.0.0.1:1"))
    answer = as_ada.post("/api/graph/cypher", json=question)
    assert answer.status_code == 409
    assert "MEDIATHEQUE_GRAPH_CYPHER=true" in answer.json()["detail"]
    for parameters in ({"n": 1 << 63}, {"list": ["\ud800"]}, {"\udc00": 1}):
        body = json.dumps({**question, "parameters": parameters})
        refused = as_ada.post("/api/graph/cypher", content=body, headers={"Content-Type": "application/json"})
        assert refused.status_code == 422, parameters


def test_values_of_cypher_become_json() -> None:
    from neo4j.spatial import WGS84Point
    from neo4j.time import DateTime, Duration

    told = _plain(
        {"n": [1, 2.5, float("nan"), None, True], "at": DateTime(2024, 1, 2), "p": WGS84Point((1.0, 2.0))}
    )
    assert told["n"] == [1, 2.5, "nan", None, True]
    assert told["at"].startswith("2024-01-02T00:00:00")
    assert isinstance(told["p"], str)
    assert _plain((b"\x01\xff", Duration(days=1))) == ["01ff", "P1D"]
