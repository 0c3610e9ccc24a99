"""Recordings made on the spot, each from its seed: music with chords, tunes and drums, and speech of made-up texts.

Mono, 22,050 samples a second, -1..1. The same seed gives the same sound. Music is of the kind that a fingerprint of
chroma could mistake: few keys, few progressions, the same instruments.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

RATE = 22_050
Samples = npt.NDArray[np.float32]
Chord = tuple[int, ...]

#: As degrees of the scale, as most songs have them.
PROGRESSIONS: tuple[tuple[int, ...], ...] = (
    (0, 4, 5, 3),
    (5, 3, 0, 4),
    (0, 5, 3, 4),
    (1, 4, 0, 0),
    (0, 3, 4, 4),
    (0, 3, 0, 4),
    (5, 4, 3, 4),
    (0, 2, 3, 4),
)
_MAJOR, _MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)


def music(seed: int, seconds: float, tune: int = 0) -> Samples:
    """A piece of verse and refrain: chords, a bass, a tune and (mostly) drums; another `tune` over the same piece."""
    rng = np.random.default_rng(seed)
    key, scale = int(rng.integers(48, 60)), _MAJOR if rng.random() < 0.6 else _MINOR
    beat_s = 60.0 / rng.uniform(72, 150)
    verse, refrain = (PROGRESSIONS[i] for i in rng.choice(len(PROGRESSIONS), 2, replace=False))
    bars = [*verse, *verse, *refrain, *refrain]
    timbres = [_timbre(rng) for _ in range(3)]
    has_drums = rng.random() < 0.75
    rng = np.random.default_rng([seed, tune])
    out = np.zeros(round(seconds * RATE) + RATE, np.float32)
    at, bar = 0.0, 0
    while at < seconds:
        chord = _chord(key, scale, bars[bar % len(bars)])
        _play_bar(out, at, beat_s, chord, key, scale, timbres, rng, has_drums=has_drums)
        at, bar = at + 4 * beat_s, bar + 1
    return _levelled(out[: round(seconds * RATE)])


def chords(order: list[int], seconds_each: float, seed: int) -> Samples:
    """Eight chords of one key on one instrument, each held and struck anew every half second, in this order."""
    timbre = _timbre(np.random.default_rng(seed))
    out = np.zeros(round(len(order) * seconds_each * RATE) + RATE, np.float32)
    for place, degree in enumerate(order):
        for strike in range(int(seconds_each * 2)):
            for note in _chord(52, _MAJOR, degree):
                _add(out, place * seconds_each + strike / 2, _note(note, 0.6, timbre, 0.2))
    return _levelled(out[: round(len(order) * seconds_each * RATE)])


def speech(seed: int, seconds: float) -> Samples:
    """A voice that reads a text nobody wrote; the voice is one of three by the seed."""
    rng = np.random.default_rng(seed)
    voice = ("heart", "low", "high")[seed % 3]
    parts: list[Samples] = []
    length = 0
    while length < seconds * RATE:
        said = _speaker()(sentence(rng), voice, RATE)
        parts += [said, np.zeros(round(rng.uniform(0.2, 0.7) * RATE), np.float32)]
        length += len(parts[-1]) + len(parts[-2])
    # A room is never quite silent.
    spoken = np.concatenate(parts)[: round(seconds * RATE)]
    return _levelled((spoken + rng.normal(0, 0.002, len(spoken))).astype(np.float32))


def rain(seed: int, seconds: float) -> Samples:
    """Noise that swells and falls, as rain, engines and applause do."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(0, 1, round(seconds * RATE)).astype(np.float32)
    smooth = np.convolve(noise, np.ones(8, np.float32) / 8, "same")
    swell = 1 + 0.5 * np.sin(2 * np.pi * np.arange(len(noise)) / RATE / rng.uniform(3, 9))
    return _levelled((smooth * swell).astype(np.float32))


def over(voice: Samples, bed: Samples) -> Samples:
    """Speech over quiet music, as programmes begin."""
    return _levelled((voice + 0.25 * bed[: len(voice)]).astype(np.float32))


def sentence(rng: np.random.Generator) -> str:
    """One of some hundred million sentences."""
    names = [
        "The keeper",
        "A neighbour",
        "My sister",
        "The old pilot",
        "Nobody",
        "Every teacher",
        "The committee",
        "A stranger",
        "Our captain",
        "The baker",
    ]
    verbs = [
        "carried",
        "forgot",
        "described",
        "measured",
        "repaired",
        "painted",
        "remembered",
        "questioned",
        "followed",
        "counted",
        "borrowed",
        "defended",
    ]
    things = [
        "the broken lantern",
        "seven letters",
        "a map of the harbour",
        "the winter timetable",
        "an unfinished bridge",
        "the colour of the river",
        "two boxes of oranges",
        "the last observation",
        "a song without words",
        "the northern road",
    ]
    when = [
        "before the market opened",
        "while it rained in the valley",
        "after thirty years of patience",
        "on a quiet Thursday",
        "because the engine had stopped",
        "although nobody had asked",
        "between two long journeys",
        "when the radio failed",
    ]
    ends = [
        "and that explains the silence",
        "which surprised the engineers",
        "but the figures say otherwise",
        "so we waited until noon",
        "and I would do it again",
        "as the newspapers reported later",
        "which is how the museum began",
        "and the dog slept",
    ]
    return " ".join(str(rng.choice(words)) for words in (names, verbs, things, when, ends)) + "."


def _play_bar(
    out: Samples,
    at: float,
    beat_s: float,
    chord: Chord,
    key: int,
    scale: tuple[int, ...],
    timbres: list[npt.NDArray[np.float64]],
    rng: np.random.Generator,
    *,
    has_drums: bool,
) -> None:
    pad, bass, lead = timbres
    for note in chord:
        _add(out, at, _note(note, 4 * beat_s, pad, 0.16))
    for beat in range(4):
        _add(out, at + beat * beat_s, _note(chord[0] - 12, 0.9 * beat_s, bass, 0.25))
        if has_drums:
            _add(out, at + beat * beat_s, _drum(rng, is_snare=beat % 2 == 1))
        for half in range(2):
            if rng.random() < 0.7:
                step = int(rng.integers(0, 14))
                note = key + 12 + 12 * (step // 7) + scale[step % 7]
                _add(
                    out, at + (beat + half / 2) * beat_s, _note(note, beat_s * rng.uniform(0.4, 1), lead, 0.2)
                )


def _timbre(rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """How loud each harmonic is."""
    harmonics = np.arange(1, 7)
    return rng.uniform(0.3, 1, 6) / harmonics ** rng.uniform(0.7, 2)


def _note(note: int, seconds: float, timbre: npt.NDArray[np.float64], loud: float) -> Samples:
    return (loud * _tone(note, round(seconds * RATE), tuple(timbre))).astype(np.float32)


@cache
def _tone(note: int, length: int, timbre: tuple[float, ...]) -> npt.NDArray[np.float64]:
    t = np.arange(length) / RATE
    hertz = 440.0 * 2 ** ((note - 69) / 12)
    wave = sum(a * np.sin(2 * np.pi * hertz * n * t) for n, a in enumerate(timbre, 1) if hertz * n < RATE / 2)
    envelope = np.minimum(1, t / 0.01) * np.exp(-1.5 * t / max(t[-1], 0.1))
    return np.asarray(wave * envelope)


def _drum(rng: np.random.Generator, *, is_snare: bool) -> Samples:
    t = np.arange(round(0.18 * RATE)) / RATE
    if is_snare:
        return (0.2 * rng.normal(0, 1, len(t)) * np.exp(-t / 0.05)).astype(np.float32)
    return (0.5 * np.sin(2 * np.pi * 60 * t * (1 + np.exp(-t / 0.02))) * np.exp(-t / 0.07)).astype(np.float32)


def _chord(key: int, scale: tuple[int, ...], degree: int) -> Chord:
    return tuple(key + 12 * ((degree + third) // 7) + scale[(degree + third) % 7] for third in (0, 2, 4))


def _add(out: Samples, at: float, sound: Samples) -> None:
    start = round(at * RATE)
    end = min(start + len(sound), len(out))
    if end > start:
        out[start:end] += sound[: end - start]


def _levelled(sound: Samples) -> Samples:
    return (0.5 * sound / max(float(np.abs(sound).max()), 1e-9)).astype(np.float32)


@cache
def _speaker() -> Any:
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    import speaking  # pyright: ignore[reportMissingImports]

    return speaking.said
