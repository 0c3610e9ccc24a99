"""A worker with an archive in a process of its own, for tests that kill it: URL DATA_FOLDER."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from datetime import timedelta
from pathlib import Path

from archive_world import settings_for
from mediatheque.flows.worker import run_worker
from mediatheque.kit.database import Database
from mediatheque.wiring import Mediatheque

NO_TIME = timedelta(0)


async def work(url: str, folder: Path) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    app = Mediatheque(settings_for(folder, url), Database(url))
    try:
        await run_worker(app, stop=stop)
    finally:
        app.close()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(work(sys.argv[1], Path(sys.argv[2])))
