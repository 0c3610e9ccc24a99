"""Why a bucket did not do as asked, in words for who can mend it."""

from __future__ import annotations

import re

from mediatheque.kit.http import redact

_WRONG_KEY = ("SignatureDoesNotMatch", "InvalidAccessKeyId", "InvalidToken", "ExpiredToken", "AuthFailure")
_REFUSED = ("AccessDenied", "403 Forbidden", "401 Unauthorized", "lacked the necessary privileges")
_NO_KEY = ("169.254.169.254", "metadata.google.internal", "latest/api/token", "No credentials")


def because(error: Exception, where: str) -> str:
    """A message about a fault of obstore: what it is and what to do."""
    text = str(error)
    code = found[1] if (found := re.search(r"<Code>(\w+)</Code>", text)) else ""
    if code == "NoSuchBucket":
        return f"There is no bucket for {where}: make it, or correct MEDIATHEQUE_BLOBS_URL"
    if any(sign in text for sign in _NO_KEY):
        return (
            f"There are no credentials for {where}: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or for "
            "Google GOOGLE_APPLICATION_CREDENTIALS"
        )
    if code in _WRONG_KEY or any(sign in text for sign in _REFUSED):
        said = f" ({code})" if code else ""
        return (
            f"{where} refuses our credentials{said}: check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or what "
            "stands before the @ in MEDIATHEQUE_BLOBS_URL, and that they may list, read, write and delete"
        )
    # The first line says what went wrong; after it comes the client's own record of the request.
    first = redact(text.splitlines()[0] if text else type(error).__name__)
    said = re.sub(r"https?://\S+", "it", first)[:200]
    return f"{where} cannot be reached or does not do as asked: {said}"
