"""What `MEDIATHEQUE_BLOBS_URL` may say, and what is done with it before anything is asked."""

from __future__ import annotations

import io
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from blob_places import NOTHING
from mediatheque.kit.errors import Invalid, MediathequeError
from mediatheque.kit.settings import read_settings
from mediatheque.stores.blobs import key_of, names, open_blobs


@pytest.fixture(autouse=True)
def no_credentials_of_the_developer(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("AWS_", "GOOGLE_")):
            monkeypatch.delenv(name)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://bucket",
        "bucket",
        "s3:/",
        "s3://KEY:se/cret@bucket/prefix",
        "s3://KEY:secret@bucket:99/prefix",
        "s3://KEY@bucket",
        "s3://bucket?endpont=http://x",
        "s3://bucket?endpoint=localhost:9000",
        "gs://bucket?endpoint=http://x",
        "gs://KEY:se-cret@bucket",
        "s3://bucket?endpoint=http://KEY:se-cret@minio",
        "gs://bucket?credentials=/no/such/secret-file.json",
    ],
)
def test_an_address_that_cannot_be_used_is_refused_without_showing_it(url: str, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"MEDIATHEQUE_BLOBS_URL|gs://") as told:
        open_blobs(url, tmp_path)
    assert "KEY" not in str(told.value).replace("KEY_ID", "")
    assert "cret@" not in str(told.value).replace("key:secret@bucket", "")


def test_what_there_is(tmp_path: Path) -> None:
    assert names() == ("file", "gs", "s3")
    assert open_blobs("  ", tmp_path).where == str(tmp_path)
    url = "s3://KEY:hush%2Fhush@bucket/some/prefix/?endpoint=https%3A%2F%2Fminio%3A9000"
    assert open_blobs(url, tmp_path).where == "s3://bucket/some/prefix at https://minio:9000"
    assert "hush" not in repr(read_settings(blobs_url=url))


def test_google_signs_with_a_service_account(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    account = tmp_path / "account.json"
    account.write_text(
        json.dumps(
            {
                "type": "service_account",
                "client_email": "tests@example.iam.gserviceaccount.com",
                "private_key_id": "1",
                "private_key": pem.decode(),
            }
        )
    )
    blobs = open_blobs(f"gs://bucket/some/prefix?credentials={account}", tmp_path)
    assert (blobs.where, blobs.can.presigns, blobs.can.clears_uploads) == (
        "gs://bucket/some/prefix",
        True,
        False,
    )
    url = blobs.presigned(NOTHING, timedelta(hours=1))
    assert url is not None
    assert httpx.URL(url).path == f"/bucket/some/prefix/{key_of(NOTHING)}"
    assert "X-Goog-Signature" in httpx.URL(url).params


def test_without_the_package_a_bucket_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mediatheque.stores.blobs._objects.find_spec", lambda _: None)
    for url in ("s3://bucket", "gs://bucket"):
        with pytest.raises(MediathequeError, match=r"pip install 'mediatheque\[archive\]'"):
            open_blobs(url, tmp_path)
    assert open_blobs(None, tmp_path).put(io.BytesIO(b"x")).size == 1


def test_signatures_are_as_amazon_documents_them() -> None:
    """The example "GET Bucket (List Objects)" of the page on header-based signatures, its host rewritten to ours."""
    from mediatheque.stores.blobs._s3_uploads import Place as Bucket
    from mediatheque.stores.blobs._s3_uploads import signed

    bucket = Bucket(
        endpoint="https://examplebucket.s3.amazonaws.com",
        region="us-east-1",
        bucket="",
        prefix="",
        key="AKIAIOSFODNN7EXAMPLE",
        secret="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    )
    headers = signed(bucket, "GET", "/", "max-keys=2&prefix=J", datetime(2013, 5, 24, tzinfo=UTC))
    assert headers["authorization"].endswith(
        "Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
    )
