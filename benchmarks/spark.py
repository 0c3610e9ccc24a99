"""Spark on this machine against fitting here: seconds, memory and quality of ALS; the last line is one JSON object.

Both find the same number of factors (FACTORS=128) with the settings that `mediatheque train` would use, in the made-up
matrix of the benchmark `train` (ML-20M's size; SIZE=0.1 makes it a tenth in each direction). A fifth of what 5,000
people like is kept from both and looked for: `…_ndcg_at_100`. `…_s` is fitting, Spark's start included; `…_cpu_s` the processor time of it, whatever else runs.
`…_gb` is the most memory that the process, with Java where there is one, held meanwhile: the matrix, the model and
all in between. Spark runs as local[THREADS] (2).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import replace

import numpy as np
import psutil
import train

from mediatheque.recommend.models import Arrays, ials
from mediatheque.training import metrics
from mediatheque.training.candidates import Recipe
from mediatheque.training.engines import Means, opened
from mediatheque.training.engines.spark import USUAL
from mediatheque.training.interactions import Interactions
from mediatheque.training.splits import Held, hold_out

FACTORS = int(os.environ.get("FACTORS", "128"))
JUDGES, PLACES, BATCH = 5_000, 100, 500
RECIPES = {
    "here": Recipe("ials", "ials", ials.Config(dimensions=FACTORS)),
    "spark": Recipe("spark-als", "ials", replace(USUAL, dimensions=FACTORS)),
}
MEANS = Means(threads=train.THREADS, master=f"local[{train.THREADS}]")


def main() -> None:
    if len(sys.argv) > 1:
        print(json.dumps(measured(sys.argv[1])))
        return
    figures: dict[str, float] = {}
    for name in RECIPES:
        # Each in a process of its own: memory that one held must not count for the other.
        run = subprocess.run([sys.executable, __file__, name], stdout=subprocess.PIPE, text=True, check=True)
        figures |= json.loads(run.stdout.splitlines()[-1])
        print(run.stdout.strip(), flush=True)
    print(json.dumps(figures))


def measured(name: str) -> dict[str, float]:
    """One engine's figures."""
    size = train.SIZE
    whole = train.made_up(int(train.PEOPLE * size), int(train.TITLES * size), int(train.LIKES * size))
    seen, held = parted(whole)
    del whole
    recipe = RECIPES[name]
    with opened(name, MEANS) as engine, Peak() as peak:
        began = time.perf_counter()
        arrays = engine.fit(recipe, seen)
        took = time.perf_counter() - began
    return {
        "people": seen.n_users,
        "titles": seen.n_items,
        "likes": len(seen),
        f"{name}_s": round(took, 1),
        f"{name}_cpu_s": round(peak.cpu_s, 1),
        f"{name}_gb": round(peak.bytes / 1e9, 2),
        f"{name}_ndcg_at_100": round(ndcg(arrays, recipe.config, held), 4),
    }


def parted(whole: Interactions) -> tuple[Interactions, Held]:
    """What is learned from: all but a fifth of what some people like, which is to be found."""
    rng = np.random.default_rng(1)
    judges = np.sort(rng.choice(whole.n_users, min(JUDGES, whole.n_users // 5), replace=False))
    held = hold_out(whole, judges, 0.8, rng)
    wanted = held.users[held.targets.users] * whole.n_items + held.targets.items
    entries = whole.users.astype(np.int64) * whole.n_items + whole.items
    return whole.having(~np.isin(entries, wanted)), held


def ndcg(arrays: Arrays, config: ials.Config, held: Held) -> float:
    """NDCG@100 of the whole catalogue ranked, what they have left out."""
    values: list[float] = []
    for start in range(0, len(held.users), BATCH):
        rows = np.arange(start, min(start + BATCH, len(held.users)))
        shown, targets = held.shown.of_users(rows), held.targets.of_users(rows)
        scores = ials.score(arrays, config, shown.histories())
        scores[shown.users, shown.items] = -np.inf
        hits = metrics.hits(metrics.top(scores, PLACES), targets.starts, targets.items, targets.n_items)
        values += metrics.ndcg(hits, targets.per_user, PLACES).tolist()
    return float(np.mean(values))


class Peak:
    """The most memory that this process and its children held inside a `with` block, and what time they computed."""

    def __enter__(self) -> Peak:
        self.bytes, self.cpu_s, self._is_over = 0, -self._computed_s(), threading.Event()
        self._looking = threading.Thread(target=self._look)
        self._looking.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._looking.join()
        self.cpu_s += self._computed_s()

    @staticmethod
    def _computed_s() -> float:
        me = psutil.Process()
        times = [process.cpu_times() for process in (me, *me.children(recursive=True))]
        return sum(one.user + one.system for one in times)

    def _look(self) -> None:
        me = psutil.Process()
        while not self._is_over.wait(0.1):
            held = 0
            for process in (me, *me.children(recursive=True)):
                try:
                    held += process.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            self.bytes = max(self.bytes, held)


if __name__ == "__main__":
    main()
