"""Lists over HTTP at 200 requests a second: 1,000 people, 30,000 films, a trained model, one core for the API.

Requests arrive as a Poisson process and are sent when they are due, whether or not earlier ones were answered;
how long one took counts from when it was due. One of 50 comes right after its person told something new, so that
its list is worked out anew (TELL=0.005: one of 200); `http_again_p99_ms` is of all others. PostgreSQL and the one who asks share the other core.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import random
import re
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import catalogue_30k as catalogue
import httpx
import numpy as np
import psutil
import psycopg
import recommend_http as serving
import serving_factors
import uvloop

from mediatheque.accounts.passwords import hash_password
from mediatheque.accounts.queries import set_password
from mediatheque.accounts.tokens import issue_token, signing_key
from mediatheque.kit.database import Database, libpq_url
from mediatheque.kit.settings import read_settings
from mediatheque.library.queries.history import add_events
from mediatheque.library.queries.users import add_user
from mediatheque.recommend.artifact import models_dir_in
from mediatheque.recommend.opinions import Opinions
from mediatheque.training.registries import open_registry
from mediatheque.training.trained import Trained
from mediatheque.vocabulary import Work

PEOPLE, EVENTS = int(os.environ.get("PEOPLE", "1000")), 200
RATE, SECONDS = float(os.environ.get("RATE", "200")), float(os.environ.get("SECONDS", "25"))
TELL = float(os.environ.get("TELL", "0.02"))


@dataclass
class Seen:
    """Milliseconds of each kind of request, from when it was due."""

    asked: list[float] = field(default_factory=list)
    told: list[float] = field(default_factory=list)  # lists after something new
    late: list[float] = field(default_factory=list)  # by how much the one who asks was behind
    failed: int = 0


def figures() -> dict[str, float]:
    """Prepare a library, start the API on a core of its own, ask."""
    works, model = catalogue.works(), catalogue.embedder()
    made = catalogue.vectors(works, model)
    with (
        catalogue.empty_library() as database,
        tempfile.TemporaryDirectory(prefix="mediatheque-bench-") as data,
    ):
        ids = catalogue.load(database, works, made, model)
        headers = add_people(database, works, ids)
        del works, made, model
        return served(database.url, Path(data), ids, headers)


def served(url: str, data: Path, ids: Sequence[int], headers: Sequence[dict[str, str]]) -> dict[str, float]:
    """The figures of an API over this library."""
    promote(data, ids)
    env = os.environ | {
        "MEDIATHEQUE_DATABASE_URL": url,
        "MEDIATHEQUE_DATA_DIR": str(data),
        "MEDIATHEQUE_TOKEN_SECRET": serving.SECRET,
        "MEDIATHEQUE_EMBEDDER": "minilm",
    }
    with serving.api(env) as (process, client):
        apart(process, url)
        serving.ask(client, headers[0])
        cold = [serving.ask(client, each) for each in headers]
        cpu = serving.cpu_ms(process)
        seen = uvloop.run(load(client.base_url.port or 80, headers, ids))
        cpu = (serving.cpu_ms(process) - cpu) / (len(seen.asked) + len(seen.told))
        fresh = [fresh_ms(client, each) for each in headers[:20]]
        client.get("/api/search", params={"q": "two strangers on a train"}, headers=headers[0])
        rss = serving.rss_mb(process)
    lists = seen.asked + seen.told
    return {
        "http_p50_ms": statistics.median(lists),
        "http_p99_ms": serving.p99(lists),
        "http_again_p99_ms": serving.p99(seen.asked),
        "http_told_p50_ms": statistics.median(seen.told or [0.0]),
        "http_told_p99_ms": serving.p99(seen.told or [0.0]),
        "http_cold_p50_ms": statistics.median(cold),
        "http_cold_p99_ms": serving.p99(cold),
        "fresh_ms": statistics.median(fresh),
        "fresh_worst_ms": max(fresh),
        "told_share": len(seen.told) / len(lists),
        "rate": len(lists) / SECONDS,
        "failed": float(seen.failed),
        "late_p99_ms": serving.p99(seen.late),
        "api_cpu_ms": cpu,
        "rss_mb": rss,
    }


def add_people(database: Database, works: Sequence[Work], ids: Sequence[int]) -> list[dict[str, str]]:
    """People who like four genres each and have told of 200 things; the headers they ask with."""
    by_genre: dict[str, list[int]] = defaultdict(list)
    for work, item_id in zip(works, ids, strict=True):
        for genre in work.genres:
            by_genre[genre].append(item_id)
    genres = sorted(genre for genre, those in by_genre.items() if len(those) > 500)
    key = signing_key(read_settings(token_secret=serving.SECRET))
    secret = hash_password(serving.SECRET)
    headers: list[dict[str, str]] = []
    for number in range(PEOPLE):
        rng = random.Random(number)
        shelves = [by_genre[genre] for genre in rng.sample(genres, 4)]
        events = itertools.islice(serving.history(rng, shelves), EVENTS)
        with database.transaction() as db:
            user = add_user(db, f"Reader {number}")
            set_password(db, user.id, secret)
            add_events(db, user.id, [(item_id, event, None) for item_id, event in events])
        headers.append({"Authorization": f"Bearer {issue_token(key, user.id).text}"})
    return headers


def promote(data: Path, ids: Sequence[int]) -> None:
    """A model with made-up factors of these items, as training leaves it."""
    model, _ = serving_factors.artifact(len(ids))
    registry = open_registry(None, models_dir_in(data))
    pin = registry.save(
        Trained(
            model=model.name,
            config=model.config,
            arrays=model.arrays,
            item_ids=np.array(sorted(ids), np.int64),
            opinions=Opinions(),
            proof=0.9,
            trust=0.5,
            about={},
        )
    )
    registry.promote(pin.version)


def apart(process: psutil.Process, url: str) -> None:
    """The API on the last core; who asks, and this library's PostgreSQL, on the others."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        sys.exit("This benchmark needs a core for the API and one for everything else.")
    for thread in process.threads():
        os.sched_setaffinity(thread.id, {cores[-1]})
    others = set(cores[:-1])
    os.sched_setaffinity(0, others)
    with psycopg.connect(libpq_url(url)) as db:
        backend = psutil.Process(db.info.backend_pid)
        server = backend.parent() or backend
        for one in (server, *server.children()):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.sched_setaffinity(one.pid, others)


class Connections:
    """HTTP/1.1 over kept connections, and nothing more: a whole client takes as much of a core as the server does."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(
        self, method: str, path: str, headers: dict[str, str], body: bytes = b""
    ) -> tuple[int, bytes]:
        """The status and the body of an answer."""
        reader, writer = (
            self._free.pop() if self._free else await asyncio.open_connection("127.0.0.1", self._port)
        )
        told = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        length = f"Content-Length: {len(body)}\r\nContent-Type: application/json\r\n" if body else ""
        writer.write(f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{told}{length}\r\n".encode() + body)
        head = await reader.readuntil(b"\r\n\r\n")
        size = int(re.search(rb"(?i)content-length: (\d+)", head)[1])  # type: ignore[index]
        answer = await reader.readexactly(size)
        self._free.append((reader, writer))
        return int(head[9:12]), answer

    def close(self) -> None:
        for _, writer in self._free:
            writer.close()


async def load(port: int, headers: Sequence[dict[str, str]], ids: Sequence[int]) -> Seen:
    """Ask for SECONDS at RATE."""
    seen, rng, client = Seen(), random.Random(7), Connections(port)
    await asyncio.gather(*(client.ask("GET", "/health/ready", {}) for _ in range(16)))
    started, due = time.perf_counter(), 0.0
    running: set[asyncio.Task[None]] = set()
    while due < SECONDS:
        due += rng.expovariate(RATE)
        if (wait := started + due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        seen.late.append(max(time.perf_counter() - started - due, 0) * 1000)
        one = rng.choice(headers)
        event = rng.choice(ids) if rng.random() < TELL else None
        task = asyncio.create_task(_one(client, one, event, started + due, seen))
        running.add(task)
        task.add_done_callback(running.discard)
    await asyncio.gather(*running)
    client.close()
    return seen


async def _one(
    client: Connections, headers: dict[str, str], item: int | None, due: float, seen: Seen
) -> None:
    if item is not None:
        told = json.dumps({"item_id": item, "kind": "watched"}).encode()
        status, _ = await client.ask("POST", "/api/events", headers, told)
        seen.failed += status >= 300
        due = time.perf_counter()
    status, body = await client.ask("GET", "/api/recommendations", headers)
    (seen.asked if item is None else seen.told).append((time.perf_counter() - due) * 1000)
    seen.failed += status != 200 or (item is not None and item in _ids(body))


def _ids(answer: bytes) -> set[int]:
    return {each["item"]["id"] for each in json.loads(answer)["items"]}


def fresh_ms(client: httpx.Client, headers: dict[str, str]) -> float:
    """From rating the first title of a list five stars to the list without it."""
    first = client.get("/api/recommendations", headers=headers).json()["items"][0]["item"]["id"]
    started = time.perf_counter()
    told = {"item_id": first, "kind": "rated", "value": 5}
    client.post("/api/events", json=told, headers=headers).raise_for_status()
    if first in _ids(client.get("/api/recommendations", headers=headers).content):
        sys.exit("A title that was just rated was recommended.")
    return (time.perf_counter() - started) * 1000
