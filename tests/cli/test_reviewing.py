"""Questions on the command line: listed, answered, taken back, and asked on a terminal."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.cli.conftest import Run, netflix

pytestmark = pytest.mark.usefixtures("ada", "catalogue")


@pytest.fixture
def question(run: Run, tmp_path: Path) -> int:
    """A history that names a title of two films; the question's number."""
    assert (
        run("import", netflix(tmp_path / "a.csv", "Suspiria", "Suspiria"), "--json").lines[-1]["review"] == 1
    )
    (asked,) = run("review", "--list", "--json").lines
    assert asked["rows"] == 2
    assert {c["item"]["year"] for c in asked["candidates"]} == {1977, 2018}
    return asked["question"]


def test_list_answer_and_take_back(run: Run, question: int) -> None:
    shown = run("review").out
    assert "Suspiria (1977, film, Dario Argento)" in shown
    assert "the same title, and nothing else to go by" in shown
    said = run("review", "--answer", f"{question}=Suspiria (2018)", "--json")
    assert (said.lines[-1]["item"]["year"], said.lines[-1]["repaired"]) == (2018, 2)
    assert "2 rows repaired" in said.err
    assert run("review", "--list", "--json").lines == []
    assert "nothing to ask Ada" in run("review").out
    run("review", "--undo", str(question))
    assert len(run("review", "--list", "--json").lines) == 1
    run("review", "--answer", f"{question}=none")
    assert run("review", "--list", "--json").lines == []


def test_answers_that_cannot_be(run: Run, question: int) -> None:
    run("review", "--answer", "what", code=2)
    assert "no item 99999" in run("review", "--answer", f"{question}=99999", code=1).err
    assert "no open question 99999" in run("review", "--answer", "99999=none", code=1).err
    assert "no answer to question" in run("review", "--undo", str(question), code=1).err


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_on_a_terminal(run: Run, question: int) -> None:
    ours, theirs = pty.openpty()
    command = [Path(sys.executable).with_name("mediatheque"), "review"]
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=os.environ | {"TERM": "xterm"}
    )
    os.close(theirs)
    try:
        assert "Which one" in _read_until(ours, "Which one")
        os.write(ours, b"7\n")
        assert "type a number from 1 to 2" in _read_until(ours, "Which one")
        os.write(ours, b"1\n")
        assert "No questions left" in _read_until(ours, "No questions left")
        assert process.wait(30) == 0
    finally:
        process.kill()
        os.close(ours)
    assert run("review", "--list", "--json").lines == []


def _read_until(terminal: int, words: str) -> str:
    """What a program writes until it has written these words, or 30 s are over."""
    seen = ""
    deadline = time.monotonic() + 30
    while words not in seen and time.monotonic() < deadline:
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                seen += os.read(terminal, 65536).decode(errors="replace")
            except OSError:  # the program has ended
                break
    return seen
