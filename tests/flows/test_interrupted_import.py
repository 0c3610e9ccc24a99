"""An import that is killed at any moment and run again ends as if it had never been interrupted."""

from __future__ import annotations

import random
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

import importing_process
from histories import a_catalogue, assert_sound, everything, netflix, oldest_rows, told
from mediatheque.flows.exporting import export_library
from mediatheque.flows.import_history import CHUNK, import_file
from mediatheque.flows.undoing import undo_batch
from mediatheque.kit.database import Database
from mediatheque.kit.errors import Conflict, Invalid
from mediatheque.library.queries import batches
from mediatheque.library.queries.users import User, add_user


def uninterrupted(database: Database, chunk: int, *paths: Path) -> dict[str, object]:
    """What imports that nobody disturbs make of files, in a database of its own."""
    a_catalogue(database)
    with database.transaction() as db:
        user = add_user(db, "Ada")
    for file in paths:
        import_file(database, user.id, file, chunk=chunk)
    return everything(database, user.id)


def importing(
    database: Database, user: User, path: Path, chunk: int, dies_at: int = 0
) -> subprocess.Popen[str]:
    arguments = (database.url, str(user.id), str(path), str(chunk), str(dies_at))
    return subprocess.Popen(
        [sys.executable, importing_process.__file__, *arguments], stdout=subprocess.PIPE, text=True
    )


def kill_at_random(database: Database, user: User, path: Path, chunk: int, times: int) -> int:
    """Import, and kill -9 somewhere behind the next chunk, `times` times; how far the import came."""
    dice = random.Random(times)
    for _ in range(times):
        process = importing(database, user, path, chunk)
        assert process.stdout is not None
        began = time.monotonic()
        process.stdout.readline()  # a chunk is stored: the next one has begun
        pace = time.monotonic() - began
        time.sleep(dice.random() * pace)
        process.kill()
        process.communicate()
        assert process.returncode == -9, "it ended before it was killed: the file is too short"
        with database.transaction() as db:
            assert_sound(db)
    with database.transaction() as db:
        return batches.list_batches(db, user.id)[0].rows_read


def test_killed_in_any_chunk(database: Database, other_database: Database, ada: User, tmp_path: Path) -> None:
    path = netflix(tmp_path / "NetflixViewingHistory.csv", 10_000)
    earlier = oldest_rows(tmp_path / "Earlier.csv", 2_000, of=path)
    a_catalogue(database)
    import_file(database, ada.id, earlier, chunk=500)
    done = kill_at_random(database, ada, path, 500, times=4)
    assert 2_000 <= done < 10_000
    batch = import_file(database, ada.id, path, chunk=500)
    assert (batch.state, batch.rows_read) == ("done", 10_000)
    assert min(batch.rejected, batch.known, batch.review, len(batch.skipped)) > 0
    assert everything(database, ada.id) == uninterrupted(other_database, 500, earlier, path)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_killed_in_a_long_history(
    database: Database, other_database: Database, ada: User, tmp_path: Path
) -> None:
    path = netflix(tmp_path / "NetflixViewingHistory.csv", 100_000)
    a_catalogue(database)
    kill_at_random(database, ada, path, CHUNK, times=6)
    import_file(database, ada.id, path)
    assert everything(database, ada.id) == uninterrupted(other_database, CHUNK, path)


def test_killed_between_any_two_statements(
    database: Database, other_database: Database, ada: User, tmp_path: Path
) -> None:
    path = netflix(tmp_path / "NetflixViewingHistory.csv", 900)
    a_catalogue(database)
    for dies_at in (1, 7, 19, 31, 44):
        process = importing(database, ada, path, 300, dies_at)
        process.communicate()
        assert process.returncode == -9
        with database.transaction() as db:
            assert_sound(db)
    import_file(database, ada.id, path, chunk=300)
    assert everything(database, ada.id) == uninterrupted(other_database, 300, path)


def test_two_processes_import_one_file_at_once(
    database: Database, other_database: Database, ada: User, tmp_path: Path
) -> None:
    path = netflix(tmp_path / "NetflixViewingHistory.csv", 4_000)
    a_catalogue(database)
    both = [importing(database, ada, path, 200) for _ in range(2)]
    ends = sorted((p.communicate(), p.returncode)[1] for p in both)
    assert ends in ([0, 0], [0, importing_process.OVERTAKEN])
    with database.transaction() as db:
        kept = batches.list_batches(db, ada.id)
    assert {batch.state for batch in kept} == {"done"}
    assert sum(batch.new for batch in kept) == kept[-1].new, "the second reading brought something"
    assert everything(database, ada.id)["export"] == uninterrupted(other_database, 200, path)["export"]


def test_an_overtaken_process_can_do_no_harm(database: Database, ada: User, tmp_path: Path) -> None:
    path = netflix(tmp_path / "NetflixViewingHistory.csv", 600)

    def overtake(_: int) -> None:
        import_file(database, ada.id, path, chunk=100)

    with pytest.raises(Conflict, match="another process"):
        import_file(database, ada.id, path, chunk=100, on_progress=overtake)
    with database.transaction() as db:
        (batch,) = batches.list_batches(db, ada.id)
        assert (batch.state, batch.rows_read) == ("done", 600)
        assert_sound(db)


def damaged_export(database: Database, user: User, path: Path) -> Path:
    """A user's own export, of which the second file is damaged: its first rows can be read."""
    export_library(database, user.id, path)
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    whole = path.read_bytes()
    broken = whole.replace(
        b'"where": "NetflixViewingHistory.csv:3990"', b'"where": "NetflixViewingHistory.csv:399x"'
    )
    assert broken != whole
    path.write_bytes(broken)
    return path


def test_a_file_damaged_in_its_middle_fails_and_says_so(
    database: Database, ada: User, ben: User, tmp_path: Path
) -> None:
    import_file(database, ben.id, netflix(tmp_path / "NetflixViewingHistory.csv", 4_000))
    path = damaged_export(database, ben, tmp_path / "export.zip")
    before = told(database, ada.id)
    with pytest.raises(Invalid, match="damaged"):
        import_file(database, ada.id, path, chunk=100)
    with database.transaction() as db:
        (batch,) = batches.list_batches(db, ada.id)
        assert_sound(db)
    assert (batch.state, batch.rows_read % 100, batch.rows_read > 0) == ("failed", 0, True)
    assert "damaged" in (batch.error or "")
    assert undo_batch(database, ada.id, batch.id).state == "undone"
    assert told(database, ada.id) == before


def test_a_failed_batch_keeps_its_rows_and_the_mended_file_brings_the_rest(
    database: Database, ada: User, ben: User, tmp_path: Path
) -> None:
    import_file(database, ben.id, netflix(tmp_path / "NetflixViewingHistory.csv", 4_000))
    path = damaged_export(database, ben, tmp_path / "export.zip")
    with pytest.raises(Invalid):
        import_file(database, ada.id, path, chunk=100)
    export_library(database, ben.id, path)
    mended = import_file(database, ada.id, path, chunk=100)
    assert mended.known > 0
    assert told(database, ada.id) == told(database, ben.id)


def test_an_interrupted_batch_can_be_undone_and_begun_again(
    database: Database, other_database: Database, ada: User, tmp_path: Path
) -> None:
    a_catalogue(database)
    path = netflix(tmp_path / "NetflixViewingHistory.csv", 2_000)
    before = everything(database, ada.id)
    process = importing(database, ada, path, 200, dies_at=100)
    process.communicate()
    assert process.returncode == -9
    with database.transaction() as db:
        (batch,) = batches.list_batches(db, ada.id)
    assert (batch.state, 0 < batch.rows_read < 2_000) == ("reading", True)
    assert undo_batch(database, ada.id, batch.id).state == "undone"
    assert everything(database, ada.id) | {"batches": [], "rejections": []} == before
    again = import_file(database, ada.id, path, chunk=200)
    assert (again.id != batch.id, again.rows_read) == (True, 2_000)
    assert everything(database, ada.id)["export"] == uninterrupted(other_database, 200, path)["export"]


def test_undo_ends_an_import_that_still_runs(database: Database, ada: User, tmp_path: Path) -> None:
    path = netflix(tmp_path / "NetflixViewingHistory.csv", 600)
    before = told(database, ada.id)

    def undo(_: int) -> None:
        with database.transaction() as db:
            (batch,) = batches.list_batches(db, ada.id)
        undo_batch(database, ada.id, batch.id)

    with pytest.raises(Conflict, match="taken back"):
        import_file(database, ada.id, path, chunk=100, on_progress=undo)
    assert told(database, ada.id) == before
