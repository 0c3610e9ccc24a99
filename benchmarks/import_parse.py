"""How fast histories are read into records, and in how much memory: `make bench NAME=import-parse`.

Writes a Netflix history of 300,000 rows and a YouTube watch history of 300,000 entries, and reads each in
a process of its own. Rows per second count the records' making but no database. Memory is the growth of
the process's peak from just before reading; it must not depend on the file's length, so each history
is read at a tenth of its length too.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

ROWS = 300_000
ROUNDS = 3
_WORDS = [
    "river",
    "night",
    "garden",
    "signal",
    "paper",
    "winter",
    "harbour",
    "mirror",
    "engine",
    "orchard",
    "letter",
    "island",
    "copper",
    "storm",
]


def main() -> None:
    if len(sys.argv) == 3:
        measure(sys.argv[1], Path(sys.argv[2]))
        return
    with tempfile.TemporaryDirectory() as folder:
        netflix = write_netflix(Path(folder, "NetflixViewingHistory.csv"), ROWS)
        youtube = write_youtube(Path(folder, "watch-history.json"), ROWS)
        short_netflix = write_netflix(Path(folder, "short.csv"), ROWS // 10)
        short_youtube = write_youtube(Path(folder, "short.json"), ROWS // 10)
        results = {
            name: [in_own_process(name, path) for _ in range(ROUNDS)]
            for name, path in (("netflix", netflix), ("youtube", youtube))
        }
        small = {
            "netflix": in_own_process("netflix", short_netflix),
            "youtube": in_own_process("youtube", short_youtube),
        }
    for name, rounds in results.items():
        speeds = ", ".join(f"{r['rows_per_s']:,.0f}" for r in rounds)
        peak = max(r["peak_rss_mb"] for r in rounds)
        print(
            f"{name}: {speeds} rows/s; peak growth {peak:.1f} MB, at a tenth of the rows "
            f"{small[name]['peak_rss_mb']:.1f} MB"
        )
    print(
        json.dumps(
            {
                "netflix_rows_per_s": round(max(r["rows_per_s"] for r in results["netflix"])),
                "youtube_rows_per_s": round(max(r["rows_per_s"] for r in results["youtube"])),
                "peak_rss_mb": round(max(r["peak_rss_mb"] for rounds in results.values() for r in rounds), 1),
            }
        )
    )


def in_own_process(name: str, path: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, __file__, name, str(path)], check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def measure(name: str, path: Path) -> None:
    """Read the file once; print rows per second and the growth of the peak memory."""
    import resource

    from mediatheque.importers import Options, importer
    from mediatheque.kit.files import Upload
    from mediatheque.vocabulary import Record

    reader = importer(name)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with Upload.open(path) as upload:
        assert reader.recognises(upload)
        started = time.perf_counter()
        records = rows = 0
        for row in reader.read(upload, Options()):
            rows += 1
            records += isinstance(row, Record)
        seconds = time.perf_counter() - started
    if records < rows * 0.95:
        raise SystemExit(f"only {records} of {rows} rows became records")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    print(json.dumps({"rows_per_s": rows / seconds, "peak_rss_mb": (peak - before) / unit}))


def write_netflix(path: Path, rows: int) -> Path:
    """Three quarters episodes of 2,000 shows, the rest films; newest first, month-first dates."""
    dice = random.Random(1)
    with path.open("w", encoding="utf-8") as out:
        out.write("Title,Date\n")
        for n in range(rows):
            day = date(2025, 11, 30) - timedelta(days=n * 6_500 // rows)
            out.write(f'"{_netflix_title(dice)}","{day.month}/{day.day}/{day.year % 100}"\n')
    return path


def _netflix_title(dice: random.Random) -> str:
    if dice.random() < 0.25:
        return f"{_phrase(dice)} {dice.randrange(400)}"
    show = f"The {_WORDS[dice.randrange(14)].title()} {dice.randrange(150)}"
    episode = f"{_phrase(dice)} {dice.randrange(30)}"
    return f"{show}: Season {dice.randrange(1, 9)}: {episode}"


def write_youtube(path: Path, rows: int) -> Path:
    """Takeout's watch-history.json: indented, newest first, mostly YouTube, some YouTube Music."""
    with path.open("w", encoding="utf-8") as out:
        out.write("[")
        for n, entry in enumerate(_youtube_entries(rows)):
            out.write(("," if n else "") + json.dumps(entry, indent=2, ensure_ascii=False))
        out.write("]")
    return path


def _youtube_entries(rows: int) -> Iterator[dict[str, object]]:
    dice = random.Random(2)
    newest = datetime(2025, 11, 30, 12, tzinfo=UTC)
    alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
    for n in range(rows):
        at = newest - timedelta(seconds=n * 997, milliseconds=dice.randrange(1000))
        video = "".join(dice.choices(alphabet, k=11))
        channel = dice.randrange(3_000)
        product = "YouTube Music" if dice.random() < 0.15 else "YouTube"
        yield {
            "header": product,
            "title": f"Watched {_phrase(dice)} {dice.randrange(9_999)}",
            "titleUrl": f"https://www.youtube.com/watch?v={video}",
            "subtitles": [
                {"name": f"Channel {channel}", "url": f"https://www.youtube.com/channel/UC{channel:022d}"}
            ],
            "time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "products": ["YouTube"],
            "activityControls": ["YouTube watch history"],
        }


def _phrase(dice: random.Random) -> str:
    return " ".join(dice.choice(_WORDS) for _ in range(3)).title()


if __name__ == "__main__":
    main()
