"""How long recommendations take over HTTP, and what the API weighs: `make bench NAME=recommend-http`.

30,000 films with their vectors, 20 users with 1,000 events each, a uvicorn process of its own on loopback. One
client asks one request after another (`p50_ms`, `p99_ms`), then four at a time (`p50_ms_4_at_once` …). `rss_mb` is
the API's process with the embedder loaded and searched with, `rss_light_mb` without an embedder. `api_cpu_ms` is the
API's share of a request; the rest is PostgreSQL's.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import catalogue_30k as catalogue
import httpx
import psutil

from mediatheque.accounts.passwords import hash_password
from mediatheque.accounts.queries import set_password
from mediatheque.accounts.tokens import issue_token, signing_key
from mediatheque.kit.database import Database
from mediatheque.kit.settings import read_settings
from mediatheque.library.queries.history import add_events
from mediatheque.library.queries.users import add_user
from mediatheque.vocabulary import Event, EventKind, Work

USERS, EVENTS = 20, 1_000
SECONDS, AT_ONCE = 12.0, 4
SECRET = "only for this benchmark, where nothing is secret"
SERVE = """
import sys, uvicorn
from mediatheque.api.app import create_app
from mediatheque.api.settling import settle
from mediatheque.wiring import open_mediatheque
app = create_app(open_mediatheque())
settle()
uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", access_log=False)
"""


def main() -> None:
    """Print the figures, and as the last line the JSON of them."""
    works, model = catalogue.works(), catalogue.embedder()
    made = catalogue.vectors(works, model)
    with (
        catalogue.empty_library() as database,
        tempfile.TemporaryDirectory(prefix="mediatheque-bench-") as data,
    ):
        ids = catalogue.load(database, works, made, model)
        users = add_users(database, works, ids)
        del works, made, model
        env = os.environ | {
            "MEDIATHEQUE_DATABASE_URL": database.url,
            "MEDIATHEQUE_DATA_DIR": data,
            "MEDIATHEQUE_TOKEN_SECRET": SECRET,
        }
        with api(env | {"MEDIATHEQUE_EMBEDDER": "none"}) as (process, client):
            ask_all(client, users)
            light = rss_mb(process)
        with api(env | {"MEDIATHEQUE_EMBEDDER": "minilm"}) as (process, client):
            ask_all(client, users)
            started = cpu_ms(process)
            one = measured(client, users, 1)
            cpu = (cpu_ms(process) - started) / len(one)
            several = measured(client, users, AT_ONCE)
            client.get("/api/search", params={"q": "two strangers on a train"}, headers=users[0])
            heavy = rss_mb(process)
    figures = {
        "p50_ms": statistics.median(one),
        "p99_ms": p99(one),
        "rss_mb": heavy,
        "rss_light_mb": light,
        "requests": len(one),
        "api_cpu_ms": cpu,
        f"p50_ms_{AT_ONCE}_at_once": statistics.median(several),
        f"p99_ms_{AT_ONCE}_at_once": p99(several),
    }
    print(json.dumps({name: round(figure, 1) for name, figure in figures.items()}))


def add_users(database: Database, works: Sequence[Work], ids: Sequence[int]) -> list[dict[str, str]]:
    """People who like some genres and have told of 1,000 things each; the headers they ask with."""
    by_genre: dict[str, list[int]] = defaultdict(list)
    for work, item_id in zip(works, ids, strict=True):
        for genre in work.genres:
            by_genre[genre].append(item_id)
    genres = sorted(genre for genre, those in by_genre.items() if len(those) > 500)
    settings = read_settings(token_secret=SECRET)
    headers: list[dict[str, str]] = []
    for number in range(USERS):
        rng = random.Random(number)
        liked = rng.sample(genres, 4)
        events = list(itertools.islice(history(rng, [by_genre[g] for g in liked]), EVENTS))
        with database.transaction() as db:
            user = add_user(db, f"Reader {number}")
            set_password(db, user.id, hash_password(SECRET))
            add_events(db, user.id, [(item_id, event, None) for item_id, event in events])
        token = issue_token(signing_key(settings), user.id).text
        headers.append({"Authorization": f"Bearer {token}"})
    return headers


def history(rng: random.Random, shelves: Sequence[Sequence[int]]) -> Iterator[tuple[int, Event]]:
    """What somebody does with films of these shelves: three of four are seen, half of those rated."""
    now = datetime.now(UTC)
    while True:
        item_id = rng.choice(rng.choice(shelves))
        at = now - timedelta(days=rng.expovariate(1 / 400))
        if rng.random() < 0.25:
            yield item_id, Event(kind=rng.choice((EventKind.SAVED, EventKind.LIKED, EventKind.HIDDEN)), at=at)
            continue
        yield item_id, Event(kind=EventKind.WATCHED, at=at)
        if rng.random() < 0.5:
            yield item_id, Event(kind=EventKind.RATED, at=at, value=rng.randint(2, 10) / 2)


@contextmanager
def api(env: dict[str, str]) -> Iterator[tuple[psutil.Process, httpx.Client]]:
    """The API in a process of its own, and a client of it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (
        subprocess.Popen(
            [sys.executable, "-c", SERVE, str(port)], env=env, cwd=Path(__file__).parents[1]
        ) as run,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client,
    ):
        try:
            wait_until_ready(run, client)
            yield psutil.Process(run.pid), client
        finally:
            run.terminate()


def wait_until_ready(run: subprocess.Popen[bytes], client: httpx.Client) -> None:
    for _ in range(600):
        if run.poll() is not None:
            sys.exit("The API ended before it answered.")
        try:
            if client.get("/health/ready").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    sys.exit("The API did not become ready within a minute.")


def ask(client: httpx.Client, headers: dict[str, str]) -> float:
    """One list of ten; milliseconds."""
    started = time.perf_counter()
    answer = client.get("/api/recommendations", headers=headers)
    took = (time.perf_counter() - started) * 1000
    if answer.status_code != 200 or len(answer.json()["items"]) != 10:
        sys.exit(f"The API answered {answer.status_code}: {answer.text[:300]}")
    return took


def ask_all(client: httpx.Client, users: Sequence[dict[str, str]]) -> None:
    """Everybody once, so that nothing measured is the first of its kind."""
    for headers in users:
        ask(client, headers)


def measured(client: httpx.Client, users: Sequence[dict[str, str]], at_once: int) -> list[float]:
    """How long requests took in SECONDS, by so many clients at once."""
    ends = time.monotonic() + SECONDS

    def keep_asking(first: int) -> list[float]:
        took: list[float] = []
        for headers in itertools.islice(itertools.cycle(users), first, None):
            if time.monotonic() >= ends:
                return took
            took.append(ask(client, headers))
        return took

    with ThreadPoolExecutor(at_once) as pool:
        return [ms for took in pool.map(keep_asking, range(at_once)) for ms in took]


def p99(took: Sequence[float]) -> float:
    return statistics.quantiles(took, n=100)[98]


def cpu_ms(process: psutil.Process) -> float:
    """Processor time so far, which a busy machine changes less than the clock's."""
    times = process.cpu_times()
    return (times.user + times.system) * 1000


def rss_mb(process: psutil.Process) -> float:
    return process.memory_info().rss / 1e6


if __name__ == "__main__":
    main()
