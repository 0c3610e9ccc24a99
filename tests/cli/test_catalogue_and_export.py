"""Sync, rebuild, export, check and the demo, on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from tests.cli.conftest import Run, netflix

from mediatheque.kit.database import Database
from mediatheque.library.tables import metadata

#: Columns that say when, or how often, something was written, not what is concluded.
_MOMENTS = {"updated_at", "history_version"}
#: Tables that say how far the graph is worked out, and what of it is still to be.
_PROGRESS = {"graph_state", "graph_stale"}


def conclusions(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of ours."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    with database.transaction() as db:
        for name, table in metadata.tables.items():
            if name in _PROGRESS:
                continue
            columns = ", ".join(f'"{c.name}"::text' for c in table.columns if c.name not in _MOMENTS)
            found[name] = sorted(
                map(tuple, db.execute(text(f"SELECT {columns} FROM {table.name}"))), key=repr
            )
    return found


@pytest.mark.usefixtures("ada", "catalogue")
def test_a_rebuild_of_unchanged_facts_changes_nothing(run: Run, database: Database, tmp_path: Path) -> None:
    titles = (
        "Arrival",
        "Suspiria",
        "Dark: Season 1: Lies",
        "Dark: Season 1: Secrets",
        "Unheard Of",
        "Arrival",
    )
    run("import", netflix(tmp_path / "a.csv", *titles))
    run("rate", "Arrival", "4")
    run("save", "Sicario")
    before = conclusions(database)
    done = run("rebuild", "all", "--json").lines[-1]
    assert (done["items"], done["users"]) == (10, 1)
    assert conclusions(database) == before


@pytest.mark.usefixtures("ada", "catalogue")
def test_a_rebuild_mends_what_was_lost(run: Run, database: Database, tmp_path: Path) -> None:
    run("import", netflix(tmp_path / "a.csv", "Arrival", "Dark: Season 1: Lies"))
    run("rate", "Arrival", "4")
    before = conclusions(database)
    with database.transaction() as db:
        details = ("item_titles", "item_genres", "item_credits", "item_series", "item_originals")
        for table in ("user_items", "ratings", *details):
            db.execute(text(f"DELETE FROM {table}"))
        db.execute(text("UPDATE items SET title = 'lost', work = jsonb_set(work, '{title}', '\"lost\"')"))
    assert conclusions(database) != before
    assert "Rebuilt: 7 titles, 1 history and 8 connected things." in run("rebuild", "all").out
    assert conclusions(database) == before


@pytest.mark.usefixtures("ada")
def test_sync_and_enrich(run: Run, tmp_path: Path) -> None:
    first = run("sync", "starter", "--limit", "50", "--kind", "film", "--json").lines[-1]
    assert first["new_items"] == first["seen"] == 50
    assert run("sync", "starter", "--limit", "50", "--kind", "film", "--json").lines[-1]["new_items"] == 0
    assert "MEDIATHEQUE_TMDB_TOKEN" in run("sync", "tmdb", code=1).err
    assert "there is google-books, open-library" in run("sync", "imdb", code=1).err
    assert "needs MEDIATHEQUE_TMDB_TOKEN" in run("enrich", "--source", "tmdb", code=1).out


@pytest.mark.usefixtures("ada")
def test_an_export_is_read_back(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("import", netflix(tmp_path / "a.csv", "Arrival", "Roma"))
    monkeypatch.chdir(tmp_path)
    made = run("export", "--json").lines[-1]
    assert Path(made["file"]).name.startswith("mediatheque-ada-20")
    assert "choose another name" in run("export", made["file"], code=1).err
    run("export", made["file"], "--force")
    again = run("import", made["file"], "--json").lines[-1]
    assert (again["new"], again["known"]) == (0, 2)
    assert "no folder" in run("export", "nowhere/at/all.zip", code=1).err


def test_check_tells_what_is_well(run: Run) -> None:
    parts = {line["part"]: line for line in run("check", "--json").lines}
    for part in ("database", "vector", "pg_trgm", "unaccent", "schema", "background work", "imports"):
        assert parts[part]["state"] == "fine", parts[part]
    assert parts["users"]["mend"] == "add yourself: mediatheque users add NAME"
    assert parts["embedder"]["state"] == "note"
    assert "Everything is well." in run("check").out


def test_check_tells_what_fails_and_how_to_mend_it(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    (folder / "token-secret").write_text("x" * 40)
    monkeypatch.setenv("MEDIATHEQUE_DATA_DIR", str(folder))
    monkeypatch.setenv("MEDIATHEQUE_DATABASE_URL", "postgresql://nobody:nothing@127.0.0.1:1/none")
    parts = {line["part"]: line for line in run("check", "--json", code=1).lines}
    assert parts["data folder"]["mend"] == f"chmod 700 '{folder}'"
    assert parts["sign-in key"]["mend"].startswith("chmod 600")
    assert parts["database"]["state"] == "fails"
    assert parts["embedder"]["state"] == "note"


def test_work_that_nobody_does_fails_the_check(run: Run, database: Database) -> None:
    with database.transaction() as db:
        db.execute(
            text(
                "INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('default', 'mediatheque:nothing')"
            )
        )
    parts = {line["part"]: line for line in run("check", "--json", code=1).lines}
    assert "mediatheque worker" in parts["background work"]["mend"]


@pytest.mark.slow
def test_the_demo_twice(run: Run, database: Database) -> None:
    first = run("demo", "--json").lines
    assert first[0]["catalogue"] >= 1000
    assert all(line["new"] > 15 and line["rejected"] for line in first if "batch" in line)
    for name in ("Nora", "Emil"):
        (recognised,) = (line for line in first if line.get("user") == name and "recognised" in line)
        assert recognised["recognised"] > 5 * (recognised["asked"] + 1)
        assert sum(bool(line.get("because")) for line in first if line.get("user") == name) == 10
    assert [len(line["hits"]) >= 0 for line in first if "search" in line] == [True] * 3
    before = conclusions(database)
    again = run("demo", "--json").lines
    # What is popular changes with the hour; what was imported does not.
    assert [line for line in again if "because" not in line] == [
        line for line in first if "because" not in line
    ]
    assert conclusions(database) == before
    assert "make run" in run("demo").out


@pytest.mark.usefixtures("ada")
def test_the_demo_never_mixes_with_real_people(run: Run) -> None:
    assert "this one belongs to Ada" in run("demo", code=1).err
    assert [user["name"] for user in run("users", "list", "--json").lines] == ["Ada"]
