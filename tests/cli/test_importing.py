"""Importing on the command line: reports, previews, questions, several files, interruptions, undo."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from tests.cli.conftest import Run, netflix

from mediatheque.flows import import_history
from mediatheque.flows.import_history import import_file
from mediatheque.kit.database import Database
from mediatheque.library.queries.users import User

pytestmark = pytest.mark.usefixtures("ada")


@pytest.fixture
def history(tmp_path: Path) -> Path:
    path = netflix(tmp_path / "history.csv", "Arrival", "Dark: Season 1: Lies", "Roma (Trailer)")
    path.write_text(path.read_text() + '"Heat","13/32/21"\n', encoding="utf-8")
    return path


def test_the_last_line_is_the_report(run: Run, history: Path) -> None:
    first = run("import", history, "--json")
    report = first.lines[-1]
    wanted = {"new": 2, "known": 0, "rejected": 1, "review": 0, "skipped": 1, "source": "netflix"}
    assert {name: report[name] for name in wanted} == wanted
    assert (report["file"], report["state"]) == ("history.csv", "done")
    assert "history.csv (netflix), batch" in first.err
    again = run("import", history, "--json").lines[-1]
    assert (again["new"], again["known"], again["batch"]) == (0, 2, report["batch"] + 1)


def test_the_report_for_people_has_reasons(run: Run, history: Path) -> None:
    said = run("import", history).out
    assert "1 × is a trailer" in said
    assert "“13/32/21”" in said
    assert "history.csv:5" in said
    assert "mediatheque recommend --user Ada" in said


def test_a_preview_stores_nothing(run: Run, history: Path) -> None:
    preview = run("import", history, "--dry-run", "--json").lines[-1]
    assert (preview["rows"], preview["new"], preview["rejected"]) == (4, 2, 1)
    assert preview["kinds"] == {"film": 1, "episode": 1}
    assert [e["says"] for e in preview["examples"]] == ["Arrival (film)", "Dark: Season 1: Lies (episode)"]
    assert "Nothing was stored" in run("import", history, "-n").out
    assert run("batches", "--json").lines == []


def test_a_zip_and_several_files_of_which_one_is_no_export(run: Run, history: Path, tmp_path: Path) -> None:
    packed, other = tmp_path / "packed.zip", tmp_path / "notes.txt"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(history, "deep/inside/history.csv")
    other.write_text("dear diary")
    said = run("import", other, packed, "--json", code=1)
    assert "notes.txt is no export known here" in said.err
    assert "error" in said.lines[0]
    assert (said.lines[-1]["file"], said.lines[-1]["new"]) == ("packed.zip", 2)


def test_a_question_names_its_option(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "dates.csv"
    path.write_text('Title,Date\n"Arrival","3/4/20"\n', encoding="utf-8")
    said = run("import", path, "--json", code=1)
    assert "Say --date-order with one of: day-first or month-first" in said.err
    assert said.lines == [
        {"error": said.lines[0]["error"], "option": "--date-order", "choices": ["day-first", "month-first"]}
    ]
    run("import", path, "--date-order", "day-first")
    run("import", path, "--date-order", "sideways", code=2)


def test_a_zip_of_two_services_asks_whose_it_is(run: Run, history: Path, tmp_path: Path) -> None:
    packed = tmp_path / "both.zip"
    books = "Book Id,Title,Author,My Rating,Exclusive Shelf\n1,Kitchen,Banana Yoshimoto,4,read\n"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(history, "history.csv")
        archive.writestr("books.csv", books)
    said = run("import", packed, "--json", code=1).lines[-1]
    assert (said["option"], said["choices"]) == ("--source", ["goodreads", "netflix"])
    assert run("import", packed, "--source", "goodreads", "--json").lines[-1]["new"] == 1


def test_an_interrupted_import_goes_on(
    run: Run, database: Database, ada: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = netflix(tmp_path / "long.csv", *(f"Film {n}" for n in range(10)))

    def pull_the_plug(rows: int) -> None:
        if rows >= 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_file(database, ada.id, path, chunk=3, on_progress=pull_the_plug)
    assert "unfinished after 6 rows" in run("batches", "1").out
    said = run("import", path, "--json")
    assert "Going on with batch 1, which was interrupted after 6 rows." in said.err
    assert (said.lines[-1]["batch"], said.lines[-1]["new"]) == (1, 10)
    monkeypatch.setattr(import_history, "finish_import", _interrupted)
    stopped = run("import", netflix(tmp_path / "other.csv", "Heat"), code=130)
    assert "run the same command again" in stopped.out


def _interrupted(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_batches_and_undo(run: Run, history: Path) -> None:
    run("import", history)
    (batch,) = run("batches", "--json").lines
    assert "history.csv" in run("batches").out
    detail = run("batches", str(batch["batch"]), "--json").lines[-1]
    assert [r["where"] for r in detail["rejections"]] == ["history.csv:5"]
    undone = run("undo", str(batch["batch"]), "--json").lines[-1]
    assert undone["state"] == "undone"
    assert "undone already" in run("undo", str(batch["batch"]), code=1).err
    assert "no batch 99" in run("undo", "99", code=1).err
    assert run("import", history, "--json").lines[-1]["new"] == 2


def test_what_is_not_there_is_a_mistake_in_the_command(run: Run, tmp_path: Path) -> None:
    run("import", tmp_path / "nowhere.csv", code=2)
    run("import", code=2)
    assert (
        "no place such as"
        in run("import", netflix(tmp_path / "a.csv", "X"), "--timezone", "Atlantis", code=2).err
    )
