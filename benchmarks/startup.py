"""How soon the command line is there: `make bench NAME=startup`.

`help_s` is `mediatheque --help`, the median of nine runs after two that warm the disk cache. `demo_again_s` is
`mediatheque demo` on a library that has it already, the median of three runs; its database is stopped before
each, so that starting it counts. The first demo, which loads and embeds the catalogue, is told on the way.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HELP_RUNS, DEMO_RUNS = 9, 3
#: The embedded database outlives its last user by three seconds.
UNTIL_STOPPED_S = 5.0


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("MEDIATHEQUE_")
        }
        environment |= {"MEDIATHEQUE_DATA_DIR": str(Path(folder, "data")), "COLUMNS": "100"}
        seconds("--help", environment=environment)
        seconds("--help", environment=environment)
        help_s = [seconds("--help", environment=environment) for _ in range(HELP_RUNS)]
        print(f"--help: {', '.join(f'{s:.3f}' for s in help_s)} s", flush=True)
        first = seconds("demo", environment=environment)
        print(f"the first demo: {first:.1f} s", flush=True)
        demo_s: list[float] = []
        for _ in range(DEMO_RUNS):
            time.sleep(UNTIL_STOPPED_S)
            demo_s.append(seconds("demo", environment=environment))
        print(f"the demo again: {', '.join(f'{s:.1f}' for s in demo_s)} s", flush=True)
        time.sleep(UNTIL_STOPPED_S)
    figures = {
        "help_s": round(statistics.median(help_s), 3),
        "demo_again_s": round(statistics.median(demo_s), 2),
    }
    print(json.dumps(figures))


def seconds(*arguments: str, environment: dict[str, str]) -> float:
    """How long a run of the command line takes; a run that fails ends the benchmark."""
    began = time.perf_counter()
    done = subprocess.run(
        [Path(sys.executable).with_name("mediatheque"), *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"mediatheque {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr}")
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
