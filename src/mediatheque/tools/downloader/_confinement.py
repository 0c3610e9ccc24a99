"""What a process that reads strangers' pages takes away from itself before it begins."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from mediatheque.kit.confinement import die_with_parent

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
#: The JavaScript runtime by which yt-dlp reads YouTube's player; by itself it reaches neither files nor network.
_MAY_RUN = frozenset({"deno"})
_STARTING = frozenset({"os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty", "pty.spawn"})
_CHANGING = frozenset(
    {"os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate"}
)
_ASKING_DNS = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})


def end_with(parent: int) -> None:
    """See to it that this process and what it starts end when the parent does, however that ends.

    `parent` holds the other end of standard input, which has been read as far as it will be.
    """
    die_with_parent()
    if os.getppid() != parent:
        os._exit(1)

    def wait_for_the_end() -> None:
        os.read(0, 1)
        os.killpg(0, signal.SIGKILL)

    # Where the kernel does not tell of a parent's death, its closed pipe does.
    threading.Thread(target=wait_for_the_end, daemon=True).start()

    class Mortal(subprocess.Popen[Any]):
        """A process that does not outlive this one, which the kernel may end without a word."""

        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options | {"preexec_fn": die_with_parent})

    setattr(subprocess, "Popen", Mortal)  # noqa: B010


def confine(*, folder: Path, port: int) -> None:
    """From here on: connections to this port of loopback only, files written below `folder` only, hardly any program.

    It is no wall against hostile code, which could undo it. It stops our own libraries from being led astray by
    what they read: a socket opened past the proxy, a file named by a page, a program called for a rare format.
    """
    inside = str(folder.resolve()) + os.sep

    def is_inside(path: Any) -> bool:
        return path is None or isinstance(path, int) or _real(path).startswith(inside)

    def check(event: str, args: tuple[Any, ...]) -> None:
        if event == "socket.connect":
            allowed = isinstance(args[1], tuple) and args[1][:2] == ("127.0.0.1", port)
        elif event in _ASKING_DNS:
            if args[0] != "127.0.0.1":
                raise socket.gaierror(socket.EAI_NONAME, "names are resolved by the proxy")
            return
        elif event in ("socket.bind", "socket.sendto", "socket.sendmsg"):
            allowed = False
        elif event == "subprocess.Popen":
            allowed = Path(os.fsdecode(args[0])).name in _MAY_RUN
        elif event in _STARTING:
            allowed = False
        elif event == "open":
            allowed = not args[2] & _WRITING or is_inside(args[0]) or os.fspath(args[0]) == os.devnull
        elif event in _CHANGING:
            allowed = all(is_inside(path) for path in args[: 2 if event != "os.mkdir" else 1])
        else:
            return
        if not allowed:
            raise PermissionError(f"{event} is not for who fetches links")

    sys.addaudithook(check)


def _real(path: str | bytes | os.PathLike[str]) -> str:
    """Where a path leads, its last part unresolved: that may not exist yet."""
    head, tail = os.path.split(os.path.abspath(os.fsdecode(path)))  # noqa: PTH100
    return os.path.join(os.path.realpath(head), tail)  # noqa: PTH118
