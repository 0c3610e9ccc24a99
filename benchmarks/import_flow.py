"""How fast histories come in, end to end: `make bench NAME=import`.

Reads, resolves and stores in a throw-away PostgreSQL (fsync on, as users have it) whose catalogue holds 30,000
films: a Netflix history of 100,000 rows, one of 300,000 (memory must not grow with the file), and a YouTube
watch history of 50,000 entries, each a video that nobody has seen before. Each import runs in a process of its own.

`--profile netflix|youtube` prints where one import spends its time instead.
"""

from __future__ import annotations

import json
import lzma
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from import_parse import write_youtube

ROWS, MANY_ROWS, YOUTUBE_ROWS = 100_000, 300_000, 50_000
CATALOGUE = 30_000
FILMS = Path(__file__).resolve().parents[2] / "shared" / "data" / "wikipedia-movies" / "movies.jsonl.xz"

Film = dict[str, Any]


def main() -> None:
    if len(sys.argv) == 4:
        import_one(sys.argv[1], Path(sys.argv[2]), is_profiled=sys.argv[3] == "profiled")
        return
    from mediatheque.kit.postgres import EmbeddedServer

    profiled = sys.argv[2] if sys.argv[1:2] == ["--profile"] else ""
    films = newest_films(CATALOGUE)
    with tempfile.TemporaryDirectory() as folder, EmbeddedServer.open(Path(folder, "data")) as server:
        fill_catalogue(server.url, films)
        if profiled:
            print(in_own_process(server.url, history(Path(folder), profiled, films, ROWS), "profiled"))
            return
        netflix = figures(server.url, history(Path(folder), "netflix", films, ROWS))
        many = figures(server.url, history(Path(folder), "netflix", films, MANY_ROWS))
        youtube = figures(server.url, history(Path(folder), "youtube", films, YOUTUBE_ROWS))
    load = os.getloadavg()[0]
    for name, found in (("netflix", netflix), ("netflix, long", many), ("youtube", youtube)):
        print(f"{name}: {found}")
    print(
        json.dumps(
            {
                "rows_per_s": netflix["rows_per_s"],
                "long_rows_per_s": many["rows_per_s"],
                "youtube_rows_per_s": youtube["rows_per_s"],
                "peak_rss_mb": netflix["peak_rss_mb"],
                "long_peak_rss_mb": many["peak_rss_mb"],
                "review": netflix["review"],
                "load": round(load, 1),
            }
        )
    )


def figures(url: str, path: Path) -> dict[str, float]:
    return json.loads(in_own_process(url, path, "plain").splitlines()[-1])


def in_own_process(url: str, path: Path, how: str) -> str:
    done = subprocess.run([sys.executable, __file__, url, str(path), how], stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"Importing {path.name} failed; the reason stands above.")
    return done.stdout


def import_one(url: str, path: Path, *, is_profiled: bool) -> None:
    """Import a file for a new user; print rows per second and the process's peak memory."""
    import cProfile
    import pstats

    from mediatheque.flows.import_history import import_file
    from mediatheque.kit.database import Database
    from mediatheque.library.queries.users import add_user

    database = Database(url)
    with database.transaction() as db:
        user = add_user(db, path.stem)
    profile = cProfile.Profile()
    started = time.perf_counter()
    if is_profiled:
        profile.enable()
    batch = import_file(database, user.id, path)
    profile.disable()
    seconds = time.perf_counter() - started
    if is_profiled:
        pstats.Stats(profile).sort_stats("tottime").print_stats(40)
        pstats.Stats(profile).sort_stats("cumtime").print_stats(60)
    if batch.state != "done" or batch.new < batch.rows_read * 0.99:
        sys.exit(f"only {batch.new} of {batch.rows_read} rows came in")
    print(
        json.dumps(
            {
                "rows_per_s": round(batch.rows_read / seconds),
                "peak_rss_mb": round(peak_rss_mb(), 1),
                "review": batch.review,
            }
        )
    )


def peak_rss_mb() -> float:
    """This process's peak. On Linux not from getrusage, whose figure a child takes over from its parent."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)


def newest_films(count: int) -> list[Film]:
    """The newest films of the catalogue; a person's history names these rather than silent ones."""
    if not FILMS.is_file():
        sys.exit(f"This benchmark needs {FILMS}, the films of Wikipedia, one JSON object a line.")
    with lzma.open(FILMS, "rt", encoding="utf-8") as lines:
        films: list[Film] = [json.loads(line) for line in lines]
    films.sort(key=lambda film: film["year"], reverse=True)
    return films[:count]


def fill_catalogue(url: str, films: list[Film]) -> None:
    from mediatheque.kit.database import Database
    from mediatheque.library.queries.items import NewItem, add_items
    from mediatheque.resolve.normalise import title_keys
    from mediatheque.vocabulary import Credit, Kind, Role, Work
    from mediatheque.wiring import prepare

    database = Database(url)
    prepare(database)
    works = (
        Work(
            kind=Kind.FILM,
            title=film["title"],
            year=film["year"],
            genres=tuple(film["genres"]),
            credits=tuple(Credit(name, Role.CAST) for name in dict.fromkeys(film["cast"])),
            description=film.get("extract"),
        )
        for film in films
    )
    while part := [NewItem(work=work, title_keys=title_keys(work)) for work in islice(works, 2000)]:
        with database.transaction() as db:
            add_items(db, part)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.exec_driver_sql("ANALYZE")
    database.close()


def history(folder: Path, name: str, films: list[Film], rows: int) -> Path:
    if name == "youtube":
        return write_youtube(folder / "watch-history.json", YOUTUBE_ROWS)
    return write_netflix(folder / f"NetflixViewingHistory-{rows}.csv", films, rows)


def write_netflix(path: Path, films: list[Film], rows: int) -> Path:
    """A household's years: 60 % episodes of 150 shows, 25 % films, the rest watched once more; newest first."""
    dice = random.Random(1)
    titles = _titles(dice, films)
    told: list[str] = []
    with path.open("w", encoding="utf-8") as out:
        out.write("Title,Date\n")
        for n in range(rows):
            day = date(2025, 11, 30) - timedelta(days=n * 5_000 // rows)
            title = dice.choice(told) if told and dice.random() < 0.15 else next(titles)
            told = [*told[-2000:], title] if n % 8 == 0 else told
            out.write('"' + title.replace('"', '""') + f'","{day.month}/{day.day}/{day.year % 100}"\n')
    return path


def _titles(dice: random.Random, films: list[Film]) -> Iterator[str]:
    episodes = [_episodes(dice, show) for show in _shows(dice)]
    places = [0] * len(episodes)
    while True:
        if dice.random() < 0.6 / 0.85:
            show = min(int(dice.paretovariate(0.6)) - 1, len(episodes) - 1)
            yield episodes[show][places[show] % len(episodes[show])]
            places[show] += 1
        elif dice.random() < 0.85:
            yield films[min(int(dice.expovariate(1 / 2_500)), len(films) - 1)]["title"]
        else:
            yield f"{_phrase(dice, 2)} {_phrase(dice, 1)}s"


def _shows(dice: random.Random) -> list[str]:
    return list(dict.fromkeys(f"{_phrase(dice, 1)} of the {_phrase(dice, 1)}" for _ in range(400)))[:150]


def _episodes(dice: random.Random, show: str) -> list[str]:
    return [
        f"{show}: Season {season}: {_phrase(dice, 3)}"
        for season in range(1, dice.randrange(2, 9))
        for _ in range(dice.randrange(8, 23))
    ]


def _phrase(dice: random.Random, words: int) -> str:
    """Words that nobody has heard, of syllables that everybody has: titles of which each is another."""
    return " ".join("".join(dice.choices(_SYLLABLES, k=dice.choice((2, 3)))) for _ in range(words)).title()


_SYLLABLES = [
    *("ba", "ber", "da", "del", "en", "fa", "gor", "hal", "in", "ka", "lan", "mi", "mor", "na", "no", "or"),
    *("pa", "que", "ra", "ris", "sa", "sen", "ta", "ter", "ul", "va", "vel", "wa", "wen", "ya", "zo", "zu"),
]


if __name__ == "__main__":
    main()
