"""A Python module of ours in a process group of its own: one question in, lines of JSON out, gone in the end."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from mediatheque.kit.errors import Unavailable

Message: TypeAlias = Mapping[str, Any]

#: How long a cancellation may go unnoticed.
_TICK_S = 0.1
_MOST_BYTES = 64 << 20
_PASSED_ON = ("PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "TZ")


def converse(
    module: str,
    question: Message,
    home: Path,
    on_message: Callable[[Message], None],
    watch: Callable[[], None],
) -> int:
    """Ask `module` a question and give each line of its answer to `on_message`; its exit status.

    `watch` is called ten times a second. When it raises, or `on_message` does, or the caller's process is killed,
    the module and everything it started are killed too. It sees none of our environment (which holds secrets),
    no standard error, and takes `home` for its home.
    """
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    folders = ("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")
    environment |= dict.fromkeys(folders, str(home)) | {"LANG": "C.UTF-8", "YTDLP_NO_PLUGINS": "1"}
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-I", "-B", "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=home,
        env=environment,
        start_new_session=True,
    )
    with process:
        try:
            _ask(process, question)
            _listen(process, on_message, watch)
            _wait(process.pid)
        finally:
            # Before it is reaped, so that the number still is this group's.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
    return process.returncode


def _ask(process: subprocess.Popen[bytes], question: Message) -> None:
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):  # it ended already; its exit status says so
        process.stdin.write(json.dumps(question).encode() + b"\n")
        process.stdin.flush()


def _listen(
    process: subprocess.Popen[bytes], on_message: Callable[[Message], None], watch: Callable[[], None]
) -> None:
    """Hand on each whole line until the other end closes."""
    assert process.stdout is not None
    received, rest = 0, b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            watch()
            if not selector.select(_TICK_S):
                continue
            chunk = os.read(process.stdout.fileno(), 1 << 16)
            if not chunk:
                return
            received += len(chunk)
            if received > _MOST_BYTES:
                raise Unavailable(
                    "The downloader says more about this link than can be: upload the file instead"
                )
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                on_message(json.loads(line))


def _wait(pid: int) -> None:
    """Give it two seconds to end by itself, so that its exit status is its own."""
    ends_at = time.monotonic() + 2.0
    while time.monotonic() < ends_at:
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            return
        time.sleep(0.005)
