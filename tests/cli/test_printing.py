"""What reaches a terminal: text, never a command that a title brought along."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.conftest import Run

from mediatheque.kit.errors import Invalid, Unavailable
from mediatheque.kit.settings import read_settings
from mediatheque.wiring import open_mediatheque

TITLE = "\x1b]0;owned\x07\x1b[31mVermilion \u202egnp.exe \x9b2J"


def test_a_title_commands_no_terminal(run: Run, tmp_path: Path) -> None:
    run("users", "add", "Ada")
    path = tmp_path / "NetflixViewingHistory.csv"
    path.write_text(f'Title,Date\n"{TITLE}","1/22/21"\n', encoding="utf-8")
    run("import", str(path))
    shown = run("search", "Vermilion").out
    assert "Vermilion" in shown
    refused = run("rate", "Vermilion", "4", code=1).err
    assert "Vermilion" in refused
    for said in (shown, refused):
        assert not set(said) & {"\x1b", "\x07", "\x9b", "\u202e"}


def test_a_log_level_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_settings(log_level="debug").log_level == "DEBUG"
    monkeypatch.setenv("MEDIATHEQUE_LOG_LEVEL", "chatty")
    with pytest.raises(Invalid, match="MEDIATHEQUE_LOG_LEVEL"):
        read_settings()


def test_a_data_folder_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="choose another MEDIATHEQUE_DATA_DIR"):
        open_mediatheque(read_settings(data_dir=tmp_path / "file" / "inside"))
