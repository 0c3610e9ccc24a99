"""Telling a graph elsewhere what changed, in a process of its own, for tests that kill it: URL DATA_FOLDER GRAPH_URL."""

from __future__ import annotations

import sys

from mediatheque.flows import syncing_graph
from mediatheque.kit.database import Database
from mediatheque.kit.settings import read_settings
from mediatheque.wiring import Mediatheque


def main(url: str, folder: str, graph_url: str) -> None:
    # Small ones, so that there are many moments to be killed at.
    syncing_graph.ROUND, syncing_graph.PIECE = 50, 200
    settings = read_settings(data_dir=folder, database_url=url, graph_url=graph_url, embedder="none")
    app = Mediatheque(settings, Database(url))
    print("ready", flush=True)
    syncing_graph.sync_graph(app)
    app.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
