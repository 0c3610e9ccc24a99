"""Who the library belongs to: add, list, remove, give a password, and say who administers."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, Annotated, Literal, Optional

import typer

from mediatheque.cli.opening import library
from mediatheque.cli.options import AsJson
from mediatheque.cli.printing import Printer
from mediatheque.cli.words import counted, day
from mediatheque.kit.errors import Invalid

if TYPE_CHECKING:
    from mediatheque.library.queries.users import User

app = typer.Typer(
    no_args_is_help=True, help="Who the library belongs to: add, list, remove, password, role, set."
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The user's name; capitals do not matter.")]
Password = Annotated[
    bool,
    typer.Option("--password-stdin", help="Read the password from standard input instead of asking."),
]


@app.command("add")
def add(
    name: Name,
    password: Annotated[
        bool, typer.Option("--password", help="Ask for a password, to sign in over HTTP.")
    ] = False,
    password_stdin: Password = False,
    as_json: AsJson = False,
) -> None:
    """Add a user; the first one is the administrator.

    On the command line nobody needs a password; over HTTP everybody does.

    \b
    Examples:
      mediatheque users add Mira
      mediatheque users add Jonas --password
      echo "$PASSWORD" | mediatheque users add Jonas --password-stdin
    """
    from mediatheque.accounts.passwords import hash_password
    from mediatheque.accounts.queries import set_password
    from mediatheque.library.queries.users import add_user

    printer = Printer(as_json)
    hashed = hash_password(_password(password_stdin)) if password or password_stdin else None
    with library(printer) as app, app.database.transaction() as db:
        user = add_user(db, name)
        if hashed:
            set_password(db, user.id, hashed)
    printer.emit({"id": user.id, "name": user.name, "role": user.role})
    printer.say(f"Added {user.name}{', the administrator' if user.is_admin else ''}.")
    printer.note(f"Import a history with: mediatheque import FILE --user {shlex.quote(user.name)}")


@app.command("list")
def list_all(as_json: AsJson = False) -> None:
    """List the users.

    \b
    Examples:
      mediatheque users list
      mediatheque users list --json
    """
    from mediatheque.accounts.queries import password_hash_of
    from mediatheque.library.queries.users import all_users

    printer = Printer(as_json)
    with library(printer) as app, app.database.transaction() as db:
        there = [(user, password_hash_of(db, user.id) is not None) for user in all_users(db)]
    for user, has_password in there:
        printer.emit(
            {
                "id": user.id,
                "name": user.name,
                "role": user.role,
                "has_password": has_password,
                **_rules_json(user),
                "created_at": user.created_at,
            }
        )
    if not there:
        printer.say("There is nobody here yet. Add yourself with: mediatheque users add NAME")
        return
    rows = [
        (
            u.name,
            u.role,
            "yes" if has else "no",
            "" if u.max_age is None else f"up to {u.max_age}",
            day(u.created_at.astimezone()),
        )
        for u, has in there
    ]
    printer.table(("Name", "Role", "Password", "Ages", "Since"), rows)


@app.command("remove")
def remove(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask whether you are sure.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase a user and everything that is theirs: history, ratings, answers. This cannot be undone.

    \b
    Examples:
      mediatheque export --user Jonas jonas.zip
      mediatheque users remove Jonas
    """
    from mediatheque.accounts.queries import erase
    from mediatheque.library.queries.history import all_standings
    from mediatheque.library.queries.users import user_named

    printer = Printer(as_json)
    with library(printer) as app:
        with app.database.transaction() as db:
            user = user_named(db, name)
            known = counted(len(all_standings(db, user.id)), "item")
        if not yes:
            if not printer.is_interactive:
                raise Invalid(f"This erases {user.name} and a history of {known}: say --yes if you mean it")
            typer.confirm(f"Erase {user.name} and a history of {known} for good?", abort=True)
        with app.database.transaction() as db:
            erase(db, user.id)
    printer.emit({"id": user.id, "name": user.name, "removed": True})
    printer.say(f"{user.name} and everything that was theirs is erased.")


@app.command("password")
def password(name: Name, password_stdin: Password = False, as_json: AsJson = False) -> None:
    """Give a user a password, to sign in over HTTP; whoever is signed in with the old one is signed out.

    \b
    Examples:
      mediatheque users password Mira
      echo "$PASSWORD" | mediatheque users password Mira --password-stdin
    """
    from mediatheque.accounts.passwords import hash_password
    from mediatheque.accounts.queries import set_password
    from mediatheque.library.queries.users import user_named

    printer = Printer(as_json)
    with library(printer) as app:
        with app.database.transaction() as db:
            user = user_named(db, name)
        hashed = hash_password(_password(password_stdin))
        with app.database.transaction() as db:
            set_password(db, user.id, hashed)
    printer.emit({"id": user.id, "name": user.name, "has_password": True})
    printer.say(f"{user.name} has a new password.")


@app.command("role")
def role(
    name: Name,
    to: Annotated[Literal["admin", "member"], typer.Argument(metavar="ROLE", help="admin or member.")],
    as_json: AsJson = False,
) -> None:
    """Make a user an administrator over HTTP, or one no longer; somebody always is.

    \b
    Examples:
      mediatheque users role Mira admin
      mediatheque users role Jonas member
    """
    from mediatheque.accounts.queries import set_role
    from mediatheque.library.queries.users import user_named

    printer = Printer(as_json)
    with library(printer) as app, app.database.transaction() as db:
        user = set_role(db, user_named(db, name).id, to)
    printer.emit({"id": user.id, "name": user.name, "role": user.role})
    printer.say(f"{user.name} is {'an administrator' if user.is_admin else 'a member'}.")


@app.command("set")
def set_rules(
    name: Name,
    max_age: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(metavar="YEARS", help="Nothing rated for older people, as for a child; none lifts it."),
    ] = None,
    strict: Annotated[
        Optional[bool],  # noqa: UP045
        typer.Option(
            "--strict/--no-strict",
            help="Under an age limit: whether what nobody rated for an age is left out too.",
            show_default=False,
        ),
    ] = None,
    services: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(metavar="NAMES", help="Where they stream, with commas between; none: wherever."),
    ] = None,
    shares_taste: Annotated[
        Optional[bool],  # noqa: UP045
        typer.Option(
            "--shares-taste/--no-shares-taste",
            help="Whether others may ask for lists that are for them too.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Set what may be recommended to a user, with whom: an age limit, the services they have, lists for a group.

    \b
    Examples:
      mediatheque users set Mira --services netflix,disney-plus
      mediatheque users set Jonas --max-age 12 --strict
      mediatheque users set Jonas --max-age none
      mediatheque users set Jonas --shares-taste
    """
    from mediatheque.library.queries.users import set_age_limit, set_services, set_sharing, user_named

    printer = Printer(as_json)
    if max_age is None and strict is None and services is None and shares_taste is None:
        raise Invalid("There is nothing to set; name --max-age, --strict, --services or --shares-taste")
    with library(printer) as app, app.database.transaction() as db:
        user = user_named(db, name)
        if max_age is not None or strict is not None:
            limit = user.max_age if max_age is None else _years(max_age)
            unrated = None if strict is None else not strict
            user = set_age_limit(db, user.id, limit, may_see_unrated=unrated)
        if services is not None:
            user = set_services(db, user.id, _names(services))
        if shares_taste is not None:
            user = set_sharing(db, user.id, shares_taste)
    printer.emit({"id": user.id, "name": user.name, **_rules_json(user)})
    printer.say(f"{user.name}: {_rules(user)}.")


def _years(written: str) -> int | None:
    if written.strip().lower() == "none":
        return None
    if not written.strip().isdecimal():
        raise Invalid(f"'{written}' is no age; give years, as --max-age 12, or none for no limit")
    return int(written)


def _names(written: str) -> list[str]:
    return (
        []
        if written.strip().lower() in ("none", "")
        else [name for name in written.split(",") if name.strip()]
    )


def _rules(user: User) -> str:
    """“what is rated for up to 12 years, or not at all, on netflix or mubi”."""
    parts = ["whatever there is" if user.max_age is None else f"what is rated for up to {user.max_age} years"]
    if user.max_age is not None and user.may_see_unrated:
        parts.append("or not at all")
    if user.services:
        parts.append(f"on {' or '.join(user.services)}")
    if user.shares_taste:
        parts.append("also in others' lists for a group")
    return ", ".join(parts)


def _rules_json(user: User) -> dict[str, object]:
    return {
        "max_age": user.max_age,
        "may_see_unrated": user.may_see_unrated,
        "services": list(user.services),
        "shares_taste": user.shares_taste,
    }


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise Invalid("There is no terminal to ask for a password; use --password-stdin")
    return typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
