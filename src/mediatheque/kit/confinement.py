"""What a program that handles strangers' things may take: bounds that a process lays on itself, then becomes the program.

Run by its path (`python -I -S confinement.py '{"cpu_s": …}' parent program arguments…`), it needs no package of ours. That
costs 12 ms; doing the same between fork and exec is unsafe in a process that has threads.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
#: After its time the program may end by itself for so long.
_CPU_GRACE_S = 5


def die_with_parent() -> None:
    """See to it that the kernel ends this process with the thread that started it, and that it gains no rights."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, *(ctypes.c_ulong(n) for n in (signal.SIGKILL, 0, 0, 0)))
        _libc.prctl(_PR_SET_NO_NEW_PRIVS, *(ctypes.c_ulong(n) for n in (1, 0, 0, 0)))


def limit(*, memory_bytes: int, cpu_s: int, file_bytes: int, open_files: int = 256) -> None:
    """Bound what this process and each that it starts may take; beyond it they fail or are ended."""
    for what, soft, hard in (
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_CPU, cpu_s, cpu_s + _CPU_GRACE_S),
        # Not the address space, of which JavaScript runtimes reserve far more than they use.
        (resource.RLIMIT_DATA, memory_bytes, memory_bytes),
        (resource.RLIMIT_FSIZE, file_bytes, file_bytes),
        (resource.RLIMIT_NOFILE, open_files, open_files),
    ):
        _, most = resource.getrlimit(what)
        allowed = (soft, hard) if most == resource.RLIM_INFINITY else (min(soft, most), min(hard, most))
        resource.setrlimit(what, allowed)


def main(arguments: list[str]) -> None:
    """Become the program; ends with status 127 when there is none."""
    bounds, parent, program = json.loads(arguments[0]), int(arguments[1]), arguments[2:]
    die_with_parent()
    if os.getppid() != parent:
        os._exit(1)
    os.nice(bounds.pop("niceness"))
    limit(**bounds)
    # Python ignores these two, and a program would inherit that: it would write on to nobody.
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(ignored, signal.SIG_DFL)
    try:
        os.execv(program[0], program)  # noqa: S606
    except OSError as error:
        os.write(2, f"{program[0]}: {error.strerror}\n".encode())
        os._exit(127)


_libc: ctypes.CDLL | None = ctypes.CDLL(None) if sys.platform == "linux" else None

if __name__ == "__main__":
    main(sys.argv[1:])
