"""Passwords: what is acceptable, how one is hashed, and how one is checked without telling more than yes or no."""

from __future__ import annotations

import base64
import hashlib
import hmac
import unicodedata
from functools import cache

import bcrypt

from mediatheque.kit.errors import Invalid

SHORTEST = 8
LONGEST = 1024  # characters; a bound on work, not on imagination

_COST = 12  # 200 ms a try: nothing to a person, years to somebody who guesses


def hash_password(password: str) -> str:
    """The bcrypt hash to store; takes 0.2 s of CPU. Raises Invalid for a password that cannot be one."""
    if len(password) < SHORTEST:
        raise Invalid(f"A password has {SHORTEST} characters or more.")
    if len(password) > LONGEST:
        raise Invalid(f"A password has {LONGEST:,} characters or fewer.")
    return bcrypt.hashpw(_digest(password), bcrypt.gensalt(_COST)).decode()


def is_password(password: str, stored: str | None) -> bool:
    """Whether `password` is the one that was hashed; None (nobody's) takes as long to say no. 0.2 s of CPU."""
    if stored is None:
        bcrypt.checkpw(_digest(password), _nobodys_hash())
        return False
    return bcrypt.checkpw(_digest(password), stored.encode())


def _digest(password: str) -> bytes:
    """44 bytes for bcrypt, which would silently cut a password after 72 and refuse a NUL.

    Keyed, so that a list of plain SHA-256 hashes from elsewhere is no help in guessing.
    """
    try:
        encoded = unicodedata.normalize("NFC", password).encode()
    except UnicodeEncodeError:
        raise Invalid("The password has a character that is no character; type it again.") from None
    return base64.b64encode(hmac.digest(b"mediatheque password", encoded, hashlib.sha256))


@cache
def _nobodys_hash() -> bytes:
    return bcrypt.hashpw(b"nobody", bcrypt.gensalt(_COST))
