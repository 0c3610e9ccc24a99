"""Changes of an MLflow registry in processes that are killed: URL FOLDER, and on each line of the input WHAT WHEN.

WHAT is `train` (a small model is saved and promoted), `rollback`, `flip` (train for ever) or a version to promote.
Killed before the WHENth request to the server (0: never); `flip` after so many milliseconds. Answers with the exit code.
"""

from __future__ import annotations

import http.client
import itertools
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from mediatheque.recommend.models import popularity
from mediatheque.recommend.opinions import Opinions
from mediatheque.training.registries import Registry, open_registry
from mediatheque.training.registries.mlflow import prepare
from mediatheque.training.trained import Trained


def main(url: str, folder: str) -> None:
    # MLflow takes seconds to import, so once, before the processes that die part from this one.
    prepare()
    for number, line in enumerate(sys.stdin):
        what, when = line.split()
        registry = open_registry(url, Path(folder) / f"machine-{number}")
        child = os.fork()
        if child == 0:
            try:
                _die_at(int(when) if what != "flip" else 0)
                _do(registry, what)
                os._exit(0)
            finally:
                os._exit(1)
        if what == "flip":
            time.sleep(int(when) / 1000)
            os.kill(child, signal.SIGKILL)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def a_model(*counts: float) -> Trained:
    return Trained(
        model="popularity",
        config=popularity.Config(),
        arrays={"counts": np.array(counts, np.float32)},
        item_ids=np.arange(len(counts), dtype=np.int64),
        opinions=Opinions(),
        proof=1.0,
        trust=1.0,
        about={},
    )


def _do(registry: Registry, what: str) -> None:
    if what == "rollback":
        registry.roll_back()
    elif what.isdecimal():
        registry.promote(int(what))
    else:
        registry.promote(registry.save(a_model(1, 2, 3)).version)
        while what == "flip":
            registry.promote(registry.save(a_model(1, 2, 3)).version)


def _die_at(number: int) -> None:
    """Be killed before the request of this number: MLflow's own client uses http.client, ours httpx."""
    requests = itertools.count(1)

    def counted(does: Callable[..., Any]) -> Callable[..., Any]:
        def it(*given: Any, **named: Any) -> Any:
            if next(requests) == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return does(*given, **named)

        return it

    http.client.HTTPConnection.putrequest = counted(http.client.HTTPConnection.putrequest)
    httpx.Client.send = counted(httpx.Client.send)


if __name__ == "__main__":
    main(*sys.argv[1:])
