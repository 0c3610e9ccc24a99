"""Sessions of the page: what its cookie holds, and the word that proves that a request comes from the page itself.

The cookie is signed JSON (JWT, HS256) with an audience of its own, so that it is no bearer token and no bearer token is
it. A session keeps its number when its cookie is renewed: signed out of once, every cookie that it ever had is worthless.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import jwt

from mediatheque.accounts.tokens import VALID_FOR, Token
from mediatheque.kit.errors import Unauthenticated

#: A cookie older than this is replaced when it is used, so that who comes every week stays signed in.
RENEWED_AFTER = timedelta(days=1)

_ALGORITHM = "HS256"
_AUDIENCE = "page"


@dataclass(frozen=True, slots=True)
class Session:
    """What a valid cookie says."""

    id: str
    user_id: int
    issued_at: datetime

    @property
    def expires_at(self) -> datetime:
        return self.issued_at + VALID_FOR

    def is_to_be_renewed(self, now: datetime | None = None) -> bool:
        """Whether its cookie should be replaced by a newer one."""
        return self.issued_at + RENEWED_AFTER < (now or datetime.now(UTC))


def begin_session(user_id: int) -> Session:
    """A new session for a user who has just proved who they are."""
    return Session(secrets.token_urlsafe(18), user_id, datetime.now(UTC))


def renewed(session: Session) -> Session:
    """The same session, valid for longer."""
    return Session(session.id, session.user_id, datetime.now(UTC))


def write_session(key: bytes, session: Session) -> Token:
    """What stands in the cookie."""
    claims = {
        "aud": _AUDIENCE,
        "jti": session.id,
        "sub": str(session.user_id),
        "iat": session.issued_at.timestamp(),
        "exp": session.expires_at.timestamp(),
    }
    return Token(jwt.encode(claims, key, algorithm=_ALGORITHM), session.expires_at)


def read_session(key: bytes, text: str) -> Session:
    """The session that a cookie is of, if we signed it and it has not run out; raises Unauthenticated."""
    try:
        claims = jwt.decode(
            text,
            key,
            algorithms=[_ALGORITHM],
            audience=_AUDIENCE,
            options={"require": ["aud", "jti", "sub", "iat", "exp"]},
            leeway=5,
        )
        issued_at = datetime.fromtimestamp(float(claims["iat"]), UTC)
        return Session(str(claims["jti"]), int(claims["sub"]), issued_at)
    except (jwt.InvalidTokenError, ValueError, OverflowError):
        raise Unauthenticated("This session has ended; sign in again.") from None


def csrf_of(key: bytes, session: Session) -> str:
    """What the page sends with whatever it changes: other pages can make a browser send the cookie, but not know this."""
    return hmac.digest(key, b"csrf:" + session.id.encode(), hashlib.sha256).hex()


def is_csrf_of(key: bytes, session: Session, given: str) -> bool:
    """Whether it is this session's."""
    return hmac.compare_digest(csrf_of(key, session).encode(), given.encode("utf-8", "replace"))
