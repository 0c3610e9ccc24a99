"""Users on the command line, and whose library a command means."""

from __future__ import annotations

import pytest
from tests.cli.conftest import Run

from mediatheque.accounts.passwords import is_password
from mediatheque.accounts.queries import sign_in
from mediatheque.kit.database import Database
from mediatheque.library.queries.items import NewItem, add_items
from mediatheque.resolve.normalise import title_keys
from mediatheque.vocabulary import Kind, Work


def test_the_first_user_is_the_administrator(run: Run) -> None:
    assert run("users", "add", "Ada", "--json").lines == [{"id": 1, "name": "Ada", "role": "admin"}]
    run("users", "add", "Ben")
    listed = run("users", "list", "--json").lines
    assert [(u["name"], u["role"], u["has_password"]) for u in listed] == [
        ("Ada", "admin", False),
        ("Ben", "member", False),
    ]


def test_a_taken_name_is_one_line_without_a_traceback(run: Run) -> None:
    run("users", "add", "Ada")
    said = run("users", "add", "ada", code=1)
    assert said.out == ""
    assert said.err == "Error: There is already a user called 'ada'; choose another name.\n"


def test_a_password_from_standard_input(run: Run, database: Database) -> None:
    run("users", "add", "Ada", "--password-stdin", given="correct horse\n")
    run("users", "password", "ada", "--password-stdin", given="battery staple\n")
    with database.transaction() as db:
        _, stored = sign_in(db, "Ada")
    assert is_password("battery staple", stored)
    assert "8 characters" in run("users", "password", "Ada", "--password-stdin", given="short\n", code=1).err


def test_removing_needs_a_yes(run: Run) -> None:
    run("users", "add", "Ada")
    assert "--yes" in run("users", "remove", "Ada", code=1).err
    run("users", "remove", "Ada", "--yes")
    assert run("users", "list", "--json").lines == []


def test_somebody_is_always_administrator(run: Run) -> None:
    run("users", "add", "Ada")
    run("users", "add", "Ben")
    assert "make somebody else one first" in run("users", "remove", "Ada", "--yes", code=1).err
    assert "make somebody else one first" in run("users", "role", "ada", "member", code=1).err
    assert run("users", "role", "ben", "admin", "--json").lines == [{"id": 2, "name": "Ben", "role": "admin"}]
    run("users", "remove", "Ada", "--yes")
    assert [u["name"] for u in run("users", "list", "--json").lines] == ["Ben"]


def test_an_age_limit_and_services(run: Run, database: Database) -> None:
    run("users", "add", "Ada")
    with database.transaction() as db:
        works = [Work(kind=Kind.FILM, title=f"Sea {age}", minimum_age=age) for age in (6, 18)]
        add_items(db, [NewItem(work=work, title_keys=title_keys(work)) for work in works])
    (said,) = run("users", "set", "ada", "--max-age", "12", "--services", "Disney+, mubi", "--json").lines
    assert (said["max_age"], said["may_see_unrated"], said["services"]) == (12, True, ["disney-plus", "mubi"])
    assert [hit["item"]["title"] for hit in run("search", "sea", "--json").lines] == ["Sea 6"]
    assert run("search", "sea", "--on", "netflix", "--json").lines == []
    said = run("users", "set", "ada", "--strict").out
    assert said == "Ada: what is rated for up to 12 years, on disney-plus or mubi.\n"
    assert "up to 12" in run("users", "list").out
    run("users", "set", "ada", "--max-age", "none", "--services", "none")
    assert run("users", "list", "--json").lines[0]["max_age"] is None
    assert len(run("search", "sea", "--json").lines) == 2


@pytest.mark.parametrize(
    ("options", "advice"),
    [
        ((), "name --max-age"),
        (("--max-age", "grown"), "as --max-age 12"),
        (("--max-age", "22"), "from 0 to 21"),
        (("--strict",), "set one too"),
        (("--services", "!"), "netflix or disney-plus"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused_in_words(
    run: Run, options: tuple[str, ...], advice: str
) -> None:
    run("users", "add", "Ada")
    assert advice in run("users", "set", "ada", *options, code=1).err


def test_whose_library(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "mediatheque users add NAME" in run("batches", code=1).err
    run("users", "add", "Ada")
    assert "Ada has imported nothing yet" in run("batches").out
    run("users", "add", "Ben")
    assert "Ada or Ben" in run("batches", code=1).err
    assert "Ben has imported nothing yet" in run("batches", "--user", "ben").out
    monkeypatch.setenv("MEDIATHEQUE_USER", "Ada")
    assert "Ada has imported nothing yet" in run("batches").out
    assert "There is Ada, Ben" in run("batches", "-u", "Cleo", code=1).err
