"""The waveform for drawing, made of samples as they come: never more than a few MB, however long the recording."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

#: 10 ms at 16 kHz: 12 hours are 4.3 MB.
_BLOCK = 160


class Waveform:
    """The loudest sample of each 10 ms, from 16-bit samples that come in pieces of any size."""

    def __init__(self) -> None:
        self._loudest = bytearray()
        self._rest = b""

    def add(self, piece: bytes) -> None:
        """The next samples: 16-bit, little-endian, one channel."""
        piece = self._rest + piece
        whole = len(piece) - len(piece) % (2 * _BLOCK)
        self._rest = piece[whole:]
        if whole:
            self._loudest += _loudest(np.frombuffer(piece[:whole], "<i2").reshape(-1, _BLOCK))

    def peaks(self, count: int) -> npt.NDArray[np.uint8]:
        """The loudest of each of `count` equal spans, 0..255 of full scale; zeros where there was nothing."""
        last = self._rest[: len(self._rest) - len(self._rest) % 2]
        blocks = np.frombuffer(self._loudest, np.uint8)
        if last:
            blocks = np.append(blocks, np.frombuffer(_loudest(np.frombuffer(last, "<i2")[None, :]), np.uint8))
        if not len(blocks):
            return np.zeros(count, np.uint8)
        starts = np.arange(count) * len(blocks) // count
        # Where there are fewer blocks than spans, several spans begin in one; reduceat gives each that one.
        return np.maximum.reduceat(blocks, starts)


def _loudest(blocks: npt.NDArray[np.int16]) -> bytes:
    # Not abs(): that of -32768 is no 16-bit number.
    loudest = np.maximum(blocks.max(axis=1).astype(np.int32), -blocks.min(axis=1).astype(np.int32))
    return np.minimum(255, (loudest * 255 + 16_384) // 32_768).astype(np.uint8).tobytes()
