"""An archive of 200,000 passages of six people, made up as archives are, for the benchmark `passages`.

Vectors lie around topics and, within them, around recordings, with most of their variety in a few directions, as those
of texts do: uniform ones would make every search a search among equals. Words follow Zipf's law, and a topic has words
of its own. Embedding as many real texts would take half an hour. The database is kept in `benchmarks/results/`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from sqlalchemy import text

from mediatheque.kit.database import Connection, Database, driver_connection
from mediatheque.kit.postgres import EmbeddedServer
from mediatheque.stores.vectors import store
from mediatheque.wiring import prepare

RESULTS = Path(__file__).parent / "results"
MODEL, DIMENSIONS = "made up", 384
#: What part of all passages is whose. The last one must find hers among a hundred times as many of others.
SHARES = {"Ada": 0.5, "Ben": 0.25, "Cleo": 0.14, "Dan": 0.07, "Eve": 0.03, "Finn": 0.01}
EACH = 50  # passages a recording
TOPICS, TAGS = 300, 200
WORDS, OWN_WORDS = 60_000, 300  # of the language; of a topic
LENGTH = 90  # words of a passage
_VERSION = 2


@dataclass(frozen=True)
class Archive:
    """What was made: a row of each a passage, whose number is its row's plus one."""

    vectors: np.ndarray  # unit, half floats
    topics: np.ndarray
    vocabulary: list[str]

    @property
    def count(self) -> int:
        return len(self.vectors)


@contextmanager
def opened(count: int) -> Iterator[tuple[Database, Archive]]:
    """The archive in a database, made when it is not there yet: three minutes for all of it."""
    folder = RESULTS / f"passages-{count}-{_VERSION}"
    folder.mkdir(parents=True, exist_ok=True)
    archive = made_up(count)
    with EmbeddedServer.open(folder / "postgres", linger_s=0.2) as server:
        database = Database(server.url)
        prepare(database)
        try:
            for done, (name, stage) in enumerate(_STAGES.items()):
                if not (folder / name).exists():
                    started = time.monotonic()
                    stage(database, archive)
                    (folder / name).touch()
                    print(
                        f"{done + 1}/{len(_STAGES)} {name}: {time.monotonic() - started:.0f} s",
                        file=sys.stderr,
                    )
            yield database, archive
        finally:
            database.close()


def made_up(count: int) -> Archive:
    """The same in every run."""
    rng = np.random.default_rng(200)
    recording = np.arange(count) // EACH
    topic_of_recording = rng.integers(TOPICS, size=(recording[-1] + 1, 2))
    # A recording keeps to its first topic for most of the time.
    topics = np.where(
        rng.random(count) < 0.75, topic_of_recording[recording, 0], topic_of_recording[recording, 1]
    )
    # Directions matter less and less, as in the spectra of sentence embeddings.
    spectrum = (1.0 / np.sqrt(1 + np.arange(DIMENSIONS))).astype(np.float32)
    turn = np.linalg.qr(rng.normal(size=(DIMENSIONS, DIMENSIONS)))[0].astype(np.float32)

    def directions(n: int) -> np.ndarray:
        some = (rng.standard_normal((n, DIMENSIONS), np.float32) * spectrum) @ turn
        return some / np.linalg.norm(some, axis=1, keepdims=True)

    centres, offsets = directions(TOPICS), directions(recording[-1] + 1)
    vectors = np.empty((count, DIMENSIONS), np.float16)
    for start in range(0, count, 20_000):
        rows = slice(start, min(count, start + 20_000))
        some = centres[topics[rows]] + 0.5 * offsets[recording[rows]] + 0.7 * directions(rows.stop - start)
        vectors[rows] = some / np.linalg.norm(some, axis=1, keepdims=True)
    return Archive(vectors, topics, vocabulary())


def vocabulary() -> list[str]:
    """Words of one to four syllables, the shorter the more frequent."""
    syllables = [
        c + v
        for c in [
            "b",
            "d",
            "f",
            "g",
            "h",
            "k",
            "l",
            "m",
            "n",
            "p",
            "r",
            "s",
            "t",
            "v",
            "w",
            "z",
            "br",
            "tr",
            "st",
            "pl",
        ]
        for v in ["a", "e", "i", "o", "u", "ai"]
    ]
    n = len(syllables)
    words = list(syllables)
    for place in range(WORDS - len(words)):
        length = 2 if place < 5_000 else 3
        digits = [(place * 7919 + 31 * k * place) // n**k % n for k in range(length)]
        words.append("".join(syllables[d] for d in digits) + (str(place) if place >= 40_000 else ""))
    return words


def passage_words(archive: Archive, row: int) -> list[str]:
    """What is said in a passage: a fifth of it in words of its topic."""
    rng = np.random.default_rng(10_000 + row)
    length = int(np.clip(rng.lognormal(np.log(LENGTH), 0.4), 20, 250))
    own = _topic_words(int(archive.topics[row]))
    common = np.searchsorted(_LANGUAGE, rng.random(length))
    telling = own[np.searchsorted(_TOPIC, rng.random(length))]
    return [archive.vocabulary[i] for i in np.where(rng.random(length) < 0.2, telling, common)]


@cache
def _topic_words(topic: int) -> np.ndarray:
    """Numbers of the words that are a topic's own; the most frequent words of the language are nobody's."""
    return np.random.default_rng(topic).integers(400, WORDS, size=OWN_WORDS)


def _zipf(count: int) -> np.ndarray:
    """How much of all that is said is one of the first n words (Zipf's law, with Mandelbrot's shift)."""
    shares = 1.0 / (np.arange(count) + 2.7)
    return np.cumsum(shares / shares.sum()).clip(max=1.0)


_LANGUAGE, _TOPIC = _zipf(WORDS), _zipf(OWN_WORDS)


# ---- stages, each kept ---------------------------------------------------------------------------


def _people_and_recordings(database: Database, archive: Archive) -> None:
    """Six people, their recordings in turns, tags, voices and links."""
    with database.transaction() as db:
        db.execute(text("TRUNCATE users, media, tags, voices RESTART IDENTITY CASCADE"))
        db.execute(
            text(
                "INSERT INTO users (name, role) SELECT name, 'member' FROM unnest(CAST(:names AS text[])) AS name"
            ),
            {"names": list(SHARES)},
        )
        recordings = -(-archive.count // EACH)
        rng = np.random.default_rng(1)
        users = 1 + rng.choice(len(SHARES), p=list(SHARES.values()), size=recordings)
        db.execute(
            text("""
                INSERT INTO media (user_id, origin, link, given, found, language, added_at)
                SELECT u, CASE n % 5 WHEN 0 THEN 'file' ELSE 'link' END,
                    CASE WHEN n % 5 > 2 THEN 'https://www.youtube.com/watch?v=' || lpad(n::text, 11, 'a')
                         WHEN n % 5 > 0 THEN 'https://radio' || n % 40 || '.example.org/' || n || '.mp3' END,
                    'recording ' || n,
                    jsonb_build_object('title', 'Recording ' || n, 'published_at',
                        (timestamp '2015-01-01' + n * 37 % 3650 * interval '1 day')::date::text),
                    CASE n % 10 WHEN 0 THEN 'fr' ELSE 'en' END,
                    timestamptz '2024-01-01' + n * interval '500 days' / :recordings
                FROM unnest(CAST(:users AS int[])) WITH ORDINALITY AS given (u, n) ORDER BY n
            """),
            {"users": users.tolist(), "recordings": recordings},
        )
        for statement in (
            "INSERT INTO tags (user_id, name) SELECT u.id, 'tag' || n FROM users u, generate_series(1, :tags) AS n",
            # A few tags are on many recordings: the square of chance.
            """INSERT INTO media_tags (media_id, tag_id, by)
               SELECT m.id, t.id, 'machine' FROM media m CROSS JOIN generate_series(1, 4) AS k
               JOIN tags t ON t.user_id = m.user_id
                   AND t.name = 'tag' || (1 + floor(:tags * power((hashint8(m.id * 7 + k) & 65535) / 65536.0, 2)))::int
               ON CONFLICT DO NOTHING""",
            "INSERT INTO voices (user_id, name) SELECT u.id, 'Voice ' || n FROM users u, generate_series(1, 60) AS n",
            """INSERT INTO media_speakers (media_id, number, voice_id)
               SELECT m.id, k, v.id FROM media m CROSS JOIN generate_series(0, 1) AS k
               JOIN voices v ON v.name = 'Voice ' || (1 + k * 5 + m.id * 7 / 3 % (5 + 50 * k))
               WHERE v.user_id = m.user_id""",
        ):
            db.execute(text(statement), {"tags": TAGS} if ":tags" in statement else {})


def _passages(database: Database, archive: Archive) -> None:
    """Ten seconds each, two people in turns; indexed at the end, which is faster and the same."""
    with database.transaction() as db:
        db.execute(text("DELETE FROM passages"))
        definition = _without_index(db, "ix_passages_search")
        db.execute(text("CREATE TEMP TABLE given (id bigint, text text) ON COMMIT DROP"))
        with driver_connection(db).cursor().copy("COPY given FROM STDIN") as copy:
            for row in range(archive.count):
                copy.write_row((row + 1, " ".join(passage_words(archive, row))))
        db.execute(
            text("""
                INSERT INTO passages (id, media_id, user_id, position, start_ms, end_ms, speaker, text, search)
                OVERRIDING SYSTEM VALUE
                SELECT g.id, m.id, m.user_id, (g.id - 1) % :each, (g.id - 1) % :each * 10000,
                    (g.id - 1) % :each * 10000 + 9500, (g.id / 3) % 2, g.text, to_tsvector('mediatheque', g.text)
                FROM given g JOIN media m ON m.id = (g.id - 1) / :each + 1
            """),
            {"each": EACH},
        )
        db.execute(text(definition))


def _vectors(database: Database, archive: Archive) -> None:
    """As PostgreSQL's binary COPY has them."""
    with database.transaction() as db:
        store().forget_model(db, MODEL)
        model = store().ensure_model(db, MODEL, DIMENSIONS)
        definition = _without_index(db, f"ix_passage_embeddings_hnsw_{model}")
        row = np.dtype(
            [
                ("fields", ">i2"),
                ("model_length", ">i4"),
                ("model", ">i2"),
                ("id_length", ">i4"),
                ("id", ">i8"),
                ("vector_length", ">i4"),
                ("dimensions", ">i2"),
                ("unused", ">i2"),
                ("vector", ">f2", DIMENSIONS),
            ]
        )
        with (
            driver_connection(db)
            .cursor()
            .copy("COPY passage_embeddings (model_id, passage_id, vector) FROM STDIN BINARY") as copy
        ):
            copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8))
            for start in range(0, archive.count, 5_000):
                some = np.zeros(len(archive.vectors[start : start + 5_000]), row)
                some["fields"], some["model_length"], some["id_length"] = 3, 2, 8
                some["model"], some["id"] = model, np.arange(start, start + len(some)) + 1
                some["vector_length"], some["dimensions"] = 4 + 2 * DIMENSIONS, DIMENSIONS
                some["vector"] = archive.vectors[start : start + 5_000]
                copy.write(some.tobytes())
            copy.write(b"\xff\xff")
        db.execute(text("SET LOCAL maintenance_work_mem = '1GB'"))
        db.execute(text(definition))


def _settled(database: Database, archive: Archive) -> None:
    """As autovacuum leaves it a minute after a load."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.execute(text("VACUUM ANALYZE"))


def _without_index(db: Connection, index: str) -> str:
    definition = db.execute(
        text("SELECT indexdef FROM pg_indexes WHERE indexname = :index"), {"index": index}
    ).scalar_one()
    db.execute(text(f"DROP INDEX {index}"))
    return definition


_STAGES = {
    "recordings": _people_and_recordings,
    "passages": _passages,
    "vectors": _vectors,
    "settled": _settled,
}
