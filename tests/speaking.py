"""Texts spoken for tests: a neural voice, and the same voice lower for somebody else; about 60 times faster than speech."""

from __future__ import annotations

import wave
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

SAMPLE_RATE = 16_000
#: The voices there are, by how much lower or higher than the model's own they are.
PITCHES = {"heart": 1.0, "low": 0.8, "high": 1.18}

Samples = npt.NDArray[np.float32]


class Turn(NamedTuple):
    """Who said what, from when to when."""

    voice: str
    text: str
    start_ms: int
    end_ms: int


def spoken(text: str, path: Path, *, voice: str = "heart", sample_rate: int = SAMPLE_RATE) -> Path:
    """Speak the text into a mono 16-bit WAV file; the same each time."""
    write_wav(path, said(text, voice, sample_rate), sample_rate)
    return path


def conversation(turns: Sequence[tuple[str, str]], path: Path, *, pause_s: float = 0.5) -> list[Turn]:
    """Speak (voice, text) one after the other into a WAV file of 16 kHz; when each was said."""
    pause = np.zeros(round(pause_s * SAMPLE_RATE), np.float32)
    parts: list[Samples] = []
    told: list[Turn] = []
    at = 0
    for voice, text in turns:
        samples = said(text, voice)
        told.append(Turn(voice, text, _ms(at), _ms(at + len(samples))))
        parts += [samples, pause]
        at += len(samples) + len(pause)
    write_wav(path, np.concatenate(parts))
    return told


@cache
def said(text: str, voice: str = "heart", sample_rate: int = SAMPLE_RATE) -> Samples:
    """The text as sound, -1..1. Shape (samples,)."""
    pitch = PITCHES[voice]
    # Spoken faster and then played slower (or the other way round): throat and pitch are somebody else's.
    samples = _model()(text, speed=1 / pitch, seed=1)
    return _resampled(samples, sample_rate / (_model().sample_rate * pitch))


def write_wav(path: Path, samples: Samples, sample_rate: int = SAMPLE_RATE) -> None:
    """Mono, 16 bits."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sample_rate)
        file.writeframes((np.clip(samples, -1, 1) * 32_767).astype("<i2").tobytes())


@cache
def _model() -> Any:
    import hibari

    return hibari.Hibari()


def _resampled(samples: Samples, factor: float) -> Samples:
    """As many samples times `factor`, by the spectrum: nothing folds back."""
    length = round(len(samples) * factor)
    spectrum = np.fft.rfft(samples)
    kept = np.zeros(length // 2 + 1, spectrum.dtype)
    common = min(len(kept), len(spectrum))
    kept[:common] = spectrum[:common]
    return (np.fft.irfft(kept, length) * (length / len(samples))).astype(np.float32)


def _ms(samples: int) -> int:
    return round(samples * 1000 / SAMPLE_RATE)
