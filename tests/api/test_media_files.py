"""A recording's files over HTTP: any range of them, to those who may, and never as something a browser runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

import seaweedfs_server
from mediatheque.accounts.file_tokens import issue_file_token
from mediatheque.accounts.queries import set_password
from mediatheque.api.app import create_app
from mediatheque.archive.queries.media import MediaFile, files_of, put_file, update_media
from mediatheque.kit.database import Database
from mediatheque.kit.settings import read_settings
from mediatheque.library.queries.users import User
from mediatheque.wiring import Mediatheque
from recordings import SOUND, add_worked_on

SIZE = len(SOUND)


@pytest.fixture
def talk(opened: Mediatheque, ada: User, tmp_path: Path) -> int:
    return add_worked_on(opened, ada.id, tmp_path)


@pytest.fixture
def path(talk: int) -> str:
    return f"/api/media/{talk}/file/listening"


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=100-199", 100, 200),
        ("bytes=100-", 100, SIZE),
        ("bytes=-50", SIZE - 50, SIZE),
        ("Bytes= 5-6 ", 5, 7),
        (f"bytes={SIZE - 1}-{SIZE + 10}", SIZE - 1, SIZE),
        (f"bytes=-{SIZE * 2}", 0, SIZE),
    ],
)
def test_a_range(as_ada: TestClient, path: str, asked: str, start: int, end: int) -> None:
    answer = as_ada.get(path, headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{SIZE}"
    assert answer.headers["content-length"] == str(end - start)
    assert answer.content == SOUND[start:end]


@pytest.mark.parametrize(
    "asked", ["bytes=9-5", "bytes=-", "bytes=0-1,5-6", "lines=1-2", "bytes=a-b", "bytes", "bytes=0x1-2"]
)
def test_what_is_no_single_range_is_answered_whole(as_ada: TestClient, path: str, asked: str) -> None:
    answer = as_ada.get(path, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (200, SOUND)
    assert answer.headers["accept-ranges"] == "bytes"


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", "bytes=99999999-", "bytes=-0"])
def test_a_range_beyond_the_end(as_ada: TestClient, path: str, asked: str) -> None:
    answer = as_ada.get(path, headers={"Range": asked})
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{SIZE}")
    assert answer.headers["content-type"] == "application/problem+json"


def test_conditions(as_ada: TestClient, path: str) -> None:
    tag = as_ada.get(path).headers["etag"]
    for known in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        answer = as_ada.get(path, headers={"If-None-Match": known})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == tag
        assert as_ada.head(path, headers={"If-None-Match": known}).status_code == 304
    ranged = {"Range": "bytes=0-9"}
    assert as_ada.get(path, headers={**ranged, "If-Range": tag}).status_code == 206
    for other in ('"x"', f"W/{tag}", "Wed, 21 Oct 2015 07:28:00 GMT"):
        assert as_ada.get(path, headers={**ranged, "If-Range": other}).content == SOUND


def test_head_tells_all_but_the_bytes(as_ada: TestClient, path: str) -> None:
    head, whole = as_ada.head(path), as_ada.get(path)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-length", "content-type", "etag", "accept-ranges", "content-disposition"):
        assert head.headers[name] == whole.headers[name], name
    assert head.headers["content-length"] == str(SIZE)


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        ("audio/mpeg", "audio/mpeg"),
        ("video/mp4", "video/mp4"),
        ("image/jpeg", "image/jpeg"),
        ("text/html", "application/octet-stream"),
        ("image/svg+xml", "application/octet-stream"),
        ("application/xhtml+xml", "application/octet-stream"),
        ("audio/mpeg\r\nX-Evil: 1", "application/octet-stream"),
        ("text/html; charset=utf-8", "application/octet-stream"),
    ],
)
def test_nothing_that_a_browser_runs(
    as_ada: TestClient, database: Database, talk: int, kind: str, shown: str
) -> None:
    with database.transaction() as db:
        file = files_of(db, talk)["original"]
        put_file(db, talk, MediaFile("original", file.sha256, file.size_bytes, kind))
    answer = as_ada.get(f"/api/media/{talk}/file/original")
    assert answer.headers["content-type"] == shown
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    is_kept = shown == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment" if is_kept else "inline")
    assert "x-evil" not in answer.headers


def test_names_of_files_are_harmless(as_ada: TestClient, database: Database, talk: int) -> None:
    with database.transaction() as db:
        update_media(db, talk, title='../Ä "b"\r\n; x.mp3')
    answer = as_ada.get(f"/api/media/{talk}/file/original", params={"download": True})
    disposition = answer.headers["content-disposition"]
    assert disposition == "attachment; filename=\"_ b ; x.mp3\"; filename*=UTF-8''%C3%84%20b%20%3B%20x.mp3"
    waveform = as_ada.get(f"/api/media/{talk}/file/waveform").headers["content-disposition"]
    assert "(waveform).json" in waveform


def test_files_that_are_not_there(as_ada: TestClient, as_ben: TestClient, talk: int, path: str) -> None:
    assert as_ada.get(f"/api/media/{talk}/file/captions").status_code == 404
    assert as_ada.head(f"/api/media/{talk}/file/captions").status_code == 404
    # The copy for machines is nobody's business.
    assert as_ada.get(f"/api/media/{talk}/file/speech").status_code == 422
    assert as_ben.get(path).status_code == as_ben.head(path).status_code == 404


def test_a_blob_that_is_gone_is_a_problem_and_no_broken_answer(
    as_ada: TestClient, opened: Mediatheque, database: Database, talk: int, path: str
) -> None:
    with database.transaction() as db:
        opened.blobs.delete(files_of(db, talk)["listening"].sha256)
    answer = as_ada.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_link_to_listen_by(
    as_ada: TestClient, client: TestClient, database: Database, talk: int, ada: User, password_hash: str
) -> None:
    link = as_ada.get(f"/api/media/{talk}/play").json()
    assert (link["role"], link["media_type"]) == ("listening", "audio/mp4")
    left = datetime.fromisoformat(link["expires_at"]) - datetime.now(UTC)
    assert timedelta(hours=5) < left <= timedelta(hours=6)
    assert client.get(link["url"], headers={"Range": "bytes=3-5"}).content == SOUND[3:6]
    assert client.head(link["url"]).status_code == 200
    token = link["url"].partition("token=")[2]
    # It opens this one address, and speaks for nobody elsewhere.
    assert client.get(f"/api/media/{talk}/file/original?token={token}").status_code == 401
    assert client.get("/api/auth/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    signed_in = as_ada.headers["authorization"].removeprefix("Bearer ")
    assert client.get(f"/api/media/{talk}/file/listening?token={signed_in}").status_code == 401
    assert client.get(f"/api/media/{talk}/file/listening?token=nonsense").status_code == 401
    assert client.get(f"/api/media/{talk}/file/listening").status_code == 401
    assert as_ada.get(f"/api/media/{talk}/play?role=waveform").json()["role"] == "waveform"
    assert as_ada.get(f"/api/media/{talk}/play?role=thumbnail").status_code == 404
    # Whoever changes the password ends it.
    with database.transaction() as db:
        set_password(db, ada.id, password_hash)
    assert client.get(link["url"]).status_code == 401


def test_a_link_ends(app: object, client: TestClient, talk: int, ada: User, path: str) -> None:
    key = client.app.state.signing_key  # pyright: ignore[reportFunctionMemberAccess]
    old = issue_file_token(key, ada.id, path, now=datetime.now(UTC) - timedelta(hours=7))
    answer = client.get(f"{path}?token={old.text}")
    assert (answer.status_code, "expired" in answer.json()["detail"]) == (401, True)


def test_who_kept_the_picture_sees_it(as_ada: TestClient, database: Database, talk: int) -> None:
    with database.transaction() as db:
        file = files_of(db, talk)["original"]
        put_file(db, talk, MediaFile("original", file.sha256, file.size_bytes, "video/mp4"))
    assert as_ada.get(f"/api/media/{talk}/play").json()["role"] == "original"


@pytest.mark.slow
def test_files_in_a_bucket(
    s3_server: seaweedfs_server.SeaweedServer,
    database_url: str,
    database: Database,
    ada: User,
    tmp_path: Path,
    password_hash: str,
) -> None:
    settings = read_settings(
        data_dir=tmp_path / "data",
        database_url=database_url,
        embedder="none",
        blobs_url=s3_server.url(s3_server.new_bucket(), "media"),
    )
    settings.data_dir.mkdir()
    opened = Mediatheque(settings, Database(database_url))
    # More than one piece of a multipart upload.
    content = SOUND * 700
    talk = add_worked_on(opened, ada.id, tmp_path, content=content)
    app = create_app(opened)
    with database.transaction() as db:
        set_password(db, ada.id, password_hash)
    with TestClient(app) as client:
        path = f"/api/media/{talk}/file/original"
        token = issue_file_token(app.state.signing_key, ada.id, path).text
        sent_on = client.get(path, params={"token": token}, follow_redirects=False)
        assert sent_on.status_code == 307
        # Whoever has the address needs nothing else, and the server there seeks.
        part = httpx.get(sent_on.headers["location"], headers={"Range": "bytes=10000000-10000099"})
        assert (part.status_code, part.content) == (206, content[10_000_000:10_000_100])
        here = {"token": token, "redirect": False}
        part = client.get(path, params=here, headers={"Range": "bytes=10000000-10000099"})
        assert (part.status_code, part.content) == (206, content[10_000_000:10_000_100])
        assert client.get(path, params=here).content == content
        assert client.get(path, params=here, headers={"Range": "bytes=99999999-"}).status_code == 416
        assert client.head(path, params=here).headers["content-length"] == str(len(content))
