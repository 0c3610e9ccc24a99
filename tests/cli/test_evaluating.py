"""evaluate and evaluations: what they print, what they keep, and what they say when there is too little."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.conftest import Run

import community

pytest.importorskip("scipy", reason="training needs the extra 'train'")
pytest.importorskip("irspack", reason="training needs the extra 'train'")
pytest.importorskip("matplotlib", reason="reports need the extra 'train'")

from mediatheque.kit.database import Database


@pytest.fixture
def settled(database: Database) -> community.Community:
    return community.settle(database, people=24)


def test_evaluate_list_and_show(run: Run, settled: community.Community, tmp_path: Path) -> None:
    assert "Nothing has been evaluated yet" in run("evaluations", "list").out
    assert "make one with: mediatheque evaluate" in run("evaluations", "show", code=1).err
    page = tmp_path / "report.html"
    said = run("evaluate", "--protocol", "last", "--html", page).out
    assert "Evaluation 1 of this library: 24 users" in said
    assert "Split: each person's last 5 titles" in said
    assert all(label in said for label in ("popularity", "wedlae", "blend", "NDCG@10", "Hit rate@10"))
    assert "better than popularity" in " ".join(said.split())
    assert page.read_text("utf-8").startswith("<!doctype html>")
    (found,) = run("evaluate", "--protocol", "last", "-k", "5", "--json").lines
    assert (found["id"], found["k"], found["protocol"]) == (2, 5, "last")
    newest, first = run("evaluations", "list", "--json").lines
    assert (newest["id"], first["id"]) == (2, 1)
    assert set(newest) == {"id", "protocol", "made_at", "k", "best", "verdict"}
    assert "last" in run("evaluations", "list").out
    assert "NDCG@5" in run("evaluations", "show").out
    (shown,) = run("evaluations", "show", "2", "--json").lines
    assert shown == found
    page.unlink()
    run("evaluations", "show", "1", "--html", page)
    assert "NDCG@10" in page.read_text("utf-8")
    assert "cannot be written" in run("evaluations", "show", "--html", tmp_path / "no" / "where", code=1).err


def test_a_library_of_one_is_told_what_it_takes(run: Run, catalogue: None) -> None:
    run("users", "add", "Ada")
    run("rate", "Arrival", "5")
    assert run("evaluate").out.startswith("Nothing was evaluated: ")
    (nothing,) = run("evaluate", "--protocol", "last", "--json").lines
    assert "from 5 such people on" in nothing["why_not"]
    assert run("evaluate", "backtest").out.startswith("There is nothing to look back at: ")


def test_published_protocols_say_what_to_get_and_where_it_goes(run: Run, tmp_path: Path) -> None:
    wanted = run("evaluate", "--protocol", "ml1m", code=1).err
    assert "https://grouplens.org/datasets/movielens/1m/" in wanted
    assert "--data FOLDER" in wanted
    missing = run("evaluate", "--protocol", "ml100k", "--data", tmp_path, code=1).err
    assert "There is no u.data in" in missing
    (tmp_path / "u.data").write_text("1\t2\tfour\t88\n")
    assert (
        "Line 1 of u.data is not" in run("evaluate", "--protocol", "ml100k", "--data", tmp_path, code=1).err
    )


def test_backtest_says_it_in_a_sentence(run: Run, settled: community.Community) -> None:
    said = run("evaluate", "backtest", "--user", "Person 0", "--step", "year", "--most", "1")
    assert "In its 50" in said.out
    assert "among the 50 that it would have suggested at the start of the year" in " ".join(said.out.split())
    (found,) = run("evaluate", "backtest", "--user", "Person 0", "--from", "2025-06-01", "--json").lines
    assert all(one["began_at"] >= "2025-06-01" for one in found["periods"])
    assert found["says"].startswith("Of ")
