"""Recordings over HTTP: added once, told whole, corrected beside the machine's words, thrown away and brought back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from mediatheque.archive.queries.media import MediaFile, files_of, put_file
from mediatheque.archive.queries.pairs import FoundPair, put_pairs
from mediatheque.kit.database import Database
from mediatheque.library.queries.users import User
from mediatheque.wiring import Mediatheque
from recordings import SOUND, add_worked_on, end_job, mention

LINK = "https://media.example.org/talks/bees.mp3"


@pytest.fixture
def talk(opened: Mediatheque, database: Database, ada: User, tmp_path: Path) -> int:
    """A recording of Ada's that the work on is done."""
    media_id = add_worked_on(opened, ada.id, tmp_path)
    with database.transaction() as db:
        end_job(db, media_id)
    return media_id


def upload(client: TestClient, content: bytes = SOUND, **fields: str):
    return client.post("/api/media", files={"file": ("talk.mp3", content)}, data=fields)


def ids(client: TestClient, **query: object) -> list[int]:
    answer = client.get("/api/media", params=query)  # pyright: ignore[reportArgumentType]
    assert answer.status_code == 200, answer.text
    return [media["id"] for media in answer.json()["items"]]


def test_a_link_is_added_once(as_ada: TestClient, as_ben: TestClient) -> None:
    wishes = {"wanted": "video", "title": "Bees", "language": "de", "speaker_count": 2, "tags": ["bees"]}
    added = as_ada.post("/api/media", json={"url": f"{LINK}?utm_source=x", **wishes})
    assert added.status_code == 202, added.text
    media = added.json()["media"]
    assert added.headers["location"] == f"/api/media/{media['id']}"
    assert added.json()["is_new"] is True
    assert added.json()["job_id"] == media["job"]["id"]
    assert (media["link"], media["given"]) == (LINK, f"{LINK}?utm_source=x")
    assert {name: media[name] for name in wishes} == wishes
    assert media["job"]["state"] == "pending"
    again = as_ada.post("/api/media", json={"url": LINK})
    assert (again.status_code, again.json()["is_new"]) == (200, False)
    assert again.json()["media"]["id"] == media["id"]
    # Everybody has their own.
    assert as_ben.post("/api/media", json={"url": LINK}).status_code == 202
    assert ids(as_ada) == [media["id"]]


def test_the_same_request_is_answered_once(as_ada: TestClient) -> None:
    key = {"Idempotency-Key": "a-1"}
    first = as_ada.post("/api/media", json={"url": LINK}, headers=key).json()
    as_ada.delete(f"/api/media/{first['media']['id']}?for_good=true")
    assert as_ada.post("/api/media", json={"url": LINK}, headers=key).status_code == 404
    other = as_ada.post("/api/media", json={"url": f"{LINK}x"}, headers=key)
    assert other.status_code == 409


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, "body.url"),
        ({"url": LINK, "speaker_count": 0}, "body.speaker_count"),
        ({"url": LINK, "colour": "red"}, "body.colour"),
        ({"url": LINK, "tags": "bees"}, "body.tags"),
        ({"url": LINK, "language": "english"}, "body.language"),
    ],
)
def test_wishes_that_cannot_be_are_named(as_ada: TestClient, body: dict[str, object], where: str) -> None:
    refused = as_ada.post("/api/media", json=body)
    assert refused.status_code == 422
    assert [error["where"] for error in refused.json()["errors"]] == [where]


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/a.mp3", "http://[::1]/a", "http://2130706433/a", "file:///etc/passwd", "two words"],
)
def test_links_that_may_not_be_followed_are_refused(as_ada: TestClient, url: str) -> None:
    assert as_ada.post("/api/media", json={"url": url}).status_code == 422
    assert ids(as_ada) == []


def test_a_file_and_what_was_spoken_are_added_once(
    as_ada: TestClient, opened: Mediatheque, database: Database
) -> None:
    added = upload(as_ada, title="Bees", tags="bees, talks", speaker_count="2", language="")
    assert added.status_code == 202, added.text
    media = added.json()["media"]
    assert (media["origin"], media["given"], media["tags"]) == ("file", "talk.mp3", ["bees", "talks"])
    again = upload(as_ada)
    assert (again.status_code, again.json()["media"]["id"]) == (200, media["id"])
    spoken = as_ada.post(
        "/api/media",
        files={"file": ("blob", b"\x1aE\xdf\xa3webm", "audio/webm;codecs=opus")},
        data={"origin": "recording"},
    )
    assert (spoken.status_code, spoken.json()["media"]["origin"]) == (202, "recording")
    assert ids(as_ada) == [spoken.json()["media"]["id"], media["id"]]
    assert list((opened.data_dir / "uploads").iterdir()) == []
    assert [f["role"] for f in as_ada.get(f"/api/media/{media['id']}").json()["files"]] == ["original"]


def test_files_that_cannot_be_taken(as_ada: TestClient, opened: Mediatheque) -> None:
    assert upload(as_ada, b"x" * ((1 << 20) + 1)).status_code == 413
    assert upload(as_ada, b"").status_code == 422
    assert upload(as_ada, origin="link").json()["errors"][0]["where"] == "body.origin"
    assert as_ada.post("/api/media", content=b"x", headers={"Content-Type": "audio/mpeg"}).status_code == 415
    assert as_ada.post("/api/media").status_code == 415
    large = as_ada.post("/api/media", json={"url": LINK, "title": "x" * 70_000})
    assert large.status_code == 413
    opened.settings.media_quota_gb = 100 / (1 << 30)
    assert "MEDIATHEQUE_MEDIA_QUOTA_GB" in upload(as_ada).json()["detail"]
    assert ids(as_ada) == []
    folder = opened.data_dir / "uploads"
    assert list(folder.iterdir()) == []


def test_everything_about_a_recording(
    as_ada: TestClient, as_ben: TestClient, database: Database, talk: int, films: list[int]
) -> None:
    with database.transaction() as db:
        mention(db, talk, films[0])
    seen = as_ada.get(f"/api/media/{talk}").json()
    assert (seen["title"], seen["by"], seen["duration_ms"]) == ("Bees", "Nora", 60_000)
    assert seen["job"] == {
        "id": seen["job"]["id"],
        "state": "completed",
        "percent": 100.0,
        "line": seen["job"]["line"],
        "error": None,
    }
    assert [f["role"] for f in seen["files"]] == ["original", "listening", "waveform"]
    assert seen["transcript"]["model"] == "whisper-base"
    assert (seen["summary"], seen["key_points"], seen["made_by"]) == (
        "Bees dans.",
        ["They do."],
        "extractive",
    )
    assert seen["chapters"] == [{"title": "Dance", "start_ms": 0}]
    assert seen["people"] == ["Karl von Frisch"]
    assert seen["all_tags"] == [{"name": "insects", "by": "machine"}]
    assert [s["number"] for s in seen["speakers"]] == [0, 1]
    [work] = seen["works"]
    assert (work["title"], work["start_ms"], work["url"]) == ("Arrival", 2_000, f"/api/items/{films[0]}")
    for path in ("", "/transcript", "/play", "/file/original"):
        assert as_ben.get(f"/api/media/{talk}{path}").status_code == 404


def test_the_transcript_in_every_form(as_ada: TestClient, talk: int) -> None:
    path = f"/api/media/{talk}/transcript"
    plain = as_ada.get(path)
    assert plain.headers["content-type"] == "application/json; charset=utf-8"
    assert [line["text"] for line in plain.json()["lines"]] == ["Bees dans.", "Do they?", "They do."]
    vtt = as_ada.get(path, params={"format": "vtt"})
    assert vtt.headers["content-type"] == "text/vtt; charset=utf-8"
    assert "<v Speaker 1>Bees dans." in vtt.text
    for accept, kind in (
        ("text/markdown", "text/markdown"),
        ("text/html, text/vtt;q=0.5, application/x-subrip;q=0.7", "application/x-subrip"),
        ("text/plain;q=0, text/vtt;q=0.1", "text/vtt"),
        ("image/png", "application/json"),
        ("*/*;q=nonsense", "application/json"),
    ):
        answer = as_ada.get(path, headers={"Accept": accept})
        assert answer.headers["content-type"].startswith(kind), accept
        assert "Accept" in answer.headers["vary"].split(", ")
    assert as_ada.get(path, params={"format": "docx"}).status_code == 422


def test_corrections_stand_beside_what_the_machine_heard(
    as_ada: TestClient, as_ben: TestClient, talk: int
) -> None:
    change = {
        "title": "The dance of bees",
        "tags": ["bees"],
        "speakers": [{"number": 0, "name": "Ada"}],
        "lines": [{"start_ms": 1_500, "text": "Bees dance."}, {"start_ms": 3_500, "text": ""}],
    }
    assert as_ben.patch(f"/api/media/{talk}", json=change).status_code == 404
    changed = as_ada.patch(f"/api/media/{talk}", json=change)
    assert changed.status_code == 200, changed.text
    seen = changed.json()
    assert (seen["title"], seen["own_title"]) == ("The dance of bees", "The dance of bees")
    assert seen["all_tags"] == [{"name": "bees", "by": "person"}]
    assert [(s["name"], s["named_by"]) for s in seen["speakers"]] == [("Ada", "person"), (None, None)]
    # What is searched follows.
    assert seen["job"]["state"] == "pending"
    path = f"/api/media/{talk}/transcript"
    lines = as_ada.get(path).json()["lines"]
    assert [(line["text"], line.get("heard")) for line in lines] == [
        ("Bees dance.", "Bees dans."),
        ("They do.", None),
    ]
    assert "Ada: Bees dance." in as_ada.get(path, params={"format": "text"}).text
    back = as_ada.patch(
        f"/api/media/{talk}",
        json={"title": None, "lines": [{"start_ms": 1_500, "text": None}, {"start_ms": 3_500, "text": None}]},
    )
    assert back.status_code == 200
    assert back.json()["title"] == "Of bees"
    assert len(as_ada.get(path).json()["lines"]) == 3
    # What is left out stays.
    assert [tag["name"] for tag in back.json()["all_tags"]] == ["bees"]


def test_changes_that_cannot_be_change_nothing(as_ada: TestClient, talk: int) -> None:
    path = f"/api/media/{talk}"
    before = as_ada.get(path).json()
    for change in (
        {"title": "x", "lines": [{"start_ms": 7, "text": "no line begins there"}]},
        {"title": "x", "speakers": [{"number": 7, "name": "nobody"}]},
        {"title": "x", "tags": ["  "]},
        {"title": "  "},
        {"colour": "red"},
    ):
        assert as_ada.patch(path, json=change).status_code in (404, 422), change
    assert as_ada.get(path).json() == before


def test_lists_are_filtered(as_ada: TestClient, database: Database, talk: int) -> None:
    other = upload(as_ada, b"other", title="Owls", tags="birds").json()["media"]["id"]
    assert ids(as_ada) == [other, talk]
    assert (
        ids(as_ada, q="ow")
        == ids(as_ada, q="owls")
        == ids(as_ada, tag="BIRDS")
        == ids(as_ada, state="pending")
        == [other]
    )
    assert ids(as_ada, tag="insects") == ids(as_ada, state=["completed", "failed"]) == [talk]
    assert ids(as_ada, origin="recording") == ids(as_ada, parent=talk) == ids(as_ada, speaker="Ada") == []
    as_ada.patch(f"/api/media/{talk}", json={"speakers": [{"number": 1, "name": "Ben"}]})
    assert ids(as_ada, speaker="ben") == [talk]
    today = datetime.now(UTC).date()
    assert ids(as_ada, added_from=today, added_to=today) == [other, talk]
    assert ids(as_ada, added_from=today + timedelta(days=1)) == []
    assert ids(as_ada, added_from="9999-12-31", added_to="9999-12-31") == []
    first = as_ada.get("/api/media", params={"limit": 1}).json()
    assert [media["id"] for media in first["items"]] == [other]
    rest = as_ada.get("/api/media", params={"limit": 1, "cursor": first["next"]}).json()
    assert ([media["id"] for media in rest["items"]], rest["next"]) == ([talk], None)
    assert as_ada.get("/api/media/trash", params={"cursor": first["next"]}).status_code == 404
    assert {t["name"] for t in as_ada.get("/api/media/tags").json()["items"]} == {"insects", "birds"}


def test_the_trash(as_ada: TestClient, as_ben: TestClient, opened: Mediatheque, talk: int) -> None:
    assert as_ben.delete(f"/api/media/{talk}").status_code == 404
    assert as_ada.delete(f"/api/media/{talk}").status_code == 204
    assert ids(as_ada) == []
    [thrown] = as_ada.get("/api/media/trash").json()["items"]
    assert thrown["id"] == talk
    assert thrown["deleted_at"] is not None
    for path in ("", "/transcript", "/file/original", "/play"):
        assert as_ada.get(f"/api/media/{talk}{path}").status_code == 404
    assert as_ada.delete(f"/api/media/{talk}").status_code == 404
    assert as_ben.post(f"/api/media/{talk}/restore").status_code == 404
    restored = as_ada.post(f"/api/media/{talk}/restore")
    assert restored.status_code == 200
    assert restored.json()["media"]["deleted_at"] is None
    assert ids(as_ada) == [talk]
    as_ada.delete(f"/api/media/{talk}")
    assert as_ben.delete(f"/api/media/{talk}?for_good=true").status_code == 404
    assert as_ada.delete(f"/api/media/{talk}?for_good=true").status_code == 204
    assert as_ada.get("/api/media/trash").json()["items"] == []
    assert as_ada.get("/api/media/usage").json()["used_bytes"] == 0


def test_usage(as_ada: TestClient, as_ben: TestClient, opened: Mediatheque, talk: int) -> None:
    opened.settings.media_quota_gb = 1
    as_ada.post("/api/uploads", headers={"Upload-Length": "1000"})
    used = as_ada.get("/api/media/usage").json()
    # The listening copy of the test has the same bytes as the original, and counts with it.
    assert used == {
        "recordings": 1,
        "duration_ms": 60_000,
        "in_trash": 0,
        "pairs": 0,
        "trash_days": opened.settings.trash_days,
        "largest_upload_bytes": 1 << 20,
        "used_bytes": len(SOUND) + 14,
        "quota_bytes": 1 << 30,
        "uploading_bytes": 1000,
    }
    as_ada.delete(f"/api/media/{talk}")
    thrown = as_ada.get("/api/media/usage").json()
    assert (thrown["recordings"], thrown["duration_ms"], thrown["in_trash"]) == (0, 0, 1)
    his = as_ben.get("/api/media/usage").json()
    assert (his["recordings"], his["in_trash"], his["used_bytes"]) == (0, 0, 0)


def test_work_is_done_again(as_ada: TestClient, as_ben: TestClient, talk: int) -> None:
    path = f"/api/media/{talk}/process"
    assert as_ben.post(path, json={}).status_code == 404
    begun = as_ada.post(path, json={"from_step": "enrich"})
    assert begun.status_code == 202
    assert begun.json()["media"]["job"]["state"] == "pending"
    assert as_ada.post(path, json={"from_step": "enrich"}).status_code == 409
    assert as_ada.post(path, json={"from_step": "dance"}).status_code == 422


@pytest.fixture
def pair(
    opened: Mediatheque, database: Database, ada: User, talk: int, tmp_path: Path
) -> tuple[int, int, int]:
    """A question of Ada's, and its recordings: the earlier and the later one."""
    later = add_worked_on(opened, ada.id, tmp_path, title="Bees again", content=SOUND[::-1])
    with database.transaction() as db:
        end_job(db, later)
        found = FoundPair(other_id=talk, bit_error_rate=0.12, aligned_frames=404, offset_ms=3_000)
        put_pairs(db, later, [found])
        pair_id = db.execute(text("SELECT id FROM media_pairs")).scalar_one()
    return pair_id, talk, later


def test_two_that_sound_alike_are_asked_about(
    as_ada: TestClient, as_ben: TestClient, pair: tuple[int, int, int]
) -> None:
    pair_id, earlier, later = pair
    [asked] = as_ada.get("/api/media/duplicates").json()["items"]
    assert (asked["id"], asked["earlier"]["id"], asked["later"]["id"]) == (pair_id, earlier, later)
    assert (asked["offset_ms"], round(asked["shared_ms"], -3)) == (3_000, 50_000)
    for side in ("earlier", "later"):
        link = as_ada.get(asked[side]["play"]).json()["url"]
        assert as_ada.get(link).status_code == 200
    assert as_ada.get(f"/api/media/{later}").json()["pairs"] == [pair_id]
    path = f"/api/media/duplicates/{pair_id}"
    assert as_ben.get("/api/media/duplicates").json()["items"] == []
    assert as_ben.post(path, json={"answer": "same"}).status_code == 404
    assert as_ada.delete(f"{path}/answer").status_code == 409
    same = as_ada.post(path, json={"answer": "same", "keep": later})
    assert (same.json()["kept_id"], same.json()["gone_id"]) == (later, earlier)
    assert same.json()["pair"]["answer"] == "same"
    assert ids(as_ada) == [later]
    assert as_ada.get("/api/media/duplicates").json()["items"] == []
    assert as_ben.delete(f"{path}/answer").status_code == 404
    back = as_ada.delete(f"{path}/answer")
    assert back.json()["pair"]["answer"] is None
    assert ids(as_ada) == [later, earlier]
    assert as_ada.post(path, json={"answer": "different"}).json()["gone_id"] is None
    assert as_ada.post(path, json={"answer": "same"}).status_code == 409
    assert as_ada.post(path, json={"answer": "perhaps"}).status_code == 422


def test_lines_for_who_plays_it(as_ada: TestClient, as_ben: TestClient, talk: int) -> None:
    path = f"/api/media/{talk}"
    assert as_ben.get(f"{path}/lines").status_code == 404
    as_ada.patch(
        path, json={"lines": [{"start_ms": 1500, "text": "Bees dance."}, {"start_ms": 3500, "text": ""}]}
    )
    said = as_ada.get(f"{path}/lines", params={"words": True}).json()["lines"]
    assert [(line["speaker"], line["text"], line["heard"]) for line in said] == [
        (0, "Bees dance.", "Bees dans."),
        (1, "", "Do they?"),
        (0, "They do.", None),
    ]
    as_file = as_ada.get(f"{path}/transcript", params={"format": "srt", "download": True})
    assert as_file.headers["content-disposition"].startswith('attachment; filename="Bees.srt"')


def test_many_at_once(as_ada: TestClient, as_ben: TestClient, talk: int) -> None:
    other = upload(as_ada, b"other", title="Owls", tags="birds").json()["media"]["id"]
    both = {"ids": [talk, other, 999_999]}
    assert as_ben.post("/api/media/tags", json={**both, "add": ["his"]}).json() == {"ids": [], "refused": []}
    assert as_ben.post("/api/media/trash", json=both).json()["ids"] == []
    tagged = as_ada.post("/api/media/tags", json={**both, "add": ["nature"], "remove": ["birds"]}).json()
    assert sorted(tagged["ids"]) == [talk, other]
    assert {m["id"]: m["tags"] for m in as_ada.get("/api/media").json()["items"]} == {
        other: ["nature"],
        talk: ["nature", "insects"],
    }
    assert as_ada.post("/api/media/trash", json=both).json() == {"ids": [talk, other], "refused": []}
    assert ids(as_ada) == []
    assert as_ben.post("/api/media/trash/restore", json=both).json()["ids"] == []
    assert as_ada.post("/api/media/trash/restore", json=both).json()["ids"] == [talk, other]
    assert ids(as_ada) == [other, talk]
    assert as_ada.post("/api/media/trash", json={"ids": []}).status_code == 422


def test_what_cannot_be_brought_back_hinders_no_other(as_ada: TestClient, talk: int) -> None:
    first = as_ada.post("/api/media", json={"url": LINK}).json()["media"]["id"]
    as_ada.post("/api/media/trash", json={"ids": [first, talk]})
    as_ada.post("/api/media", json={"url": LINK})
    back = as_ada.post("/api/media/trash/restore", json={"ids": [first, talk]}).json()
    assert back["ids"] == [talk]
    assert [each["id"] for each in back["refused"]] == [first]
    assert "was added again" in back["refused"][0]["detail"]


def test_a_recording_names_its_picture(as_ada: TestClient, opened: Mediatheque, talk: int) -> None:
    assert as_ada.get(f"/api/media/{talk}").json()["thumbnail"] is None
    with opened.database.transaction() as db:
        waveform = files_of(db, talk)["waveform"]
        put_file(db, talk, MediaFile("thumbnail", waveform.sha256, waveform.size_bytes, "image/jpeg"))
    [listed] = as_ada.get("/api/media").json()["items"]
    assert listed["thumbnail"] == f"/api/media/{talk}/file/thumbnail"
    assert as_ada.get(f"/api/media/{talk}").json()["thumbnail"] == listed["thumbnail"]
    assert as_ada.get(listed["thumbnail"]).headers["content-type"] == "image/jpeg"


def test_captions_may_name_who_speaks(as_ada: TestClient, database: Database, talk: int) -> None:
    speakers = [{"number": 0, "name": "Ada"}]
    assert as_ada.patch(f"/api/media/{talk}", json={"speakers": speakers}).status_code == 200
    with database.transaction() as db:
        db.execute(text("UPDATE media_speakers SET named_by = 'captions' WHERE number = 0"))
    seen = as_ada.get(f"/api/media/{talk}")
    assert seen.status_code == 200, seen.text
    first = seen.json()["speakers"][0]
    assert (first["name"], first["named_by"]) == ("Ada", "captions")
