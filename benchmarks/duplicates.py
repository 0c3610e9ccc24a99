"""Whether recordings that are here already are recognised: `make bench NAME=duplicates`; `--small` for a tenth of it.

Recordings made on the spot are encoded, cut, made louder or softer and given intros, and each such copy is looked up
among all of them and 10,000 synthetic ones in a real PostgreSQL. `recall` is how many copies are found to be the same as
their original, of those that are by the rule: a bit error rate of at most 0.10 over at least 60 frames, measured where the
original is known to lie in the copy. `false_same` is how many pairs of different recordings are found to be the same, and
how many copies are found to be another recording's. `lookup_ms` is the median of finding candidates and comparing them.
Fingerprints are kept in `results/`, so a second run only looks up and compares.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from _sounds import RATE, Samples, chords, music, over, rain, speech
from sqlalchemy import text

import mediatheque.archive.fingerprints as rule
from mediatheque.archive.fingerprints import (
    FRAMES_PER_S,
    LEAST_FRAMES,
    SAMPLE,
    Fingerprint,
    Sample,
    compare,
    sample,
)
from mediatheque.archive.queries.fingerprints import candidates, fingerprints_of, save_fingerprint
from mediatheque.archive.queries.media import NewMedia, add_media
from mediatheque.kit.database import Connection, Database, driver_connection
from mediatheque.kit.postgres import EmbeddedServer
from mediatheque.library.queries.users import add_user
from mediatheque.vocabulary import Verdict
from mediatheque.wiring import prepare

RESULTS = Path(__file__).parent / "results"
COPIES_EACH = 6
#: Other copies than those kept in `results/`: another number.
MADE = b"1"
#: Of a synthetic index: three minutes to an hour.
SHORTEST_S, LONGEST_S = 180, 3600

CODECS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("mp3 64k", ".mp3", ("-b:a", "64k")),
    ("mp3 32k", ".mp3", ("-b:a", "32k")),
    ("opus 48k", ".ogg", ("-c:a", "libopus", "-b:a", "48k")),
    ("opus 24k", ".ogg", ("-c:a", "libopus", "-b:a", "24k")),
    ("aac 64k", ".m4a", ("-c:a", "aac", "-b:a", "64k")),
    ("44.1 kHz stereo", ".wav", ("-ar", "44100", "-ac", "2")),
    ("8 kHz", ".wav", ("-ar", "8000")),
    ("mp3 128k stereo", ".mp3", ("-ar", "44100", "-ac", "2", "-b:a", "128k")),
)
EDITS = (
    "as it is", "louder", "softer", "cut at the start", "cut in the middle", "cut at the end",
    "intro", "outro", "intro and outro",
)  # fmt: skip


@dataclass(frozen=True)
class Copy:
    """What was made of a recording: the sound, and which seconds of the original begin at which second of it."""

    samples: Samples
    #: (begins in the copy, begins in the original, seconds)
    kept: tuple[tuple[float, float, float], ...]


@dataclass(frozen=True)
class Heard:
    """The fingerprints of a recording and of the copies of it."""

    name: str
    original: Fingerprint
    copies: tuple[tuple[str, Fingerprint, tuple[tuple[float, float, float], ...]], ...]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", action="store_true", help="a tenth of the recordings and of the index")
    small = parser.parse_args().small
    recordings = list(recordings_to_make(0.1 if small else 1.0))
    began = time.perf_counter()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        heard = list(pool.map(lambda wanted: heard_of(*wanted), recordings))
    copies = sum(len(each.copies) for each in heard)
    print(f"{len(heard)} recordings, {copies} copies in {time.perf_counter() - began:.0f} s")
    wrong_pairs = [
        f"{one.name} / {other.name}"
        for one, other in combinations(heard, 2)
        if compare(one.original, other.original).verdict is Verdict.SAME
    ]
    os.environ.setdefault("MEDIATHEQUE_POSTGRES_FSYNC", "off")
    with (
        tempfile.TemporaryDirectory(dir=RESULTS) as folder,
        EmbeddedServer.open(Path(folder) / "postgres", linger_s=0.1) as server,
    ):
        database = Database(server.url)
        prepare(database)
        figures = looked_up(database, heard, 1_000 if small else 10_000)
        database.close()
    figures["false_same"] += len(wrong_pairs)
    for pair in wrong_pairs:
        print(f"false: {pair}")
    print(json.dumps(figures | {"recordings": len(heard), "copies": copies}))


def recordings_to_make(share: float) -> Iterator[tuple[str, int]]:
    """Which recordings, by name and seed."""
    for kind, count in (
        ("music", 46), ("speech", 30), ("tune", 6), ("programme", 10), ("bed", 6), ("chords", 8), ("rain", 4),
    ):  # fmt: skip
        for n in range(max(2, round(count * share))):
            yield kind, n


def sound_of(kind: str, n: int) -> Samples:
    """A recording of 45 to 75 seconds."""
    seconds = float(np.random.default_rng([7, n]).uniform(45, 75))
    if kind == "music":
        return music(n, seconds)
    if kind == "tune":  # another tune over the same piece each time
        return music(900, 60, tune=n)
    if kind == "speech":
        return speech(n, seconds)
    if kind == "programme":  # all begin with the same jingle
        return np.concatenate([music(901, 12), speech(500 + n, seconds - 12)])
    if kind == "bed":  # different words over the same music
        return over(speech(600 + n, seconds), music(902, 80))
    if kind == "chords":  # the same eight chords in another order
        return chords(np.random.default_rng([8, n]).permutation(8).tolist(), 6, seed=903)
    return rain(n, seconds)


def heard_of(kind: str, n: int) -> Heard:
    """A recording's fingerprints and those of its copies: kept from the last time, or taken now."""
    made_by = hashlib.sha256((Path(__file__).parent / "_sounds.py").read_bytes() + MADE)
    kept = RESULTS / "duplicates" / made_by.hexdigest()[:16] / f"{kind}-{n}.npz"
    sound = sound_of(kind, n) if not kept.exists() else None
    rng = np.random.default_rng([9, n, *kind.encode()])
    edits = rng.permutation(len(EDITS))[:COPIES_EACH]
    codecs = rng.permutation(len(CODECS))[:COPIES_EACH]
    if sound is not None:
        arrays: dict[str, Fingerprint | np.ndarray] = {}
        arrays["original"] = fingerprint_of(sound, ".wav", ())
        for place, (edit, codec) in enumerate(zip(edits, codecs, strict=True)):
            copy = edited(sound, EDITS[edit], rng, n)
            arrays[f"copy{place}"] = fingerprint_of(copy.samples, *CODECS[codec][1:])
            arrays[f"kept{place}"] = np.array(copy.kept)
        kept.parent.mkdir(parents=True, exist_ok=True)
        np.savez(kept, **arrays)
    with np.load(kept) as saved:
        copies = tuple(
            (
                f"{EDITS[edit]}, {CODECS[codec][0]}",
                saved[f"copy{place}"],
                tuple(tuple(map(float, row)) for row in saved[f"kept{place}"]),
            )
            for place, (edit, codec) in enumerate(zip(edits, codecs, strict=True))
        )
        return Heard(f"{kind} {n}", saved["original"], copies)  # pyright: ignore[reportArgumentType]


def edited(sound: Samples, edit: str, rng: np.random.Generator, n: int) -> Copy:
    """What somebody made of it before it was encoded."""
    seconds = len(sound) / RATE
    whole = ((0.0, 0.0, seconds),)
    if edit in ("louder", "softer"):
        decibels = rng.uniform(6, 10) * (1 if edit == "louder" else -1)
        return Copy(np.clip(sound * 10 ** (decibels / 20), -1, 1).astype(np.float32), whole)
    cut = 3 * RATE
    if edit == "cut at the start":
        return Copy(sound[cut:], ((0, 3, seconds - 3),))
    if edit == "cut at the end":
        return Copy(sound[:-cut], ((0, 0, seconds - 3),))
    if edit == "cut in the middle":
        at = float(rng.uniform(15, seconds - 18))
        place = round(at * RATE)
        parts = np.concatenate([sound[:place], sound[place + cut :]])
        return Copy(parts, ((0, 0, at), (at, at + 3, seconds - at - 3)))
    before = float(rng.uniform(5, 25)) if "intro" in edit else 0.0
    after = float(rng.uniform(5, 25)) if "outro" in edit else 0.0
    jingle = music(2_000 + n, 60) if rng.random() < 0.5 else speech(3_000 + n, 60)
    parts = [jingle[: round(before * RATE)], sound, jingle[-round(after * RATE) :] if after else jingle[:0]]
    return Copy(np.concatenate(parts), ((before, 0, seconds),))


def fingerprint_of(samples: Samples, suffix: str, options: Sequence[str]) -> Fingerprint:
    """As a file of these samples is processed: encoded, made 16 kHz mono, and that fingerprinted."""
    raw = ["-f", "s16le", "-ar", str(RATE), "-ac", "1", "-i", "-"]
    call = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-threads", "1"]
    as_speech = "aresample=16000,aformat=sample_fmts=s16:channel_layouts=mono"
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / f"file{suffix}"
        sound = (samples * 32767).astype("<i2").tobytes()
        subprocess.run([*call, *raw, *options, str(file)], input=sound, check=True)
        taken = subprocess.run(
            [*call, "-i", str(file), "-af", as_speech, "-f", "chromaprint", "-fp_format", "raw", "-"],
            stdout=subprocess.PIPE,
            check=True,
        )
    return np.frombuffer(taken.stdout, "<u4").astype(np.uint32)


def looked_up(database: Database, heard: Sequence[Heard], synthetic: int) -> dict[str, float]:
    """Every copy looked up among the originals and so many synthetic recordings."""
    pool = np.concatenate([each.original for each in heard])
    with database.transaction() as db:
        user_id = add_user(db, "Ada").id
        name_by_id, bytes_an_hour = fill(db, user_id, heard, pool, synthetic)
    found, are_same, wrong, times = 0, 0, 0, list[float]()
    with database.transaction() as db:
        for each in heard:
            for how, fingerprint, kept in each.copies:
                began = time.perf_counter()
                verdicts = same_as(db, user_id, fingerprint, name_by_id)
                times.append(time.perf_counter() - began)
                wrong += sum(name != each.name for name in verdicts)
                if by_the_rule(each.original, fingerprint, kept):
                    are_same += 1
                    found += each.name in verdicts
                    if each.name not in verdicts:
                        known = compare(fingerprint, each.original)
                        print(f"missed: {each.name}, {how}: {known}")
        long = [lookup_s(db, user_id, n, pool) for n in range(100)]
    print(f"{are_same} copies are the same by the rule")
    return {
        "recall": round(found / are_same, 4),
        "false_same": wrong,
        "lookup_ms": milliseconds(times, 50),
        "lookup_p99_ms": milliseconds(times, 99),
        "long_lookup_ms": milliseconds(long, 50),
        "index_kb_an_hour": round(bytes_an_hour / 1000),
    }


def same_as(db: Connection, user_id: int, fingerprint: Fingerprint, name_by_id: dict[int, str]) -> list[str]:
    """The recordings that it is found to be the same as, as the archive's step looks for them."""
    near = [i for i in candidates(db, user_id, 0, sample(fingerprint)) if i in name_by_id]
    there = fingerprints_of(db, near)
    return [name_by_id[i] for i in near if compare(fingerprint, there[i]).verdict is Verdict.SAME]


def lookup_s(db: Connection, user_id: int, seed: int, pool: Fingerprint) -> float:
    """How long it takes to find that a recording of three minutes to an hour is new."""
    fingerprint = synthetic_hashes(np.random.default_rng([5, seed]), pool, frames_of(seed))
    began = time.perf_counter()
    candidates(db, user_id, 0, sample(fingerprint))
    return time.perf_counter() - began


def by_the_rule(
    original: Fingerprint, copy: Fingerprint, kept: tuple[tuple[float, float, float], ...]
) -> bool:
    """Whether the original, where it is known to lie in the copy, has few enough errors over enough frames."""
    frames, errors = 0, 0.0
    for begins, begins_in_original, seconds in kept:
        # A frame looks 2.6 s ahead, of which what is left of the seam blurs half a second to either side.
        length = round((seconds - 2.6) * FRAMES_PER_S)
        best = min(
            (errors_at(original, copy, round(begins_in_original * FRAMES_PER_S), at, length), at)
            for at in range(round(begins * FRAMES_PER_S) - 2, round(begins * FRAMES_PER_S) + 3)
        )[0]
        errors, frames = errors + best * length, frames + length
    return frames >= LEAST_FRAMES and errors / frames <= rule.SAME_BELOW


def errors_at(original: Fingerprint, copy: Fingerprint, first: int, at: int, length: int) -> float:
    first, at = first + max(0, -at), max(0, at)
    a, b = original[first : first + length], copy[at : at + length]
    end = min(len(a), len(b))
    return float(np.bitwise_count(a[:end] ^ b[:end]).mean() / 32)


def fill(
    db: Connection, user_id: int, heard: Sequence[Heard], pool: Fingerprint, synthetic: int
) -> tuple[dict[int, str], float]:
    """Put the originals and the synthetic recordings into the index; bytes of it for an hour of recording."""
    name_by_id: dict[int, str] = {}
    began = time.perf_counter()
    for each in heard:
        media_id, _ = add_media(db, NewMedia(user_id=user_id, origin="file", given=each.name))
        save_fingerprint(db, media_id, each.original, sample(each.original))
        name_by_id[media_id] = each.name
    print(f"indexed in {(time.perf_counter() - began) / len(heard) * 1000:.1f} ms each")
    before = size_of_index(db)
    rows = db.execute(
        text("""
            INSERT INTO media (user_id, origin, given) SELECT :user, 'file', 'synthetic'
            FROM generate_series(1, :n) RETURNING id
        """),
        {"user": user_id, "n": synthetic},
    )
    hours = copy_samples(db, user_id, list(rows.scalars()), pool)
    db.execute(text("ANALYZE fingerprint_hashes"))
    return name_by_id, (size_of_index(db) - before) / hours


def copy_samples(db: Connection, user_id: int, media_ids: Sequence[int], pool: Fingerprint) -> float:
    """The samples of synthetic recordings, without the checks and the index meanwhile; hours of recordings."""
    checks = (
        "SELECT conname FROM pg_constraint WHERE conrelid = 'fingerprint_hashes'::regclass AND contype = 'f'"
    )
    for name in db.execute(text(checks)).scalars().all():
        db.execute(text(f"ALTER TABLE fingerprint_hashes DROP CONSTRAINT {name}"))
    indexes = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'fingerprint_hashes'"
    dropped = db.execute(text(indexes)).all()
    for row in dropped:
        db.execute(text(f"DROP INDEX {row.indexname}"))
    frames = 0
    names = ("n", "a", "user", "b", "media", "c", "hash", "d", "position")
    row_type = np.dtype(
        list(zip(names, (">i2", ">i4", ">i8", ">i4", ">i8", ">i4", ">i4", ">i4", ">i4"), strict=True))
    )
    into = "COPY fingerprint_hashes (user_id, media_id, hash, position) FROM STDIN (FORMAT binary)"
    with driver_connection(db).cursor() as cursor, cursor.copy(into) as copy:
        copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8))
        for n, media_id in enumerate(media_ids):
            frames += frames_of(n)
            sampled = sampled_of_synthetic(n, pool)
            rows = np.zeros(len(sampled.hashes), row_type)
            rows["n"], rows["a"], rows["b"], rows["c"], rows["d"] = 4, 8, 8, 4, 4
            rows["user"], rows["media"] = user_id, media_id
            rows["hash"], rows["position"] = sampled.hashes, sampled.positions
            copy.write(rows.tobytes())
        copy.write(b"\xff\xff")
    db.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
    for row in dropped:
        db.execute(text(row.indexdef))
    return frames / FRAMES_PER_S / 3600


def sampled_of_synthetic(n: int, pool: Fingerprint) -> Sample:
    """What `sample` would draw of a long fingerprint, drawn directly."""
    rng = np.random.default_rng([4, n])
    positions = np.sort(rng.choice(frames_of(n), min(SAMPLE, frames_of(n)), replace=False))
    return Sample(synthetic_hashes(rng, pool, len(positions)).view(np.int32), positions.astype(np.int32))


def synthetic_hashes(rng: np.random.Generator, pool: Fingerprint, count: int) -> Fingerprint:
    """Integers as real ones are distributed: some of those, with up to three bits turned."""
    hashes = pool[rng.integers(0, len(pool), count)]
    for _ in range(3):
        hashes = hashes ^ (np.uint32(1) << rng.integers(0, 32, count).astype(np.uint32))
    return hashes


def frames_of(n: int) -> int:
    return round(float(np.random.default_rng([6, n]).uniform(SHORTEST_S, LONGEST_S)) * FRAMES_PER_S)


def size_of_index(db: Connection) -> int:
    return db.execute(text("SELECT pg_total_relation_size('fingerprint_hashes')")).scalar_one()


def milliseconds(times: Sequence[float], percent: int) -> float:
    if percent == 50:
        return round(statistics.median(times) * 1000, 1)
    return round(float(np.percentile(times, percent)) * 1000, 1)


if __name__ == "__main__":
    main()
