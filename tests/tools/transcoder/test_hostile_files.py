"""Files that are damaged, no recordings, or meant to do harm: words that say what to do, and bounds that hold."""

from __future__ import annotations

import struct
import time
import zipfile
from pathlib import Path

import pytest

import made_media
from mediatheque.kit.errors import Invalid, TooLarge, Unavailable
from mediatheque.tools.transcoder import Limits, Transcoder, open_transcoder


@pytest.fixture(scope="module")
def transcoder() -> Transcoder:
    return open_transcoder()


def refused(transcoder: Transcoder, file: Path) -> str:
    """What every method says of a file that is none; nothing else is left beside it."""
    there = sorted(file.parent.iterdir())
    to = file.parent / "made"
    with pytest.raises(Invalid) as first:
        transcoder.inspect(file)
    for do in (
        lambda: transcoder.speech(file, to),
        lambda: transcoder.listening(file, to),
        lambda: transcoder.peaks(file),
        lambda: transcoder.fingerprint(file),
    ):
        with pytest.raises(Invalid):
            do()
    assert sorted(file.parent.iterdir()) == there
    return str(first.value)


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("nothing.mp3", b"", "empty"),
        ("note.mp3", b"Dear all, this is a text and no recording.\n" * 50, "a text"),
        ("gruss.wav", "Schöne Grüße, das ist ein Text.".encode("utf-16"), "a text"),
        ("feed.m4a", b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n", "a playlist"),
        ("list.mp3", b"ffconcat version 1.0\nfile /etc/passwd\n", "a playlist"),
        ("dash.mp4", b'<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"/>', "a playlist"),
        ("page.mp3", b"<!DOCTYPE html><html><body>404</body></html>", "a web page"),
        ("words.mp4", b"WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n", "subtitles"),
        ("words.wav", b"1\r\n00:00:00,000 --> 00:00:01,000\r\nHello\r\n", "subtitles"),
        ("paper.mp3", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(500), "PDF"),
        ("picture.mp4", made_media.vast_png(), "a picture"),
        ("photo.mp3", b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(500), "a picture"),
        ("photo.m4a", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(500), "a picture"),
        ("notes.mp3", b"MThd\0\0\0\x06\0\0\0\x01\0\x60", "MIDI"),
        ("program.wav", b"\x7fELF\x02\x01\x01" + bytes(500), "a program"),
        ("zeros.mp3", bytes(20_000), "no recording"),
    ],
)
def test_what_is_no_recording_is_called_by_its_name(
    transcoder: Transcoder, tmp_path: Path, name: str, content: bytes, word: str
) -> None:
    (tmp_path / name).write_bytes(content)
    assert word in refused(transcoder, tmp_path / name)


def test_an_archive_is_no_recording(transcoder: Transcoder, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "talk.mp3", "w") as packed:
        packed.writestr("talk.mp3", bytes(1000))
    assert "ZIP" in refused(transcoder, tmp_path / "talk.mp3")


def test_noise_is_no_recording(transcoder: Transcoder, tmp_path: Path) -> None:
    import numpy as np

    for seed in range(5):
        file = tmp_path / f"{seed}.mp3"
        file.write_bytes(np.random.default_rng(seed).bytes(50_000))
        with pytest.raises(Invalid):
            transcoder.speech(file, tmp_path / "made")
        file.unlink()


def test_a_file_that_is_gone_or_a_folder_is_said(transcoder: Transcoder, tmp_path: Path) -> None:
    for path in (tmp_path / "gone.mp3", tmp_path):
        with pytest.raises(Invalid, match="cannot be read"):
            transcoder.inspect(path)


def test_a_file_may_be_named_like_an_address_or_an_option(transcoder: Transcoder, tmp_path: Path) -> None:
    file = made_media.sound(tmp_path / "a.mp3", 1.0)
    for name in ("-y", "concat:a|b", "http:", "%03d.png", "a.m3u8", "it's \n new"):
        odd = file.rename(tmp_path / name)
        assert transcoder.inspect(odd).media_type == "audio/mpeg"
        file = odd


def test_without_sound_there_is_nothing_to_listen_to(transcoder: Transcoder, tmp_path: Path) -> None:
    file = made_media.film(tmp_path / "silent.mp4", 1.0, with_sound=False)
    assert not transcoder.inspect(file).has_audio
    with pytest.raises(Invalid, match="The video has no sound"):
        transcoder.speech(file, tmp_path / "s.flac")
    with pytest.raises(Invalid, match="no sound"):
        transcoder.fingerprint(file)


def test_a_film_cut_off_before_its_table_of_contents(transcoder: Transcoder, tmp_path: Path) -> None:
    whole = made_media.sound(tmp_path / "whole.m4a", 20.0, "-c:a", "aac")
    cut = made_media.cut(whole, tmp_path / "cut.m4a", 0.5)
    assert "cut off" in refused(transcoder, cut)


@pytest.mark.parametrize("name", ["w.mp3", "w.flac", "w.mka", "w.wav", "w.ogg", "fast.m4a"])
def test_of_a_file_that_was_cut_what_is_there_is_used_when_it_is_half(
    transcoder: Transcoder, tmp_path: Path, name: str
) -> None:
    options = ["-movflags", "+faststart"] if name == "fast.m4a" else []
    whole = made_media.sound(tmp_path / name, 40.0, *options)
    most = made_media.cut(whole, tmp_path / "most", 0.75)
    copies = transcoder.copies(most, speech=tmp_path / "s.flac")
    assert 26_000 < copies.duration_ms < 34_000
    if name not in ("w.ogg", "w.wav"):  # these tell their length by where they end
        assert "of 40 seconds could be read" in (copies.damage or "")
        few = made_media.cut(whole, tmp_path / "few", 0.3)
        with pytest.raises(Invalid, match=r"of 40 seconds could be read.*whole copy"):
            transcoder.copies(few, speech=tmp_path / "few.flac")
        assert not (tmp_path / "few.flac").exists()


@pytest.mark.parametrize("name", ["d.mp3", "d.flac", "d.m4a", "d.ogg", "d.mka"])
def test_damage_in_the_middle_is_left_out(transcoder: Transcoder, tmp_path: Path, name: str) -> None:
    file = made_media.sound(tmp_path / name, 40.0)
    raw = bytearray(file.read_bytes())
    middle = len(raw) // 2
    raw[middle : middle + len(raw) // 20] = b"\xa5" * (len(raw) // 20)
    file.write_bytes(raw)
    copies = transcoder.copies(file, speech=tmp_path / "s.flac", listening=tmp_path / "l.m4a")
    assert 30_000 < copies.duration_ms < 42_000
    assert transcoder.inspect(tmp_path / "l.m4a").has_audio


def test_copy_protection_is_named(transcoder: Transcoder, tmp_path: Path) -> None:
    key = "76a6c65c5ea762046bd749a2e632ccbb"
    protect = ("-encryption_scheme", "cenc-aes-ctr", "-encryption_key", key, "-encryption_kid", key)
    file = made_media.sound(tmp_path / "protected.mp4", 2.0, "-c:a", "aac", *protect)
    assert "DRM" in refused_by_inspecting(transcoder, file)


def refused_by_inspecting(transcoder: Transcoder, file: Path) -> str:
    with pytest.raises(Invalid) as said:
        transcoder.inspect(file)
    return str(said.value)


def test_an_hour_of_silence_is_a_recording(transcoder: Transcoder, tmp_path: Path) -> None:
    file = made_media.sound(tmp_path / "silence.flac", 3600.0, source="anullsrc=r=16000:cl=mono")
    with made_media.taken_by_children() as taken:
        assert abs(transcoder.speech(file, tmp_path / "s.flac") - 3_600_000) < 100
        assert transcoder.peaks(tmp_path / "s.flac").max() == 0
        transcoder.fingerprint(tmp_path / "s.flac")
    assert taken.bytes < 150 << 20
    assert (tmp_path / "s.flac").stat().st_size < 5 << 20


def test_a_few_bytes_that_are_days_of_sound(tmp_path: Path) -> None:
    """A WAV of one sample a second says that it is 11 days; a FLAC that says nothing is decoded up to the limit."""
    transcoder = open_transcoder(limits=Limits(duration_s=1800))
    header = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 2_000_036, b"WAVE", b"fmt ", 16, 1, 1, 1, 2, 2, 16, b"data", 2_000_000)  # fmt: skip
    (tmp_path / "slow.wav").write_bytes(header + bytes(2_000_000))
    with pytest.raises(TooLarge, match="longer than 30 minutes"):
        transcoder.copies(tmp_path / "slow.wav", speech=tmp_path / "s.flac")
    endless = made_media.without_length(
        made_media.sound(tmp_path / "endless.flac", 7200.0, source="anullsrc=r=8000:cl=mono")
    )
    with made_media.taken_by_children() as taken, pytest.raises(TooLarge, match="longer than 30 minutes"):
        transcoder.copies(endless, speech=tmp_path / "s.flac", listening=tmp_path / "l.m4a")
    assert taken.bytes < 200 << 20
    assert not (tmp_path / "s.flac").exists()


def test_a_vast_cover_takes_no_room_and_the_sound_is_read(transcoder: Transcoder, tmp_path: Path) -> None:
    mp3 = made_media.sound(tmp_path / "a.mp3", 3.0).read_bytes()
    file = tmp_path / "vast.mp3"
    file.write_bytes(made_media.with_cover(mp3, made_media.vast_png()))
    with made_media.taken_by_children() as taken:
        assert transcoder.speech(file, tmp_path / "s.flac") > 2_900
        assert not transcoder.thumbnail(file, tmp_path / "t.jpg")
    assert taken.bytes < 200 << 20


def test_vast_frames_take_no_room_and_the_sound_is_read(transcoder: Transcoder, tmp_path: Path) -> None:
    file = made_media.vast_frames(made_media.film(tmp_path / "vast.mov", 3.0, "-c:v", "mjpeg"))
    with made_media.taken_by_children() as taken:
        assert transcoder.speech(file, tmp_path / "s.flac") > 2_900
        assert not transcoder.thumbnail(file, tmp_path / "t.jpg")
    assert taken.bytes < 200 << 20


def test_hundreds_of_tracks_are_refused(transcoder: Transcoder, tmp_path: Path) -> None:
    one = made_media.sound(tmp_path / "one.ogg", 0.2)
    many = [part for _ in range(320) for part in ("-map", "0:a")]
    made_media.ffmpeg("-i", one, *many, "-c", "copy", tmp_path / "many.mka")
    began = time.monotonic()
    refused_by_inspecting(transcoder, tmp_path / "many.mka")
    assert time.monotonic() - began < 5


def test_megabytes_of_tags_are_cut(transcoder: Transcoder, tmp_path: Path) -> None:
    one = made_media.sound(tmp_path / "one.mp3", 1.0).read_bytes()
    body = b"\0" + b"x" * 3_000_000
    frame = b"TIT2" + struct.pack(">I", len(body)) + b"\0\0" + body
    size = bytes(len(frame) >> shift & 0x7F for shift in (21, 14, 7, 0))
    (tmp_path / "wordy.mp3").write_bytes(b"ID3\3\0\0" + size + frame + one)
    found = transcoder.inspect(tmp_path / "wordy.mp3")
    assert found.has_audio
    assert len(found.tags["title"]) == 20_000


def test_a_matter_of_memory_is_bounded(tmp_path: Path) -> None:
    narrow = open_transcoder(limits=Limits(memory_bytes=24 << 20))
    file = made_media.sound(tmp_path / "a.mp3", 2.0)
    with pytest.raises((Invalid, Unavailable)):
        narrow.speech(file, tmp_path / "s.flac")
