"""faster-whisper on this machine, in processes of its own: `whisper`, `whisper?model=small`, `whisper?model=/folder`.

A crash or a lack of memory ends such a process and not the worker; killing it ends its work within a tick; it is kept
with the model loaded for who comes next, and goes by itself when nobody came for some minutes.
"""

from __future__ import annotations

import contextlib
import os
import re
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from mediatheque.kit.errors import Cancelled, Invalid, Unavailable
from mediatheque.tools.speech import Heard, IsCancelled, Listening, Speech, Word
from mediatheque.tools.speech._listener import Gone, Listener
from mediatheque.tools.speech._whisper_models import PINNED

_MODULE = "mediatheque.tools.speech._whisper_process"
_EXAMPLE = "whisper?model=small"
_IDLE_S = 300.0
#: More threads than that are waiting for one another.
_MOST_THREADS = 4


def open_from(rest: str, *, models_dir: Path | None, key: str | None) -> Speech:
    """The model that `rest` names ("?model=…&threads=…&processes=…"), base when it names none; nothing is loaded yet."""
    asked = dict(parse_qsl(rest.removeprefix("?"))) if rest.startswith("?") or not rest else None
    model = asked.pop("model", "base") if asked is not None else ""
    numbers = {name: (asked or {}).pop(name, None) for name in ("threads", "processes")}
    if (
        not model
        or asked
        or any(n is not None and not re.fullmatch("[1-9][0-9]?", n) for n in numbers.values())
    ):
        raise Invalid(
            "MEDIATHEQUE_SPEECH=whisper takes model=… (a size or a folder) and, where wanted, threads=… and processes=… "
            f"after the '?': write it like {_EXAMPLE}"
        )
    if model not in PINNED and not Path(model).is_dir():
        raise Invalid(
            f"MEDIATHEQUE_SPEECH names the model '{model}', which is no folder; of sizes there is {', '.join(PINNED)}"
        )
    threads, processes = (int(n) if n is not None else None for n in numbers.values())
    return Whisper(model, models_dir=models_dir, threads=threads, processes=processes)


class Whisper:
    """As many recordings at a time as there are processes, each process one; further ones wait their turn."""

    def __init__(
        self,
        model: str = "base",
        *,
        models_dir: Path | None = None,
        threads: int | None = None,
        processes: int | None = None,
        idle_s: float = _IDLE_S,
    ) -> None:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
        # Two on two cores with two threads each kept both busy all the time, one with two threads two thirds of it.
        self._turns = threading.BoundedSemaphore(processes or max(1, min(cores, _MOST_THREADS)))
        self._given: dict[str, Any] = {
            "model": model if model in PINNED else str(Path(model).resolve()),
            "models_dir": str(models_dir) if models_dir is not None else None,
            "threads": threads or min(cores, _MOST_THREADS),
            "idle_s": idle_s,
        }
        self.name = f"whisper-{model if model in PINNED else Path(model).name}"
        self._lock = threading.Lock()
        self._idle: list[Listener] = []
        self._all: weakref.WeakSet[Listener] = weakref.WeakSet()

    def listen(
        self,
        speech: Path,
        *,
        language: str | None = None,
        is_cancelled: IsCancelled | None = None,
        from_ms: int = 0,
    ) -> Listening:
        """What is said in the file from then on."""
        while not self._turns.acquire(timeout=0.1):
            if is_cancelled is not None and is_cancelled():
                raise Cancelled("Listening was cancelled before its turn came")
        question = {"speech": str(speech.resolve()), "language": _code(language), "from_ms": from_ms}
        try:
            listener, known = self._ask(question, is_cancelled)
        except BaseException:
            self._turns.release()
            raise
        heard = _Hearing(self, listener, is_cancelled)
        return Listening(known.get("language"), known.get("probability"), heard)

    def close(self) -> None:
        """End all processes; whoever still listens hears Unavailable."""
        with self._lock:
            listeners = list(self._all)
            self._idle.clear()
        for listener in listeners:
            listener.kill()

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes there are."""
        return tuple(listener.pid for listener in list(self._all) if listener.is_alive)

    def _ask(self, question: Any, is_cancelled: IsCancelled | None) -> tuple[Listener, Any]:
        """A process that has begun to answer, and the first it said."""
        listener, is_fresh = self._take()
        try:
            listener.ask(question)
            return listener, listener.hear(is_cancelled)
        except Gone as gone:
            if not is_fresh:  # it went home just then, or was ended while nobody was looking
                return self._ask(question, is_cancelled)
            raise died(gone) from None
        except Invalid:
            self._give_back(listener)
            raise
        except BaseException:
            listener.kill()
            raise

    def _take(self) -> tuple[Listener, bool]:
        with self._lock:
            while self._idle:
                listener = self._idle.pop()
                if listener.is_alive:
                    return listener, False
                listener.kill()
            listener = Listener(_MODULE, self._given)
            self._all.add(listener)
            return listener, True

    def _give_back(self, listener: Listener) -> None:
        with self._lock:
            if listener.is_alive:
                self._idle.append(listener)

    def end(self, listener: Listener, *, is_answered: bool) -> None:
        """The answer is over: whole, so that the process may be asked again; or not, and the process ends."""
        if is_answered:
            self._give_back(listener)
        else:
            listener.kill()
        self._turns.release()


class _Hearing(Iterator[Heard]):
    """What is heard, as it comes; given up half way, it ends the process that goes on about it."""

    def __init__(self, whisper: Whisper, listener: Listener, is_cancelled: IsCancelled | None) -> None:
        self._whisper, self._listener, self._is_cancelled = whisper, listener, is_cancelled
        self._is_over = False

    def __next__(self) -> Heard:
        if self._is_over:
            raise StopIteration
        try:
            message = self._listener.hear(self._is_cancelled)
        except Gone as gone:
            self.close()
            raise died(gone) from None
        except BaseException:
            self.close()
            raise
        if "done" in message:
            self._end(is_answered=True)
            raise StopIteration
        start_ms, end_ms, text, words = message["heard"]
        return Heard(start_ms, end_ms, text, tuple(Word(*word) for word in words))

    def close(self) -> None:
        """Listen no further."""
        self._end(is_answered=False)

    def __del__(self) -> None:
        with contextlib.suppress(Exception):  # the interpreter may be half gone
            self.close()

    def _end(self, *, is_answered: bool) -> None:
        if not self._is_over:
            self._is_over = True
            self._whisper.end(self._listener, is_answered=is_answered)


def died(gone: Gone) -> Unavailable:
    """A process that ended in the middle of its work, in words."""
    if gone.status == -9:
        why = "was ended from outside, as the system does when memory runs out"
    elif gone.status is not None and gone.status < 0:
        why = f"crashed (signal {-gone.status})"
    else:
        why = f"ended ({gone.told.splitlines()[-1][:200] if gone.told else 'without a word'})"
    return Unavailable(
        f"The listening process {why}: it is tried again; if it happens again, choose a smaller model in MEDIATHEQUE_SPEECH"
    )


def _code(language: str | None) -> str | None:
    """ "pt-BR" is "pt" to the model."""
    return re.split("[-_]", language.strip().lower())[0] or None if language else None
