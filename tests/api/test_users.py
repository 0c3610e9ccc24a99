"""Taking one's data along, leaving, and what an administrator may do."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from starlette.testclient import TestClient

from mediatheque.kit.database import Database
from mediatheque.library.queries.items import NewItem, add_items
from mediatheque.library.queries.users import User
from mediatheque.resolve.normalise import title_keys
from mediatheque.vocabulary import Kind, Work
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


def test_an_age_limit_is_an_administrators_and_holds_everywhere(
    as_ada: TestClient, as_ben: TestClient, ben: User, database: Database
) -> None:
    with database.transaction() as db:
        works = [
            Work(kind=Kind.FILM, title=f"The Sea {age}", minimum_age=age, popularity=9.0)
            for age in (0, 12, 18, None)
        ]
        add_items(db, [NewItem(work=work, title_keys=title_keys(work)) for work in works])

    def found(path: str) -> set[str]:
        answer = as_ben.get(f"/api{path}")
        assert answer.status_code == 200
        return {
            entry.get("item", entry)["title"].removeprefix("The Sea ") for entry in answer.json()["items"]
        }

    def everywhere() -> set[str]:
        paths = (
            "/items",
            "/search?q=sea",
            "/recommendations",
            "/items?max_age=21",
            "/search?q=sea&max_age=21",
        )
        same = found(paths[0])
        assert {path: found(path) for path in paths} == dict.fromkeys(paths, same)
        return same

    assert everywhere() == {"0", "12", "18", "None"}
    changed = as_ada.patch(f"/api/users/{ben.id}", json={"max_age": 12}).json()
    assert (changed["max_age"], changed["may_see_unrated"], changed["role"]) == (12, True, "member")
    assert everywhere() == {"0", "12", "None"}
    assert as_ada.patch(f"/api/users/{ben.id}", json={"may_see_unrated": False}).json()["max_age"] == 12
    assert everywhere() == {"0", "12"}
    assert found("/items?max_age=6") == found("/search?q=sea&max_age=6") == {"0"}
    assert as_ben.patch(f"/api/users/{ben.id}", json={"max_age": None}).status_code == 403
    assert as_ben.patch("/api/users/me", json={"services": [], "max_age": 21}).json()["max_age"] == 12
    assert as_ada.patch(f"/api/users/{ben.id}", json={"max_age": None}).json()["max_age"] is None
    assert everywhere() == {"0", "12", "18", "None"}
    assert as_ada.patch(f"/api/users/{ben.id}", json={"max_age": 99}).status_code == 422


def test_everybody_says_where_they_can_stream(
    as_ben: TestClient, as_ada: TestClient, ben: User, database: Database
) -> None:
    with database.transaction() as db:
        works = [
            Work(kind=Kind.FILM, title="Here", services=("disney-plus",), popularity=5.0),
            Work(kind=Kind.FILM, title="There", services=("mubi",), popularity=9.0),
            Work(kind=Kind.BOOK, title="A Book", popularity=1.0),
        ]
        add_items(db, [NewItem(work=work, title_keys=title_keys(work)) for work in works])
    said = as_ben.patch("/api/users/me", json={"services": ["Disney+", "disney plus", "Netflix"]})
    assert said.json()["services"] == ["disney-plus", "netflix"]
    assert as_ben.get("/api/auth/me").json()["services"] == ["disney-plus", "netflix"]
    recommended = as_ben.get("/api/recommendations").json()["items"]
    assert {entry["item"]["title"] for entry in recommended} == {"Here", "A Book"}
    (item,) = as_ben.get("/api/items?service=Mubi&kind=film").json()["items"]
    assert (item["title"], item["services"], item["minimum_age"]) == ("There", ["mubi"], None)
    assert len(as_ben.get("/api/items").json()["items"]) == 3  # a list is a list of everything
    assert as_ada.patch(f"/api/users/{ben.id}", json={"services": []}).json()["services"] == []
    assert len(as_ben.get("/api/recommendations").json()["items"]) == 3
    assert as_ben.patch("/api/users/me", json={"services": [" ! "]}).status_code == 422


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
