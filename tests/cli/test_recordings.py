"""Recordings at the command line: what is said of those that wait, of their speakers, and of jobs in a narrow window."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.cli.test_finding_passages import talk as talk
from tests.media_server import wav

pytestmark = pytest.mark.usefixtures("ada")


def test_what_waits_is_named_and_fits_a_narrow_window(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDIATHEQUE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "80")
    file = tmp_path / "evening on bees.wav"
    file.write_bytes(wav())
    added = run("add", file, "--no-wait")
    assert "“evening on bees.wav” is recording " in added.out
    listed = run("jobs").out
    assert "evening on bees.wav" in listed
    assert "waits for its turn" in listed


def test_a_speaker_that_is_none_is_told_in_the_numbers_that_are_shown(run: Run, talk: int) -> None:
    refused = run("media", "edit", talk, "--speaker", "9=Mira", code=1).err
    assert "has no speaker 9; its speakers: 1 and 2" in " ".join(refused.split())


def test_the_way_to_ones_recordings_is_a_command_that_lists_them(run: Run) -> None:
    assert "mediatheque media list" in " ".join(run("media", "show", "999", code=1).err.split())
    assert run("media", "list").code == 0
    assert "mediatheque jobs --state failed --all" in run("jobs", "--help").out
