"""Why, asked on the command line, and answers that find the list they answer by themselves."""

from __future__ import annotations

import pytest
from tests.cli.conftest import Run

pytestmark = pytest.mark.usefixtures("ada", "catalogue")


def test_why_of_the_last_list_of_an_older_one_and_of_a_title(run: Run) -> None:
    assert "Nothing has been recommended" in run("why", code=1).err
    run("rate", "Arrival", "5")
    first = run("recommend", "-n", "2", "--json").lines
    second = run("recommend", "-n", "3", "--json").lines
    last = run("why", "--json").lines
    assert [line["item"]["title"] for line in last] == [line["item"]["title"] for line in second]
    for line, shown in zip(last, second, strict=True):
        assert line["because"] == shown["because"]
        assert sum(c["amount"] for c in line["contributions"]) == pytest.approx(shown["score"], abs=1e-5)
    older = run("why", str(first[0]["list"]), "--json").lines
    assert [line["item"]["id"] for line in older] == [line["item"]["id"] for line in first]
    assert older[0]["list"]["id"] == first[0]["list"]
    third = second[2]["item"]
    (only,) = run("why", f"{third['title']} ({third['year']})", "--json").lines
    assert (only["rank"], only["list"]["id"]) == (3, second[0]["list"])
    (named,) = run("why", str(second[0]["list"]), f"id:{third['id']}", "--json").lines
    assert named == only
    said = run("why").out
    assert f"List {second[0]['list']}, " in said
    assert "no trained model had a say" in said
    assert second[0]["because"] in said
    assert "%" in said


def test_why_of_what_was_not_shown(run: Run) -> None:
    run("recommend", "-n", "1", "--kind", "film")
    assert "no list 4242" in run("why", "4242", code=1).err
    assert "on none of your lists" in run("why", "Stalker", code=1).err
    run("why", "x", "y", code=2)


def test_what_one_says_of_a_title_answers_the_last_list_with_it(run: Run) -> None:
    assert run("save", "Stalker", "--json").lines[-1]["list"] is None
    run("recommend", "-n", "5")
    list_id = run("recommend", "-n", "5", "--json").lines[0]["list"]
    for command in (("rate", "Sicario", "4"), ("watch", "Sicario"), ("save", "Sicario"), ("hide", "Sicario")):
        assert run(*command, "--json").lines[-1]["list"] == list_id, command
    assert run("unhide", "Sicario", "--json").lines[-1]["list"] is None
    assert run("rate", "Sicario", "--clear", "--json").lines[-1]["list"] is None
    assert run("watch", "Arrival", "--on", "2021-03-14", "--json").lines[-1]["list"] is None
    (why,) = run("why", str(list_id), "Sicario", "--json").lines
    assert [a["kind"] for a in why["answers"]] == ["rated", "watched", "saved", "hidden"]
    assert "→ watched" in run("why", "Sicario").out


def test_lift_says_what_came_of_lists_and_when_that_is_too_little(run: Run) -> None:
    assert "No list has been shown yet" in run("lift").out
    run("recommend", "-n", "5")
    said = run("lift").out
    assert "Too little to tell" in said
    run("watch", "Sicario")
    run("hide", "Stalker")
    (report,) = run("lift", "--json").lines
    (group,) = report["groups"]
    assert (group["label"], group["shown"], group["taken"]) == ("popular", 5, 1)
    assert (group["outcomes"]["watched"], group["outcomes"]["declined"]) == (1, 1)
    assert run("lift", "--since", "2999-01-01", "--json").lines[0]["lists"] == 0
    assert run("lift", "--by", "model", "--eta", "0", "--json").lines[0]["groups"][0]["label"] == "popular"
    run("lift", "--by", "moon", code=2)


def test_check_says_how_many_lists_are_kept(run: Run) -> None:
    run("recommend", "-n", "1")
    (kept,) = [line for line in run("check", "--json").lines if line["part"] == "shown lists"]
    assert kept["said"].startswith("1 list of recommendations kept, since ")
    assert kept["said"].endswith("for 365 days")
