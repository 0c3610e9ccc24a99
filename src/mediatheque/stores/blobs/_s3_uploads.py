"""Multipart uploads to S3 that nobody will finish: listed and aborted, which obstore cannot do.

Who is killed in the middle of an upload leaves its parts, which nobody sees and somebody pays for. Requests are
signed by AWS Signature Version 4 (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html),
in headers, as URLs end up in logs.
"""

from __future__ import annotations

import hashlib
import hmac
import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

import httpx

from mediatheque.kit.errors import Unavailable
from mediatheque.stores.blobs._refusals import because

_NO_BODY = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a bucket is, and as whom we ask; `prefix` is empty or ends in a slash."""

    endpoint: str
    region: str
    bucket: str
    prefix: str
    key: str
    secret: str = field(repr=False)
    token: str = field(default="", repr=False)


def clear_uploads(place: Place, before: datetime, *, is_dry: bool) -> int:
    """Abort the uploads of blobs that began before that; how many. Raises Unavailable."""
    count = 0
    try:
        with httpx.Client(timeout=30) as client:
            # All of them first: a page begins where the one before ended, which must still be there.
            old = [(key, upload) for key, upload, began in _unfinished(client, place) if began < before]
            for key, upload in old:
                if not is_dry:
                    _ask(client, place, "DELETE", key, {"uploadId": upload})
                count += 1
    except httpx.HTTPError as error:
        raise Unavailable(because(error, f"s3://{place.bucket}")) from None
    return count


def _unfinished(client: httpx.Client, place: Place) -> Iterator[tuple[str, str, datetime]]:
    """Key, upload and beginning of every upload below the prefix."""
    query = {"uploads": "", "prefix": f"{place.prefix}sha256/"}
    while True:
        answer = _ask(client, place, "GET", "", query)
        for upload in re.findall(r"<Upload>(.*?)</Upload>", answer, re.DOTALL):
            began = datetime.fromisoformat(_told(upload, "Initiated").replace("Z", "+00:00"))
            yield _told(upload, "Key"), _told(upload, "UploadId"), began.astimezone(UTC)
        key, marker = _told(answer, "NextKeyMarker"), _told(answer, "NextUploadIdMarker")
        if _told(answer, "IsTruncated") != "true" or not key or key == query.get("key-marker"):
            return
        query |= {"key-marker": key} | ({"upload-id-marker": marker} if marker else {})


def _told(answer: str, name: str) -> str:
    found = re.search(rf"<{name}>(.*?)</{name}>", answer, re.DOTALL)
    return html.unescape(found[1]) if found else ""


def _ask(client: httpx.Client, place: Place, method: str, key: str, query: Mapping[str, str]) -> str:
    path = f"/{_quoted(place.bucket)}" + (f"/{_quoted(key, keep='/')}" if key else "")
    asked = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in sorted(query.items()))
    path = urlsplit(place.endpoint).path + path
    origin = place.endpoint.removesuffix(urlsplit(place.endpoint).path)
    answer = client.request(
        method, f"{origin}{path}?{asked}", headers=signed(place, method, path, asked, datetime.now(UTC))
    )
    if not answer.is_success and answer.status_code != 404:
        told = Exception(f"{answer.status_code} {answer.reason_phrase} {answer.text[:2000]}")
        raise Unavailable(because(told, f"s3://{place.bucket}"))
    return answer.text


def signed(place: Place, method: str, path: str, query: str, at: datetime) -> dict[str, str]:
    """The headers of a request without a body; `path` and `query` as they are sent, the query sorted."""
    day, now = f"{at:%Y%m%d}", f"{at:%Y%m%dT%H%M%SZ}"
    headers = {
        "host": urlsplit(place.endpoint).netloc,
        "x-amz-content-sha256": _NO_BODY,
        "x-amz-date": now,
    }
    if place.token:
        headers["x-amz-security-token"] = place.token
    names = ";".join(sorted(headers))
    told = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    request = "\n".join((method, path, query, told, names, _NO_BODY))
    scope = f"{day}/{place.region}/s3/aws4_request"
    to_sign = "\n".join(("AWS4-HMAC-SHA256", now, scope, hashlib.sha256(request.encode()).hexdigest()))
    signing_key = f"AWS4{place.secret}".encode()
    for part in (day, place.region, "s3", "aws4_request", to_sign):
        signing_key = hmac.digest(signing_key, part.encode(), "sha256")
    credential = f"AWS4-HMAC-SHA256 Credential={place.key}/{scope}"
    return headers | {"authorization": f"{credential}, SignedHeaders={names}, Signature={signing_key.hex()}"}


def _quoted(text: str, keep: str = "") -> str:
    return quote(text, safe=f"-_.~{keep}")
