"""Sign-in tokens: signed JSON (JWT, HS256) that says who signed in and when, valid for seven days."""

from __future__ import annotations

import contextlib
import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt

from mediatheque.kit.errors import Invalid, Unauthenticated
from mediatheque.kit.settings import Settings

VALID_FOR = timedelta(days=7)
#: A ticket stands in an address, which logs keep: it is good for opening one connection, and soon for nothing.
TICKET_VALID_FOR = timedelta(minutes=1)

_ALGORITHM = "HS256"
_SHORTEST_KEY = 32  # bytes: shorter keys make HS256 guessable (RFC 7518, 3.2)
_FILE = "token-secret"


@dataclass(frozen=True, slots=True)
class Token:
    """A token to hand out."""

    text: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a valid token says."""

    user_id: int
    issued_at: datetime


def signing_key(settings: Settings) -> bytes:
    """The key of this installation: the setting, or one made once and kept in the data folder.

    Raises Invalid when the key is too short to be safe.
    """
    if settings.token_secret is not None:
        key, place = settings.token_secret.get_secret_value().encode(), "MEDIATHEQUE_TOKEN_SECRET"
    else:
        path = settings.data_dir / _FILE
        key, place = _key_in(path), str(path)
    if len(key) < _SHORTEST_KEY:
        raise Invalid(
            f"{place} is shorter than {_SHORTEST_KEY} characters; make one with: openssl rand -hex 32"
        )
    return key


def issue_token(key: bytes, user_id: int, *, now: datetime | None = None) -> Token:
    """A token for a user who has just proved who they are."""
    now = now or datetime.now(UTC)
    expires_at = now + VALID_FOR
    # Fractions of a second: a password changed and a sign-in may fall into the same second.
    claims = {"sub": str(user_id), "iat": now.timestamp(), "exp": expires_at.timestamp()}
    return Token(jwt.encode(claims, key, algorithm=_ALGORITHM), expires_at)


def issue_ticket(key: bytes, user_id: int, purpose: str, *, now: datetime | None = None) -> Token:
    """A token that opens one kind of connection, for who cannot send headers: a browser's EventSource and WebSocket."""
    now = now or datetime.now(UTC)
    expires_at = now + TICKET_VALID_FOR
    claims = {"sub": str(user_id), "aud": purpose, "iat": now.timestamp(), "exp": expires_at.timestamp()}
    return Token(jwt.encode(claims, key, algorithm=_ALGORITHM), expires_at)


def read_token(key: bytes, token: str, *, purpose: str | None = None) -> Claimed:
    """What a token, or a ticket for this purpose, says, if we signed it and it is still valid.

    Raises Unauthenticated; also for a ticket that is shown as a token, and the other way round.
    """
    needed = ["sub", "iat", "exp", *(["aud"] if purpose else [])]
    try:
        claims = jwt.decode(
            token, key, algorithms=[_ALGORITHM], audience=purpose, options={"require": needed}, leeway=5
        )
        return Claimed(int(claims["sub"]), datetime.fromtimestamp(float(claims["iat"]), UTC))
    except jwt.ExpiredSignatureError:
        raise Unauthenticated("The sign-in has expired; sign in again.") from None
    except (jwt.InvalidTokenError, ValueError, OverflowError):
        raise Unauthenticated("The token is not valid; sign in again.") from None


def _key_in(path: Path) -> bytes:
    """The key in a file, made when there is none; of several processes that start at once, one makes it."""
    with contextlib.suppress(FileNotFoundError):
        return path.read_bytes().strip()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_hex(32).encode())
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)  # unlike a rename, never replaces a key that is in use
    finally:
        draft.unlink()
    return path.read_bytes().strip()
