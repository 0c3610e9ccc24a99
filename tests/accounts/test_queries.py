"""Accounts in the database: who may join, whose token counts, whose key opens what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mediatheque.accounts import queries
from mediatheque.accounts.keys import hash_of_key, make_key
from mediatheque.kit.database import Connection, Database
from mediatheque.kit.errors import Conflict, Forbidden, NotFound, Unauthenticated
from mediatheque.library.queries.users import User, add_user, delete_user


def test_the_first_to_register_is_admin_even_while_registration_is_closed(db: Connection) -> None:
    assert queries.register(db, "Ada", "hash", is_open=False).is_admin
    with pytest.raises(Forbidden, match="closed"):
        queries.register(db, "Ben", "hash", is_open=False)
    assert not queries.register(db, "Ben", "hash", is_open=True).is_admin


def test_a_name_is_taken_in_any_case(db: Connection) -> None:
    queries.register(db, "Ada", "hash", is_open=True)
    with pytest.raises(Conflict):
        queries.register(db, "ADA ", "hash", is_open=True)
    user, stored = queries.sign_in(db, " aDa")
    assert user is not None
    assert (user.name, stored) == ("Ada", "hash")


def test_a_user_made_without_a_password_cannot_sign_in_until_one_is_set(db: Connection) -> None:
    user = add_user(db, "Ada")
    assert queries.sign_in(db, "Ada") == (user, None)
    with pytest.raises(Unauthenticated):
        queries.user_signed_in(db, user.id, datetime.now(UTC))
    queries.set_password(db, user.id, "hash")
    assert queries.sign_in(db, "Ada") == (user, "hash")
    assert queries.user_signed_in(db, user.id, datetime.now(UTC)) == user


def test_a_changed_password_ends_earlier_sign_ins_and_no_later_one(db: Connection) -> None:
    user = queries.register(db, "Ada", "hash", is_open=True)
    before = datetime.now(UTC)
    assert queries.user_signed_in(db, user.id, before) == user
    changed_at = queries.set_password(db, user.id, "other")
    with pytest.raises(Unauthenticated, match="password was changed"):
        queries.user_signed_in(db, user.id, before)
    assert queries.user_signed_in(db, user.id, changed_at + timedelta(microseconds=1)) == user


def test_an_api_key_opens_until_it_is_removed_and_is_kept_only_as_a_hash(db: Connection) -> None:
    user = queries.register(db, "Ada", "hash", is_open=True)
    key = make_key()
    kept = queries.add_api_key(db, user.id, " my  script ", key)
    assert kept.name == "my script"
    assert kept.last_used_at is None
    assert key.text.startswith(kept.prefix)
    assert len(kept.prefix) < 12
    assert queries.user_with_key(db, hash_of_key(key.text)) == user
    assert queries.list_api_keys(db, user.id)[0].last_used_at is not None
    queries.remove_api_key(db, user.id, kept.id)
    with pytest.raises(Unauthenticated):
        queries.user_with_key(db, hash_of_key(key.text))


def test_nobody_removes_anothers_key(database: Database, ada: User, ben: User) -> None:
    with database.transaction() as db:
        kept = queries.add_api_key(db, ada.id, "script", make_key())
        with pytest.raises(NotFound):
            queries.remove_api_key(db, ben.id, kept.id)
        assert queries.list_api_keys(db, ada.id) == [kept]


def test_a_deleted_user_leaves_no_way_in(database: Database, ada: User) -> None:
    key = make_key()
    with database.transaction() as db:
        queries.set_password(db, ada.id, "hash")
        queries.add_api_key(db, ada.id, "script", key)
        delete_user(db, ada.id)
        with pytest.raises(Unauthenticated):
            queries.user_signed_in(db, ada.id, datetime.now(UTC))
        with pytest.raises(Unauthenticated):
            queries.user_with_key(db, key.hash)
