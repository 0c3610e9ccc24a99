"""Blobs in S3 or what speaks like it (MinIO, SeaweedFS, Ceph …): `s3://bucket/prefix?endpoint=…&region=…`.

Credentials stand in the URL (`s3://key:secret@bucket`), or are found as AWS's own programs find them in AWS_… and,
on their machines, from the machine.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from mediatheque.kit.errors import Invalid
from mediatheque.stores.blobs import Address
from mediatheque.stores.blobs._objects import BucketBlobs, client_options, need_obstore, retries
from mediatheque.stores.blobs._s3_uploads import Place, clear_uploads

if TYPE_CHECKING:
    from obstore.store import S3Config, S3Credential


def open_from(address: Address, folder: Path) -> BucketBlobs:
    """The bucket, below the prefix. Raises Invalid for a URL that cannot be used."""
    need_obstore()
    from obstore.store import S3Store

    options = address.only("endpoint", "region")
    prefix = address.path.strip("/")
    if not address.bucket:
        raise Invalid("MEDIATHEQUE_BLOBS_URL names no bucket: write s3://bucket/prefix")
    if (address.key is None) != (address.secret is None):
        raise Invalid("MEDIATHEQUE_BLOBS_URL has one of key and secret: write s3://key:secret@bucket")
    endpoint = options.get("endpoint") or _from_environment("ENDPOINT_URL_S3", "ENDPOINT_URL", "ENDPOINT")
    if endpoint and (not endpoint.startswith(("http://", "https://")) or "@" in endpoint):
        raise Invalid(
            "The endpoint in MEDIATHEQUE_BLOBS_URL is an address without a password: endpoint=https://host:port"
        )
    region = options.get("region") or _from_environment("REGION", "DEFAULT_REGION") or "us-east-1"
    config: S3Config = {"region": region}
    if endpoint:
        config["endpoint"] = endpoint
    store = S3Store(
        address.bucket,
        prefix=prefix or None,
        config=config,
        client_options=client_options(is_plain_http=endpoint.startswith("http://")),
        retry_config=retries(),
        # What the environment has as well, such as a session's token, belongs to other keys.
        credential_provider=(lambda: _credential(address)) if address.key else None,
    )
    place = _place(address, endpoint, region, prefix)
    return BucketBlobs(
        store,
        f"s3://{address.bucket}{f'/{prefix}' if prefix else ''}{f' at {endpoint}' if endpoint else ''}",
        folder,
        clear_uploads=(lambda before, is_dry: clear_uploads(place, before, is_dry=is_dry)) if place else None,
    )


def _credential(address: Address) -> S3Credential:
    return {
        "access_key_id": address.key or "",
        "secret_access_key": address.secret or "",
        "token": None,
        "expires_at": None,
    }


def _place(address: Address, endpoint: str, region: str, prefix: str) -> Place | None:
    """How we sign for ourselves; None where only obstore knows the key, or the bucket is part of the host."""
    if address.key and address.secret:
        key, secret, token = address.key, address.secret, ""
    else:
        key, secret = _from_environment("ACCESS_KEY_ID"), _from_environment("SECRET_ACCESS_KEY")
        token = _from_environment("SESSION_TOKEN", "TOKEN")
    if not key or not secret or _from_environment("VIRTUAL_HOSTED_STYLE_REQUEST").lower() == "true":
        return None
    return Place(
        endpoint=(endpoint or f"https://s3.{region}.amazonaws.com").rstrip("/"),
        region=region,
        bucket=address.bucket,
        prefix=f"{prefix}/" if prefix else "",
        key=key,
        secret=secret,
        token=token,
    )


def _from_environment(*names: str) -> str:
    return next((found for name in names if (found := os.environ.get(f"AWS_{name}", ""))), "")
