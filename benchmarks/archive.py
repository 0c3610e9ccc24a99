"""What the archive adds to listening, and what it hears: `make bench NAME=archive`.

`overhead_ratio`: from adding MINUTES (10) of speech as an MP3 of 64 kbit/s until it is searchable, by an open worker whose
model is not loaded yet, beside bare faster-whisper on the same file: a new process with the same model, settings and
threads, loading and decoding included. ROUNDS (2) of both in turn, the median of their ratios. The speech is the starter
catalogue's descriptions, spoken by hibari-tts in two voices. `cores_busy`: WAITING (4) recordings of a fifth of that
length wait together; the processor time of all our processes by the time it took, of the cores there are.
`wer`: words that the pipeline hears wrongly in five sentences that a person reads (LibriVox), and `bare_wer` the bare
library; without the clips both are null, and why is printed.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
import psutil
from _human_speech import Unreachable, clips

from mediatheque.archive.queries.transcript import lines_of
from mediatheque.flows.archiving import add_file
from mediatheque.jobs.states import State
from mediatheque.kit.settings import read_settings
from mediatheque.library.queries.users import add_user
from mediatheque.tools.speech._whisper_process import OPTIONS, open_model
from mediatheque.wiring import Mediatheque, open_mediatheque

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
import speaking
from archive_world import ended, worker
from errors_in_words import word_error_rate

MINUTES, ROUNDS = float(os.environ.get("MINUTES", "10")), int(os.environ.get("ROUNDS", "2"))
WAITING, MODEL = int(os.environ.get("WAITING", "4")), os.environ.get("MODEL", "base")
CORES = len(os.sched_getaffinity(0))
CATALOGUE = Path(__file__).parents[1] / "src/mediatheque/enrich/starter_catalogue"


def main() -> None:
    """Print the figures, and as the last line the JSON of them."""
    if sys.argv[1:2] == ["bare"]:
        print(json.dumps(bare([Path(name) for name in sys.argv[2:]])))
        return
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=results) as name:
        folder = Path(name)
        figures = overhead(folder) | {"cores_busy": cores_busy(folder)} | errors(folder, results)
    print(json.dumps(figures))


def overhead(folder: Path) -> dict[str, Any]:
    sound = recording(folder / "long.mp3", MINUTES * 60, seed=1)
    bare_s: list[float] = []
    whole_s: list[float] = []
    for n in range(ROUNDS):
        bare_s.append(asked([sound])["seconds"])
        with tempfile.TemporaryDirectory(dir=folder) as data:
            seconds, steps, _ = through([sound], Path(data))
        whole_s.append(seconds)
        print(f"{n + 1}: bare {bare_s[-1]:.1f} s, archive {seconds:.1f} s;", steps)
    return {
        "overhead_ratio": round(statistics.median(w / b for w, b in zip(whole_s, bare_s, strict=True)), 3),
        "bare_s": round(statistics.median(bare_s), 1),
        "archive_s": round(statistics.median(whole_s), 1),
    }


def cores_busy(folder: Path) -> float:
    sounds = [recording(folder / f"{n}.mp3", MINUTES * 12, seed=10 + n) for n in range(WAITING)]
    with tempfile.TemporaryDirectory(dir=folder) as data:
        seconds, _, busy_s = through(sounds, Path(data))
    return round(busy_s / seconds / CORES, 3)


def errors(folder: Path, cache: Path) -> dict[str, float | None]:
    try:
        read = clips(cache)
    except Unreachable as why:
        print(f"no people's speech to measure with: {why}")
        return {"wer": None, "bare_wer": None}
    said = " ".join(text for _, text in read)
    found = asked([path for path, _ in read])["texts"]
    with tempfile.TemporaryDirectory(dir=folder) as data:
        app = opened(Path(data))
        try:
            heard = [text for text, *_ in process(app, [path for path, _ in read])]
        finally:
            app.close()
    for one, other in zip(found, heard, strict=True):
        print(f"  bare: {one.strip()}\n  archive: {other}")
    return {
        "wer": round(word_error_rate(said, " ".join(heard)), 4),
        "bare_wer": round(word_error_rate(said, " ".join(found)), 4),
    }


def bare(files: list[Path]) -> dict[str, Any]:
    """faster-whisper alone."""
    began = time.perf_counter()
    model = open_model(MODEL, None, min(CORES, 4))
    texts = ["".join(s.text for s in model.transcribe(str(file), **OPTIONS)[0]) for file in files]
    return {"seconds": time.perf_counter() - began, "texts": texts}


def asked(files: list[Path]) -> dict[str, Any]:
    """What a new process measures of the bare library, its imports included in its time."""
    began = time.perf_counter()
    command = [sys.executable, __file__, "bare", *map(str, files)]
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        check=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parent)},
    )
    return json.loads(done.stdout.splitlines()[-1]) | {"seconds": time.perf_counter() - began}


def through(sounds: list[Path], data: Path) -> tuple[float, dict[str, float], float]:
    """How long the archive takes for them, the seconds of each step, and how long processors were at it."""
    app = opened(data)
    try:
        began, busy = time.perf_counter(), processor_s()
        told = process(app, sounds)
        seconds = time.perf_counter() - began
        return seconds, told[0][1], processor_s() - busy
    finally:
        app.close()


def opened(data: Path) -> Mediatheque:
    app = open_mediatheque(read_settings(data_dir=data, speech=f"whisper?model={MODEL}"))
    with app.database.transaction() as db:
        add_user(db, "Ada")
    return app


def process(app: Mediatheque, sounds: list[Path]) -> list[tuple[str, dict[str, float]]]:
    """What is heard in each, and how long each step took."""
    with worker(app):
        added = [add_file(app, 1, sound, sound.name) for sound in sounds]
        jobs = ended(app, [one.job_id for one in added if one.job_id], within_s=3_600)
    assert all(job.state is State.COMPLETED for job in jobs), [(job.state, job.error) for job in jobs]
    told: list[tuple[str, dict[str, float]]] = []
    for one, job in zip(added, jobs, strict=True):
        with app.database.transaction() as db:
            text = " ".join(line.text for line in lines_of(db, one.media.id))
        told.append((text, {timing.step: round(timing.seconds, 2) for timing in job.timings}))
    return told


def processor_s() -> float:
    """Processor time of this process and of all that it began, ended or not."""
    own = os.times()
    living = 0.0
    for child in psutil.Process().children(recursive=True):
        try:
            times = child.cpu_times()
            living += times.user + times.system + times.children_user + times.children_system
        except psutil.NoSuchProcess:
            continue
    return own.user + own.system + own.children_user + own.children_system + living


def recording(path: Path, seconds: float, *, seed: int) -> Path:
    """So much speech as an MP3; another seed says other things."""
    chance = random.Random(seed)
    rows = [json.loads(line) for file in sorted(CATALOGUE.glob("*.jsonl")) for line in file.open()]
    sentences = [row["description"] for row in rows if row.get("description")]
    chance.shuffle(sentences)
    pause = np.zeros(speaking.SAMPLE_RATE // 2, np.float32)
    parts: list[Any] = []
    length = 0
    while length < seconds * speaking.SAMPLE_RATE:
        voice = chance.choice(["heart", "low"])
        for _ in range(3):
            parts += [speaking.said(sentences.pop(), voice), pause]
            length += len(parts[-2]) + len(pause)
    wav = path.with_suffix(".wav")
    speaking.write_wav(wav, np.concatenate(parts)[: round(seconds * speaking.SAMPLE_RATE)])
    program = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-y", "-i", str(wav)]
    subprocess.run([*program, "-b:a", "64k", str(path)], check=True)
    wav.unlink()
    return path


if __name__ == "__main__":
    main()
