"""Runs a program without a shell, in bounds, in a process group of its own that ends with us whatever happens."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from mediatheque.kit import confinement

#: How long what `watch` says may go unnoticed.
_TICK_S = 0.1
_FOLDERS = ("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")
#: All that a program sees of our environment, which holds secrets.
_PASSED_ON = ("PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "TZ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What a program may take. Memory is what it allocates, each file it writes has `file_bytes` at most.

    `output_bytes` bounds what is read of its standard output, `errors_bytes` what is kept of its standard error.
    """

    wall_s: float
    cpu_s: int
    memory_bytes: int
    file_bytes: int
    output_bytes: int = 64 << 20
    errors_bytes: int = 64 << 10
    open_files: int = 256
    niceness: int = 5


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended. `status` is negative for the signal that ended it; `reached` is the bound that it ran into."""

    status: int
    errors: str
    cpu_s: float
    reached: Literal["wall", "cpu", "output"] | None = None


def run(
    command: Sequence[str],
    *,
    home: Path,
    bounds: Bounds,
    question: bytes | None = None,
    on_output: Callable[[bytes], None] | None = None,
    watch: Callable[[], None] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Ended:
    """Run `command`, whose first part is the path of a program, in the folder `home`, which it takes for its home.

    Its standard input is empty, or begins with `question` and stays open as long as we live. `on_output` gets its standard
    output in pieces. `watch` is called ten times a second; when it raises, or `on_output` does, or our process is
    killed, the program and everything it started are killed too. Of a program that failed, `errors` keeps the
    beginning and the end.
    """
    process = subprocess.Popen(  # noqa: S603
        _confined(command, bounds),
        stdin=subprocess.DEVNULL if question is None else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=home,
        env={name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        | dict.fromkeys(_FOLDERS, str(home))
        | {"LANG": "C.UTF-8", **(environment or {})},
        start_new_session=True,
    )
    with process:
        conversation = _Conversation(process, bounds, on_output, watch)
        try:
            _ask(process, question)
            reached = conversation.until_the_end()
        finally:
            # Before it is reaped, so that the number still is this group's.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
    cpu_s = used.ru_utime + used.ru_stime
    # The kernel counts its own way, and may end it a little before what it then says was used.
    if reached is None and (cpu_s >= bounds.cpu_s or process.returncode == -signal.SIGXCPU):
        reached = "cpu"
    return Ended(process.returncode, conversation.errors.text(), cpu_s, reached)


def _confined(command: Sequence[str], bounds: Bounds) -> list[str]:
    laid_on = {
        name: getattr(bounds, name)
        for name in ("memory_bytes", "cpu_s", "file_bytes", "open_files", "niceness")
    }
    return [
        *(sys.executable, "-I", "-S", "-B", str(Path(confinement.__file__).resolve())),
        *(json.dumps(laid_on), str(os.getpid()), *command),
    ]


def _ask(process: subprocess.Popen[bytes], question: bytes | None) -> None:
    if question is not None and process.stdin is not None:
        with contextlib.suppress(BrokenPipeError):  # it ended already; its exit status says so
            process.stdin.write(question)
            process.stdin.flush()


class _Conversation:
    """What a program says, until it has ended or runs into a bound."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        bounds: Bounds,
        on_output: Callable[[bytes], None] | None,
        watch: Callable[[], None] | None,
    ) -> None:
        assert process.stdout is not None
        assert process.stderr is not None
        self._pid, self._stdout, self._stderr = process.pid, process.stdout, process.stderr
        self._on_output, self._watch = on_output, watch
        self._ends_at = time.monotonic() + bounds.wall_s
        self._most_output, self._received = bounds.output_bytes, 0
        self.errors = _Ends(bounds.errors_bytes)

    def until_the_end(self) -> Literal["wall", "output"] | None:
        """Hand on what it says; the bound it ran into."""
        watched_at = 0.0
        with selectors.DefaultSelector() as selector:
            for pipe in (self._stdout, self._stderr):
                selector.register(pipe, selectors.EVENT_READ)
            while True:
                now = time.monotonic()
                if self._watch is not None and now - watched_at >= _TICK_S:
                    watched_at = now
                    self._watch()
                if now > self._ends_at:
                    return "wall"
                if not selector.get_map():
                    # It closed both, and is about to end; or it goes on in silence.
                    if self._has_ended():
                        return None
                    time.sleep(0.002)
                    continue
                ready = selector.select(_TICK_S)
                if not ready and self._has_ended():
                    return None  # what it started still holds its pipes
                for key, _ in ready:
                    if not self._take(key.fileobj):  # pyright: ignore[reportArgumentType]
                        selector.unregister(key.fileobj)
                if self._received > self._most_output:
                    return "output"

    def _take(self, pipe: IO[bytes]) -> bool:
        """Read what is there; False when the other end closed."""
        piece = os.read(pipe.fileno(), 1 << 16)
        if pipe is self._stderr:
            self.errors.add(piece)
        else:
            self._received += len(piece)
            if piece and self._on_output is not None and self._received <= self._most_output:
                self._on_output(piece)
        return bool(piece)

    def _has_ended(self) -> bool:
        return os.waitid(os.P_PID, self._pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


class _Ends:
    """The beginning and the end of a text of any length, half of the bound each."""

    def __init__(self, most: int) -> None:
        self._half = most // 2
        self._first, self._last, self._is_cut = bytearray(), bytearray(), False

    def add(self, piece: bytes) -> None:
        room = self._half - len(self._first)
        self._first += piece[:room]
        self._last += piece[room:]
        if (over := len(self._last) - self._half) > 0:
            del self._last[:over]
            self._is_cut = True

    def text(self) -> str:
        return (self._first + (b"\n[\xe2\x80\xa6]\n" if self._is_cut else b"") + self._last).decode(
            "utf-8", "replace"
        )
