"""What every command promises: help with examples, JSON, a quick start, errors that instruct."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer.main
from tests.cli.conftest import Run

from mediatheque.cli import app, words
from mediatheque.vocabulary import Credit, Kind, Original, Penalty, Role, Work

WANTED = [
    "demo",
    "start",
    "up",
    "worker",
    "import",
    "batches",
    "undo",
    "review",
    "search",
    "add",
    "watch-folder",
    "ask",
    "recommend",
    "similar",
    "why",
    "lift",
    "rate",
    "watch",
    "hide",
    "unhide",
    "save",
    "sync",
    "enrich",
    "rebuild",
    "export",
    "check",
    "embed",
    "train",
]
RECORDINGS = ["list", "show", "transcript", "edit", "process", "delete", "restore", "duplicates"]
GRAPH = ["show", "path", "why", "common", "timeline", "communities", "central", "export", "rebuild", "sync"]
JOBS = ["show", "cancel", "retry", "lanes", "pause", "resume"]


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


ALL = dict(commands(typer.main.get_command(app)))


def test_every_command_is_there() -> None:
    assert {(name,) for name in WANTED} | {
        ("users", name) for name in ("add", "list", "remove", "password", "role", "set")
    } | {("models", name) for name in ("list", "promote", "rollback", "show")} | {
        ("evaluate", "backtest"),
        ("evaluations", "list"),
        ("evaluations", "show"),
    } | {("media", name) for name in RECORDINGS} | {("jobs", name) for name in JOBS} | {
        ("graph", name) for name in GRAPH
    } == set(ALL)


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_help_has_examples_and_json(run: Run, path: tuple[str, ...]) -> None:
    said = run(*path, "--help").out
    assert "Examples:" in said
    assert f"mediatheque {' '.join(path)}" in said
    assert "--json" in said


def test_a_command_with_a_command_of_its_own_has_help_and_json_too(run: Run) -> None:
    said = run("evaluate", "--help").out
    assert "mediatheque evaluate --protocol last" in said
    assert "--json" in said
    assert "backtest" in said


def test_help_loads_nothing_heavy() -> None:
    heavy = ("sqlalchemy", "numpy", "pydantic", "psycopg", "fastapi", "onnxruntime", "rich.table", "httpx")
    code = f"import sys, mediatheque.cli; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_debug_and_demo_may_stand_anywhere(run: Run, tmp_path: Path) -> None:
    from mediatheque.kit.errors import NotFound

    with pytest.raises(NotFound):
        run("batches", "--debug")
    run("--data-dir", tmp_path, "check", "--demo")
    assert (tmp_path / "demo").is_dir()


def test_the_version(run: Run) -> None:
    assert run("--version").out.startswith("mediatheque ")


def test_numbers_dates_and_plurals() -> None:
    assert [words.counted(n, "row") for n in (0, 1, 1234)] == ["no rows", "1 row", "1,234 rows"]
    assert words.counted(2, "entry") == "2 entries"
    assert words.moment(datetime(2021, 3, 14, tzinfo=UTC), is_date_only=True) == "14 March 2021"
    assert words.listed(["a", "b", "c"]) == "a, b and c"
    assert words.kinds({Kind.FILM: 1, Kind.SHOW: 2}) == "2 shows, 1 film"
    assert [words.stars(r) for r in (0.5, 3, 4.5)] == ["½", "★★★", "★★★★½"]
    assert (words.duration(2.34), words.duration(61), words.size(3_400_000)) == (
        "2.3 s",
        "1 min 1 s",
        "3.4 MB",
    )


def test_a_title_is_called_as_people_call_it() -> None:
    episode = Work(kind=Kind.EPISODE, title="Lies", series_title="Dark", season=1, episode=2)
    assert words.title_of(episode) == "Dark: S01E02: Lies"
    unnumbered = Work(kind=Kind.EPISODE, title="", series_title="Maid", season_title="Limited Series")
    assert words.title_of(unnumbered) == "Maid: Limited Series"
    film = Work(
        kind=Kind.FILM, title="Arrival", year=2016, credits=(Credit("Denis Villeneuve", Role.DIRECTOR),)
    )
    assert words.about(film) == "2016, film, Denis Villeneuve"


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ({}, ""),
        ({"series": "Dune", "series_position": 2.0}, "no. 2 of Dune"),
        ({"series": "Dune", "series_position": 1.5}, "no. 1.5 of Dune"),
        ({"series": "Hainish Cycle"}, "part of Hainish Cycle"),
        ({"based_on": (Original("Frank Herbert"),)}, "based on a work by Frank Herbert"),
        (
            {"based_on": (Original("A. S.", "Picnic"), Original("B. S.", "Picnic")), "series": "Zone"},
            "based on “Picnic” by A. S. and B. S., part of Zone",
        ),
    ],
)
def test_what_a_work_hangs_together_with_is_told_in_words(said: dict[str, Any], read: str) -> None:
    assert words.connected(Work(kind=Kind.FILM, title="T", **said)) == read


def test_what_speaks_against_a_candidate_is_told_in_words() -> None:
    penalties = [
        Penalty("director", 0.0, "X"),
        Penalty("year", 0.45, "1977, not 2018"),
        Penalty("part one", 0.06),
    ]
    assert words.evidence(penalties) == (
        "another year (1977, not 2018); only one of them says that it is the first part; same director"
    )
