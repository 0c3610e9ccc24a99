"""Mel spectrograms as librosa makes them by default: Slaney's scale, filters of equal area, power, no logarithm.

Slaney, Auditory Toolbox, Technical Report 1998-010, Interval Research, 1998.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

SAMPLE_RATE = 16_000
WINDOW, HOP, BANDS = 400, 160, 40

Floats = npt.NDArray[np.float32]


def mel_spectrogram(samples: Floats, frames: int) -> Floats:
    """The first `frames` frames of each row of samples, the first centred on its first sample. Shape (rows, frames, 40)."""
    padded = np.pad(samples, ((0, 0), (WINDOW // 2, WINDOW // 2)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW, axis=1)[:, ::HOP][:, :frames]
    real, imaginary = _fourier()
    flat = windows.reshape(-1, WINDOW)
    power = np.square(flat @ real) + np.square(flat @ imaginary)
    return (power @ filters().T).reshape(len(samples), -1, BANDS)


@cache
def filters() -> Floats:
    """How much of each frequency of the spectrum is in each band. Shape (40, 201)."""
    frequencies = np.linspace(0, SAMPLE_RATE / 2, WINDOW // 2 + 1)
    edges = _to_hertz(np.linspace(_to_mel(0.0), _to_mel(SAMPLE_RATE / 2), BANDS + 2))
    below, at, above = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising = (frequencies - below) / (at - below)
    falling = (above - frequencies) / (above - at)
    triangles = np.maximum(0, np.minimum(rising, falling))
    return (triangles * (2 / (above - below))).astype(np.float32)


@cache
def _fourier() -> tuple[Floats, Floats]:
    """The discrete Fourier transform of a Hann window's samples as two matrices: one product is faster than many FFTs."""
    n = np.arange(WINDOW)
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * n / WINDOW)
    angles = 2 * np.pi * np.outer(n, np.arange(WINDOW // 2 + 1)) / WINDOW
    return (hann[:, None] * np.cos(angles)).astype(np.float32), (hann[:, None] * np.sin(angles)).astype(
        np.float32
    )


#: Slaney's scale: linear up to 1,000 Hz (15 mel), from there 27 mel for each factor of 6.4.
_LINEAR, _FROM_HZ, _FROM_MEL = 200.0 / 3, 1_000.0, 15.0
_STEP = np.log(6.4) / 27.0


def _to_mel(hertz: float) -> float:
    return float(hertz / _LINEAR if hertz < _FROM_HZ else _FROM_MEL + np.log(hertz / _FROM_HZ) / _STEP)


def _to_hertz(mel: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.where(mel < _FROM_MEL, mel * _LINEAR, _FROM_HZ * np.exp(_STEP * (mel - _FROM_MEL)))
