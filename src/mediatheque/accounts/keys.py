"""API keys: long random strings for programs, shown once and kept only as their hash."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

#: What every key begins with, so that people and secret scanners know one when they see it.
PREFIX = "mtq_"


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made: `text` is for its owner alone, the rest is what we keep."""

    text: str
    hash: bytes
    prefix: str  # enough to tell one's keys apart


def make_key() -> NewKey:
    """A key that nobody can guess."""
    text = PREFIX + secrets.token_urlsafe(32)
    return NewKey(text, hash_of_key(text), text[: len(PREFIX) + 6])


def hash_of_key(text: str) -> bytes:
    """What is stored of a key: SHA-256 is enough, since 32 random bytes leave nothing to guess."""
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()
