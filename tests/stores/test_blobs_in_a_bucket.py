"""Blobs in a bucket: refusals, credentials and a server that goes away, on a real S3 server."""

from __future__ import annotations

import asyncio
import io
import logging
import os
import traceback
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

import putting_process
import seaweedfs_server
from blob_places import AT_ONCE, NOTHING, every, gathered
from mediatheque.kit.errors import Unavailable
from mediatheque.stores.blobs import Blobs, open_blobs, sweep

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def no_credentials_of_the_developer(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("AWS_", "GOOGLE_")):
            monkeypatch.delenv(name)


def every_question(blobs: Blobs) -> list[Callable[[], object]]:
    return [
        lambda: blobs.put(io.BytesIO(b"x")),
        lambda: blobs.size(NOTHING),
        lambda: blobs.exists(NOTHING),
        blobs.page,
        lambda: blobs.delete(NOTHING),
        lambda: gathered(blobs, NOTHING),
        lambda: sweep(blobs, [], AT_ONCE),
    ]


def test_wrong_credentials_are_said_to_be_wrong_and_never_shown(
    s3_server: seaweedfs_server.SeaweedServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    bucket = s3_server.new_bucket()
    secret = "not/the+right~secret"
    for key in (seaweedfs_server.KEY, "nobody"):
        blobs = open_blobs(s3_server.url(bucket, key=key, secret=secret), tmp_path)
        assert secret not in f"{blobs!r} {blobs.where}"
        for ask in every_question(blobs):
            with pytest.raises(Unavailable, match="refuses our credentials") as told:
                ask()
            shown = "".join(traceback.format_exception(told.value))
            assert secret not in shown
            assert quote(secret, safe="") not in shown
    assert secret not in caplog.text


def test_a_bucket_that_is_missing_is_not_taken_for_an_empty_one_nor_made(
    s3_server: seaweedfs_server.SeaweedServer, tmp_path: Path
) -> None:
    blobs = open_blobs(s3_server.url("no-such-bucket"), tmp_path)
    for ask in every_question(blobs):
        with pytest.raises(Unavailable, match="There is no bucket for s3://no-such-bucket"):
            ask()


def test_a_server_that_is_lost_while_reading_is_said_to_be(tmp_path: Path) -> None:
    if not seaweedfs_server.is_installed():
        pytest.skip("a real S3 server needs the extra 'dev'")
    with seaweedfs_server.running(tmp_path) as server:
        blobs = open_blobs(server.url(server.new_bucket()), tmp_path / "blobs")
        content = putting_process.content(4, 24 << 20)
        sha256 = blobs.put(io.BytesIO(content)).sha256

        async def streaming() -> None:
            pieces = blobs.stream(sha256)
            await anext(pieces)
            server.end()
            async for _ in pieces:
                pass

        with blobs.open(sha256) as file:
            assert file.read(1000) == content[:1000]
            with pytest.raises(Unavailable, match="cannot be reached"):
                asyncio.run(streaming())
            with pytest.raises(Unavailable, match="cannot be reached"):
                file.read()
        with pytest.raises(Unavailable, match="cannot be reached"):
            blobs.put(io.BytesIO(b"x"))


def test_credentials_of_the_environment_do(
    s3_server: seaweedfs_server.SeaweedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", seaweedfs_server.KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", seaweedfs_server.SECRET)
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_server.endpoint)
    blobs = open_blobs(f"s3://{s3_server.new_bucket()}", tmp_path)
    sha256 = blobs.put(io.BytesIO(b"x")).sha256
    assert sweep(blobs, [sha256], AT_ONCE) == sweep(blobs, [sha256], AT_ONCE, is_dry=True)
    assert every(blobs) == [sha256]
    # The token of somebody else's session does not spoil the keys of the URL.
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of another session")
    open_blobs(s3_server.url(s3_server.new_bucket()), tmp_path).put(io.BytesIO(b"x"))
