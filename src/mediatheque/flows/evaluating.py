"""From events to a page that says which model is how good for whom: read, try, judge, keep the last evaluations."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import mediatheque
from mediatheque.flows.training import check_libraries
from mediatheque.kit.database import Connection, Database
from mediatheque.kit.errors import Invalid
from mediatheque.recommend.artifact import Artifact
from mediatheque.recommend.evaluations import SCHEMA, evaluation_ids
from mediatheque.recommend.opinions import Opinions
from mediatheque.recommend.registries import Registry
from mediatheque.training import public_protocols
from mediatheque.training.contest import LEAST_JUDGES, Parts, Split, split_of, too_little, try_models, usual
from mediatheque.training.dataset import Dataset, read
from mediatheque.training.evaluating import Evaluation, Question, evaluate
from mediatheque.training.expected_stars import read_with_ratings
from mediatheque.training.item_vectors import vectors_of
from mediatheque.training.judging import judges
from mediatheque.training.queries import Watermark, watermark
from mediatheque.training.titles import read_titles

#: Called with what is done next, in words.
OnStep = Callable[[str], None]

#: Protocols on the library's own data, and published ones on somebody's copy of theirs.
OWN, PUBLIC = ("time", "last"), ("ml1m", "ml100k")
#: Lists are judged by their first ten places, as far as a protocol has no other custom.
PLACES = {"ml1m": 100}
#: So many evaluations are kept.
KEPT = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: an evaluation as JSON holds it, or why there is none."""

    why_not: str | None = None
    evaluation: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What one snapshot of the library holds for an evaluation."""

    parts: Parts
    question: Question


def evaluate_library(
    database: Database,
    registry: Registry,
    protocol: str,
    *,
    k: int = 10,
    opinions: Opinions | None = None,
    now: datetime | None = None,
    threads: int = 1,
    embedder: str | None = None,
    on_step: OnStep = lambda step: None,
) -> Outcome:
    """Judge every model on the library's own data, by global time or by the last of each person. Raises Unavailable
    where the training libraries are not installed."""
    check_libraries("jinja2", "matplotlib")
    opinions, now = opinions or Opinions(), now or datetime.now(UTC)
    began = time.monotonic()
    champion, notes = _champion(registry)
    on_step("Reading what people did")
    with database.transaction() as db:
        # One snapshot: what is told meanwhile must not be in one part and missing in another.
        db.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        told = _told(db, protocol, k, opinions, now, champion, notes, embedder)
    if isinstance(told, str):
        return Outcome(why_not=told)
    parts = told.parts
    on_step("Trying models")
    contest = try_models(parts.fit, parts.validation, parts.known, champion, threads=threads)
    on_step("Judging them")
    found = evaluate(contest, judges(contest.known, parts.test), told.question)
    return Outcome(evaluation=_as_json(found, now, time.monotonic() - began))


def evaluate_public(
    registry: Registry,
    protocol: str,
    folder: Path | None,
    *,
    k: int | None = None,
    now: datetime | None = None,
    threads: int = 1,
    on_step: OnStep = lambda step: None,
) -> Outcome:
    """Judge every model by a published protocol. Raises Invalid saying what belongs into the folder."""
    check_libraries("jinja2", "matplotlib")
    began = time.monotonic()
    if folder is None:
        files = public_protocols.ML1M if protocol == "ml1m" else public_protocols.ML100K
        raise Invalid(
            f"{protocol} needs your own copy of {files.name}: get it from {files.url}, unpack it, and name the "
            f"folder with {files.ratings} in it: mediatheque evaluate --protocol {protocol} --data FOLDER"
        )
    champion, _ = _champion(registry)
    on_step("Trying models")
    places = k or PLACES.get(protocol, 10)
    contest, by, question = public_protocols.prepare(protocol, folder, places, champion, threads)
    on_step("Judging them")
    found = evaluate(contest, by, question)
    return Outcome(evaluation=_as_json(found, now or datetime.now(UTC), time.monotonic() - began))


def keep(folder: Path, found: Mapping[str, Any]) -> Mapping[str, Any]:
    """The evaluation with its number, kept as JSON and as a page; of the oldest no more than KEPT stay."""
    from mediatheque.training.report import page

    with _turn(folder):
        numbered = {"id": max(evaluation_ids(folder), default=0) + 1, **found}
        # The page first: what is listed is whole.
        _put(folder / f"{numbered['id']}.html", page(numbered))
        _put(folder / f"{numbered['id']}.json", json.dumps(numbered, ensure_ascii=False, allow_nan=False))
        for old in evaluation_ids(folder)[KEPT:]:
            (folder / f"{old}.json").unlink()
            (folder / f"{old}.html").unlink(missing_ok=True)
    return numbered


def _told(
    db: Connection,
    protocol: str,
    k: int,
    opinions: Opinions,
    now: datetime,
    champion: Artifact | None,
    notes: list[str],
    embedder: str | None,
) -> Told | str:
    """Everything that is read, or why there is too little."""
    mark = watermark(db)
    split = split_of(db, by_time=protocol == "time")
    if split is None:
        return (
            "the library’s events have too few dates to part what came before from what came after; " + _OTHER
        )
    known, before = read_with_ratings(db, split.train, opinions, now)
    test, after = read_with_ratings(db, split.test, opinions, now)
    if why_not := too_little(known):
        return why_not
    fit, validation = (read(db, part, opinions, now) for part in (split.fit, split.validation))
    parts = Parts(fit, validation, known, test)
    if why_not := _too_few_judges(parts, split, protocol):
        return why_not
    # Columns go by what was known before anybody judged: a title must not be there because it would be liked later.
    titles = read_titles(db, usual(known).item_ids, embedder)
    vectors, likeness = vectors_of(titles.catalogue)
    question = Question(
        protocol=protocol,
        split=split.why,
        k=k,
        data={**_about(mark, usual(known)), "columns": len(titles.item_ids), "likeness": likeness},
        vectors=vectors,
        unknown_share=_unknown_share(test, titles.item_ids),
        champion=champion,
        ratings=(before, after),
        notes=notes,
    )
    return Told(replace(parts, fit=titles.columns_of(fit), known=titles.columns_of(known)), question)


_OTHER = "places in histories do without: mediatheque evaluate --protocol last"


def _too_few_judges(parts: Parts, split: Split, protocol: str) -> str | None:
    """Why nobody can judge, and what it takes."""
    choosing, judging = len(parts.choosing()), len(parts.judging())
    if min(choosing, judging) >= LEAST_JUDGES:
        return None
    people = (
        f"{judging} people can judge and {choosing} can choose ({split.why}); it takes {LEAST_JUDGES} of each"
    )
    if protocol == "time":
        return f"{people}, with something they liked before and something new that they liked after; {_OTHER}"
    return f"{people}, with eight titles or more"


def _about(mark: Watermark, known: Dataset) -> Mapping[str, Any]:
    return {
        "name": "this library",
        "people": len(known.user_ids),
        "titles": len(known.item_ids),
        "likes": len(known.likes),
        "events": mark.events,
        "last_event": mark.last_id,
        "last_at": mark.last_at.isoformat() if mark.last_at else None,
    }


def _unknown_share(test: Dataset, items: npt.NDArray[np.int64]) -> float:
    """Of what was liked later, the share of titles that no model was made for."""
    chosen = test.likes.items
    return float((~np.isin(test.item_ids[chosen], items)).mean()) if len(chosen) else 0.0


def _champion(registry: Registry) -> tuple[Artifact | None, list[str]]:
    """The champion; where it cannot be read, none and a note why."""
    try:
        return registry.champion(), []
    except Invalid as error:
        return None, [f"the champion was refused: {error}"]


def _as_json(found: Evaluation, now: datetime, took_s: float) -> Mapping[str, Any]:
    return {
        "schema": SCHEMA,
        "made_at": now.isoformat(),
        "code_version": mediatheque.__version__,
        "took_s": round(took_s, 1),
        **asdict(found),
    }


@contextmanager
def _turn(folder: Path) -> Generator[None]:
    """One process numbers and clears at a time; the kernel ends the turn of one that is killed."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left in folder.glob(".unfinished-*"):
            left.unlink()
        yield


def _put(path: Path, text: str) -> None:
    """Written beside and renamed when the disk has it: nobody ever reads half a file."""
    beside = path.with_name(f".unfinished-{path.name}")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
