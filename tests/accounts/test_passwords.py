"""Passwords: hashed so that only the same one fits, however long or odd it is."""

from __future__ import annotations

import time

import pytest

from mediatheque.accounts.passwords import hash_password, is_password
from mediatheque.kit.errors import Invalid


def test_only_the_same_password_fits() -> None:
    stored = hash_password("correct horse")
    assert stored.startswith("$2b$12$")
    assert is_password("correct horse", stored)
    assert not is_password("correct horsf", stored)


def test_every_character_of_a_long_password_counts() -> None:
    stored = hash_password("a" * 100 + "1")
    assert not is_password("a" * 100 + "2", stored)
    assert is_password("a" * 100 + "1", stored)


def test_a_nul_or_an_accent_typed_another_way_makes_no_difference_to_safety() -> None:
    stored = hash_password("pass\0w\u00f6rd!")
    assert is_password("pass\0wo\u0308rd!", stored)
    assert not is_password("pass\0", stored)


@pytest.mark.parametrize("password", ["", "seven77", "x" * 1025, "surrogate\ud800"])
def test_what_cannot_be_a_password_is_refused_in_words(password: str) -> None:
    with pytest.raises(Invalid, match=r"password"):
        hash_password(password)


def test_an_unknown_user_takes_as_long_as_a_wrong_password() -> None:
    stored = hash_password("correct horse")
    assert not is_password("whatever", None)  # makes the dummy once
    started = time.process_time()
    is_password("whatever", stored)
    known = time.process_time() - started
    started = time.process_time()
    is_password("whatever", None)
    unknown = time.process_time() - started
    assert 0.3 < unknown / known < 3
