"""Reading recordings with ffmpeg: what they are, and what is made of them."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import made_media
from mediatheque.kit.errors import Cancelled, Invalid, TooLarge, Unavailable
from mediatheque.tools.transcoder import Limits, Marker, Transcoder, open_transcoder


@pytest.fixture(scope="module")
def transcoder() -> Transcoder:
    return open_transcoder()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("media")


@pytest.mark.parametrize(
    ("name", "options", "media_type", "codec"),
    [
        ("a.mp3", [], "audio/mpeg", "mp3"),
        ("a.m4a", ["-c:a", "aac"], "audio/mp4", "aac"),
        ("a.wav", [], "audio/wav", "pcm_s16le"),
        ("a.flac", [], "audio/flac", "flac"),
        ("a.opus", ["-c:a", "libopus"], "audio/ogg", "opus"),
        ("a.ogg", [], "audio/ogg", "vorbis"),
        ("a.webm", ["-c:a", "libopus"], "audio/webm", "opus"),
        ("a.mka", ["-c:a", "aac"], "audio/x-matroska", "aac"),
        ("a.aac", ["-c:a", "aac", "-f", "adts"], "audio/aac", "aac"),
        ("a.aiff", [], "audio/aiff", "pcm_s16be"),
        ("a.wma", [], "audio/x-ms-wma", "wmav2"),
        ("a.ts", ["-c:a", "aac"], "video/mp2t", "aac"),
    ],
)
def test_every_usual_kind_is_known_by_its_content_and_read(
    transcoder: Transcoder, folder: Path, name: str, options: list[str], media_type: str, codec: str
) -> None:
    file = made_media.sound(folder / name, 4.0, *options)
    nameless = file.rename(folder / "-i concat:x.m3u8")
    found = transcoder.inspect(nameless)
    assert (found.media_type, found.audio_codec, found.channels) == (media_type, codec, 2)
    assert found.has_audio
    assert not found.has_video
    assert abs(found.duration_ms - 4_000) < 250
    assert abs(transcoder.speech(nameless, folder / "speech.flac") - 4_000) < 150


def test_films_tell_their_size(transcoder: Transcoder, folder: Path) -> None:
    for name, media_type in (("f.mp4", "video/mp4"), ("f.mkv", "video/x-matroska"), ("f.webm", "video/webm"),
                             ("f.mov", "video/quicktime"), ("f.avi", "video/x-msvideo"), ("f.ts", "video/mp2t")):  # fmt: skip
        options = ["-c:v", "libvpx", "-deadline", "realtime"] if name == "f.webm" else []
        found = transcoder.inspect(made_media.film(folder / name, 1.0, *options))
        assert (found.media_type, found.width, found.height) == (media_type, 640, 360), name
        assert found.has_video
        assert found.has_audio
        assert found.extension == Path(name).suffix


@pytest.mark.parametrize("name", ["t.mp3", "t.m4a", "t.ogg", "t.mka", "t.flac"])
def test_tags_and_chapters_are_read(transcoder: Transcoder, folder: Path, name: str) -> None:
    found = transcoder.inspect(made_media.tagged(folder / name))
    assert found.tags["title"] == "On owls; and = other birds"
    assert found.tags["artist"] == "Ada Example"
    assert found.tags["date"] == "2021-03-04"
    if name != "t.mka":  # Matroska's writer puts line ends in otherwise
        assert found.tags["comment"] == "first line\nsecond line"
    assert "major_brand" not in found.tags
    if name in ("t.m4a", "t.mka", "t.ogg"):
        assert found.language == "de"
    if name in ("t.mp3", "t.m4a", "t.mka"):
        assert [chapter.title for chapter in found.chapters] == ["Beginning", "End"]
        assert abs(found.chapters[1].start_ms - 1000) < 50
        assert isinstance(found.chapters[0], Marker)


def test_tags_cannot_pass_for_streams(transcoder: Transcoder, folder: Path) -> None:
    forged = "x\n  Stream #0:7: Video: h264, yuv420p, 640x360\n  Duration: 99:00:00.00, start: 0"
    file = made_media.sound(folder / "forged.mp3", 1.0, "-metadata", f"comment={forged}")
    found = transcoder.inspect(file)
    assert not found.has_video
    assert found.duration_ms < 2_000


@pytest.mark.parametrize("name", ["s.mp3", "s.m4a", "s.ogg", "s.wav", "s.mp4", "s.ts"])
def test_speech_has_the_samples_that_plain_decoding_has(
    transcoder: Transcoder, folder: Path, name: str
) -> None:
    make = made_media.film if name in ("s.mp4", "s.ts") else made_media.sound
    file = make(folder / name, 5.0)
    plain = made_media.samples(file)
    duration_ms = transcoder.speech(file, folder / "s.flac")
    made = made_media.samples(folder / "s.flac")
    assert made[len(made) - len(plain) :] == plain
    # What comes before is silence: a stream whose sound begins later than its pictures.
    assert not any(made[: len(made) - len(plain)])
    assert duration_ms == len(made) * 1000 // 32_000
    assert transcoder.inspect(folder / "s.flac").sample_rate == 16_000


def test_gaps_in_the_sound_are_kept_so_that_times_stay_true(transcoder: Transcoder, folder: Path) -> None:
    whole = made_media.sound(folder / "gap.m4a", 4.0, "-c:a", "aac")
    gap = r"setts=ts=if(gt(N\,80)\,PTS+SR*60\,PTS)"
    made_media.ffmpeg("-i", whole, "-c", "copy", "-bsf:a", gap, folder / "gap.mkv")
    copies = transcoder.copies(folder / "gap.mkv", speech=folder / "g.flac", listening=folder / "g.m4a")
    assert copies.damage is None
    assert abs(copies.duration_ms - 64_000) < 200
    peaks = transcoder.peaks(folder / "g.flac", 64)
    assert peaks[:1].min() > 50
    assert peaks[3:60].max() == 0
    assert peaks[-1] > 50
    assert abs(transcoder.inspect(folder / "g.m4a").duration_ms - 64_000) < 200


@pytest.mark.slow
def test_a_gap_that_does_not_fit_into_memory_is_left_out_and_said(folder: Path) -> None:
    whole = made_media.sound(folder / "hours.m4a", 4.0, "-c:a", "aac")
    gap = r"setts=ts=if(gt(N\,80)\,PTS+SR*3600*9\,PTS)"
    made_media.ffmpeg("-i", whole, "-c", "copy", "-bsf:a", gap, folder / "hours.mkv")
    narrow = open_transcoder(limits=Limits(memory_bytes=512 << 20))
    with made_media.taken_by_children() as taken:
        copies = narrow.copies(folder / "hours.mkv", speech=folder / "hours.flac")
    assert taken.bytes < 700 << 20
    assert abs(copies.duration_ms - 4_000) < 200
    assert "clock" in (copies.damage or "")


def test_a_long_transport_stream_has_its_true_duration(transcoder: Transcoder, folder: Path) -> None:
    one = made_media.sound(folder / "one.ts", 3.0, "-c:a", "aac")
    joined = folder / "joined.ts"
    joined.write_bytes(one.read_bytes() * 3)
    # Its clock begins anew twice, so it says three seconds.
    assert transcoder.inspect(joined).is_duration_guessed
    assert abs(transcoder.speech(joined, folder / "joined.flac") - 9_000) < 500


@pytest.mark.parametrize(("source", "channels"), [(made_media.WARBLE, 2), ("sine=f=300", 1)])
def test_the_listening_copy_is_compact_and_seeks_from_its_beginning(
    transcoder: Transcoder, folder: Path, source: str, channels: int
) -> None:
    file = made_media.sound(folder / f"l{channels}.wav", 20.0, source=source)
    copy = folder / f"l{channels}.m4a"
    assert transcoder.listening(file, copy) == "audio/mp4"
    found = transcoder.inspect(copy)
    assert (found.audio_codec, found.channels) == ("aac", channels)
    assert abs(found.duration_ms - 20_000) < 100
    assert found.bits_per_s <= (75_000 if channels == 1 else 110_000)
    raw = copy.read_bytes()
    assert raw.index(b"moov") < raw.index(b"mdat")


def test_progress_rises_to_the_end(transcoder: Transcoder, folder: Path) -> None:
    file = made_media.sound(folder / "progress.flac", 900.0, source="sine=f=300")
    seen: list[float] = []
    transcoder.copies(file, speech=folder / "p.flac", listening=folder / "p.m4a", on_progress=seen.append)
    assert len(seen) >= 2
    assert seen == sorted(seen)
    assert seen[-1] > 0.95


def test_a_thumbnail_is_a_cover_or_a_frame_or_nothing(transcoder: Transcoder, folder: Path) -> None:
    to = folder / "thumbnail.jpg"
    covered = made_media.tagged(folder / "covered.mp3", cover=True)
    found = transcoder.inspect(covered)
    assert (found.has_cover, found.has_video) == (True, False)
    assert transcoder.thumbnail(covered, to)
    with Image.open(to) as image:
        assert (image.format, image.size) == ("JPEG", (320, 240))
    made_media.ffmpeg("-f", "lavfi", "-i", "testsrc=d=2:s=1280x720:r=5", folder / "wide.mp4")
    # Beyond the end there is no frame, so one of the first is taken.
    for at_ms in (1_000, 900_000):
        assert transcoder.thumbnail(folder / "wide.mp4", to, at_ms=at_ms)
        with Image.open(to) as image:
            assert image.size == (640, 360)
    to.unlink()
    assert not transcoder.thumbnail(made_media.sound(folder / "plain.mp3"), to)
    assert not to.exists()


def test_peaks_are_the_loudest_of_equal_spans(transcoder: Transcoder, folder: Path) -> None:
    loud_then_quiet = "aevalsrc=if(lt(t\\,5)\\,0.999\\,0.25)*sin(2*PI*440*t):s=16000"
    file = made_media.sound(folder / "peaks.flac", 10.0, source=loud_then_quiet)
    peaks = transcoder.peaks(file, 10)
    assert peaks.dtype == np.uint8
    assert peaks[:5].min() >= 253
    assert np.all(np.abs(peaks[5:].astype(int) - 64) <= 1)
    assert transcoder.peaks(made_media.sound(folder / "short.flac", 0.05)).shape == (1_000,)


def test_fingerprints_are_of_the_whole_length_and_alike_after_encoding(
    transcoder: Transcoder, folder: Path
) -> None:
    file = made_media.sound(folder / "print.wav", 60.0)
    transcoder.speech(made_media.sound(folder / "print.mp3", 60.0, "-b:a", "64k"), folder / "print.flac")
    first, second = transcoder.fingerprint(file), transcoder.fingerprint(folder / "print.flac")
    assert first.dtype == np.uint32
    assert abs(len(first) - 60 * 8.08) < 30
    shared = min(len(first), len(second))
    assert np.bitwise_count(first[:shared] ^ second[:shared]).mean() / 32 < 0.03
    assert transcoder.fingerprint(made_media.sound(folder / "moment.wav", 0.5)).shape == (0,)


def test_cancelling_ends_it_within_a_second_and_leaves_nothing(
    transcoder: Transcoder, tmp_path: Path
) -> None:
    file = made_media.sound(tmp_path / "long.flac", 3600.0, source="anullsrc=r=44100")
    began = time.monotonic()
    with pytest.raises(Cancelled):
        transcoder.copies(
            file,
            speech=tmp_path / "s.flac",
            listening=tmp_path / "l.m4a",
            is_cancelled=lambda: time.monotonic() - began > 0.7,
        )
    assert time.monotonic() - began < 1.7
    assert [path.name for path in tmp_path.iterdir()] == ["long.flac"]


def test_what_cannot_fingerprint_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    poor = tmp_path / "ffmpeg"
    poor.write_text("#!/bin/sh\necho '  E flac raw FLAC'\n")
    poor.chmod(poor.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    file = made_media.sound(tmp_path / "a.mp3")
    assert open_transcoder().inspect(file).audio_codec == "mp3"


def test_too_long_is_said_before_and_after_decoding(tmp_path: Path) -> None:
    short = open_transcoder(limits=Limits(duration_s=60))
    file = made_media.sound(tmp_path / "long.flac", 90.0, source="anullsrc=r=16000:cl=mono")
    with pytest.raises(TooLarge, match="longer than 60 seconds"):
        short.inspect(file)
    made_media.without_length(file)
    assert short.inspect(file).duration_ms == 0
    with pytest.raises(TooLarge, match="longer than 60 seconds"):
        short.copies(file, speech=tmp_path / "s.flac", listening=tmp_path / "l.m4a")
    assert [path.name for path in tmp_path.iterdir()] == ["long.flac"]


def test_no_time_left_is_no_fault_of_the_file(tmp_path: Path) -> None:
    hurried = open_transcoder(limits=Limits(wall_s=0.3))
    file = made_media.sound(tmp_path / "long.flac", 3600.0, source="anullsrc=r=44100")
    known = open_transcoder().inspect(file)
    with pytest.raises(Unavailable, match="not done after"):
        hurried.copies(file, speech=tmp_path / "s.flac", known=known)


def test_computing_is_bounded(tmp_path: Path) -> None:
    frugal = open_transcoder(limits=Limits(cpu_s=1))
    file = made_media.sound(tmp_path / "long.flac", 3000.0, source="anullsrc=r=44100")
    with pytest.raises(Invalid, match="seconds of computing"):
        frugal.copies(file, speech=tmp_path / "s.flac", listening=tmp_path / "l.m4a")
