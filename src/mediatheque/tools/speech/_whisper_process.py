"""The process that holds the model: a question a line in, what is heard line by line out, until nobody asks any more.

Begun with {"parent": pid, "model", "models_dir", "threads", "idle_s"} as its argument.
In:  {"speech": path, "language": null | "en", "from_ms": 0}
Out: {"language": "en", "probability": 0.98}, {"heard": [start_ms, end_ms, text, [[start_ms, end_ms, word, p]]]} …,
     {"done": true}; or {"invalid" | "unavailable": why}.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import queue
import select
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mediatheque.kit.errors import Invalid, MediathequeError, Unavailable
from mediatheque.kit.memory import give_back
from mediatheque.tools.speech import Word
from mediatheque.tools.speech._pieces import pieces
from mediatheque.tools.speech._sentences import sentences
from mediatheque.tools.speech._whisper_models import find_model

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Samples = npt.NDArray[np.int16]

#: How the model is asked. Not telling it what it wrote before cost none of 70 words of read speech, and took half the
#: time where sentences come again: no window had to be done anew for going in circles.
OPTIONS: dict[str, Any] = {
    "beam_size": 5,
    "condition_on_previous_text": False,
    "word_timestamps": True,
    "vad_filter": True,
    "language_detection_segments": 4,
}


def main() -> None:
    """Answer until standard input closes, its reader is gone, or nothing was asked for a while."""
    given = json.loads(sys.argv[1])
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # What libraries print is no answer.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    questions = _questions(given["parent"])
    with contextlib.suppress(OSError):
        os.nice(5)  # who waits for a page goes first
    model: Any = None
    while True:
        try:
            question = questions.get(timeout=given["idle_s"])
        except queue.Empty:
            os._exit(0)
        try:
            if model is None:
                model = open_model(given["model"], given["models_dir"], given["threads"])
            for said in _listen(model, question):
                _tell(out, said)
            _tell(out, {"done": True})
        except MediathequeError as error:
            _tell(out, {"invalid" if isinstance(error, Invalid) else "unavailable": str(error)})
        except MemoryError:
            _tell(
                out,
                {
                    "unavailable": "The memory did not suffice to listen to this recording: try it again when less is going on"
                },
            )
            os._exit(0)


def open_model(which: str, models_dir: str | None, threads: int) -> Any:
    """The model in memory; raises Invalid or Unavailable when it cannot be had."""
    found = find_model(which, Path(models_dir) if models_dir else None)
    try:
        library: Any = importlib.import_module("faster_whisper")
    except ImportError:
        raise Unavailable("faster-whisper is not installed: pip install 'mediatheque[archive]'") from None
    try:
        model = library.WhisperModel(
            found.path,
            files=dict(found.files) or None,
            device="cpu",
            compute_type="int8",
            cpu_threads=threads,
            local_files_only=True,
        )
    except (RuntimeError, ValueError, OSError) as error:
        raise Invalid(
            f"{found.path} is no model for faster-whisper ({error}): name a folder with its model.bin, or one of the "
            "sizes, in MEDIATHEQUE_SPEECH=whisper?model=…"
        ) from None
    del found
    give_back()
    return model


def _listen(model: Any, question: dict[str, Any]) -> Iterator[dict[str, Any]]:
    language: str | None = question["language"]
    if language not in model.supported_languages:
        language = None
    parts = pieces(Path(question["speech"]), question["from_ms"])
    words = _heard_in(model, parts, language)
    # First of all what language it is, also when nothing is said.
    yield next(words)
    for heard in sentences(word for word in words if isinstance(word, Word)):
        told = [[w.start_ms, w.end_ms, w.text, round(w.probability, 3)] for w in heard.words]
        yield {"heard": [heard.start_ms, heard.end_ms, heard.text, told]}


def _heard_in(model: Any, parts: Iterator[tuple[int, Samples]], language: str | None) -> Iterator[Any]:
    """The language, then the words of all pieces."""
    is_told = False
    for start_ms, samples in parts:
        segments, info = model.transcribe(samples.astype("float32") / 32_768.0, language=language, **OPTIONS)
        if not info.duration_after_vad:
            continue
        if not is_told:
            probability = None if language else round(float(info.language_probability), 4)
            yield {"language": info.language, "probability": probability}
            is_told, language = True, info.language
        for segment in segments:
            for word in segment.words or ():
                begin, end = start_ms + round(word.start * 1000), start_ms + round(word.end * 1000)
                yield Word(begin, max(begin, end), word.word, float(word.probability))
        give_back()
    if not is_told:
        yield {"language": None, "probability": None}


def _tell(out: Any, message: dict[str, Any]) -> None:
    try:
        out.write(json.dumps(message, ensure_ascii=False).encode() + b"\n")
        out.flush()
    except BrokenPipeError:
        os._exit(0)


def _questions(parent: int) -> queue.Queue[dict[str, Any]]:
    """What is asked on standard input. The process ends with its parent, in the middle of a word if need be.

    Not by the kernel's signal of a parent's death: that comes when the *thread* that started us ends, and a worker's
    threads come and go.
    """
    asked: queue.Queue[dict[str, Any]] = queue.Queue()

    def read() -> None:
        rest = b""
        while True:
            if os.getppid() != parent:
                os._exit(0)
            if not select.select([0], [], [], 1.0)[0]:
                continue
            chunk = os.read(0, 1 << 16)
            if not chunk:
                os._exit(0)
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                asked.put(json.loads(line))

    threading.Thread(target=read, daemon=True).start()
    return asked


if __name__ == "__main__":
    main()
