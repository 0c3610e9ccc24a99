"""The published protocols on MovieLens, from anybody's own copy of its files: for holding models against papers.

| protocol | after |
|---|---|
| ml1m | Liang 2018: four stars or more are likes; a tenth of the people (fold 1 of 10) are judges whom no model has met |
| ml100k | Microsoft's Recommenders: a quarter of each title's ratings judge; all count, whatever their stars |
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mediatheque.kit.errors import Invalid
from mediatheque.recommend.artifact import Artifact
from mediatheque.training import recipes
from mediatheque.training.candidates import Recipe
from mediatheque.training.catalogue import Catalogue
from mediatheque.training.contest import Contest, contest_of
from mediatheque.training.dataset import Dataset
from mediatheque.training.evaluating import Question
from mediatheque.training.expected_stars import Rated
from mediatheque.training.interactions import Interactions
from mediatheque.training.item_vectors import vectors_of
from mediatheque.training.judging import Judges, judges
from mediatheque.training.splits import Held, stratified, strong_generalisation

#: What somebody gave four stars or more they like, and who likes fewer than five titles is left out (Liang 2018).
LIKED, LEAST_LIKES = 4, 5
#: Of what trains on MovieLens-100K a tenth of each title's ratings chooses.
_CHOOSING_SEED = 43

Prepared = tuple[Contest, Judges, Question]


@dataclass(frozen=True, slots=True)
class Files:
    """Where a dataset is to be had, and its files."""

    name: str
    url: str
    ratings: str
    titles: str
    separator: str


ML1M = Files(
    "MovieLens-1M", "https://grouplens.org/datasets/movielens/1m/", "ratings.dat", "movies.dat", "::"
)
ML100K = Files("MovieLens-100K", "https://grouplens.org/datasets/movielens/100k/", "u.data", "u.item", "\t")


@dataclass(frozen=True, slots=True)
class MovieLens:
    """Its ratings in the order of the file; people and titles are numbered by rising id."""

    files: Files
    rated: Rated
    n_users: int
    n_items: int
    catalogue: Catalogue  # for the diversity of lists; models by these protocols learn from people alone
    sha256: str

    def rows(self, chosen: npt.NDArray[np.int64]) -> Interactions:
        """These ratings, all counting alike."""
        rated = self.rated.having(chosen)
        return Interactions.of(rated.users, rated.items, self.n_users, self.n_items, times=rated.times)


def prepare(protocol: str, folder: Path, k: int, champion: Artifact | None, threads: int) -> Prepared:
    """Everything fitted as the protocol says, and who judges. Raises Invalid saying what belongs into the folder."""
    wanted = {"ml1m": (ML1M, _ml1m), "ml100k": (ML100K, _ml100k)}
    files, how = wanted[protocol]
    return how(read_movielens(files, folder), k, champion, threads)


def read_movielens(files: Files, folder: Path) -> MovieLens:
    """GroupLens's files as they come, in the folder or in one inside it. Raises Invalid saying what is missing."""
    path = next(
        (p for p in (folder / files.ratings, *sorted(folder.glob(f"*/{files.ratings}"))) if p.is_file()), None
    )
    if path is None:
        raise Invalid(
            f"There is no {files.ratings} in {folder}. Get {files.name} from {files.url} (its licence is between "
            f"GroupLens and you), unpack it, and name its folder with --data"
        )
    written = path.read_bytes()
    users, items, stars, times = _columns(files, written.decode("latin-1"))
    user_ids, user = np.unique(users, return_inverse=True)
    item_ids, item = np.unique(items, return_inverse=True)
    genres = _genres(files, path.with_name(files.titles))
    return MovieLens(
        files,
        Rated(user.astype(np.int64), item.astype(np.int64), stars, times),
        len(user_ids),
        len(item_ids),
        _catalogue([genres.get(item_id, ()) for item_id in item_ids.tolist()]),
        hashlib.sha256(written).hexdigest(),
    )


def _ml1m(movies: MovieLens, k: int, champion: Artifact | None, threads: int) -> Prepared:
    liked = movies.rows(np.flatnonzero(movies.rated.stars >= LIKED))
    liked = liked.of_users(np.flatnonzero(liked.per_user >= LEAST_LIKES))
    if liked.n_users < 10:
        raise Invalid(f"{movies.files.ratings} holds fewer than 10 people with {LEAST_LIKES} likes each")
    fold = next(strong_generalisation(liked))
    train = Dataset(fold.train_users, fold.items, fold.train)
    also = [Recipe("tuned blend", "blend", recipes.MANY)]
    contest = contest_of(train, _judges(fold.validation), train, champion, threads=threads, also=also)
    question = _question(
        movies, "ml1m", k, champion, fold.items,
        "a tenth of the people judge by a fifth of what they like, another tenth chose; no model has met either "
        "(Liang 2018, fold 1 of 10)",
        "judges are people whom no model has met, so nobody can be told stars",
    )  # fmt: skip
    return contest, _judges(fold.test), question


def _ml100k(movies: MovieLens, k: int, champion: Artifact | None, threads: int) -> Prepared:
    rated = movies.rated
    train, test = stratified(rated.users, rated.items)
    fitted, chosen = stratified(rated.users[train], rated.items[train], share=0.9, seed=_CHOOSING_SEED)
    fit, validation, known, later = (
        _all_of(movies, rows) for rows in (train[fitted], train[chosen], train, test)
    )
    also = [Recipe("tuned blend", "blend", recipes.FEW)]
    contest = contest_of(fit, judges(fit, validation), known, champion, threads=threads, also=also)
    question = _question(
        movies, "ml100k", k, champion, known.item_ids,
        "a random quarter of each title’s ratings judges, whatever their stars; a tenth of the others chose "
        "(Microsoft Recommenders, seed 42)",
        (rated.having(train), rated.having(test)),
    )  # fmt: skip
    return contest, judges(known, later), question


def _question(
    movies: MovieLens,
    protocol: str,
    k: int,
    champion: Artifact | None,
    items: npt.NDArray[np.int64],
    split: str,
    ratings: tuple[Rated, Rated] | str,
) -> Question:
    vectors, likeness = vectors_of(movies.catalogue.of_items(items))
    return Question(
        protocol=protocol,
        split=split,
        k=k,
        of_all=protocol == "ml100k",
        data={
            "name": movies.files.name,
            "people": movies.n_users,
            "titles": movies.n_items,
            "events": len(movies.rated),
            "sha256": movies.sha256,
            "likeness": likeness,
        },
        vectors=vectors,
        champion=champion,
        ratings=ratings,
        notes=["the settings of “tuned blend” were chosen once, on validation users of this very data"],
    )


def _judges(held: Held) -> Judges:
    return Judges(held.shown, held.targets)


def _all_of(movies: MovieLens, rows: npt.NDArray[np.int64]) -> Dataset:
    return Dataset(np.arange(movies.n_users), np.arange(movies.n_items), movies.rows(rows))


def _columns(
    files: Files, text: str
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    rows: list[tuple[int, int, float, int]] = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            user, item, stars, time = line.split(files.separator)
            rows.append((int(user), int(item), float(stars), int(time)))
        except ValueError:
            raise Invalid(
                f"Line {number} of {files.ratings} is not a person, a title, stars and a time, parted by "
                f"{files.separator!r}; unpack {files.name} again"
            ) from None
    if not rows:
        raise Invalid(f"{files.ratings} is empty; unpack {files.name} again")
    users, items, stars, times = (np.array(part) for part in zip(*rows, strict=True))
    return users.astype(np.int64), items.astype(np.int64), stars.astype(np.float64), times.astype(np.int64)


def _genres(files: Files, path: Path) -> dict[int, tuple[int, ...]]:
    """The genres of each title by its id; none where the file of titles is not there."""
    if not path.is_file():
        return {}
    read: Callable[[str], tuple[int, tuple[str, ...]]] = _of_dat if files is ML1M else _of_item
    try:
        named = dict(read(line) for line in path.read_text("latin-1").splitlines() if line)
    except ValueError:
        raise Invalid(f"{path} is not GroupLens’s; unpack {files.name} again") from None
    numbers = {name: n for n, name in enumerate(sorted({name for names in named.values() for name in names}))}
    return {item: tuple(numbers[name] for name in names) for item, names in named.items()}


def _catalogue(genres: Sequence[Sequence[int]]) -> Catalogue:
    marks = np.zeros(
        (len(genres), 1 + max((number for those in genres for number in those), default=0)), np.float32
    )
    for row, those in zip(marks, genres, strict=True):
        row[list(those)] = 1
    return Catalogue(np.full(len(genres), np.nan), marks)


def _of_dat(line: str) -> tuple[int, tuple[str, ...]]:
    item, *_, genres = line.split("::")
    return int(item), tuple(genres.split("|"))


def _of_item(line: str) -> tuple[int, tuple[str, ...]]:
    """The last nineteen columns say of each genre whether the film is of it; the first of them is "unknown"."""
    columns = line.split("|")
    return int(columns[0]), tuple(str(n) for n, is_of_it in enumerate(columns[-18:]) if is_of_it == "1")
