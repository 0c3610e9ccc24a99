"""A Python module of ours as a confined program: one question in, lines of JSON out, gone in the end."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from mediatheque.kit import programs
from mediatheque.kit.errors import Unavailable

Message: TypeAlias = Mapping[str, Any]


def converse(
    module: str,
    question: Message,
    home: Path,
    on_message: Callable[[Message], None],
    watch: Callable[[], None],
    bounds: programs.Bounds,
) -> int:
    """Ask `module` a question and give each line of its answer to `on_message`; its exit status.

    `watch` is called ten times a second. When it raises, or `on_message` does, or the caller's process is killed,
    the module and everything it started are killed too.
    """
    rest = b""

    def take(piece: bytes) -> None:
        nonlocal rest
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            on_message(json.loads(line))

    ended = programs.run(
        [sys.executable, "-I", "-B", "-m", module],
        home=home,
        bounds=bounds,
        question=json.dumps(question).encode() + b"\n",
        on_output=take,
        watch=watch,
        environment={"YTDLP_NO_PLUGINS": "1"},
    )
    if ended.reached == "output":
        raise Unavailable("The downloader says more about this link than can be: upload the file instead")
    return ended.status
