"""A worker in a process of its own, for tests that kill it: URL DATA_FOLDER."""

from __future__ import annotations

import asyncio
import logging
import sys

from mediatheque.flows.worker import run_worker
from mediatheque.kit.database import Database
from mediatheque.kit.settings import read_settings
from mediatheque.wiring import Mediatheque


def main(url: str, folder: str) -> None:
    logging.basicConfig(level=logging.WARNING)
    settings = read_settings(data_dir=folder, database_url=url, embedder="none")
    asyncio.run(run_worker(Mediatheque(settings, Database(url))))


if __name__ == "__main__":
    main(*sys.argv[1:])
