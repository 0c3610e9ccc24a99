"""Rating a few titles to begin with: listed, answered by number, and asked on a terminal."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.cli.conftest import Run

pytestmark = pytest.mark.usefixtures("ada", "catalogue")


def test_listed_and_answered_by_number(run: Run) -> None:
    first = [line["item"] for line in run("start", "-n", "2", "--json").lines]
    assert len(first) == 2
    said = run(
        "start", "--answer", f"{first[0]['id']}=4.5", "--answer", f"{first[1]['id']}=unknown", "--json"
    )
    assert not {item["id"] for item in first} & {line["item"]["id"] for line in said.lines}
    assert first[0]["id"] not in {line["item"]["id"] for line in run("start", "--json").lines}
    assert "Number" in run("start").out


def test_answers_that_cannot_be(run: Run) -> None:
    run("start", "--answer", "Arrival", code=2)
    run("start", "--answer", "12=good", code=2)
    assert "0.5 to 5" in run("start", "--answer", "1=9", code=1).err
    assert "no item 99999" in run("start", "--answer", "99999=4", code=1).err


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_on_a_terminal(run: Run) -> None:
    ours, theirs = pty.openpty()
    command = [Path(sys.executable).with_name("mediatheque"), "start", "-n", "3"]
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=os.environ | {"TERM": "xterm"}
    )
    os.close(theirs)
    try:
        assert "1/3" in read_until(ours, "1/3")
        os.write(ours, b"lots\n")
        assert "type stars" in read_until(ours, "type stars")
        os.write(ours, b"4,5\n")
        assert "2/3" in read_until(ours, "2/3")
        os.write(ours, b"\n")
        assert "3/3" in read_until(ours, "3/3")
        os.write(ours, b"q\n")
        assert "You rated 1 title" in read_until(ours, "You rated 1 title")
        assert process.wait(30) == 0
    finally:
        process.kill()
        os.close(ours)


def read_until(terminal: int, words: str) -> str:
    """What a program writes until it has written these words, or 30 s are over."""
    seen, deadline = "", time.monotonic() + 30
    while words not in seen and time.monotonic() < deadline:
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                seen += os.read(terminal, 65536).decode(errors="replace")
            except OSError:  # the program has ended
                break
    return seen
