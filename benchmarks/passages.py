"""How long finding a minute takes among 200,000 passages, and how much the index finds: `make bench NAME=passages`.

Hybrid searches of six people, whose parts of the archive range from a half to a hundredth, with the query's vector given:
words and questions, with and without filters, each in a transaction of its own on the event loop, as the API asks.
`recall_at_10` compares what is found by meaning with comparing every passage that may be found. The archive is made
once, in three minutes, and kept in `benchmarks/results/`. `--small`: a tenth of it.
"""

from __future__ import annotations

import os

# Before numpy: the database answers on the same cores.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import asyncio
import json
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import _archive_200k as made
import numpy as np
from sqlalchemy import text

from mediatheque.kit.database import Connection, Database
from mediatheque.search.passages import PassageFilter, search_passages
from mediatheque.search.queries.passages import conditions
from mediatheque.stores.vectors import Condition, store

ROUNDS, SEARCHES = 3, 240
FILTERS = {
    "none": PassageFilter(),
    "tag, many": PassageFilter(tags=("tag1",)),
    "tag, few": PassageFilter(tags=("tag150",)),
    "speaker": PassageFilter(speakers=("Voice 3",)),
    "published": PassageFilter(published_since=datetime(2018, 1, 1, tzinfo=UTC)),
    "source": PassageFilter(sources=("youtube",)),
    "added and language": PassageFilter(added_since=datetime(2024, 6, 1, tzinfo=UTC), languages=("en",)),
}
SORTS = ("rare words", "common words", "question", "half typed", "one common word")


@dataclass(frozen=True)
class Asked:
    """A search: who asks what, its vector, and the names of its sort and its filter."""

    user: str
    sort: str
    filter: str
    query: str
    vector: np.ndarray


def main() -> None:
    """Print what each sort costs, and as the last line the JSON of the figures."""
    count = 20_000 if "--small" in sys.argv[1:] else 200_000
    with made.opened(count) as (database, archive):
        asked = searches(archive)
        taken = asyncio.run(latencies(database, asked))
        with database.transaction() as db:
            recall = recalls(db, archive, asked)
    report(asked, taken, recall)
    cuts = statistics.quantiles([ms for those in taken for ms in those], n=100, method="inclusive")
    print(
        json.dumps(
            {
                "p50_ms": round(cuts[49], 1),
                "p99_ms": round(cuts[98], 1),
                "recall_at_10": round(float(np.mean(recall)), 4),
                # Each search's best round: what it takes when nothing else wants the processor.
                "undisturbed_p50_ms": round(statistics.median(min(those) for those in taken), 1),
                "load": round(os.getloadavg()[0], 1),
            }
        )
    )


def searches(archive: made.Archive) -> list[Asked]:
    """Half of them unfiltered; each near to something that is said somewhere, in its words; the same in every run."""
    rng = np.random.default_rng(5)
    users, filters = list(made.SHARES), list(FILTERS)[1:]
    asked: list[Asked] = []
    for n in range(SEARCHES):
        row = int(rng.integers(archive.count))
        vector = archive.vectors[row].astype(np.float32)
        vector += 0.5 * archive.vectors[int(rng.integers(archive.count))] * float(rng.random())
        asked.append(
            Asked(
                user=users[n // 2 % len(users)],
                sort=SORTS[n % len(SORTS)],
                filter="none" if n % 2 else filters[int(rng.integers(len(filters)))],
                query=typed(archive, row, SORTS[n % len(SORTS)], rng),
                vector=vector / np.linalg.norm(vector),
            )
        )
    return asked


def typed(archive: made.Archive, row: int, sort: str, rng: np.random.Generator) -> str:
    """What somebody types who remembers a passage."""
    place = {word: n for n, word in enumerate(archive.vocabulary)}
    said = sorted(set(made.passage_words(archive, row)), key=lambda word: place[word])
    match sort:
        case "rare words":
            return " ".join(said[-2:])
        case "common words":
            return " ".join(said[8:11])
        case "half typed":
            return f"{said[-2]} {said[-1][:4]}"
        case "one common word":
            return said[3]
        case _:
            chosen = rng.choice(len(said), size=min(8, len(said)), replace=False)
            return " ".join(said[i] for i in chosen) + "?"


async def latencies(database: Database, asked: Sequence[Asked]) -> list[list[float]]:
    """Milliseconds of each search, once a round."""
    users = {name: n for n, name in enumerate(made.SHARES, start=1)}

    async def ask(one: Asked) -> float:
        started = time.perf_counter()
        await database.run(
            search_passages,
            users[one.user],
            one.query,
            embedder_name=made.MODEL,
            vector=one.vector,
            which=FILTERS[one.filter],
        )
        return (time.perf_counter() - started) * 1000

    for one in asked:
        await ask(one)
    taken: list[list[float]] = [[] for _ in asked]
    for _ in range(ROUNDS):
        for one, those in zip(asked, taken, strict=True):
            those.append(await ask(one))
    await database.aclose()
    return taken


def recalls(db: Connection, archive: made.Archive, asked: Sequence[Asked]) -> list[float]:
    """The share of the true ten nearest that each search finds by meaning, among as many as it asks for."""
    users = {name: n for n, name in enumerate(made.SHARES, start=1)}
    shares: list[float] = []
    for one in asked:
        wanted = conditions(db, users[one.user], FILTERS[one.filter])
        if wanted is None:
            shares.append(1.0)
            continue
        sql, given = wanted
        statement = text(f"SELECT p.id FROM passages p JOIN media m ON m.id = p.media_id WHERE {sql}")
        ids = np.array(db.execute(statement, given).scalars().all(), np.int64)
        likeness = archive.vectors[ids - 1].astype(np.float32) @ one.vector
        tenth = np.sort(likeness)[-10:][0] if len(likeness) else 0.0
        found = store().nearest_passages(db, made.MODEL, one.vector, 30, Condition(sql, given))[:10]
        # Equally near is equally right: rounding to half floats makes ties.
        near = sum(
            float(archive.vectors[n.passage_id - 1].astype(np.float32) @ one.vector) >= tenth - 1e-4
            for n in found
        )
        shares.append(near / min(10, len(ids)) if len(ids) else 1.0)
    return shares


def report(asked: Sequence[Asked], taken: Sequence[Sequence[float]], recall: Sequence[float]) -> None:
    """What each sort of search, filter and person costs and misses, and the slowest."""
    for name in ("sort", "filter", "user"):
        for value in dict.fromkeys(getattr(one, name) for one in asked):
            these = [n for n, one in enumerate(asked) if getattr(one, name) == value]
            ms = [t for n in these for t in taken[n]]
            print(
                f"{name:7} {value:20} {len(ms):4} searches, median {statistics.median(ms):5.1f} ms,"
                f" most {max(ms):5.1f} ms, recall {np.mean([recall[n] for n in these]):.3f}"
            )
    slowest = sorted(zip((min(those) for those in taken), asked, strict=True), key=lambda pair: -pair[0])[:8]
    for ms, one in slowest:
        print(f"  {ms:5.1f} ms  {one.user}, {one.filter}, {one.sort}: {one.query}")


if __name__ == "__main__":
    sys.exit(main())
