"""A confined program: what it may take, that it ends with us, and what is left of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from mediatheque.kit.errors import Cancelled
from mediatheque.kit.programs import Bounds, Ended, run


def bounds(**changed: float) -> Bounds:
    given = {"wall_s": 20, "cpu_s": 20, "memory_bytes": 256 << 20, "file_bytes": 1 << 20} | changed
    return Bounds(**given)  # pyright: ignore[reportArgumentType]


def python(text: str, home: Path, **given: object) -> tuple[Ended, bytes]:
    """Run a Python program; how it ended and what it printed."""
    printed = bytearray()
    options: dict[str, object] = {"bounds": bounds(), "on_output": printed.extend} | given
    ended = run([sys.executable, "-I", "-S", "-c", text], home=home, **options)  # pyright: ignore[reportArgumentType]
    return ended, bytes(printed)


def test_output_and_status_come_through(tmp_path: Path) -> None:
    ended, printed = python("import sys; print('a' * 100_000); sys.stderr.write('so'); sys.exit(3)", tmp_path)
    assert (ended.status, ended.errors, ended.reached) == (3, "so", None)
    assert printed == b"a" * 100_000 + b"\n"


def test_nothing_of_our_environment_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIATHEQUE_TOKEN_SECRET", "hidden")
    _, printed = python("import os; print(os.environ, os.getcwd())", tmp_path)
    assert b"hidden" not in printed
    assert str(tmp_path).encode() in printed


def test_standard_input_is_empty(tmp_path: Path) -> None:
    assert python("import sys; print(repr(sys.stdin.read()))", tmp_path)[1] == b"''\n"


def test_a_question_is_read_and_stays_open(tmp_path: Path) -> None:
    ask = (
        "import sys, select; print(sys.stdin.readline().strip(), select.select([sys.stdin], [], [], 0.2)[0])"
    )
    assert python(ask, tmp_path, question=b"how\n")[1] == b"how []\n"


def test_a_name_is_never_read_by_a_shell(tmp_path: Path) -> None:
    printed = bytearray()
    run(["/bin/echo", "$(touch x); `touch y` &"], home=tmp_path, bounds=bounds(), on_output=printed.extend)
    assert printed == b"$(touch x); `touch y` &\n"
    assert list(tmp_path.iterdir()) == []


def test_a_program_that_is_not_there_says_so(tmp_path: Path) -> None:
    ended = run([str(tmp_path / "none")], home=tmp_path, bounds=bounds())
    assert ended.status == 127
    assert "No such file" in ended.errors


def test_wall_time_is_bounded(tmp_path: Path) -> None:
    began = time.monotonic()
    ended, _ = python("import time; time.sleep(60)", tmp_path, bounds=bounds(wall_s=0.5))
    assert ended.reached == "wall"
    assert time.monotonic() - began < 2


def test_computing_is_bounded(tmp_path: Path) -> None:
    ended, _ = python("while True: pass", tmp_path, bounds=bounds(cpu_s=1))
    assert ended.reached == "cpu"
    assert ended.status == -signal.SIGXCPU


def test_memory_is_bounded(tmp_path: Path) -> None:
    ended, _ = python("bytearray(512 << 20)", tmp_path)
    assert ended.status == 1
    assert "MemoryError" in ended.errors


def test_files_are_bounded(tmp_path: Path) -> None:
    writing = "/bin/dd", "if=/dev/zero", "of=large", "bs=64k", "count=64"
    ended = run(writing, home=tmp_path, bounds=bounds())
    assert ended.status == -signal.SIGXFSZ
    assert (tmp_path / "large").stat().st_size == 1 << 20


def test_output_is_bounded(tmp_path: Path) -> None:
    ended, printed = python("while True: print('x' * 1000)", tmp_path, bounds=bounds(output_bytes=300_000))
    assert ended.reached == "output"
    assert len(printed) <= 300_000


def test_of_many_errors_both_ends_are_kept(tmp_path: Path) -> None:
    text = "import sys; sys.stderr.write('first' + 'x' * 5_000_000 + 'last')"
    ended, _ = python(text, tmp_path, bounds=bounds(errors_bytes=1000))
    assert len(ended.errors) < 1100
    assert ended.errors.startswith("first")
    assert ended.errors.endswith("last")


def test_no_core_is_dumped_and_the_rest_has_precedence(tmp_path: Path) -> None:
    text = "import os, resource; print(resource.getrlimit(resource.RLIMIT_CORE), os.nice(0))"
    assert python(text, tmp_path, bounds=bounds(niceness=7))[1] == f"(0, 0) {os.nice(0) + 7}\n".encode()


def test_cancelling_ends_the_program_and_what_it_started(tmp_path: Path) -> None:
    text = (
        "import subprocess, time, pathlib; child = subprocess.Popen(['/bin/sleep', '77']);"
        "pathlib.Path('pid').write_text(str(child.pid)); print('on'); time.sleep(60)"
    )
    asked_at = 0.0

    def watch() -> None:
        nonlocal asked_at
        if (tmp_path / "pid").exists() and (tmp_path / "pid").read_text():
            asked_at = time.monotonic()
            raise Cancelled("stop")

    with pytest.raises(Cancelled):
        python(text, tmp_path, watch=watch)
    assert time.monotonic() - asked_at < 1
    assert is_gone(int((tmp_path / "pid").read_text()))


def test_who_leaves_a_child_with_its_pipes_has_ended(tmp_path: Path) -> None:
    text = "import subprocess; print(subprocess.Popen(['/bin/sleep', '78']).pid, flush=True)"
    began = time.monotonic()
    ended, printed = python(text, tmp_path)
    assert (ended.status, ended.reached) == (0, None)
    assert time.monotonic() - began < 5
    assert is_gone(int(printed))


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel tells of a parent's death on Linux only")
def test_killing_us_ends_the_program(tmp_path: Path) -> None:
    ours = (
        "import sys; from pathlib import Path; from mediatheque.kit.programs import Bounds, run;"
        "run([sys.executable, '-c', 'import os, time; print(os.getpid(), flush=True); time.sleep(60)'],"
        f"home=Path({str(tmp_path)!r}), bounds=Bounds(wall_s=60, cpu_s=9, memory_bytes=1 << 28, file_bytes=0),"
        "on_output=lambda said: (sys.stdout.buffer.write(said), sys.stdout.flush()))"
    )
    with subprocess.Popen([sys.executable, "-c", ours], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        theirs = int(process.stdout.readline())
        process.kill()
    assert is_gone(theirs)


def is_gone(pid: int) -> bool:
    """Whether a process ends within two seconds, or is at least dead."""
    ends_at = time.monotonic() + 2
    while time.monotonic() < ends_at:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False
