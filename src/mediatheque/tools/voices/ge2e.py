"""The GE2E speaker encoder in numpy, with the weights of the package `resemblyzer`: 256 dimensions, on the processor.

Wan, Wang, Papir, Moreno: Generalized end-to-end loss for speaker verification, ICASSP 2018. Three LSTMs over 1.6 s of a
mel spectrogram; the last state, through a linear layer and a ReLU, at length 1.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from mediatheque.kit.errors import Cancelled, Invalid, Unavailable
from mediatheque.kit.sound import samples_of
from mediatheque.tools.voices import Voices
from mediatheque.tools.voices._torch_file import arrays_in

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats: TypeAlias = npt.NDArray[np.float32]

DIMENSIONS = 256
_SHA256 = "39373b86598fa3da9fcddee6142382efe09777e8d37dc9c0561f41f0070f134e"
_LAYERS = 3
_FRAMES = 160
_WINDOW = 25_600  # samples: 1.6 s
#: Of less nothing can be told.
_SHORTEST = 6_400
#: Windows that go through the network together: half a second of work, 60 MB.
_TOGETHER = 128
#: Quieter speech is made as loud as that, as it was when the network learnt.
_LOUDNESS_DBFS = -30.0
_SILENCE_DBFS = -65.0


def open_from(*, models_dir: Path | None) -> Voices:
    """The encoder with the weights in `models_dir`, else in the installed package."""
    return GE2E(_find(models_dir))


@dataclass(frozen=True, slots=True)
class _Layer:
    """An LSTM's weights, turned so that rows of input are multiplied from the left; gates: in, forget, cell, out."""

    of_input: Floats  # (inputs, 4 x 256)
    of_state: Floats  # (256, 4 x 256)
    bias: Floats  # (4 x 256,)


class GE2E:
    """The encoder; its 5.7 MB are read, and verified, with the first span. Threads may share it."""

    name = "ge2e-256"

    def __init__(self, weights: Path) -> None:
        self._file = weights
        self._loading = threading.Lock()
        self._loaded: tuple[list[_Layer], Floats, Floats] | None = None

    def embed(
        self,
        speech: Path,
        spans_ms: Sequence[tuple[int, int]],
        *,
        on_progress: Callable[[float], None] | None = None,
        is_cancelled: Callable[[], bool] | None = None,
    ) -> npt.NDArray[np.float32]:
        """One unit row for each span, or zeros; a span's middle 1.6 s are what is listened to, a shorter one repeats."""
        import numpy as np

        rows = np.zeros((len(spans_ms), DIMENSIONS), np.float32)
        done = 0
        for batch in _batches(_windows(speech, spans_ms)):
            if is_cancelled is not None and is_cancelled():
                raise Cancelled("Telling the speakers apart was cancelled")
            rows[[index for index, _ in batch]] = self.embed_windows(
                np.stack([window for _, window in batch])
            )
            done += len(batch)
            if on_progress is not None:
                on_progress(min(1.0, done / len(spans_ms)))
        return rows

    def embed_windows(self, windows: Floats) -> Floats:
        """A unit row for each row of 25,600 samples, -1..1. Shape (windows, 256)."""
        import numpy as np

        from mediatheque.tools.voices._mel import mel_spectrogram

        layers, weight, bias = self._weights()
        states = mel_spectrogram(windows, _FRAMES).transpose(1, 0, 2)  # (frames, windows, bands)
        for layer in layers:
            states = _lstm(layer, np.ascontiguousarray(states))
        raw = np.maximum(states[-1] @ weight + bias, 0)
        lengths = np.linalg.norm(raw, axis=1, keepdims=True)
        return np.divide(raw, lengths, out=np.zeros_like(raw), where=lengths > 0)

    def _weights(self) -> tuple[list[_Layer], Floats, Floats]:
        with self._loading:
            if self._loaded is None:
                self._loaded = _read_weights(self._file)
            return self._loaded


def _lstm(layer: _Layer, inputs: Floats) -> Floats:
    """The layer's state after each frame. Shape (frames, rows, 256)."""
    import numpy as np

    frames, rows, _ = inputs.shape
    gates_of_input = (inputs.reshape(frames * rows, -1) @ layer.of_input + layer.bias).reshape(
        frames, rows, -1
    )
    states = np.empty((frames, rows, DIMENSIONS), np.float32)
    state, cell = np.zeros((2, rows, DIMENSIONS), np.float32)
    for frame in range(frames):
        gates = state @ layer.of_state
        gates += gates_of_input[frame]
        # sigmoid(x) is (1 + tanh(x / 2)) / 2, and the halves are in the weights: one tanh for all four gates.
        np.tanh(gates, out=gates)
        into, forget, new, out = np.split(gates, 4, axis=1)
        cell = 0.5 * (forget + 1) * cell + 0.5 * (into + 1) * new
        state = 0.5 * (out + 1) * np.tanh(cell)
        states[frame] = state
    return states


def _read_weights(file: Path) -> tuple[list[_Layer], Floats, Floats]:
    import numpy as np

    content = file.read_bytes()
    if (found := hashlib.sha256(content).hexdigest()) != _SHA256:
        raise Invalid(
            f"{file} is not the file we know (sha256 {found[:16]}…), so it is not loaded: install resemblyzer 0.1.4 anew, "
            "or set MEDIATHEQUE_VOICES=none to go without speakers"
        )
    arrays = arrays_in(content, "model_state")
    # PyTorch's gates are in, forget, cell, out; all but the cell's are halved for tanh instead of sigmoid.
    halved = np.repeat(np.array([0.5, 0.5, 1.0, 0.5], np.float32), DIMENSIONS)
    layers = [
        _Layer(
            np.ascontiguousarray(arrays[f"lstm.weight_ih_l{n}"].T * halved),
            np.ascontiguousarray(arrays[f"lstm.weight_hh_l{n}"].T * halved),
            (arrays[f"lstm.bias_ih_l{n}"] + arrays[f"lstm.bias_hh_l{n}"]) * halved,
        )
        for n in range(_LAYERS)
    ]
    return layers, np.ascontiguousarray(arrays["linear.weight"].T), arrays["linear.bias"]


def _windows(speech: Path, spans_ms: Sequence[tuple[int, int]]) -> Iterator[tuple[int, Floats]]:
    """Each span's window with its index, as the file is read once from its beginning."""
    import numpy as np

    wanted = sorted((*_middle(start * 16, end * 16), index) for index, (start, end) in enumerate(spans_ms))
    held = np.empty(0, np.int16)
    begins_at, upcoming = 0, 0
    for block in samples_of(speech):
        held = np.concatenate((held, block))
        while upcoming < len(wanted) and wanted[upcoming][1] <= begins_at + len(held):
            start, end, index = wanted[upcoming]
            upcoming += 1
            if (window := _prepared(held[start - begins_at : end - begins_at])) is not None:
                yield index, window
        first_needed = wanted[upcoming][0] if upcoming < len(wanted) else begins_at + len(held)
        dropped = max(0, min(first_needed - begins_at, len(held)))
        held, begins_at = held[dropped:], begins_at + dropped
    for start, _, index in wanted[upcoming:]:  # spans that end after the recording does
        if (window := _prepared(held[max(0, start - begins_at) :])) is not None:
            yield index, window


def _middle(start: int, end: int) -> tuple[int, int]:
    """The middle window of a span, both in samples."""
    spare = max(0, end - start - _WINDOW)
    return start + spare // 2, end - (spare - spare // 2)


def _prepared(samples: npt.NDArray[np.int16]) -> Floats | None:
    """As loud and as long as the network wants it; None for what is too short or silent."""
    import numpy as np

    if len(samples) < _SHORTEST:
        return None
    floats = samples.astype(np.float32) / 32_768.0
    loudness = 10 * np.log10(max(float(np.square(floats).mean()), 1e-12))
    if loudness < _SILENCE_DBFS:
        return None
    if loudness < _LOUDNESS_DBFS:
        floats *= 10 ** ((_LOUDNESS_DBFS - loudness) / 20)
    return np.resize(floats, _WINDOW)  # repeated where it is shorter


def _batches(windows: Iterator[tuple[int, Floats]]) -> Iterator[list[tuple[int, Floats]]]:
    batch: list[tuple[int, Floats]] = []
    for window in windows:
        batch.append(window)
        if len(batch) == _TOGETHER:
            yield batch
            batch = []
    if batch:
        yield batch


def _find(models_dir: Path | None) -> Path:
    if models_dir is not None:
        for path in (models_dir / "resemblyzer" / "pretrained.pt", models_dir / "ge2e.pt"):
            if path.is_file():
                return path
    # Not imported: the package would ask for torch and librosa.
    spec = find_spec("resemblyzer")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if (path := Path(folder) / "pretrained.pt").is_file():
            return path
    raise Unavailable(
        "The speaker encoder's weights are not installed: pip install --no-deps resemblyzer, or put pretrained.pt into "
        "MEDIATHEQUE_MODELS_DIR/resemblyzer/, or set MEDIATHEQUE_VOICES=none to go without speakers"
    )
