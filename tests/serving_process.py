"""The API in a process of its own, for tests that kill it: URL FOLDER [WORDS OF A STATEMENT TO DIE BEFORE].

"commit WORDS" dies when the transaction with such a statement is to be committed. Says the port it listens on.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import uvicorn
from sqlalchemy import event

from mediatheque.api.app import create_app
from mediatheque.kit.database import Database
from mediatheque.kit.settings import read_settings
from mediatheque.wiring import Mediatheque


class _Server(uvicorn.Server):
    async def startup(self, sockets: object = None) -> None:
        await super().startup()
        print(self.servers[0].sockets[0].getsockname()[1], flush=True)


def main(url: str, folder: str, dies_before: str = "") -> None:
    settings = read_settings(data_dir=Path(folder), database_url=url, embedder="none", upload_limit_mb=64)
    settings.data_dir.mkdir(exist_ok=True)
    database = Database(url)
    if dies_before:
        _die_before(database, dies_before)
    app = create_app(Mediatheque(settings, database))
    _Server(uvicorn.Config(app, port=0, log_level="error")).run()


def _die_before(database: Database, words: str) -> None:
    at_commit = words.startswith("commit ")
    words = words.removeprefix("commit ")
    seen: list[str] = []

    def look(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if words in statement:
            if not at_commit:
                os.kill(os.getpid(), signal.SIGKILL)
            seen.append(statement)

    def at_end(_connection: object) -> None:
        if seen:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(database.engine, "before_cursor_execute", look)
    event.listen(database.engine, "commit", at_end)


if __name__ == "__main__":
    main(*sys.argv[1:])
