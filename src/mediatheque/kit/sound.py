"""The samples of a sound file, a stretch at a time, whatever its format is."""

from __future__ import annotations

import importlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from mediatheque.kit.errors import Invalid, Unavailable

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Samples: TypeAlias = npt.NDArray[np.int16]

#: What models of speech were trained on.
SPEECH_RATE = 16_000


def samples_of(file: Path, *, rate: int = SPEECH_RATE, seconds: float = 60.0) -> Iterator[Samples]:
    """The sound as 16-bit mono samples, about so many seconds at a time. Shape (samples,).

    Raises Invalid for what is no sound file or ends in the middle.
    """
    import numpy as np

    try:
        av: Any = importlib.import_module("av")
    except ImportError:
        raise Unavailable(
            "PyAV, which reads sound, is not installed: pip install 'mediatheque[archive]'"
        ) from None
    try:
        with av.open(str(file), mode="r", metadata_errors="ignore") as container:
            if not container.streams.audio:
                raise Invalid("There is no sound in this file: add one that has")
            resampler = av.AudioResampler(format="s16", layout="mono", rate=rate)
            held: list[Samples] = []
            length = 0
            for frame in container.decode(audio=0):
                frame.pts = None  # gaps in the times of frames are not silence
                for part in resampler.resample(frame):
                    held.append(part.to_ndarray()[0])
                    length += part.samples
                if length > seconds * rate:
                    yield np.concatenate(held)
                    held, length = [], 0
            held += [part.to_ndarray()[0] for part in resampler.resample(None)]
            if held:
                yield np.concatenate(held)
    except av.error.FFmpegError as error:
        raise Invalid(f"The recording cannot be read ({error.strerror}): is it a whole sound file?") from None


def flac_of(samples: Samples, *, rate: int = SPEECH_RATE) -> bytes:
    """The samples as a FLAC file: nothing is lost, and it is half as large."""
    import numpy as np

    av: Any = importlib.import_module("av")
    written = io.BytesIO()
    with av.open(written, mode="w", format="flac") as container:
        stream = container.add_stream("flac", rate=rate, layout="mono", format="s16")
        for begin in range(0, len(samples), rate):
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(samples[None, begin : begin + rate]), format="s16", layout="mono"
            )
            frame.rate, frame.pts = rate, begin
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return written.getvalue()
