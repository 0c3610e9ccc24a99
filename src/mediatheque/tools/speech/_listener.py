"""A listening process as its parent sees it: started, asked, heard line by line, killed when it is no longer wanted."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from mediatheque.kit.errors import Cancelled, Invalid, Unavailable

Message: TypeAlias = Mapping[str, Any]

#: How long a cancellation may go unnoticed.
_TICK_S = 0.1
#: The model's home and how the hub is reached; nothing of ours, which holds passwords.
_PASSED_ON = (
    "PATH",
    "HOME",
    "TMPDIR",
    "TZ",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "HTTPS_PROXY",
    "https_proxy",
    "NO_PROXY",
    "no_proxy",
)
_PASSED_ON_FROM = ("HF_", "XDG_", "OMP_", "CT2_")


class Gone(Exception):
    """The process ended without an answer; `told` are the last words of its standard error."""

    def __init__(self, status: int | None, told: str) -> None:
        super().__init__(told)
        self.status, self.told = status, told


class Listener:
    """One process that runs `module`; one question at a time."""

    def __init__(self, module: str, given: Mapping[str, Any]) -> None:
        environment = {
            name: value
            for name, value in os.environ.items()
            if name in _PASSED_ON or name.startswith(_PASSED_ON_FROM)
        } | {"LANG": "C.UTF-8", "HF_HUB_DISABLE_TELEMETRY": "1"}
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  closed with the process
        try:
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-I", "-m", module, json.dumps({"parent": os.getpid(), **given})],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                env=environment,
                # Ctrl-C is for us: we end it.
                start_new_session=True,
            )
        except OSError as error:
            self._errors.close()
            raise Unavailable(
                f"The listening process could not be started ({error.strerror}): try again later"
            ) from error
        self._rest = b""
        self._lines: list[bytes] = []

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, question: Message) -> None:
        """Send a question; raises Gone."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(question).encode() + b"\n")
            self._process.stdin.flush()
        except (BrokenPipeError, OSError):
            raise self._gone() from None

    def hear(self, is_cancelled: Callable[[], bool] | None) -> Message:
        """The next message, whenever it comes; raises Cancelled, Gone, or the Invalid or Unavailable it tells of."""
        while not self._lines:
            if is_cancelled is not None and is_cancelled():
                raise Cancelled("Listening was cancelled")
            self._read()
        message: dict[str, Any] = json.loads(self._lines.pop(0))
        if (why := message.get("invalid")) is not None:
            raise Invalid(why)
        if (why := message.get("unavailable")) is not None:
            raise Unavailable(why)
        return message

    def _read(self) -> None:
        assert self._process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            if not selector.select(_TICK_S):
                return
        chunk = os.read(self._process.stdout.fileno(), 1 << 16)
        if not chunk:
            raise self._gone()
        *self._lines, self._rest = (self._rest + chunk).split(b"\n")

    def _gone(self) -> Gone:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(2.0)
        told = ""
        if not self._errors.closed:
            self._errors.seek(max(0, self._errors.seek(0, os.SEEK_END) - 400))
            told = self._errors.read().decode(errors="replace").strip()
        status = self._process.poll()
        self.kill()
        return Gone(status, told)

    def kill(self) -> None:
        """End it at once, whatever it is doing."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._errors):
            with contextlib.suppress(OSError):  # what it was never sent
                if pipe is not None:
                    pipe.close()
