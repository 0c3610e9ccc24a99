"""An archive of the recordings in data/ask, and the questions that were written about them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import catalogue_30k as catalogue

from mediatheque.archive.passages import passages_in
from mediatheque.archive.queries.media import NewMedia, add_media
from mediatheque.archive.queries.passages import passage_texts, save_passages
from mediatheque.archive.queries.speakers import FoundSpeaker, set_speakers
from mediatheque.archive.queries.transcript import Line, lines_of, save_transcript
from mediatheque.archive.sentences import sentences_of
from mediatheque.kit.database import Connection, Database
from mediatheque.library.queries.users import add_user
from mediatheque.stores.vectors import EmbeddedPassage, store
from mediatheque.tools.embedder import Embedder

DATA = Path(__file__).parent / "data" / "ask"


@dataclass(frozen=True)
class Question:
    """A question, and where its answer is said: the recording and the milliseconds; none when nobody says it."""

    text: str
    media_id: int | None
    start_ms: int = 0
    end_ms: int = 0
    has: str = ""


@dataclass(frozen=True)
class Archive:
    """An archive, whose it is, and what is asked of it."""

    database: Database
    viewer: int
    questions: tuple[Question, ...]


@contextmanager
def archive(part: str, embedder: Embedder | None) -> Iterator[Archive]:
    """The recordings of "development" or "test" in a database of their own, cut and embedded as the steps do it."""
    with catalogue.empty_library() as database:
        with database.transaction() as db:
            viewer = add_user(db, "Ada").id
            lines = {path.stem: _add(db, viewer, path) for path in sorted((DATA / part).glob("*.json"))}
            if embedder is not None:
                _embed(db, [media_id for media_id, _ in lines.values()], embedder)
        written = (DATA / f"{part}.jsonl").read_text().splitlines()
        yield Archive(database, viewer, tuple(_question(json.loads(row), lines) for row in written))


def _add(db: Connection, viewer: int, path: Path) -> tuple[int, list[Line]]:
    recording = json.loads(path.read_text())
    media_id, _ = add_media(
        db, NewMedia(user_id=viewer, origin="file", given=path.name, title=recording["title"])
    )
    speakers = list(dict.fromkeys(row[2] for row in recording["lines"]))
    spoken = [
        Line(
            position=n, start_ms=start, end_ms=end, text=text, machine_text=text, speaker=speakers.index(who)
        )
        for n, (start, end, who, text) in enumerate(recording["lines"])
    ]
    save_transcript(db, media_id, spoken, origin="captions", language="en")
    set_speakers(
        db, media_id, [FoundSpeaker(number=n, speaking_ms=1, name=name) for n, name in enumerate(speakers)]
    )
    kept = lines_of(db, media_id)
    save_passages(db, media_id, passages_in(sentences_of(kept)))
    return media_id, kept


def _embed(db: Connection, media_ids: list[int], embedder: Embedder) -> None:
    vectors = store()
    model_id = vectors.ensure_model(db, embedder.name, embedder.dimensions)
    for media_id in media_ids:
        texts = passage_texts(db, media_id)
        rows = embedder.embed([text for _, text in texts])
        vectors.put_passages(
            db, model_id, [EmbeddedPassage(n, row) for (n, _), row in zip(texts, rows, strict=True)]
        )


def _question(row: dict[str, str | None], lines: dict[str, tuple[int, list[Line]]]) -> Question:
    asked = str(row["question"])
    if row["recording"] is None:
        return Question(asked, None)
    media_id, spoken = lines[str(row["recording"])]
    [said] = [line for line in spoken if str(row["has"]) in line.text]
    return Question(asked, media_id, said.start_ms, said.end_ms, str(row["has"]))
