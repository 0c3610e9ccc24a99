"""Killed in the middle of every step, with the database and without: every job ends well, nothing twice, nothing lost."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

import archive_working_process
from archive_world import QUESTION, TALK, archive, ended, settings_for, talk, worker
from media_server import MediaServer, Route, Visit
from mediatheque.archive.queries.media import (
    MediaFile,
    files_of,
    known_blobs,
    media_with_id,
    put_file,
    update_media,
)
from mediatheque.archive.steps import ORDER, step
from mediatheque.flows.archiving import Added, add_file, add_link, sweep_blobs
from mediatheque.jobs.states import State
from mediatheque.kit.database import libpq_url
from mediatheque.library.queries.users import User, add_user
from mediatheque.search.passages import search_passages
from mediatheque.stores.blobs import all_blobs
from mediatheque.wiring import Mediatheque, open_mediatheque

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

#: What has no captions passes that step by; it has a test of its own.
_STEPS = [name for name in ORDER if name != "captions"]


@contextmanager
def working(app: Mediatheque) -> Iterator[subprocess.Popen[bytes]]:
    """A worker in a process of its own."""
    with subprocess.Popen(
        [sys.executable, archive_working_process.__file__, app.database.url, str(app.data_dir)],
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def slowly(body: bytes, seconds: float) -> Route:
    """Served a piece at a time, so that there is a middle to be killed in."""

    def serve(visit: Visit) -> None:
        visit.send_response(200)
        visit.send_header("Content-Type", "audio/mpeg")
        visit.send_header("Content-Length", str(len(body)))
        visit.end_headers()
        size = len(body) // 10 + 1
        for start in range(0, len(body), size):
            visit.wfile.write(body[start : start + size])
            time.sleep(seconds / 10)

    return serve


def kill_during(app: Mediatheque, name: str, process: subprocess.Popen[bytes], job_id: int) -> None:
    """Kill the worker as soon as the job says that it is in that step."""
    label = step(name).LABEL
    with psycopg.connect(libpq_url(app.database.url), autocommit=True) as listening:
        listening.execute("LISTEN mediatheque_jobs")
        until = time.monotonic() + 120
        while time.monotonic() < until:
            row = listening.execute("SELECT line, state FROM jobs WHERE id = %s", [job_id]).fetchone()
            assert row is not None
            if row[0].startswith(label):
                break
            assert State(row[1]) not in (State.COMPLETED, State.FAILED, State.DUPLICATE), (name, row)
            for _ in listening.notifies(timeout=0.2, stop_after=1):
                pass
        else:
            pytest.fail(f"the job never came to {name}")
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def assert_whole(app: Mediatheque, user: User, added: Added) -> None:
    """The recording is there once, with everything that belongs to it."""
    with app.database.transaction() as db:
        media = media_with_id(db, added.media.id, user.id)
        files = files_of(db, media.id)
        counts = {
            table: db.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in ("media", "jobs", "transcripts", "enrichments", "fingerprints", "passages")
        }
        steps = Counter(db.execute(text("SELECT step FROM media_steps")).scalars())
        vectors = db.execute(text("SELECT count(*) FROM passage_embeddings")).scalar_one()
        own = db.execute(
            text("SELECT count(*) FROM items WHERE owner_id = :user"), {"user": user.id}
        ).scalar_one()
        known = set(known_blobs(db))
    assert media.item_id is not None
    assert own == 1
    assert steps == Counter(ORDER)
    assert (counts["media"], counts["transcripts"], counts["enrichments"], counts["fingerprints"]) == (
        1,
        1,
        1,
        1,
    )
    assert counts["passages"] == vectors > 0
    assert {"original", "waveform"} <= set(files)
    for file in files.values():
        assert app.blobs.size(file.sha256) == file.size_bytes
    sweep_blobs(app, young=archive_working_process.NO_TIME)
    assert {blob.sha256 for blob in all_blobs(app.blobs)} == known
    assert not [path for path in (app.data_dir / "scratch").rglob("*") if path.is_file()]
    assert app.embedder is not None
    vector = app.embedder.embed([QUESTION])[0]
    with app.database.transaction() as db:
        hits = search_passages(db, user.id, QUESTION, embedder_name=app.embedder.name, vector=vector, limit=5)
    assert "bees" in hits[0].text.lower()
    assert len({hit.passage_id for hit in hits}) == len(hits)


@pytest.mark.parametrize("name", _STEPS)
def test_the_worker_is_killed_in_the_middle_of_a_step(
    name: str, database_url: str, ada: User, tmp_path: Path
) -> None:
    body = talk(tmp_path, suffix=".mp3", options=["-b:a", "64k"]).read_bytes()
    with MediaServer() as server, archive(tmp_path / "data", database_url) as app:
        link = server.serve("/talk.mp3", body, "audio/mpeg")
        server.routes["/talk.mp3"] = slowly(body, 2.0 if name == "fetch" else 0.2)
        with app.database.transaction() as db:
            added = add_link(app, db, ada.id, link)
        assert added.job_id is not None
        with working(app) as process:
            kill_during(app, name, process, added.job_id)
        with app.database.transaction() as db:
            before = set(db.execute(text("SELECT step FROM media_steps")).scalars())
        with working(app) as process:
            (job,) = ended(app, [added.job_id])
            process.terminate()
            process.wait(30)
        assert job.state is State.COMPLETED, job.error
        # What was done before was not done again: its time is of the first attempt.
        first = {timing.step for timing in job.timings if timing.attempt == 1}
        assert first <= before
        assert max(Counter(timing.step for timing in job.timings).values()) == 1
        assert_whole(app, ada, added)


def test_the_worker_is_killed_while_captions_are_kept(database_url: str, ada: User, tmp_path: Path) -> None:
    sentences = [f"{sentence.strip()}." for sentence in TALK.split(".") if sentence.strip()]
    cues = "\n\n".join(
        f"00:00:{4 * n:02}.000 --> 00:00:{4 * n + 4:02}.000\n{sentence}"
        for n, sentence in enumerate(sentences)
    )
    with archive(tmp_path / "data", database_url) as app:
        added = add_file(app, ada.id, talk(tmp_path, suffix=".mp3", options=["-b:a", "64k"]), "talk.mp3")
        assert added.job_id is not None
        blob = app.blobs.put(io.BytesIO(f"WEBVTT\n\n{cues}\n".encode()))
        with app.database.transaction() as db:
            put_file(db, added.media.id, MediaFile("captions", blob.sha256, blob.size, "text/vtt"))
            update_media(db, added.media.id, found={"captions_language": "en"})
        with psycopg.connect(libpq_url(app.database.url)) as holding:
            # It takes no time, so its writing is held up until the worker is dead.
            holding.execute("LOCK TABLE transcripts IN SHARE ROW EXCLUSIVE MODE")
            with working(app) as process:
                kill_during(app, "captions", process, added.job_id)
        with app.database.transaction() as db:
            assert "captions" not in set(db.execute(text("SELECT step FROM media_steps")).scalars())
        with working(app) as process:
            (job,) = ended(app, [added.job_id])
            process.terminate()
            process.wait(30)
        assert job.state is State.COMPLETED, job.error
        with app.database.transaction() as db:
            assert db.execute(text("SELECT origin FROM transcripts")).scalar_one() == "captions"
        assert_whole(app, ada, added)


def test_the_database_is_killed_in_the_middle(tmp_path: Path) -> None:
    body = talk(tmp_path, suffix=".mp3", options=["-b:a", "64k"]).read_bytes()
    settings = settings_for(tmp_path / "data")
    with MediaServer() as server:
        link = server.serve("/talk.mp3", body, "audio/mpeg")
        app = open_mediatheque(settings)
        try:
            with app.database.transaction() as db:
                ada = add_user(db, "Ada")
                added = add_link(app, db, ada.id, link)
            assert added.job_id is not None
            with working(app) as process:
                kill_during_with_database(app, process, added.job_id)
        finally:
            app.close()
        app = open_mediatheque(settings)
        try:
            with worker(app):
                (job,) = ended(app, [added.job_id])
            assert job.state is State.COMPLETED, job.error
            assert_whole(app, ada, added)
        finally:
            app.close()


def kill_during_with_database(app: Mediatheque, process: subprocess.Popen[bytes], job_id: int) -> None:
    """Kill PostgreSQL while somebody listens to the recording, then the worker."""
    label = step("transcribe").LABEL
    until = time.monotonic() + 120
    while time.monotonic() < until:
        with app.database.transaction() as db:
            line = db.execute(text("SELECT line FROM jobs WHERE id = :id"), {"id": job_id}).scalar_one()
        if line.startswith(label):
            break
        time.sleep(0.02)
    else:
        pytest.fail("nobody listened")
    (pid_file,) = (app.data_dir / "postgres").rglob("postmaster.pid")
    os.kill(int(pid_file.read_text().split()[0]), signal.SIGKILL)
    time.sleep(1.0)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_two_workers_share_what_there_is(database_url: str, ada: User, tmp_path: Path) -> None:
    texts = [
        f"This is recording number {n}. It speaks of nothing but the number {n} and of rain."
        for n in range(4)
    ]
    with MediaServer() as server, archive(tmp_path / "data", database_url) as app:
        jobs: list[int] = []
        for n, words in enumerate(texts):
            link = server.serve(f"/{n}.mp3", talk(tmp_path, words, suffix=".mp3").read_bytes(), "audio/mpeg")
            with app.database.transaction() as db:
                added = add_link(app, db, ada.id, link)
            assert added.job_id is not None
            jobs.append(added.job_id)
        with working(app), working(app):
            done = ended(app, jobs)
        assert {job.state for job in done} <= {State.COMPLETED, State.DUPLICATE}
        with app.database.transaction() as db:
            twice = db.execute(
                text("SELECT count(*) - count(DISTINCT (media_id, step)) FROM media_steps")
            ).scalar_one()
            passages = db.execute(
                text("SELECT count(*), count(DISTINCT (media_id, position)) FROM passages")
            ).one()
        assert twice == 0
        assert passages[0] == passages[1] > 0
