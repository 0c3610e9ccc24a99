"""How users prove who they are: credentials and API keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, exists, func, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from mediatheque.accounts.keys import NewKey
from mediatheque.accounts.tables import api_keys, credentials, ended_sessions
from mediatheque.kit.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from mediatheque.library.queries.turns import take_catalogues_turn
from mediatheque.library.queries.users import User, add_user, delete_user, user_from_row
from mediatheque.library.tables import users

#: More than anybody needs; a bound on what one account can fill.
MOST_KEYS = 50

LAST_ADMIN = "Nobody else is an administrator here; make somebody else one first."

# A busy program would else write a row per request.
_USE_IS_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is known of an API key; the key itself is not."""

    id: int
    name: str
    prefix: str
    created_at: datetime
    last_used_at: datetime | None


def register(db: Connection, name: str, password_hash: str, *, is_open: bool) -> User:
    """A new user with a password; the first one always may join, others while registration is open.

    Raises Forbidden when it is closed, else as `add_user`.
    """
    if not is_open and has_users(db):
        raise Forbidden("Registration is closed here; ask the administrator for an account.")
    user = add_user(db, name)
    if not is_open and not user.is_admin:  # somebody else was first while we waited
        raise Forbidden("Registration is closed here; ask the administrator for an account.")
    set_password(db, user.id, password_hash)
    return user


def set_password(db: Connection, user_id: int, password_hash: str) -> datetime:
    """Give a user this password; tokens issued before the moment returned are refused from now on."""
    # Our clock, not the database's: it is compared with tokens that this clock stamps.
    now = datetime.now(UTC)
    db.execute(
        upsert(credentials)
        .values(user_id=user_id, password_hash=password_hash, changed_at=now)
        .on_conflict_do_update(
            index_elements=[credentials.c.user_id],
            set_={"password_hash": password_hash, "changed_at": now},
        )
    )
    return now


def sign_in(db: Connection, name: str) -> tuple[User | None, str | None]:
    """The user called `name` in any case and the hash of their password; None where there is none."""
    row = db.execute(
        select(users, credentials.c.password_hash)
        .outerjoin(credentials)
        .where(func.lower(users.c.name) == func.lower(" ".join(name.split())))
    ).first()
    return (user_from_row(row), row.password_hash) if row is not None else (None, None)


def password_hash_of(db: Connection, user_id: int) -> str | None:
    """The hash of a user's password; None: they have none yet."""
    return db.execute(
        select(credentials.c.password_hash).where(credentials.c.user_id == user_id)
    ).scalar_one_or_none()


def user_signed_in(db: Connection, user_id: int, issued_at: datetime) -> User:
    """The user a token of `issued_at` speaks for; raises Unauthenticated when it counts no more."""
    row = db.execute(
        select(users, credentials.c.changed_at).join(credentials).where(users.c.id == user_id)
    ).first()
    if row is None or issued_at < row.changed_at:
        raise Unauthenticated("This sign-in counts no more (the password was changed); sign in again.")
    return user_from_row(row)


def user_in_session(db: Connection, session_id: str, user_id: int, issued_at: datetime) -> User:
    """The user whose session of the page this is; raises Unauthenticated when it was ended."""
    row = db.execute(
        select(users, credentials.c.changed_at)
        .join(credentials)
        .where(users.c.id == user_id, ~exists().where(ended_sessions.c.id == session_id))
    ).first()
    if row is None or issued_at < row.changed_at:
        raise Unauthenticated("This session has ended; sign in again.")
    return user_from_row(row)


def end_session(db: Connection, session_id: str, expires_at: datetime) -> None:
    """Make a session of the page worthless, also to who copied its cookie; forgets those that ran out by now."""
    db.execute(delete(ended_sessions).where(ended_sessions.c.expires_at < datetime.now(UTC)))
    db.execute(upsert(ended_sessions).values(id=session_id, expires_at=expires_at).on_conflict_do_nothing())


def user_with_key(db: Connection, key_hash: bytes) -> User:
    """The user an API key speaks for, noting that it was used; raises Unauthenticated."""
    row = db.execute(
        select(users, api_keys.c.id.label("key_id"), api_keys.c.last_used_at)
        .join(api_keys)
        .where(api_keys.c.key_hash == key_hash)
    ).first()
    if row is None:
        raise Unauthenticated("This API key is not valid; make another one after signing in.")
    now = datetime.now(UTC)
    if row.last_used_at is None or row.last_used_at < now - _USE_IS_NOTED_EVERY:
        db.execute(update(api_keys).where(api_keys.c.id == row.key_id).values(last_used_at=now))
    return user_from_row(row)


def add_api_key(db: Connection, user_id: int, name: str, key: NewKey) -> ApiKey:
    """Keep what is kept of a new key. Raises Invalid for an unusable name, Conflict for too many keys."""
    name = " ".join(name.split())
    if not 1 <= len(name) <= 64 or not name.isprintable():
        raise Invalid("An API key's name has 1 to 64 printable characters.")
    db.execute(text("SELECT id FROM users WHERE id = :id FOR UPDATE"), {"id": user_id})
    if len(list_api_keys(db, user_id)) >= MOST_KEYS:
        raise Conflict(f"You have {MOST_KEYS} API keys; delete one that you no longer use.")
    row = db.execute(
        insert(api_keys)
        .values(user_id=user_id, name=name, key_hash=key.hash, prefix=key.prefix)
        .returning(api_keys)
    ).one()
    return _api_key(row)


def list_api_keys(db: Connection, user_id: int) -> list[ApiKey]:
    """The user's API keys, oldest first."""
    rows = db.execute(select(api_keys).where(api_keys.c.user_id == user_id).order_by(api_keys.c.id))
    return [_api_key(row) for row in rows]


def remove_api_key(db: Connection, user_id: int, key_id: int) -> None:
    """Make one of the user's keys worthless; raises NotFound."""
    gone = db.execute(
        api_keys.delete()
        .where(api_keys.c.id == key_id, api_keys.c.user_id == user_id)
        .returning(api_keys.c.id)
    ).first()
    if gone is None:
        raise NotFound(f"You have no API key {key_id}.")


def set_role(db: Connection, user_id: int, role: str) -> User:
    """Make a user "admin" or "member". Raises NotFound, Conflict when nobody would be admin any more."""
    if role != "admin":
        _keep_an_admin(db, user_id)
    row = db.execute(update(users).where(users.c.id == user_id).values(role=role).returning(users)).first()
    if row is None:
        raise NotFound(f"There is no user {user_id}.")
    return user_from_row(row)


def erase(db: Connection, user_id: int) -> None:
    """Erase a user and everything that is theirs. Raises NotFound, Conflict when others would have no admin."""
    take_catalogues_turn(db)  # as `delete_user`, which comes too late for it: turns are taken before rows
    if db.execute(select(users.c.id).where(users.c.id != user_id).limit(1)).first() is not None:
        _keep_an_admin(db, user_id)
    delete_user(db, user_id)


def _keep_an_admin(db: Connection, user_id: int) -> None:
    """Raise Conflict when this user is the only admin; of two who leave at once, the second one waits."""
    # With the user's own row, which changes next: whoever holds several people's rows takes them in one order.
    held = db.execute(
        select(users.c.id, users.c.role)
        .where(or_(users.c.role == "admin", users.c.id == user_id))
        .order_by(users.c.id)
        .with_for_update()
    )
    if [row.id for row in held if row.role == "admin"] == [user_id]:
        raise Conflict(LAST_ADMIN)


def has_users(db: Connection) -> bool:
    """Whether anybody is here yet."""
    return db.execute(select(users.c.id).limit(1)).first() is not None


def _api_key(row: Any) -> ApiKey:
    return ApiKey(row.id, row.name, row.prefix, row.created_at, row.last_used_at)
