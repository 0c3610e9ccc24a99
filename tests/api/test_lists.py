"""Lists that begin with a title, with everybody or with a group, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from mediatheque.kit.database import Database
from mediatheque.library.queries.history import add_events
from mediatheque.library.queries.users import User
from mediatheque.vocabulary import Event, EventKind


def kept(database: Database) -> dict[str, Any]:
    """What the last list was asked for."""
    with database.transaction() as db:
        return db.execute(
            text("SELECT request FROM recommendations_shown ORDER BY id DESC LIMIT 1")
        ).scalar_one()


def told(database: Database, user: User, item_id: int, kind: EventKind, value: float | None = None) -> None:
    with database.transaction() as db:
        add_events(db, user.id, [(item_id, Event(kind=kind, value=value), None)])


def test_what_is_like_a_title(as_ada: TestClient, films: list[int], database: Database, ada: User) -> None:
    arrival, _, dune = films
    told(database, ada, dune, EventKind.RATED, 4.0)
    answer = as_ada.get(f"/api/recommendations/similar/{arrival}", params={"explain": True}).json()
    [item] = answer["items"]
    assert (answer["method"], item["item"]["id"]) == ("similar", dune)
    assert item["because"] == "Like Arrival: also by Denis Villeneuve, also science fiction."
    assert sum(c["amount"] for c in item["contributions"]) == pytest.approx(item["score"])
    assert kept(database) == {
        "n": 10,
        "method": "similar",
        "similar_to": arrival,
        "unseen": False,
        "via": "api",
    }
    unseen = as_ada.get(f"/api/recommendations/similar/{arrival}", params={"unseen": True})
    assert unseen.json()["items"] == []
    missing = as_ada.get("/api/recommendations/similar/987654")
    assert (missing.status_code, missing.json()["title"]) == (404, "Not found")


def test_what_is_popular_and_what_is_on_the_rise(
    as_ada: TestClient, films: list[int], database: Database, ada: User
) -> None:
    told(database, ada, films[0], EventKind.WATCHED)
    popular = as_ada.get("/api/recommendations/popular").json()
    assert {item["item"]["id"] for item in popular["items"]} == set(films[1:])
    assert {(item["method"], item["fallback"]) for item in popular["items"]} == {("popular", None)}
    assert kept(database)["method"] == "popular"
    trending = as_ada.get("/api/recommendations/trending", params={"n": 1, "kind": "film"}).json()
    assert trending["method"] == "trending"
    assert trending["items"][0]["fallback"].startswith("nothing is seen by more people just now than usual")
    assert kept(database) == {"n": 1, "method": "trending", "kinds": ["film"], "via": "api"}


def test_because_of_a_title_of_ones_own(
    as_ada: TestClient, films: list[int], database: Database, ada: User
) -> None:
    arrival, _, dune = films
    assert as_ada.get("/api/recommendations/because-of").json() == {"rows": []}
    assert as_ada.get(f"/api/recommendations/because-of/{arrival}").status_code == 404
    told(database, ada, arrival, EventKind.WATCHED)
    [item] = as_ada.get(f"/api/recommendations/because-of/{arrival}").json()["items"]
    assert item["item"]["id"] == dune
    assert item["because"] == "Because you watched Arrival: also by Denis Villeneuve, also science fiction."
    [row] = as_ada.get("/api/recommendations/because-of", params={"n": 1, "explain": True}).json()["rows"]
    assert (row["because"], row["about"]["id"]) == ("Because you watched Arrival", arrival)
    [best] = row["recommendations"]["items"]
    assert best["item"]["id"] == dune
    assert sum(c["amount"] for c in best["contributions"]) == pytest.approx(best["score"], abs=1e-6)
    assert kept(database) == {"n": 1, "method": "because-of", "because_of": arrival, "via": "api"}
    none = as_ada.get("/api/recommendations/because-of", params={"exclude": dune, "rows": 2})
    assert none.json() == {"rows": []}


def test_a_list_for_a_group_counts_who_agreed(
    as_ada: TestClient, as_ben: TestClient, films: list[int], database: Database, ada: User, ben: User
) -> None:
    arrival, amelie, dune = films
    told(database, ada, arrival, EventKind.WATCHED)
    asked = {"user": "ben", "explain": True, "strategy": "average"}
    refused = as_ada.get("/api/recommendations/group", params=asked)
    assert (refused.status_code, refused.json()["title"]) == (404, "Not found")
    # An administrator cannot say it for somebody else.
    as_ada.patch(f"/api/users/{ben.id}", json={"shares_taste": True})
    assert as_ada.get("/api/recommendations/group", params=asked).status_code == 404
    assert as_ben.patch("/api/users/me", json={"shares_taste": True}).json()["shares_taste"] is True
    answer = as_ada.get("/api/recommendations/group", params=asked).json()
    assert answer["method"] == "group"
    assert {item["item"]["id"] for item in answer["items"]} == {amelie, dune}
    for item in answer["items"]:
        assert item["method"] == "average"
        assert "Ben would " in item["because"]
        assert sum(c["amount"] for c in item["contributions"]) == pytest.approx(item["score"], abs=1e-6)
    assert kept(database) == {
        "n": 10,
        "method": "group",
        "with": [ben.id],
        "strategy": "average",
        "seen_by_some": False,
        "via": "api",
    }
    # Ada never agreed, and Ben may ask for nobody but himself.
    assert as_ben.get("/api/recommendations/group", params={"user": "Ada"}).status_code == 404
    assert as_ben.get("/api/recommendations/group", params={"user": "Ben"}).status_code == 422
