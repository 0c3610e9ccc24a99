"""A catalogue of 30,000 real films with their vectors, for the benchmarks that need one.

Embedding them takes minutes, so the vectors are kept in `benchmarks/results/`, under a name that changes with
the model and the texts.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from sqlalchemy import text

from mediatheque.kit.database import Database
from mediatheque.kit.postgres import EmbeddedServer
from mediatheque.library.queries.items import NewItem, add_items
from mediatheque.resolve.normalise import title_keys
from mediatheque.search.texts import text_hash, text_of
from mediatheque.stores.vectors import Embedded, store
from mediatheque.tools.embedder import Embedder, open_embedder
from mediatheque.vocabulary import Credit, Kind, Role, Work
from mediatheque.wiring import prepare

COUNT = 30_000
FILMS = Path(__file__).resolve().parents[2] / "shared" / "data" / "wikipedia-movies" / "movies.jsonl.xz"
RESULTS = Path(__file__).parent / "results"


def works(count: int = COUNT) -> list[Work]:
    """The newest films that have a description; exits when the data is not there."""
    if not FILMS.is_file():
        sys.exit(f"This benchmark reads real films from {FILMS}, which is not there.")
    with lzma.open(FILMS, "rt", encoding="utf-8") as lines:
        films = [film for line in lines if (film := json.loads(line)).get("extract")]
    films.sort(key=lambda film: (-film["year"], film["title"]))
    return [
        Work(
            kind=Kind.FILM,
            title=film["title"],
            year=film["year"],
            language="en",
            genres=tuple(dict.fromkeys(film["genres"])),
            credits=tuple(Credit(name, Role.CAST) for name in dict.fromkeys(film["cast"])),
            description=film["extract"],
        )
        for film in films[:count]
    ]


def embedder() -> Embedder:
    """The embedder that everybody has by default."""
    opened = open_embedder("minilm", models_dir=None, key=None)
    assert opened is not None
    return opened


def vectors(these: Sequence[Work], model: Embedder) -> np.ndarray:
    """A vector for every work, from the cache when they were embedded before."""
    texts = [text_of(work) for work in these]
    digest = hashlib.sha256("\0".join([model.name, *texts]).encode()).hexdigest()[:16]
    cached = RESULTS / f"vectors-{digest}.npz"
    if cached.is_file():
        return np.load(cached)["vectors"]
    print(f"Embedding {len(texts)} films, once: this takes some minutes.", file=sys.stderr)
    started = time.monotonic()
    parts = []
    for start in range(0, len(texts), 512):
        parts.append(model.embed(texts[start : start + 512]))
        rate = (start + 512) / (time.monotonic() - started)
        print(f"  {min(start + 512, len(texts))} of {len(texts)}, {rate:.0f}/s", file=sys.stderr)
    made = np.vstack(parts)
    RESULTS.mkdir(exist_ok=True)
    np.savez(cached, vectors=made)
    return made


def load(database: Database, these: Sequence[Work], made: np.ndarray, model: Embedder) -> list[int]:
    """Put the works and their vectors into an empty library; the items' ids, in the order of `these`."""
    ids: list[int] = []
    with database.transaction() as db:
        model_id = store().ensure_model(db, model.name, model.dimensions)
        # Made again at the end: half the time of making it grow, and the same index.
        index = f"ix_embeddings_hnsw_{model_id}"
        definition = db.execute(
            text("SELECT indexdef FROM pg_indexes WHERE indexname = :index"), {"index": index}
        ).scalar_one()
        db.execute(text(f"DROP INDEX {index}"))
    for start in range(0, len(these), 1000):
        some = these[start : start + 1000]
        with database.transaction() as db:
            added = add_items(db, [NewItem(work=work, title_keys=title_keys(work)) for work in some])
            rows = [
                Embedded(item_id, text_hash(text_of(work)), vector)
                for item_id, work, vector in zip(added, some, made[start : start + 1000], strict=True)
            ]
            store().put(db, model_id, rows)
        ids += added
    with database.transaction() as db:
        db.execute(text("SET LOCAL maintenance_work_mem = '256MB'"))
        db.execute(text(definition))
    # As autovacuum leaves it a minute after a load.
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.execute(text("VACUUM ANALYZE"))
    return ids


@contextmanager
def empty_library(pool_size: int = 5) -> Iterator[Database]:
    """A throw-away PostgreSQL with our schema."""
    with (
        tempfile.TemporaryDirectory(prefix="mediatheque-bench-") as folder,
        EmbeddedServer.open(Path(folder) / "postgres", linger_s=0.2) as server,
    ):
        database = Database(server.url, pool_size=pool_size)
        prepare(database)
        try:
            yield database
        finally:
            database.close()
