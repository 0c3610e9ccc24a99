"""Who the library belongs to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, text, update
from sqlalchemy.engine import Row as SqlRow

from mediatheque.kit.errors import Conflict, Invalid, NotFound
from mediatheque.library.queries.turns import take_catalogues_turn, take_persons_turn
from mediatheque.library.tables import users
from mediatheque.vocabulary import service_name

#: Any number of its own: held while a user is added, so that exactly one becomes the first.
_FIRST_USER_LOCK = 7_306_017

#: The highest age that any country's board asks for.
OLDEST = 21
MOST_SERVICES, _LONGEST_SERVICE = 100, 100


@dataclass(frozen=True, slots=True)
class User:
    """A person with a library of their own."""

    id: int
    name: str
    role: str  # "admin" or "member"
    created_at: datetime
    max_age: int | None = None  # nothing rated for older people is recommended to them or found by them
    may_see_unrated: bool = True  # with `max_age`: also what nobody rated for an age
    services: tuple[str, ...] = ()  # where they can stream; (): they do not say
    shares_taste: bool = False  # others may ask for lists that are for them too
    history_version: int = field(default=0, compare=False)  # another after every change of their history

    @property
    def is_admin(self) -> bool:
        return self.role == "admin"

    def age_limit(self, asked: int | None = None) -> int | None:
        """The lower of what an administrator allows and what is asked for."""
        return min((age for age in (self.max_age, asked) if age is not None), default=None)


def add_user(db: Connection, name: str) -> User:
    """A new user; the first one of all is admin. Raises Invalid for an unusable name, Conflict for a taken one."""
    name = " ".join(name.split())
    if not 1 <= len(name) <= 64 or not name.isprintable():
        raise Invalid("A user's name has 1 to 64 printable characters.")
    db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _FIRST_USER_LOCK})
    if db.execute(select(users.c.id).where(func.lower(users.c.name) == func.lower(name))).first():
        raise Conflict(f"There is already a user called '{name}'; choose another name.")
    is_first = db.execute(select(users.c.id).limit(1)).first() is None
    row = db.execute(
        insert(users).values(name=name, role="admin" if is_first else "member").returning(users)
    ).one()
    return user_from_row(row)


def user_with_id(db: Connection, user_id: int) -> User:
    """The user; raises NotFound."""
    row = db.execute(select(users).where(users.c.id == user_id)).first()
    if row is None:
        raise NotFound(f"There is no user {user_id}.")
    return user_from_row(row)


def user_named(db: Connection, name: str) -> User:
    """The user called `name` in any case; raises NotFound saying who there is."""
    row = db.execute(select(users).where(func.lower(users.c.name) == func.lower(name.strip()))).first()
    if row is not None:
        return user_from_row(row)
    there = [user.name for user in all_users(db)]
    known = f"There is {', '.join(there[:8])}." if there else "There is nobody yet."
    raise NotFound(f"There is no user called '{name}'. {known} Add one with: mediatheque users add NAME")


def all_users(db: Connection) -> list[User]:
    """Everybody, in the order they came."""
    return [user_from_row(row) for row in db.execute(select(users).order_by(users.c.id))]


def set_age_limit(
    db: Connection, user_id: int, max_age: int | None, *, may_see_unrated: bool | None = None
) -> User:
    """Recommend to a user, and let them find, nothing rated for people older than `max_age`; None: anything.

    `may_see_unrated` says whether what nobody rated for an age counts as allowed; None leaves it as it is,
    and without a limit it does. Raises Invalid for an impossible limit, NotFound.
    """
    if max_age is None:
        if may_see_unrated is False:
            raise Invalid("What has no rating can be left out under an age limit only: set one too.")
        may_see_unrated = True
    if max_age is not None and not 0 <= max_age <= OLDEST:
        raise Invalid(f"An age limit is from 0 to {OLDEST} years, not {max_age}.")
    values: dict[str, Any] = {"max_age": max_age}
    if may_see_unrated is not None:
        values["may_see_unrated"] = may_see_unrated
    return _changed(db, user_id, values)


def set_services(db: Connection, user_id: int, services: Iterable[str]) -> User:
    """Where a user can stream, by any spelling of the names; none: wherever. Raises Invalid, NotFound."""
    names = {name: service_name(name) for name in services}
    for written, name in names.items():
        if not 1 <= len(name) <= _LONGEST_SERVICE:
            raise Invalid(f"'{written}' is no name of a service; they read like netflix or disney-plus.")
    if len(names) > MOST_SERVICES:
        raise Invalid(f"More than {MOST_SERVICES} services are as good as all: name fewer, or none.")
    return _changed(db, user_id, {"services": list(dict.fromkeys(names.values()))})


def set_sharing(db: Connection, user_id: int, shares_taste: bool) -> User:
    """Whether others may count on what this user likes in a list for a group; raises NotFound."""
    return _changed(db, user_id, {"shares_taste": shares_taste})


def sharing_user_named(db: Connection, name: str) -> User:
    """The user called `name` who shares their taste; raises NotFound, the same for one who does not as for nobody."""
    row = db.execute(
        select(users).where(func.lower(users.c.name) == func.lower(name.strip()), users.c.shares_taste)
    ).first()
    if row is None:
        raise NotFound(
            f"Nobody called '{name.strip()}' shares their taste. They allow it themselves, with:"
            f" mediatheque users set NAME --shares-taste, or shares_taste over HTTP."
        )
    return user_from_row(row)


def _changed(db: Connection, user_id: int, values: dict[str, Any]) -> User:
    row = db.execute(update(users).where(users.c.id == user_id).values(values).returning(users)).first()
    if row is None:
        raise NotFound(f"There is no user {user_id}.")
    return user_from_row(row)


def delete_user(db: Connection, user_id: int) -> None:
    """Erase a user and everything that is theirs, also names that nothing but their items held; raises NotFound."""
    # An import that runs meanwhile would wait for us while we wait for it; and nobody may take up a name we drop.
    take_catalogues_turn(db)
    take_persons_turn(db, user_id)
    user_with_id(db, user_id)
    named = {name: _named_by_own_items(db, user_id, name) for name in _NAMES}
    # Merged items first: their tombstones refer to each other.
    db.execute(text("DELETE FROM items WHERE owner_id = :user"), {"user": user_id})
    # Others' lists for a group tell what this one would have liked, by name.
    db.execute(
        text("DELETE FROM recommendations_shown WHERE request -> 'with' @> to_jsonb(CAST(:user AS bigint))"),
        {"user": user_id},
    )
    db.execute(text("DELETE FROM users WHERE id = :user"), {"user": user_id})
    for table, (link, column) in _NAMES.items():
        db.execute(
            text(
                f"DELETE FROM {table} n WHERE n.id = ANY(:ids)"
                f" AND NOT EXISTS (SELECT FROM {link} l WHERE l.{column} = n.id)"
            ),
            {"ids": named[table]},
        )


#: Names that items share, and what ties an item to them: a channel somebody watched is known by nobody else.
_NAMES = {
    "people": ("item_credits", "person_id"),
    "genres": ("item_genres", "genre_id"),
    "series": ("item_series", "series_id"),
}


def _named_by_own_items(db: Connection, user_id: int, table: str) -> list[int]:
    link, column = _NAMES[table]
    found = db.execute(
        text(f"""
            SELECT DISTINCT l.{column} FROM {link} l JOIN items i ON i.id = l.item_id WHERE i.owner_id = :user
        """),
        {"user": user_id},
    )
    return list(found.scalars())


def user_from_row(row: SqlRow[Any]) -> User:
    """A user from a row with all columns of `users`."""
    return User(
        row.id,
        row.name,
        row.role,
        row.created_at,
        max_age=row.max_age,
        may_see_unrated=row.may_see_unrated,
        services=tuple(row.services),
        shares_taste=row.shares_taste,
        history_version=row.history_version,
    )
