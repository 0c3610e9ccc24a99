"""Filling the catalogue over HTTP: for administrators, in the background, once at a time."""

from __future__ import annotations

from starlette.testclient import TestClient

from mediatheque.kit.database import Database
from mediatheque.library.queries.checks import queue_figures


def states(client: TestClient) -> dict[str, str]:
    return {sync["source"]: sync["state"] for sync in client.get("/api/syncs").json()["items"]}


def test_a_sync_waits_for_a_worker_and_is_asked_for_once(as_ada: TestClient, database: Database) -> None:
    assert set(states(as_ada).values()) == {"idle"}
    for _ in range(2):
        begun = as_ada.post("/api/syncs", json={"source": "starter", "limit": 20})
        assert (begun.status_code, begun.json()) == (
            202,
            {"source": "starter", "state": "waiting", "works": 0},
        )
    assert states(as_ada) == {
        "google-books": "idle",
        "open-library": "idle",
        "starter": "waiting",
        "tmdb": "idle",
    }
    with database.transaction() as db:
        assert queue_figures(db).waiting == 1


def test_a_source_without_its_key_or_without_a_name_says_so(as_ada: TestClient) -> None:
    refused = as_ada.post("/api/syncs", json={"source": "tmdb"})
    assert refused.status_code == 409
    assert "MEDIATHEQUE_TMDB_TOKEN" in refused.json()["detail"]
    unknown = as_ada.post("/api/syncs", json={"source": "imdbx"})
    assert unknown.status_code == 422
    assert "there is google-books" in unknown.json()["detail"]


def test_members_do_not_fill_the_catalogue(as_ben: TestClient) -> None:
    assert as_ben.get("/api/syncs").status_code == 403
    assert as_ben.post("/api/syncs", json={"source": "starter"}).status_code == 403
