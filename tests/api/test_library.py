"""The library over HTTP: any part of it in any order, what there is to choose, many changed at once and back."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from starlette.testclient import TestClient

from mediatheque.kit.database import Database
from mediatheque.library.queries.items import NewItem, add_items
from mediatheque.library.queries.users import User
from mediatheque.vocabulary import Kind, Work


def titles(answer: dict[str, Any]) -> list[str]:
    return [item["title"] for item in answer["items"]]


def meet(client: TestClient, films: list[int]) -> None:
    client.post("/api/events", json={"kind": "watched", "item_id": films[0], "at": "2026-01-05T20:00:00Z"})
    client.put(f"/api/ratings/{films[0]}", json={"value": 4})
    client.put(f"/api/items/{films[1]}/saved")


def test_it_shows_any_part_of_what_one_has_met(as_ada: TestClient, films: list[int]) -> None:
    empty = as_ada.get("/api/library").json()
    assert (empty["total"], empty["everything"], empty["items"]) == (0, 0, [])
    meet(as_ada, films)
    answer = as_ada.get("/api/library", params={"sort": "title", "facets": True, "months": True}).json()
    assert titles(answer) == ["Amélie", "Arrival"]
    assert answer["items"][1]["standing"]["rating"] == 4
    assert answer["items"][1]["credits"] == [
        {"name": "Denis Villeneuve", "role": "director", "character": None}
    ]
    assert answer["facets"]["language"] == [{"value": "en", "count": 1}, {"value": "fr", "count": 1}]
    assert sum(month["count"] for month in answer["months"]) == answer["total"] == 2
    second = as_ada.get("/api/library", params={"sort": "title", "offset": 1, "limit": 1}).json()
    assert (titles(second), second["facets"]) == (["Arrival"], None)
    everything = as_ada.get(
        "/api/library", params={"scope": "all", "sort": "title", "direction": "falling"}
    ).json()
    assert titles(everything) == ["Dune", "Arrival", "Amélie"]
    found = as_ada.get("/api/library", params={"q": "arival", "kind": ["film", "book"]}).json()
    assert (titles(found), found["everything"]) == (["Arrival"], 2)


def test_what_changes_is_seen_at_once(
    as_ada: TestClient, films: list[int], database: Database, ada: User
) -> None:
    meet(as_ada, films)
    assert as_ada.get("/api/library", params={"state": "rated"}).json()["total"] == 1
    as_ada.put(f"/api/ratings/{films[1]}", json={"value": 1.5})
    assert as_ada.get("/api/library", params={"state": "rated"}).json()["total"] == 2
    as_ada.put(f"/api/items/{films[2]}/saved")
    assert as_ada.get("/api/library").json()["total"] == 3
    as_ada.put(f"/api/items/{films[2]}/hidden")
    assert as_ada.get("/api/library").json()["total"] == 2
    assert titles(as_ada.get("/api/library", params={"state": "hidden"}).json()) == ["Dune"]


def test_a_library_is_only_its_owners(
    as_ada: TestClient, as_ben: TestClient, films: list[int], database: Database, ada: User
) -> None:
    meet(as_ada, films)
    with database.transaction() as db:
        add_items(
            db, [NewItem(work=Work(kind=Kind.VIDEO, title="Ada's garden"), title_keys=(), owner_id=ada.id)]
        )
    as_ada.put(f"/api/items/{films[2]}/saved")
    assert "Ada's garden" in titles(as_ada.get("/api/library").json())
    assert as_ben.get("/api/library").json()["total"] == 0
    answer = as_ben.get("/api/library", params={"scope": "all"}).json()
    assert "Ada's garden" not in titles(answer)
    assert all(item["standing"] is None for item in answer["items"])


def test_what_cannot_be_asked(as_ada: TestClient) -> None:
    for wrong in (
        {"sort": "best"},
        {"limit": 201},
        {"offset": -1},
        {"decade": 1994},
        {"rating_from": 0.7},
        {"genres": "Drama"},
        {"kind": "song"},
    ):
        assert as_ada.get("/api/library", params=wrong).status_code == 422, wrong


def test_many_are_changed_at_once_and_back(as_ada: TestClient, films: list[int]) -> None:
    meet(as_ada, films)
    change = {"action": "rate", "rating": 3.5, "ids": [*films, 987654]}
    done = as_ada.post("/api/library/bulk", json=change).json()
    assert (done["changed"], done["unchanged"], done["missing"]) == (3, 0, 1)
    assert as_ada.post("/api/library/bulk", json=change).json() == {
        **{"edit": None, "changed": 0, "unchanged": 3, "missing": 1}
    }
    again = as_ada.post(f"/api/library/bulk/{done['edit']}/undo")
    assert again.json() == {"changed": 3}
    assert as_ada.post(f"/api/library/bulk/{done['edit']}/undo").json() == {"changed": 0}
    assert as_ada.get("/api/library", params={"state": "rated"}).json()["total"] == 1


def test_all_that_a_filter_leaves_is_changed(as_ada: TestClient, films: list[int]) -> None:
    meet(as_ada, films)
    done = as_ada.post("/api/library/bulk", json={"action": "hide", "which": {"state": ["seen"]}}).json()
    assert done["changed"] == 1
    assert titles(as_ada.get("/api/library").json()) == ["Amélie"]
    all_films = {"action": "save", "which": {"kind": ["film"]}, "scope": "all"}
    assert as_ada.post("/api/library/bulk", json=all_films).json()["changed"] == 1


def test_a_change_says_what_of_what(as_ada: TestClient, as_ben: TestClient, films: list[int]) -> None:
    for wrong in (
        {"action": "save"},
        {"action": "save", "ids": films, "which": {}},
        {"action": "rate", "ids": films},
        {"action": "save", "rating": 3, "ids": films},
        {"action": "burn", "ids": films},
        {"action": "save", "ids": []},
    ):
        assert as_ada.post("/api/library/bulk", json=wrong).status_code == 422, wrong
    done = as_ada.post("/api/library/bulk", json={"action": "save", "ids": films}).json()
    refused = as_ben.post(f"/api/library/bulk/{done['edit']}/undo")
    assert refused.status_code == 404
    assert as_ada.get("/api/library", params={"state": "saved"}).json()["total"] == 3


def test_preferences_are_kept_whole_and_changed_in_part(as_ada: TestClient, as_ben: TestClient) -> None:
    path = "/api/users/me/preferences"
    new = as_ada.get(path).json()
    assert new == {"language": "", "theme": "system", "remote_images": False, "views": [], "remembered": {}}
    view = {"name": "Short", "search": "kind=film&sort=duration"}
    assert as_ada.put(path, json={"theme": "dark", "views": [view]}).json()["views"] == [view]
    as_ada.patch(path, json={"remembered": {"player.speed": 1.5, "code": "007"}})
    changed = as_ada.patch(path, json={"language": "de", "remembered": {"library.shape": "list"}}).json()
    assert changed == as_ada.get(path).json()
    assert changed["remembered"] == {"player.speed": 1.5, "code": "007", "library.shape": "list"}
    assert (changed["theme"], changed["language"], changed["views"]) == ("dark", "de", [view])
    assert as_ben.get(path).json() == new


def test_preferences_have_bounds(as_ada: TestClient, app: FastAPI) -> None:
    path = "/api/users/me/preferences"
    view = {"name": "Short", "search": ""}
    for wrong in (
        {"theme": "pink"},
        {"views": [view, {**view, "name": "short "}]},
        {"views": [{**view, "name": " "}]},
        {"remembered": {"Not a name": 1}},
        {"remembered": {"text": "x" * 501}},
        {"colour": "red"},
    ):
        assert as_ada.put(path, json=wrong).status_code == 422, wrong
    long = [{"name": f"View {n}", "search": "x" * 4000} for n in range(20)]
    refused = as_ada.put(path, json={"views": long})
    assert (refused.status_code, refused.json()["detail"]) == (
        *(413, "Preferences take at most 64 KiB: delete views that you do not use."),
    )
    assert as_ada.patch(path, json={"views": [{**view, "name": "SHORT"}, view]}).status_code == 422
