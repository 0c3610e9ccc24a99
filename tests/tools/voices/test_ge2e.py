"""The speaker encoder: its arithmetic against plain definitions, its weights against strangers', and real voices."""

from __future__ import annotations

import os
import pickle
import struct
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from mediatheque.kit.errors import Cancelled, Invalid
from mediatheque.tools.voices import open_voices
from mediatheque.tools.voices._mel import filters, mel_spectrogram
from mediatheque.tools.voices._torch_file import arrays_in
from mediatheque.tools.voices.ge2e import GE2E
from speaking import SAMPLE_RATE, conversation, write_wav

pytestmark = pytest.mark.skipif(
    not all(map(find_spec, ("av", "resemblyzer", "hibari"))),
    reason="needs the extra 'archive', the weights of resemblyzer and hibari-tts",
)


@pytest.fixture(scope="module")
def encoder() -> GE2E:
    opened = open_voices("ge2e", models_dir=None)
    assert isinstance(opened, GE2E)
    return opened


def weights() -> dict[str, npt.NDArray[np.float64]]:
    spec = find_spec("resemblyzer")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    file = Path(spec.submodule_search_locations[0]) / "pretrained.pt"
    return {k: v.astype(np.float64) for k, v in arrays_in(file.read_bytes(), "model_state").items()}


def test_filters_are_slaneys() -> None:
    # Each has the area of one, so that loudness counts alike in all bands.
    spacing = SAMPLE_RATE / 400
    wide = filters()[8:]  # the lowest are narrower than what the spectrum tells apart
    assert np.allclose(wide.sum(axis=1) * spacing, 1, atol=0.12)
    # Up to 1,000 Hz bands are equally wide, from there on ever wider: 15 mel at 1 kHz, and 27 more at 6.4 kHz.
    middles = (filters() * np.linspace(0, 8000, 201)).sum(axis=1) / filters().sum(axis=1)
    mel_8k = 15 + 27 * np.log(8) / np.log(6.4)
    expected = np.linspace(0, mel_8k, 42)[1:-1]
    below = expected < 14
    assert np.allclose(middles[below], expected[below] * 200 / 3, atol=15)
    above = expected > 17
    assert np.allclose(middles[above], 1000 * 6.4 ** ((expected[above] - 15) / 27), rtol=0.02)


def test_a_tone_is_in_its_band_and_has_its_power() -> None:
    tone = np.sin(2 * np.pi * 1000 * np.arange(SAMPLE_RATE) / SAMPLE_RATE).astype(np.float32)[None]
    frames = mel_spectrogram(tone, 90)
    assert frames.shape == (1, 90, 40)
    band = int(frames[0, 50].argmax())
    assert filters()[band, 25] == filters()[:, 25].max()  # 1,000 Hz is the 25th frequency of 40 Hz
    # Of a sine of amplitude 1, a Hann window of 400 leaves (400 / 4) squared at its frequency.
    expected = filters()[:, 24:27] @ np.array([50.0**2, 100.0**2, 50.0**2])
    assert np.allclose(frames[0, 50], expected, rtol=1e-3, atol=1e-2)


def test_the_network_is_what_its_definition_says(encoder: GE2E) -> None:
    w = weights()
    windows = np.random.default_rng(1).normal(0, 0.1, (2, 25_600)).astype(np.float32)
    states = mel_spectrogram(windows, 160).astype(np.float64)
    sigmoid = lambda x: 1 / (1 + np.exp(-x))  # noqa: E731
    for layer in range(3):
        h, c, out = np.zeros((2, 256)), np.zeros((2, 256)), []
        for frame in range(160):
            gates = states[:, frame] @ w[f"lstm.weight_ih_l{layer}"].T + w[f"lstm.bias_ih_l{layer}"]
            gates += h @ w[f"lstm.weight_hh_l{layer}"].T + w[f"lstm.bias_hh_l{layer}"]
            i, f, g, o = np.split(gates, 4, axis=1)
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
            out.append(h)
        states = np.stack(out, axis=1)
    raw = np.maximum(states[:, -1] @ w["linear.weight"].T + w["linear.bias"], 0)
    expected = raw / np.linalg.norm(raw, axis=1, keepdims=True)
    assert np.allclose(encoder.embed_windows(windows), expected, atol=1e-4)


def test_one_voice_is_nearer_to_itself_than_to_another(encoder: GE2E, tmp_path: Path) -> None:
    texts = (
        "The river was low that summer, and the boats lay on the sand.",
        "Nobody asked him why he had come.",
    )
    turns = conversation(
        [(voice, text) for voice in ("heart", "low") for text in texts], tmp_path / "talk.wav"
    )
    vectors = encoder.embed(tmp_path / "talk.wav", [(turn.start_ms, turn.end_ms) for turn in turns])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    alike = vectors @ vectors.T
    assert min(alike[0, 1], alike[2, 3]) > alike[:2, 2:].max() + 0.1


def test_spans_come_back_in_the_order_asked_whatever_it_is(encoder: GE2E, tmp_path: Path) -> None:
    turns = conversation([("heart", "One after the other, and then again."), ("low", "Not in this order, please.")],
                         tmp_path / "talk.wav")  # fmt: skip
    end = turns[-1].end_ms
    spans = [(end - 1500, end), (0, 1600), (200, 500), (0, 1600), (end + 5000, end + 7000), (300, 310)]
    vectors = encoder.embed(tmp_path / "talk.wav", spans)
    assert np.allclose(vectors[1], vectors[3], atol=1e-5)
    assert vectors[0].any()
    # Too short, beyond the end, too short.
    assert [bool(row.any()) for row in vectors] == [True, True, False, True, False, False]


def test_silence_has_no_voice_and_quiet_speech_the_same_as_loud(encoder: GE2E, tmp_path: Path) -> None:
    write_wav(tmp_path / "silence.wav", np.zeros(SAMPLE_RATE * 3, np.float32))
    assert not encoder.embed(tmp_path / "silence.wav", [(0, 2000)]).any()
    sound = np.random.default_rng(2).normal(0, 0.02, SAMPLE_RATE * 2).astype(np.float32)
    vectors = []
    for name, factor in (("loud.wav", 1.0), ("quiet.wav", 0.1)):
        write_wav(tmp_path / name, sound * factor)
        vectors.append(encoder.embed(tmp_path / name, [(0, 1600)])[0])
    assert float(vectors[0] @ vectors[1]) > 0.99


def test_progress_is_told_and_cancelling_heard(encoder: GE2E, tmp_path: Path) -> None:
    write_wav(
        tmp_path / "noise.wav",
        np.random.default_rng(1).normal(0, 0.1, SAMPLE_RATE * 300).astype(np.float32),
    )
    spans = [(n * 1000, n * 1000 + 1600) for n in range(290)]
    told: list[float] = []
    encoder.embed(tmp_path / "noise.wav", spans, on_progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
    with pytest.raises(Cancelled):
        encoder.embed(tmp_path / "noise.wav", spans, is_cancelled=lambda: True)
    with pytest.raises(Invalid):
        encoder.embed(tmp_path / "missing.wav", spans)


def test_weights_that_are_not_the_ones_we_know_are_not_loaded(tmp_path: Path) -> None:
    (tmp_path / "resemblyzer").mkdir()
    (tmp_path / "resemblyzer" / "pretrained.pt").write_bytes(b"weights")
    write_wav(tmp_path / "noise.wav", np.full(SAMPLE_RATE * 2, 0.3, np.float32))
    opened = open_voices("ge2e", models_dir=tmp_path)
    assert opened is not None
    with pytest.raises(Invalid, match="not the file we know"):
        opened.embed(tmp_path / "noise.wav", [(0, 1600)])


class Evil:
    """What a file of weights could ask a careless reader to do."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch /nowhere",)


def test_a_file_of_weights_runs_nothing() -> None:
    head = pickle.dumps(0x1950A86A20F9469CFC6C, 2) + pickle.dumps(1001, 2) + pickle.dumps({}, 2)
    for hostile in (head + pickle.dumps({"model_state": Evil()}, 2), pickle.dumps(Evil(), 2)):
        with pytest.raises(Invalid):
            arrays_in(hostile, "model_state")
    empty = head + pickle.dumps({"model_state": {}}, 2) + pickle.dumps([], 2)
    assert arrays_in(empty, "model_state") == {}
    for cut in (
        b"",
        head,
        empty[:-1],
        head + pickle.dumps({"other": 1}, 2) + pickle.dumps(["0"], 2) + struct.pack("<q", 9),
    ):
        with pytest.raises(Invalid):
            arrays_in(cut, "model_state")
