"""Links that can be followed without signing in: signed JSON (JWT, HS256) for one path, valid for some hours.

A player in a page can send no header, so the link itself has to say who asks. It opens nothing but what it names: the
audience in it keeps it from being taken for a sign-in, and a sign-in from being taken for it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import jwt

from mediatheque.accounts.tokens import Claimed, Token
from mediatheque.kit.errors import Unauthenticated

#: As long as a long recording is listened to; it ends with the password, as a sign-in does.
VALID_FOR = timedelta(hours=6)

_ALGORITHM = "HS256"
_AUDIENCE = "file"


def issue_file_token(key: bytes, user_id: int, path: str, *, now: datetime | None = None) -> Token:
    """A token that lets who has it fetch what is at this path, in the user's name."""
    now = now or datetime.now(UTC)
    expires_at = now + VALID_FOR
    claims = {
        "aud": _AUDIENCE,
        "sub": str(user_id),
        "path": path,
        "iat": now.timestamp(),
        "exp": expires_at.timestamp(),
    }
    return Token(jwt.encode(claims, key, algorithm=_ALGORITHM), expires_at)


def read_file_token(key: bytes, token: str, path: str) -> Claimed:
    """Who may fetch what is at this path; raises Unauthenticated for a token of another path, or none of ours."""
    try:
        claims = jwt.decode(
            token,
            key,
            algorithms=[_ALGORITHM],
            audience=_AUDIENCE,
            options={"require": ["aud", "sub", "path", "iat", "exp"]},
            leeway=5,
        )
        claimed = Claimed(int(claims["sub"]), datetime.fromtimestamp(float(claims["iat"]), UTC))
    except jwt.ExpiredSignatureError:
        raise Unauthenticated("The link has expired; ask for another one.") from None
    except (jwt.InvalidTokenError, ValueError, OverflowError):
        raise Unauthenticated("The link is not valid; ask for another one.") from None
    if claims["path"] != path:
        raise Unauthenticated("The link is for something else; ask for one to this.")
    return claimed
