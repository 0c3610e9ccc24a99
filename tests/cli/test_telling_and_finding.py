"""Search, recommend, and what one says about a title."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.conftest import Run, netflix

pytestmark = pytest.mark.usefixtures("ada", "catalogue")


def titles(run: Run, *arguments: str) -> list[str]:
    return [line["item"]["title"] for line in run("search", *arguments, "--json").lines]


def test_search_forgives_typos_and_filters(run: Run) -> None:
    assert titles(run, "arival") == ["Arrival"]
    assert titles(run, "villeneuve", "--year", "-2015") == ["Sicario"]
    assert titles(run, "villeneuve", "--genre", "science fiction") == ["Arrival"]
    assert titles(run, "stalker", "--language", "RU", "--kind", "film") == ["Stalker"]
    assert titles(run, "suspiria", "--year", "2000-", "--limit", "1") == ["Suspiria"]
    run("watch", "Arrival")
    assert titles(run, "villeneuve", "--unseen") == ["Sicario"]
    assert titles(run, "villeneuve", "--seen") == ["Arrival"]
    assert "Nothing found" in run("search", "zzzzqqq").out
    assert "needs an embedder" in run("search", "grief", "--mode", "semantic", code=1).err
    run("search", "x", "--year", "then", code=2)


def test_every_recommendation_has_its_reason(run: Run) -> None:
    run("rate", "Arrival", "5")
    lines = run("recommend", "-n", "3", "--json").lines
    assert len(lines) == 3
    assert all(line["because"] and line["method"] for line in lines)
    assert "Arrival" not in {line["item"]["title"] for line in lines}
    assert {line["method"] for line in lines} & {"connected", "content", "because-you-liked"}
    excluded = run("recommend", "--exclude", "Sicario", "--kind", "film", "--json").lines
    assert "Sicario" not in {line["item"]["title"] for line in excluded}
    assert "Stalker" in run("recommend").out
    assert run("recommend", "--kind", "book", "--json").lines == []
    assert "mixed" in run("recommend", "--method", "magic", code=2).err


def test_recommends_under_rules_as_of_a_day_and_for_a_guest(run: Run) -> None:
    run("watch", "Arrival", "--on", "2021-03-14")
    assert "Arrival" in {
        line["item"]["title"] for line in run("recommend", "--as-of", "2021-01-01", "--json").lines
    }
    later = run("recommend", "--as-of", "2022-01-01", "--json").lines
    assert "Arrival" not in {line["item"]["title"] for line in later}
    assert {line["item"]["title"] for line in run("recommend", "--language", "ru", "--json").lines} == {
        "Stalker"
    }
    assert run("recommend", "--on", "netflix", "--json").lines == []
    assert "nothing to recommend" in run("recommend", "--on", "netflix").out
    guest = run("recommend", "--like", "Sicario", "--like", "Stalker", "--json").lines
    assert "Arrival" in {line["item"]["title"] for line in guest}
    assert {"Sicario", "Stalker"}.isdisjoint(line["item"]["title"] for line in guest)
    assert "still to come" in run("recommend", "--as-of", "2999-01-01", code=2).err
    assert "leave out" in run("recommend", "--as-of", "2021-01-01", "--like", "Sicario", code=2).err
    assert "--variety" in run("recommend", "--variety", "9", code=2).err


def test_what_one_says_about_a_title(run: Run) -> None:
    said = run("rate", "arrival", "4.5", "--json").lines[-1]
    assert (said["rating"], said["item"]["title"]) == (4.5, "Arrival")
    assert "rated ★★★★½" in run("rate", "Arrival (2016)", "4.5").out
    assert run("rate", "Arrival", "--clear", "--json").lines[-1]["rating"] is None
    assert run("watch", "Arrival", "--on", "2021-03-14", "--json").lines[-1]["seen_count"] == 1
    assert run("save", "Stalker", "--json").lines[-1]["is_saved"]
    assert not run("save", "Stalker", "--remove", "--json").lines[-1]["is_saved"]
    assert run("hide", "Sicario", "--json").lines[-1]["is_hidden"]
    assert not run("unhide", f"id:{said['item']['id'] + 1}", "--json").lines[-1]["is_hidden"]


def test_a_title_that_may_be_several_is_listed_with_numbers(run: Run) -> None:
    said = run("rate", "Suspiria", "4", "--json", code=1)
    assert "Suspiria (1977, film, Dario Argento)" in said.err
    assert len(said.lines[-1]["choices"]) == 2
    chosen = said.lines[-1]["choices"][0]
    assert run("rate", chosen, "4", "--json").lines[-1]["rating"] == 4
    assert run("rate", "Suspiria (2018)", "3", "--json").lines[-1]["item"]["year"] == 2018


def test_a_title_that_only_resembles_is_asked_about_not_taken(run: Run) -> None:
    said = run("rate", "Arival", "4.5", "--json", code=1)
    assert "may be one of these" in said.err
    assert "Arrival (2016" in said.err


def test_mistakes(run: Run, tmp_path: Path) -> None:
    assert "steps of a half" in run("rate", "Arrival", "4.7", code=1).err
    run("rate", "Arrival", code=2)
    assert "Nothing in your library is called" in run("watch", "Zzyzx Qqq", code=1).err
    assert "no item 424242" in run("hide", "id:424242", code=1).err


def test_a_number_that_is_also_a_title(run: Run, tmp_path: Path) -> None:
    run("import", netflix(tmp_path / "a.csv", "1"))
    assert "Arrival (2016" in run("hide", "1", code=1).err
