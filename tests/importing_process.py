"""An import in a process of its own, for tests that kill it: URL USER FILE CHUNK [STATEMENT TO DIE AT]."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from sqlalchemy import event

from mediatheque.flows.import_history import import_file
from mediatheque.kit.database import Database
from mediatheque.kit.errors import Conflict

OVERTAKEN = 3


def main(url: str, user_id: str, path: str, chunk: str, dies_at: str = "0") -> None:
    database = Database(url)
    if int(dies_at):
        _die_at(database, int(dies_at))
    try:
        import_file(database, int(user_id), Path(path), chunk=int(chunk), on_progress=_say)
    except Conflict:
        sys.exit(OVERTAKEN)


def _say(rows: int) -> None:
    print(rows, flush=True)


def _die_at(database: Database, number: int) -> None:
    """Be killed before the statement of this number: between any two that belong together."""
    left = [number]

    def count(*_: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    for moment in ("before_cursor_execute", "commit"):
        event.listen(database.engine, moment, count)


if __name__ == "__main__":
    main(*sys.argv[1:])
