"""Comparing fingerprints: what is done to a recording on its way does not hide it, and nothing else is taken for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from mediatheque.archive.fingerprints import (
    FRAMES_PER_S,
    SAMPLE,
    Comparison,
    Fingerprint,
    compare,
    landmarks,
    milliseconds,
    sample,
)
from mediatheque.vocabulary import Verdict

SILENCE = np.uint32(627_964_279)  # what chromaprint says of it
Change = Callable[[Fingerprint], Fingerprint]


def sound(seconds: float, seed: int) -> Fingerprint:
    """A fingerprint of nothing else."""
    frames = round(seconds * FRAMES_PER_S)
    return np.random.default_rng(seed).integers(0, 1 << 32, frames, dtype=np.uint32)


def encoded(fingerprint: Fingerprint, rate: float, seed: int = 99) -> Fingerprint:
    """The same with so many of its bits wrong."""
    wrong = np.random.default_rng(seed).random((len(fingerprint), 32)) < rate
    return fingerprint ^ (wrong.astype(np.uint32) << np.arange(32, dtype=np.uint32)).sum(1, dtype=np.uint32)


def joined(*parts: Fingerprint) -> Fingerprint:
    return np.concatenate(parts)


def frames(seconds: float) -> int:
    return round(seconds * FRAMES_PER_S)


def both_ways(one: Fingerprint, other: Fingerprint) -> Comparison:
    """What is found; the same whichever of them was there first."""
    found, turned = compare(one, other), compare(other, one)
    assert (found.verdict, found.pieces) == (turned.verdict, turned.pieces)
    assert found.bit_error_rate == pytest.approx(turned.bit_error_rate, abs=0.01)
    return found


CHANGES: Mapping[str, tuple[Change, int]] = {
    "as it is": (lambda f: f, 0),
    "intro": (lambda f: joined(sound(25, 7), f), frames(25)),
    "outro": (lambda f: joined(f, sound(25, 7)), 0),
    "intro and outro": (lambda f: joined(sound(25, 7), f, sound(25, 8)), frames(25)),
    "begins later": (lambda f: f[frames(3) :], -frames(3)),
    "ends earlier": (lambda f: f[: -frames(3)], 0),
    "cut in the middle": (lambda f: joined(f[: frames(40)], f[frames(43) :]), 0),
    "advertisement": (lambda f: joined(f[: frames(60)], sound(10, 7), f[frames(60) :]), 0),
    "silence before": (lambda f: joined(np.full(frames(300), SILENCE), f), frames(300)),
}


@pytest.mark.parametrize("rate", [0.0, 0.08])
@pytest.mark.parametrize("change", list(CHANGES))
def test_what_is_done_to_a_recording_does_not_hide_it(change: str, rate: float) -> None:
    there = sound(90, 1)
    changed, offset = CHANGES[change]
    found = both_ways(changed(encoded(there, rate)), there)
    assert found.verdict is Verdict.SAME
    assert found.bit_error_rate == pytest.approx(rate, abs=0.02)
    assert found.aligned_frames > 0.9 * frames(87)
    if "middle" not in change and change != "advertisement":
        assert compare(changed(there), there).offset == offset


def test_much_that_differs_is_asked_about_and_more_is_new() -> None:
    there = sound(300, 1)
    # Landmarks by which it is found remain; of what lies between, so many bits differ.
    kept = np.arange(len(there)) % 8 == 0
    assert both_ways(np.where(kept, there, encoded(there, 0.18)), there).verdict is Verdict.ASK
    assert both_ways(np.where(kept, there, encoded(there, 0.4)), there).verdict is Verdict.NEW
    assert both_ways(sound(300, 2), there).verdict is Verdict.NEW


def test_a_part_of_a_recording_is_not_the_recording() -> None:
    lecture = sound(3600, 1)
    part = both_ways(lecture[frames(600) : frames(1200)], lecture)
    assert part.verdict is Verdict.ASK
    assert (part.share_of_shorter, part.share_of_longer) == (pytest.approx(1), pytest.approx(1 / 6, abs=0.01))
    # Half a minute beside it is an intro, a quarter of an hour is something else.
    assert both_ways(joined(sound(900, 2), lecture), lecture).verdict is Verdict.ASK
    assert both_ways(lecture[: frames(10)], lecture).verdict is Verdict.ASK


@pytest.mark.parametrize("seconds", [8, 30, 120])
def test_a_jingle_says_nothing(seconds: float) -> None:
    jingle = sound(seconds, 1)
    episodes = [joined(jingle, sound(1800, n), jingle) for n in (2, 3)]
    assert both_ways(*episodes).verdict is Verdict.NEW


def test_the_same_in_another_order_is_not_the_same() -> None:
    parts = [sound(20, n) for n in range(6)]
    there = joined(*parts)
    for order in ([3, 4, 5, 0, 1, 2], [5, 4, 3, 2, 1, 0], [0, 2, 1, 3, 5, 4]):
        assert both_ways(joined(*(parts[n] for n in order)), there).verdict is not Verdict.SAME


def test_where_both_say_something_else_is_for_a_person_to_judge() -> None:
    there = sound(600, 1)
    news = joined(there[: frames(300)], sound(10, 2), there[frames(310) :])
    assert both_ways(news, there).verdict is Verdict.ASK
    other_intros = [joined(sound(30, n), there) for n in (3, 4)]
    assert both_ways(*other_intros).verdict is Verdict.ASK


def test_silence_tones_and_hums_are_like_nothing() -> None:
    silence, tone = np.full(frames(600), SILENCE), np.full(frames(600), np.uint32(558_758_263))
    hum = np.resize(np.repeat(np.array([1, 5, 1, 9], np.uint32) << np.uint32(7), 3), frames(600))
    for one in (silence, tone, hum):
        assert both_ways(one, one.copy()).verdict is Verdict.NEW
        assert not len(sample(one).hashes)
    # What is said within silence counts.
    assert both_ways(joined(sound(20, 1), silence), joined(sound(20, 2), silence)).verdict is Verdict.NEW
    assert both_ways(joined(sound(20, 1), silence), joined(silence, sound(20, 1))).verdict is Verdict.SAME


def test_what_is_very_short_is_like_nothing() -> None:
    for short in (sound(7, 1), sound(0, 1)):
        assert both_ways(short, short.copy()).verdict is Verdict.NEW
        assert both_ways(short, joined(short, sound(60, 2))).verdict is Verdict.NEW
    assert both_ways(sound(9, 1), sound(9, 1)).verdict is Verdict.SAME


def test_a_copy_that_runs_slower_is_asked_about() -> None:
    there = sound(300, 1)

    def slower(by: float) -> Fingerprint:
        return there[(np.arange(round(len(there) * by)) / by).astype(int)]

    assert both_ways(slower(1.001), there).verdict is Verdict.SAME  # a tape, another clock
    assert both_ways(slower(1.01), there).verdict is Verdict.ASK


def test_samples_of_the_same_sound_meet() -> None:
    there = sound(3600, 1)
    sampled = sample(there)
    assert len(sampled.hashes) == len(sampled.positions) == SAMPLE
    assert np.array_equal(there[sampled.positions].view(np.int32), sampled.hashes)
    longer = sample(joined(sound(600, 2), there))
    shared = set(sampled.hashes.tolist()) & set(longer.hashes.tolist())
    assert len(shared) > 0.8 * SAMPLE * 6 / 7
    assert not set(sampled.hashes.tolist()) & set(sample(sound(3600, 3)).hashes.tolist())
    everything = sample(sound(60, 1))
    assert len(everything.hashes) == frames(60)


def test_landmarks_leave_out_what_repeats() -> None:
    spoken = sound(60, 1)
    with_pause = joined(spoken, np.full(100, SILENCE), np.repeat(sound(5, 2), 2), np.resize(sound(1, 3), 200))
    places = landmarks(with_pause)
    assert set(places[places >= len(spoken)]) == set(range(len(spoken) + 100, len(spoken) + 180, 2))
    assert milliseconds(8 * FRAMES_PER_S) == 8_000


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Fingerprint]:
    """Fingerprints of real sound, by what was done to it."""
    from talks import fingerprints_of_talks

    return fingerprints_of_talks(tmp_path_factory.mktemp("heard"))


@pytest.mark.parametrize(
    "how", ["mp3 64k with an intro", "mp3 32k", "opus, quieter", "aac, 3 s cut out", "8 kHz"]
)
def test_the_same_audio_is_recognised(heard: Mapping[str, Fingerprint], how: str) -> None:
    found = both_ways(heard[how], heard["talk"])
    assert found.verdict is Verdict.SAME
    assert found.bit_error_rate <= 0.1


def test_other_audio_is_not(heard: Mapping[str, Fingerprint]) -> None:
    """The same voice reads something else, and something else begins with the same intro."""
    for other in ("another talk", "another talk with the intro", "intro"):
        for talk in ("talk", "mp3 64k with an intro"):
            assert both_ways(heard[other], heard[talk]).verdict is not Verdict.SAME
    assert both_ways(heard["another talk"], heard["talk"]).verdict is Verdict.NEW


def test_fingerprints_are_taken_of_files(heard: Mapping[str, Fingerprint], tmp_path: Path) -> None:
    assert heard["talk"].dtype == np.uint32
    assert len(heard["talk"]) > 20 * FRAMES_PER_S
    assert set(heard["silence"].tolist()) == {int(SILENCE)}


def test_noises_are_like_each_other_by_chance_alone() -> None:
    """Two rooms with the same hum: most bits are always the same, the others are anything."""

    def room(seconds: float, seed: int, share: float) -> Fingerprint:
        hum = np.full(frames(seconds), np.uint32(0b1011_0010_1101 << 9))
        return encoded(hum, share, seed)

    for share in (0.03, 0.06, 0.12):
        one, other = room(600, 1, share), room(600, 2, share)
        assert both_ways(one, other).verdict is Verdict.NEW
        # Neither are a few words in it.
        words = [joined(one[: frames(300)], sound(4, 3), one[frames(304) :]), joined(other, sound(4, 4))]
        assert both_ways(words[0], words[1]).verdict is Verdict.NEW
    rain = room(600, 1, 0.12)
    assert both_ways(joined(sound(10, 5), encoded(rain, 0.03)), rain).verdict is Verdict.SAME
