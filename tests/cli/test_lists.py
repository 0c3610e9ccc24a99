"""Lists that begin with a title or are for a group, at the command line."""

from __future__ import annotations

import pytest
from tests.cli.conftest import Run

pytestmark = pytest.mark.usefixtures("ada", "catalogue")


def titles(run: Run, *arguments: str) -> list[str]:
    return [line["item"]["title"] for line in run(*arguments, "--json").lines]


def test_similar_says_what_titles_have_in_common(run: Run) -> None:
    assert titles(run, "similar", "Arrival") == ["Sicario", "Stalker"]
    said = run("similar", "Arrival").out
    assert "Like Arrival: also by Denis Villeneuve." in said
    assert "Like Arrival: also science fiction." in said
    run("watch", "Sicario")
    assert titles(run, "similar", "Arrival") == ["Sicario", "Stalker"]
    assert titles(run, "similar", "Arrival", "--unseen") == ["Stalker"]
    assert titles(run, "similar", "Arrival", "--exclude", "Stalker") == ["Sicario"]
    assert "Nothing in your library" in run("similar", "Zzz", code=1).err


def test_because_of_a_title_that_one_knows(run: Run) -> None:
    run("watch", "Arrival")
    assert titles(run, "recommend", "--because-of", "Arrival") == ["Sicario", "Stalker"]
    said = run("recommend", "--because-of", "Arrival", "-n", "1").out
    assert "Because you watched Arrival: also by Denis Villeneuve." in said
    assert "similar to it instead" in run("recommend", "--because-of", "Stalker", code=1).err
    both = ("recommend", "--because-of", "Arrival")
    assert "two lists" in run(*both, "--like", "Stalker", code=2).err
    assert "leave out --as-of" in run(*both, "--as-of", "2020-01-01", code=2).err
    assert "leave out --method" in run(*both, "--method", "content", code=2).err


def test_what_trends_is_a_method(run: Run) -> None:
    lines = run("recommend", "--method", "trending", "--json").lines
    assert {line["method"] for line in lines} == {"popular"}
    assert "nothing is seen by more people just now" in lines[0]["fallback"]


def test_together_with_those_who_share_their_taste(run: Run) -> None:
    run("users", "add", "Ben")
    asked = ("recommend", "--user", "Ada", "--with", "Ben")
    assert "Nobody called 'Ben' shares their taste" in run(*asked, code=1).err
    assert "also in others' lists for a group" in run("users", "set", "Ben", "--shares-taste").out
    run("watch", "Arrival", "--user", "Ben")
    found = titles(run, *asked, "--strategy", "least-misery")
    assert "Arrival" not in found
    assert "Sicario" in found
    assert "Arrival" in titles(run, *asked, "--seen-by-some")
    assert "Ben would" in run(*asked).out
    assert "two lists" in run(*asked, "--because-of", "Arrival", code=2).err
