"""Imports over HTTP: uploaded, read by a worker, followed, previewed, taken back; and files nobody should send."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.testclient import TestClient

from mediatheque.flows import import_history
from mediatheque.flows.worker import run_worker
from mediatheque.jobs import queries as job_queries
from mediatheque.kit.database import Database
from mediatheque.library.queries.users import User
from mediatheque.wiring import Mediatheque

NETFLIX = b'Title,Date\n"Dark: Season 1: Secrets","2024-05-21"\n"Arrival","2024-05-20"\n"Broken"\n'
UNCLEAR = b'Title,Date\n"Arrival","05/04/24"\n'


def upload(client: TestClient, content: bytes, path: str = "/api/imports", **fields: str):
    return client.post(path, files={"file": ("NetflixViewingHistory.csv", content)}, data=fields)


async def _work_until_idle(opened: Mediatheque, import_id: int, client: TestClient) -> dict[str, object]:
    stop = asyncio.Event()
    worker = asyncio.create_task(run_worker(opened, stop=stop))
    try:
        async with asyncio.timeout(30):
            while True:
                await asyncio.sleep(0.05)
                answer = await asyncio.to_thread(client.get, f"/api/imports/{import_id}")
                if answer.json()["state"] != "reading":
                    return answer.json()
    finally:
        stop.set()
        await worker


def work(opened: Mediatheque, import_id: int, client: TestClient) -> dict[str, object]:
    """Let a worker read the import; how it ended."""
    return asyncio.run(_work_until_idle(opened, import_id, client))


@pytest.fixture
def worker_side(opened: Mediatheque, database: Database) -> Mediatheque:
    """The same library, opened by another process, as a worker is."""
    return Mediatheque(opened.settings, database)


def test_an_export_is_uploaded_read_reported_and_taken_back(
    as_ada: TestClient, as_ben: TestClient, opened: Mediatheque, worker_side: Mediatheque
) -> None:
    started = upload(as_ada, NETFLIX)
    assert started.status_code == 202
    path = started.headers["location"]
    assert as_ada.get(path).json() == started.json()
    assert started.json()["state"] == "reading"
    done = work(worker_side, started.json()["id"], as_ada)
    assert (done["state"], done["source"], done["file_name"]) == (
        "done",
        "netflix",
        "NetflixViewingHistory.csv",
    )
    assert (done["rows_read"], done["new"], done["known"], done["rejected"]) == (3, 2, 0, 1)
    [rejected] = as_ada.get(f"{path}/rejected").json()["items"]
    assert rejected["where"] == "NetflixViewingHistory.csv:4"
    assert rejected["why"]
    titles = {event["item"]["title"] for event in as_ada.get("/api/events").json()["items"]}
    assert titles == {"Arrival", "Secrets"}
    assert list((opened.data_dir / "uploads").iterdir()) == []
    for answer in (as_ben.get(path), as_ben.get(f"{path}/rejected"), as_ben.delete(path)):
        assert answer.status_code == 404
    assert as_ben.get("/api/imports").json()["items"] == []
    assert [i["id"] for i in as_ada.get("/api/imports").json()["items"]] == [done["id"]]
    undone = as_ada.delete(path)
    assert undone.json()["state"] == "undone"
    assert as_ada.get("/api/events").json()["items"] == []
    assert as_ada.delete(path).status_code == 409


def test_an_import_says_what_it_brought_and_hands_out_what_it_could_not_read(
    as_ada: TestClient, as_ben: TestClient, worker_side: Mediatheque
) -> None:
    path = upload(as_ada, NETFLIX, rows="3").headers["location"]
    import_id = int(path.rpartition("/")[2])
    [job] = as_ada.get("/api/jobs", params={"task": "import_batch"}).json()["items"]
    assert job["import_id"] == import_id
    work(worker_side, import_id, as_ada)
    brought = as_ada.get(f"{path}/brought").json()
    assert brought["kinds"] == {"episode": 1, "film": 1}
    assert brought["events"] == {"watched": 2}
    assert (brought["first_at"], brought["last_at"]) == ("2024-05-20T00:00:00Z", "2024-05-21T00:00:00Z")
    # The show stands for its episode, and the later day comes first.
    assert [(item["title"], item["kind"]) for item in brought["latest"]] == [
        ("Dark", "show"),
        ("Arrival", "film"),
    ]
    table = as_ada.get(f"{path}/rejected.csv")
    assert table.headers["content-type"].startswith("text/csv")
    assert 'filename="NetflixViewingHistory (not read).csv"' in table.headers["content-disposition"]
    header, row = table.text.removeprefix("\ufeff").splitlines()
    assert header == "Row,Why"
    assert row.startswith("NetflixViewingHistory.csv:4,")
    assert as_ben.get(f"{path}/brought").status_code == 404
    assert as_ben.get(f"{path}/rejected.csv").status_code == 404
    as_ada.delete(path)
    nothing = as_ada.get(f"{path}/brought").json()
    assert (nothing["kinds"], nothing["events"], nothing["latest"]) == ({}, {}, [])


def test_a_job_says_how_far_an_import_is_where_somebody_counted_its_rows(
    as_ada: TestClient, ada: User, worker_side: Mediatheque, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mediatheque.flows.attempts.TOLD_EVERY_S", 0.0)
    monkeypatch.setattr(import_history.finish_import, "__kwdefaults__", {"on_progress": None, "chunk": 1})
    told: list[tuple[float, str]] = []
    tell = job_queries.tell

    def heard(*args: Any, **said: Any) -> bool:
        told.append((round(said["percent"]), said["line"]))
        return tell(*args, **said)

    monkeypatch.setattr(job_queries, "tell", heard)
    work(worker_side, upload(as_ada, NETFLIX, rows="3").json()["id"], as_ada)
    assert [line for line in told if "rows" in line[1]] == [
        (33, "1 of 3 rows"),
        (67, "2 of 3 rows"),
        (99, "3 of 3 rows"),
    ]


def test_a_row_that_begins_like_a_formula_is_text_in_a_spreadsheet(
    as_ada: TestClient, worker_side: Mediatheque
) -> None:
    files = {"file": ("=evil.csv", b'Title,Date\n"Arrival","2024-05-20"\n"Broken"\n')}
    path = as_ada.post("/api/imports", files=files).headers["location"]
    work(worker_side, int(path.rpartition("/")[2]), as_ada)
    assert "\n'=evil.csv:3," in as_ada.get(f"{path}/rejected.csv").text


def test_a_preview_stores_nothing(as_ada: TestClient, opened: Mediatheque) -> None:
    preview = upload(as_ada, NETFLIX, "/api/previews").json()
    assert (preview["rows"], preview["new"], preview["rejected"]) == (3, 2, 1)
    assert preview["kinds"] == {"episode": 1, "film": 1}
    assert (preview["first_at"], preview["last_at"]) == ("2024-05-20T00:00:00Z", "2024-05-21T00:00:00Z")
    assert preview["rejected_rows"][0]["where"] == "NetflixViewingHistory.csv:4"
    assert preview["examples"][0]["work"]["series_title"] == "Dark"
    assert as_ada.get("/api/imports").json()["items"] == []
    assert list((opened.data_dir / "uploads").iterdir()) == []


def test_a_question_is_asked_before_anything_is_stored(as_ada: TestClient, opened: Mediatheque) -> None:
    asked = upload(as_ada, UNCLEAR)
    assert asked.status_code == 422
    assert asked.json()["option"] == "date_order"
    assert set(asked.json()["choices"]) >= {"day-first", "month-first"}
    assert as_ada.get("/api/imports").json()["items"] == []
    assert list((opened.data_dir / "uploads").iterdir()) == []
    assert upload(as_ada, UNCLEAR, date_order="day-first").status_code == 202


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"date_order": "backwards"}, "body.date_order"),
        ({"timezone": "Middle/Earth"}, "body.timezone"),
        ({"timezone": "../../etc/passwd"}, "body.timezone"),
        ({"colour": "blue"}, "body.colour"),
        ({"rows": "-1"}, "body.rows"),
    ],
)
def test_options_that_cannot_be_are_named(as_ada: TestClient, fields: dict[str, str], where: str) -> None:
    refused = upload(as_ada, NETFLIX, **fields)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["where"] == where


def test_an_unknown_format_and_an_unknown_importer_say_what_there_is(as_ada: TestClient) -> None:
    assert "Netflix" in upload(as_ada, b"what is this").json()["detail"]
    assert "letterboxd" in upload(as_ada, NETFLIX, source="imdbx").json()["detail"]


@pytest.mark.parametrize("size", [(1 << 20) + 1, 3 << 20])
def test_a_file_beyond_the_limit_is_refused_and_not_kept(
    as_ada: TestClient, opened: Mediatheque, size: int
) -> None:
    refused = upload(as_ada, b"x" * size)
    assert refused.status_code == 413
    folder = opened.data_dir / "uploads"
    assert not folder.exists() or list(folder.iterdir()) == []


def test_what_is_no_form_with_one_file_is_refused(as_ada: TestClient, opened: Mediatheque) -> None:
    form = {"content-type": "multipart/form-data; boundary=xyz"}
    part = b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nTitle,Date\r\n'
    assert as_ada.post("/api/imports", json={}).status_code == 415
    assert (
        as_ada.post("/api/imports", content=b"", headers={"content-type": "multipart/form-data"}).status_code
        == 415
    )
    for body in (
        b"",
        b"garbage",
        part,
        part + part + b"--xyz--\r\n",
        b"--xyz--\r\n",
        b"--xyz\r\n\r\n\r\n--xyz--\r\n",
    ):
        assert as_ada.post("/api/imports", content=body, headers=form).status_code == 422, body
    assert list((opened.data_dir / "uploads").iterdir()) == []


def test_a_name_that_leaves_its_folder_is_made_harmless(as_ada: TestClient, opened: Mediatheque) -> None:
    files = {"file": ("../../..\\evil\r\n\0.csv", NETFLIX)}
    started = as_ada.post("/api/imports", files=files)
    assert started.status_code == 202
    assert "/" not in started.json()["file_name"]
    assert started.json()["file_name"].startswith("evil")
    [kept] = (opened.data_dir / "uploads").iterdir()
    assert kept.read_bytes() == NETFLIX


def test_nobody_uploads_without_signing_in(client: TestClient, opened: Mediatheque, ada: User) -> None:
    assert upload(client, NETFLIX).status_code == 401
    assert not (opened.data_dir / "uploads").exists()


def test_a_form_with_a_boundary_or_with_parts_beyond_reason(as_ada: TestClient) -> None:
    kind = {"Content-Type": f"multipart/form-data; boundary={'b' * 8000}"}
    assert as_ada.post("/api/previews", content=b"x", headers=kind).status_code == 422
    part = b'--b\r\nContent-Disposition: form-data; name="source"\r\n\r\nnetflix\r\n'
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = as_ada.post("/api/previews", content=part * 21 + b"--b--\r\n", headers=kind)
    assert answer.status_code == 422
    assert "more than 20 fields" in answer.json()["detail"]
