"""Resumable uploads: pieces in order, nothing twice, nothing lost, not even when the server is killed."""

from __future__ import annotations

import base64
import contextlib
import fcntl
import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from starlette.testclient import TestClient

import serving_process
from mediatheque.accounts.queries import set_password
from mediatheque.accounts.tokens import issue_token, signing_key
from mediatheque.flows.uploads import KEPT, sweep_uploads
from mediatheque.kit.database import Database
from mediatheque.kit.settings import read_settings
from mediatheque.library.queries.users import User
from mediatheque.wiring import Mediatheque

CONTENT = bytes(range(256)) * 40
TUS = {"Tus-Resumable": "1.0.0"}
PIECE = {**TUS, "Content-Type": "application/offset+octet-stream"}


def metadata(**told: str) -> str:
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in told.items())


def begin(client: TestClient | httpx.Client, size: int = len(CONTENT), **told: str) -> str:
    headers = {
        **TUS,
        "Upload-Length": str(size),
        "Upload-Metadata": metadata(**{"filename": "talk.mp3"} | told),
    }
    begun = client.post("/api/uploads", headers=headers)
    assert begun.status_code == 201, begun.text
    return begun.headers["location"]


def send(
    client: TestClient | httpx.Client, path: str, offset: int, data: bytes, **more: str
) -> httpx.Response:
    return client.patch(path, content=data, headers={**PIECE, "Upload-Offset": str(offset), **more})


def offset_of(client: TestClient | httpx.Client, path: str) -> int:
    answer = client.head(path, headers=TUS)
    assert answer.status_code == 200
    return int(answer.headers["upload-offset"])


def files(opened: Mediatheque) -> list[Path]:
    return list((opened.data_dir / "uploads").iterdir())


def original(opened: Mediatheque, database: Database, media: str) -> bytes:
    with database.transaction() as db:
        sha256 = db.execute(
            text("SELECT sha256 FROM media_files WHERE media_id = :id AND role = 'original'"),
            {"id": int(media.rpartition("/")[2])},
        ).scalar_one()
    with opened.blobs.open(sha256) as blob:
        return blob.read()


def test_a_file_in_pieces_becomes_a_recording(
    as_ada: TestClient, as_ben: TestClient, opened: Mediatheque, database: Database
) -> None:
    path = begin(as_ada, title="Bees", language="en", tags="bees, talks", speaker_count="2")
    assert offset_of(as_ada, path) == 0
    first = send(as_ada, path, 0, CONTENT[:5000])
    assert (first.status_code, first.headers["upload-offset"]) == (204, "5000")
    assert first.headers["tus-resumable"] == "1.0.0"
    expires = parsedate_to_datetime(first.headers["upload-expires"])
    assert timedelta(days=6) < expires - datetime.now(UTC) <= KEPT
    assert "upload-media" not in first.headers
    assert offset_of(as_ada, path) == 5000
    last = send(as_ada, path, 5000, CONTENT[5000:])
    assert (last.status_code, last.headers["upload-offset"]) == (204, str(len(CONTENT)))
    media = last.headers["upload-media"]
    assert original(opened, database, media) == CONTENT
    seen = as_ada.get(media).json()
    assert (seen["title"], seen["given"], seen["language"]) == ("Bees", "talk.mp3", "en")
    assert (seen["tags"], seen["speaker_count"], seen["job"]["state"]) == (["bees", "talks"], 2, "pending")
    assert files(opened) == []
    for method in ("HEAD", "PATCH", "DELETE"):
        headers = {**PIECE, "Upload-Offset": "0"}
        assert as_ben.request(method, path, headers=headers).status_code == 404


def test_who_did_not_hear_the_last_answer_gets_the_same_recording(as_ada: TestClient) -> None:
    path = begin(as_ada)
    media = send(as_ada, path, 0, CONTENT).headers["upload-media"]
    again = as_ada.head(path, headers=TUS)
    assert (again.headers["upload-offset"], again.headers["upload-length"]) == (str(len(CONTENT)),) * 2
    assert again.headers["upload-metadata"] == metadata(filename="talk.mp3")
    assert again.headers["upload-media"] == media
    assert send(as_ada, path, len(CONTENT), b"").headers["upload-media"] == media
    refused = send(as_ada, path, 0, CONTENT)
    assert (refused.status_code, refused.headers["upload-media"]) == (409, media)
    assert len(as_ada.get("/api/media").json()["items"]) == 1
    # The same bytes by another way are the same recording, too.
    other = begin(as_ada)
    assert send(as_ada, other, 0, CONTENT).headers["upload-media"] == media


def test_a_piece_elsewhere_or_beyond_the_end_changes_nothing(as_ada: TestClient) -> None:
    path = begin(as_ada)
    send(as_ada, path, 0, CONTENT[:100])
    wrong = send(as_ada, path, 50, CONTENT[50:])
    assert (wrong.status_code, wrong.headers["upload-offset"]) == (409, "100")
    assert wrong.headers["content-type"] == "application/problem+json"
    assert send(as_ada, path, 100, CONTENT).status_code == 413
    assert as_ada.patch(path, content=b"x", headers={**TUS, "Upload-Offset": "100"}).status_code == 415
    assert offset_of(as_ada, path) == 100


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_piece_with_a_checksum_is_kept_whole_or_not_at_all(
    as_ada: TestClient, opened: Mediatheque, algorithm: str
) -> None:
    path = begin(as_ada)
    digest = base64.b64encode(hashlib.new(algorithm, CONTENT[:100]).digest()).decode()
    damaged = send(as_ada, path, 0, b"x" * 100, **{"Upload-Checksum": f"{algorithm} {digest}"})
    assert damaged.status_code == 460
    assert offset_of(as_ada, path) == 0
    assert (
        send(as_ada, path, 0, CONTENT[:100], **{"Upload-Checksum": f"{algorithm} {digest}"}).status_code
        == 204
    )
    assert offset_of(as_ada, path) == 100
    assert send(as_ada, path, 100, b"x", **{"Upload-Checksum": "md5 AAAA"}).status_code == 400
    assert send(as_ada, path, 100, b"x", **{"Upload-Checksum": f"{algorithm} ?"}).status_code == 400
    assert len(files(opened)) == 1


def test_one_writer_at_a_time(as_ada: TestClient, opened: Mediatheque) -> None:
    path = begin(as_ada)
    send(as_ada, path, 0, CONTENT[:100])
    [file] = files(opened)
    with file.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        busy = send(as_ada, path, 100, CONTENT[100:])
        assert (busy.status_code, busy.headers["retry-after"]) == (423, "2")
        assert as_ada.delete(path, headers=TUS).status_code == 423
        assert offset_of(as_ada, path) == 100
    assert send(as_ada, path, 100, CONTENT[100:]).status_code == 204


def test_an_upload_is_given_up(as_ada: TestClient, opened: Mediatheque) -> None:
    path = begin(as_ada)
    send(as_ada, path, 0, CONTENT[:100])
    assert as_ada.delete(path, headers=TUS).status_code == 204
    assert as_ada.head(path, headers=TUS).status_code == 404
    assert send(as_ada, path, 100, b"x").status_code == 404
    assert sweep_uploads(opened) == len(files(opened)) == 0


def test_what_is_unfinished_is_listed(as_ada: TestClient, as_ben: TestClient) -> None:
    done = begin(as_ada)
    send(as_ada, done, 0, CONTENT)
    path = begin(as_ada, filename="spoken.webm", origin="recording")
    send(as_ada, path, 0, CONTENT[:5000])
    [upload] = as_ada.get("/api/uploads").json()["items"]
    assert (upload["url"], upload["file_name"], upload["is_recording"]) == (path, "spoken.webm", True)
    assert (upload["size_bytes"], upload["arrived_bytes"]) == (len(CONTENT), 5000)
    assert as_ben.get("/api/uploads").json()["items"] == []


def test_what_expired_is_swept_and_what_goes_on_is_not(
    as_ada: TestClient, opened: Mediatheque, database: Database
) -> None:
    old, young = begin(as_ada), begin(as_ada)
    send(as_ada, old, 0, b"old")
    send(as_ada, young, 0, b"young")
    with database.transaction() as db:
        db.execute(
            text("UPDATE uploads SET created_at = now() - interval '8 days' WHERE id = :id"),
            {"id": old.rpartition("/")[2]},
        )
    assert as_ada.head(old, headers=TUS).status_code == 404
    assert sweep_uploads(opened) == 1
    assert [file.read_bytes() for file in files(opened)] == [b"young"]
    assert offset_of(as_ada, young) == 5


def test_what_cannot_be_begun_says_why(as_ada: TestClient, opened: Mediatheque) -> None:
    limits = as_ada.options("/api/uploads").headers
    assert limits["tus-max-size"] == str(1 << 20)
    assert set(limits["tus-extension"].split(",")) == {"creation", "termination", "expiration", "checksum"}
    too_large = as_ada.post("/api/uploads", headers={**TUS, "Upload-Length": str((1 << 20) + 1)})
    assert too_large.status_code == 413
    assert "MEDIATHEQUE_UPLOAD_LIMIT_MB" in too_large.json()["detail"]
    assert as_ada.post("/api/uploads", headers=TUS).status_code == 422
    assert as_ada.post("/api/uploads", headers={**TUS, "Upload-Length": "0"}).status_code == 422
    headers = {**TUS, "Upload-Length": "10"}
    assert (
        as_ada.post("/api/uploads", headers={**headers, "Upload-Metadata": "filename ?"}).status_code == 422
    )
    odd = {**headers, "Upload-Metadata": metadata(speaker_count="many")}
    assert as_ada.post("/api/uploads", headers=odd).json()["errors"][0]["where"].endswith("speaker_count")
    other = as_ada.post("/api/uploads", headers={**headers, "Tus-Resumable": "0.2.2"})
    assert (other.status_code, other.headers["tus-version"]) == (412, "1.0.0")
    opened.settings.media_quota_gb = 1000 / (1 << 30)
    begin(as_ada, 600)
    assert as_ada.post("/api/uploads", headers={**TUS, "Upload-Length": "600"}).status_code == 413


def test_who_can_only_post_says_what_is_meant(as_ada: TestClient) -> None:
    path = begin(as_ada)
    headers = {**PIECE, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    assert as_ada.post(path, content=CONTENT, headers=headers).headers["upload-offset"] == str(len(CONTENT))


@contextlib.contextmanager
def serving(
    url: str, folder: Path, dies_before: str = ""
) -> Generator[tuple[subprocess.Popen[str], httpx.Client]]:
    program = [
        sys.executable,
        serving_process.__file__,
        url,
        str(folder),
        *([dies_before] if dies_before else []),
    ]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            key = signing_key(read_settings(data_dir=folder))
            token = issue_token(key, 1).text
            with httpx.Client(
                base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {token}"}, timeout=60
            ) as client:
                yield process, client
        finally:
            process.kill()


@pytest.fixture
def account(database: Database, ada: User, password_hash: str) -> User:
    with database.transaction() as db:
        set_password(db, ada.id, password_hash)
    assert ada.id == 1
    return ada


@pytest.mark.slow
def test_killed_in_the_middle_of_a_piece(
    database_url: str, database: Database, account: User, tmp_path: Path
) -> None:
    content = os.urandom(12 << 20)
    folder = tmp_path / "data"
    with serving(database_url, folder) as (process, client):
        path = begin(client, len(content))
        address = client.base_url
        with socket.create_connection((address.host, address.port or 0)) as line:
            # Half of a piece by hand: who announces it all, and is cut off by the server's death.
            head = f"PATCH {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {client.headers['authorization']}\r\n"
            head += "Content-Type: application/offset+octet-stream\r\nUpload-Offset: 0\r\n"
            line.sendall(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content[: 7 << 20])
            # HEAD says no more than the disk has; wait until some of it is there.
            until = time.monotonic() + 30
            while offset_of(client, path) < 1 << 20 and time.monotonic() < until:
                time.sleep(0.02)
            os.kill(process.pid, signal.SIGKILL)
    with serving(database_url, folder) as (_, client):
        arrived = offset_of(client, path)
        assert 1 << 20 <= arrived <= 7 << 20
        last = send(client, path, arrived, content[arrived:])
        assert last.status_code == 204
        media = last.headers["upload-media"]
        fetched = client.get(f"{media}/file/original")
        assert hashlib.sha256(fetched.content).digest() == hashlib.sha256(content).digest()
    assert list((folder / "uploads").iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "moment",
    [
        "pg_advisory_xact_lock",
        "INSERT INTO media ",
        "UPDATE uploads SET media_id",
        "commit UPDATE uploads SET media_id",
    ],
)
def test_killed_between_the_last_byte_and_the_recording(
    database_url: str, database: Database, account: User, tmp_path: Path, moment: str
) -> None:
    folder = tmp_path / "data"
    with serving(database_url, folder) as (_, client):
        path = begin(client)
    with serving(database_url, folder, moment) as (process, client), pytest.raises(httpx.TransportError):
        send(client, path, 0, CONTENT)
    assert process.wait(30) == -signal.SIGKILL
    with serving(database_url, folder) as (_, client):
        media = client.head(path, headers=TUS).headers["upload-media"]
        assert client.head(path, headers=TUS).headers["upload-media"] == media
        assert client.get(f"{media}/file/original").content == CONTENT
        assert [f"/api/media/{m['id']}" for m in client.get("/api/media").json()["items"]] == [media]
    with database.transaction() as db:
        assert db.execute(text("SELECT count(*) FROM jobs WHERE task = 'process_media'")).scalar() == 1
    assert list((folder / "uploads").iterdir()) == []


def test_silence_does_not_hold_an_upload_for_ever(
    app: FastAPI, as_ada: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mediatheque.api.uploads.SILENCE_S", 0.2)
    path = begin(as_ada)

    async def ask() -> list[dict[str, object]]:
        """A client that sends a part of its piece, and then nothing more."""
        import anyio

        sent: list[dict[str, object]] = []
        parts = [{"type": "http.request", "body": CONTENT[:300], "more_body": True}]

        async def receive() -> dict[str, object]:
            if parts:
                return parts.pop()
            await anyio.sleep(60)
            raise AssertionError

        async def keep(message: dict[str, object]) -> None:
            sent.append(message)

        headers = {**PIECE, "Upload-Offset": "0", "Authorization": as_ada.headers["authorization"]}
        scope = {
            "type": "http",
            "method": "PATCH",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "http_version": "1.1",
            "scheme": "http",
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 2),
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        }
        await app(scope, receive, keep)  # pyright: ignore[reportArgumentType]
        return sent

    # In the loop that the app's connections belong to.
    assert as_ada.portal is None
    with as_ada as entered:
        assert entered.portal is not None
        sent = entered.portal.call(ask)
    assert sent[0]["status"] == 408
