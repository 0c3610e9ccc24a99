"""Sign-in tokens: ours alone, for seven days, under a key that is made once and kept to its owner."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest

from mediatheque.accounts.tokens import VALID_FOR, issue_token, read_token, signing_key
from mediatheque.kit.errors import Invalid, Unauthenticated
from mediatheque.kit.settings import read_settings

KEY = b"0123456789abcdef0123456789abcdef"


def test_a_token_says_who_and_when() -> None:
    now = datetime.now(UTC)
    token = issue_token(KEY, 7, now=now)
    claimed = read_token(KEY, token.text)
    assert (claimed.user_id, claimed.issued_at) == (7, now)
    assert token.expires_at - now == VALID_FOR == timedelta(days=7)


def test_an_expired_token_is_refused() -> None:
    token = issue_token(KEY, 7, now=datetime.now(UTC) - timedelta(days=7, minutes=1))
    with pytest.raises(Unauthenticated, match="expired"):
        read_token(KEY, token.text)


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "no.token.atall",
        jwt.encode({"sub": "7", "iat": 0, "exp": 1 << 40}, KEY[::-1], algorithm="HS256"),
        jwt.encode({"sub": "7", "iat": 0, "exp": 1 << 40}, None, algorithm="none"),
        jwt.encode({"sub": "7", "iat": 0}, KEY, algorithm="HS256"),
        jwt.encode({"sub": "seven", "iat": 0, "exp": 1 << 40}, KEY, algorithm="HS256"),
        jwt.encode({"iat": 0, "exp": 1 << 40}, KEY, algorithm="HS256"),
    ],
)
def test_what_we_did_not_sign_so_is_refused(forged: str) -> None:
    with pytest.raises(Unauthenticated):
        read_token(KEY, forged)


def test_the_key_is_made_once_by_whoever_comes_first_and_readable_to_its_owner_alone(tmp_path: Path) -> None:
    settings = read_settings(data_dir=tmp_path / "data")
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(signing_key, [settings] * 16))
    assert len(keys) == 1
    assert {p.name for p in (tmp_path / "data").iterdir()} == {"token-secret"}
    assert stat.S_IMODE((tmp_path / "data" / "token-secret").stat().st_mode) == 0o600


def test_a_short_key_is_refused_by_the_name_of_its_setting() -> None:
    with pytest.raises(Invalid, match="MEDIATHEQUE_TOKEN_SECRET"):
        signing_key(read_settings(token_secret="secret"))
