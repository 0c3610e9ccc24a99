"""`mediatheque ask`: answers with footnotes, conversations that go on, JSON."""

from __future__ import annotations

import pytest
from tests.cli.conftest import Run

from asked_archive import AskedArchive, fill
from mediatheque.kit.database import Database
from mediatheque.library.queries.users import User


@pytest.fixture
def archive(database: Database, ada: User, ben: User) -> AskedArchive:
    with database.transaction() as db:
        return fill(db, ada.id, ben.id, None)


QUESTION = "How warm is it in the middle of the winter cluster?"


def test_an_answer_has_footnotes_that_lead_to_the_minute(run: Run, archive: AskedArchive) -> None:
    said = " ".join(run("ask", QUESTION, "--user", "Ada").out.split())
    assert "about thirty-four degrees" in said
    assert "[1] “" in said
    assert (
        f"— Bees in winter, 0:10, recording {archive.bees} (https://www.youtube.com/watch?v=jNQXAC9IVRw&t=10s)"
        in said
    )


def test_a_program_gets_one_object(run: Run, archive: AskedArchive) -> None:
    [answer] = run("ask", QUESTION, "-u", "Ada", "--json").lines
    assert answer["is_found"] is True
    assert answer["made_by"] == "extractive"
    [sentence] = answer["sentences"]
    assert sentence["citations"][0]["media_id"] == archive.bees
    [again] = run("ask", "How warm is it?", "-u", "Ada", "--continue", "--json").lines
    assert again["thread"] == answer["thread"]
    assert "cluster" in again["searched_for"]
    [third] = run("ask", QUESTION, "-u", "Ada", "--json").lines
    assert third["thread"] != answer["thread"]
    assert (
        "There is no conversation"
        in run("ask", "And?", "-u", "Ben", "--thread", answer["thread"], code=1).err
    )


def test_what_nobody_says_is_said_so(run: Run, archive: AskedArchive) -> None:
    said = run("ask", "Which", "telescope", "should", "a", "beginner", "buy?", "-u", "Ada").out
    assert "The archive does not contain an answer to this." in said
    assert "no conversation to go on with" in run("ask", "And?", "-u", "Ben", "--continue", code=1).err


def test_filters_narrow_where_it_is_looked(run: Run, archive: AskedArchive) -> None:
    for filter_ in (("--tag", "sailing"), ("--speaker", "Noor"), ("--since", "2100-01-01")):
        [answer] = run("ask", QUESTION, "-u", "Ada", "--json", *filter_).lines
        assert answer["is_found"] is False
    assert run("ask", QUESTION, "-u", "Ada", "--json", "--speaker", "marta").lines[0]["is_found"]
