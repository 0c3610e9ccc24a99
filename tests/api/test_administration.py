"""What administrators see of the library, what anybody sees of their own part of it, and that keys are told to nobody."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from mediatheque.archive.queries.media import media_with_id
from mediatheque.flows.archiving import delete_media
from mediatheque.kit.database import Database
from mediatheque.library.queries.users import User
from mediatheque.wiring import Mediatheque
from recordings import add_worked_on, end_job

FOR_ADMINISTRATORS = ("/checks", "/tools", "/sources", "/server", "/storage/everybody")


def test_administration_is_for_administrators(as_ada: TestClient, as_ben: TestClient, ada: User) -> None:
    for path in FOR_ADMINISTRATORS:
        assert as_ben.get(f"/api{path}").status_code == 403, path
        assert as_ada.get(f"/api{path}").status_code == 200, path
    assert as_ben.post("/api/tools/llm/test").status_code == 403
    assert as_ben.get(f"/api/users/{ada.id}/belongings").status_code == 403


def test_every_part_is_looked_at_and_the_library_stays_open(as_ada: TestClient) -> None:
    for _ in range(2):
        seen = as_ada.get("/api/checks").json()
        parts = {one["part"]: one for one in seen["items"]}
        assert {"database", "schema", "free disk", "background work", "tmdb"} <= set(parts)
        assert parts["catalogue"] == {
            "part": "catalogue",
            "state": "note",
            "said": "is empty",
            "mend": "fill it: mediatheque sync starter",
        }
        assert seen["is_well"] is all(one["state"] != "fails" for one in seen["items"])


def test_keys_are_told_to_nobody(as_ada: TestClient, opened: Mediatheque) -> None:
    opened.settings = opened.settings.model_copy(
        update={
            "tmdb_token": SecretStr("very-secret"),
            "llm_key": SecretStr("very-secret"),
            "llm": "openai+http://ada:very-secret@127.0.0.1:9/v1?model=tiny",
        }
    )
    sources, tools = as_ada.get("/api/sources"), as_ada.get("/api/tools")
    tried = as_ada.post("/api/tools/llm/test")
    assert "very-secret" not in sources.text + tools.text + tried.text
    tmdb = next(one for one in sources.json()["items"] if one["name"] == "tmdb")
    assert (tmdb["needs_key"], tmdb["has_key"], tmdb["synced_at"], tmdb["works"]) == (True, True, None, 0)
    llm = next(one for one in tools.json()["items"] if one["name"] == "llm")
    assert (llm["has_key"], llm["is_on"], llm["address"]) == (True, True, "http://127.0.0.1:9/v1")
    assert tried.json()["is_well"] is False


def test_a_tool_that_is_off_says_so_and_one_that_is_none_too(as_ada: TestClient) -> None:
    off = as_ada.post("/api/tools/embedder/test").json()
    assert (off["is_well"], off["model"]) == (None, None)
    assert "words alone" in off["said"]
    unknown = as_ada.post("/api/tools/toaster/test")
    assert (unknown.status_code, "embedder" in unknown.json()["detail"]) == (404, True)


@pytest.mark.slow
def test_the_models_here_are_really_asked(as_ada: TestClient, opened: Mediatheque) -> None:
    opened.settings = opened.settings.model_copy(update={"embedder": "minilm"})
    vector, heard, voice = (
        as_ada.post(f"/api/tools/{name}/test").json() for name in ("embedder", "speech", "voices")
    )
    assert (vector["is_well"], vector["said"]) == (True, "Turned a sentence into 384 numbers.")
    assert heard["is_well"] is True
    assert "listening" in heard["said"].lower()
    assert (voice["is_well"], voice["model"]) == (True, "ge2e-256")


def test_what_ones_recordings_take(
    as_ada: TestClient, as_ben: TestClient, opened: Mediatheque, ada: User, tmp_path: Path
) -> None:
    opened.settings = opened.settings.model_copy(update={"media_quota_gb": 1.0})
    kept, thrown = (
        add_worked_on(opened, ada.id, tmp_path, title=f"{n}", content=content)
        for n, content in enumerate((b"x" * 1000, b"y" * 300))
    )
    before = as_ada.get("/api/storage").json()
    with opened.database.transaction() as db:
        for media_id in (kept, thrown):
            end_job(db, media_id)
        delete_media(db, ada.id, thrown)
        assert media_with_id(db, kept, ada.id)
    after = as_ada.get("/api/storage").json()
    assert (after["recordings"], after["in_trash"], after["quota_bytes"]) == (1, 1, 1 << 30)
    assert after["bytes"] == before["bytes"] >= 1300
    assert 300 <= after["trash_bytes"] < after["bytes"]
    assert as_ben.get("/api/storage").json()["bytes"] == 0
    everybody = as_ada.get("/api/storage/everybody").json()
    assert {one["name"]: one["recordings"] for one in everybody["users"]} == {"Ada": 1, "Ben": 0}
    assert everybody["blob_bytes"] == after["bytes"]
    assert everybody["database_bytes"] > 0 < everybody["free_bytes"]


def test_what_would_go_is_counted(
    as_ada: TestClient, as_ben: TestClient, ada: User, ben: User, films: list[int]
) -> None:
    as_ben.put(f"/api/ratings/{films[0]}", json={"value": 4.5})
    as_ben.post("/api/events", json={"kind": "saved", "item_id": films[1]})
    mine = as_ben.get("/api/users/me/belongings").json()
    assert (mine["events"], mine["ratings"], mine["saved"], mine["refused"]) == (2, 1, 1, None)
    assert as_ada.get(f"/api/users/{ben.id}/belongings").json() == mine
    only_admin = as_ada.get("/api/users/me/belongings").json()
    assert (only_admin["events"], only_admin["ratings"]) == (0, 0)
    assert only_admin["refused"] == as_ada.delete("/api/users/me").json()["detail"]
    assert as_ada.get("/api/users/987654/belongings").status_code == 404


def test_the_household_is_who_shares(as_ada: TestClient, as_ben: TestClient) -> None:
    assert as_ada.get("/api/household").json() == {"items": []}
    as_ben.patch("/api/users/me", json={"shares_taste": True})
    assert as_ada.get("/api/household").json() == {"items": [{"name": "Ben", "is_you": False}]}
    assert as_ben.get("/api/household").json() == {"items": [{"name": "Ben", "is_you": True}]}


def test_an_administrator_makes_an_account_where_registration_is_closed(
    as_ada: TestClient, as_ben: TestClient, client: TestClient, opened: Mediatheque, database: Database
) -> None:
    opened.settings = opened.settings.model_copy(update={"registration": False})
    given = {"name": "Cleo", "password": "correct horse battery staple"}
    assert client.post("/api/auth/register", json=given).status_code == 403
    assert as_ben.post("/api/users", json=given).status_code == 403
    made = as_ada.post("/api/users", json=given)
    assert (made.status_code, made.json()["name"], made.json()["role"]) == (201, "Cleo", "member")
    assert as_ada.post("/api/users", json=given).status_code == 409
    assert client.post("/api/auth/login", json=given).status_code == 200
    assert as_ada.get("/api/server").json()["registration"] is False
