"""Blobs in Google Cloud Storage: `gs://bucket/prefix`.

Credentials are found as Google's own programs find them (GOOGLE_APPLICATION_CREDENTIALS, gcloud's login, the
machine), or in the file that `?credentials=/path.json` names.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mediatheque.kit.errors import Invalid
from mediatheque.stores.blobs import Address
from mediatheque.stores.blobs._objects import BucketBlobs, client_options, need_obstore, retries

if TYPE_CHECKING:
    from obstore.store import GCSConfig


def open_from(address: Address, folder: Path) -> BucketBlobs:
    """The bucket, below the prefix. Raises Invalid for a URL or credentials that cannot be used."""
    need_obstore()
    from obstore.exceptions import BaseError
    from obstore.store import GCSStore

    options = address.only("credentials")
    prefix = address.path.strip("/")
    if not address.bucket:
        raise Invalid("MEDIATHEQUE_BLOBS_URL names no bucket: write gs://bucket/prefix")
    if address.key is not None:
        raise Invalid(
            "gs:// takes no key in its URL: write gs://bucket/prefix?credentials=/path.json, or set "
            "GOOGLE_APPLICATION_CREDENTIALS"
        )
    config: GCSConfig = {}
    if credentials := options.get("credentials"):
        config["application_credentials"] = credentials
    try:
        store = GCSStore(
            address.bucket,
            prefix=prefix or None,
            config=config,
            client_options=client_options(is_plain_http=False),
            retry_config=retries(),
        )
    except (BaseError, OSError):
        # The client's message may quote the file.
        raise Invalid(
            f"The credentials for gs://{address.bucket} cannot be read: check the file that credentials= or "
            "GOOGLE_APPLICATION_CREDENTIALS names"
        ) from None
    return BucketBlobs(store, f"gs://{address.bucket}{f'/{prefix}' if prefix else ''}", folder)
