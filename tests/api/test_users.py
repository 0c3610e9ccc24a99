"""Taking one's data along, leaving, and what an administrator may do."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from starlette.testclient import TestClient

from mediatheque.library.queries.users import User
from mediatheque.wiring import Mediatheque


def test_everybody_takes_their_own_data_along(
    as_ada: TestClient, as_ben: TestClient, films: list[int], opened: Mediatheque
) -> None:
    as_ada.put(f"/api/ratings/{films[0]}", json={"value": 4.5})
    answer = as_ada.get("/api/users/me/export")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert b"Arrival" in archive.read("ratings.csv")
    with zipfile.ZipFile(io.BytesIO(as_ben.get("/api/users/me/export").content)) as archive:
        assert b"Arrival" not in archive.read("ratings.csv")
    assert list((opened.data_dir / "exports").iterdir()) == []


def test_who_leaves_is_gone(as_ada: TestClient, as_ben: TestClient) -> None:
    assert as_ben.delete("/api/users/me").status_code == 204
    assert as_ben.get("/api/auth/me").status_code == 401
    assert [user["name"] for user in as_ada.get("/api/users").json()["items"]] == ["Ada"]
    assert as_ada.delete("/api/users/me").status_code == 204


def test_somebody_is_always_admin(as_ada: TestClient, as_ben: TestClient, ada: User, ben: User) -> None:
    assert as_ada.delete("/api/users/me").status_code == 409
    assert as_ada.patch(f"/api/users/{ada.id}", json={"role": "member"}).status_code == 409
    assert as_ada.patch(f"/api/users/{ben.id}", json={"role": "admin"}).json()["role"] == "admin"
    assert as_ada.delete("/api/users/me").status_code == 204
    assert as_ben.get("/api/users").json()["items"][0]["name"] == "Ben"


def test_administration_is_for_administrators(
    as_ada: TestClient, as_ben: TestClient, ada: User, ben: User
) -> None:
    assert as_ben.get("/api/users").status_code == 403
    assert as_ben.delete(f"/api/users/{ada.id}").status_code == 403
    assert as_ben.delete("/api/users/987654").status_code == 403
    assert as_ben.patch(f"/api/users/{ben.id}", json={"role": "admin"}).status_code == 403
    assert as_ada.delete("/api/users/987654").status_code == 404
    assert as_ada.delete(f"/api/users/{ben.id}").status_code == 204
    assert as_ben.get("/api/auth/me").status_code == 401


def test_what_a_killed_server_left_behind_is_swept(tmp_path: Path) -> None:
    import os
    import time

    from mediatheque.api.uploading import forget_left_behind

    for name, age_s in (("old.part", 90_000), ("new.part", 10), ("waits", 90_000), ("forgotten", 3_000_000)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (time.time() - age_s,) * 2)
    forget_left_behind(tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {"new.part", "waits"}
    forget_left_behind(tmp_path / "missing")
