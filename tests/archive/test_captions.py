"""Captions as people and sites write them, read as lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediatheque.archive.captions import Caption, read_captions, why_not_good
from mediatheque.kit.errors import Invalid, TooLarge

VTT = """\ufeffWEBVTT - a talk
Kind: captions

NOTE written by hand

STYLE
::cue { color: yellow }

intro
00:01.000 --> 00:03.500 align:start position:10%
<v.loud Ada Lovelace>Good evening &amp; <i>welcome</i>.</v>

2
00:00:04.000 --> 00:00:06.000
<v Ben>I read <c.title>Solaris</c>
<00:00:05.000>and then saw it.

00:00:07.000 --> 00:00:08.000
[applause]

00:00:08.000 --> 00:00:09.000
♪ ♪
"""


def texts(captions: list[Caption]) -> list[str]:
    return [caption.text for caption in captions]


def srt(*cues: tuple[str, str]) -> bytes:
    return "\n\n".join(f"{n}\n{time}\n{text}" for n, (time, text) in enumerate(cues, 1)).encode()


def test_webvtt_with_voices_tags_and_sounds() -> None:
    assert read_captions(VTT.encode()) == [
        Caption(1000, 3500, "Good evening & welcome.", "Ada Lovelace"),
        Caption(4000, 6000, "I read Solaris and then saw it.", "Ben"),
    ]


def test_srt_with_windows_lines_commas_and_formatting() -> None:
    content = srt(
        ("00:00:01,000 --> 00:00:02,500", "{\\an8}<b>One</b> line,"),
        ("00:00:02,600 --> 00:00:04,000", "and its end."),
        ("01:00:00,000 --> 01:00:01,000", "An hour later."),
    ).replace(b"\n", b"\r\n")
    assert read_captions(content) == [
        Caption(1000, 4000, "One line, and its end."),
        Caption(3_600_000, 3_601_000, "An hour later."),
    ]


def test_captions_that_roll_up_are_said_once() -> None:
    content = b"""WEBVTT

00:00:00.000 --> 00:00:02.000
so I went to the

00:00:02.000 --> 00:00:02.010
so I went to the

00:00:02.010 --> 00:00:04.000
so I went to the
cinema on my own

00:00:04.000 --> 00:00:04.010
cinema on my own

00:00:04.010 --> 00:00:06.000
cinema on my own
that night.
"""
    assert texts(read_captions(content)) == ["so I went to the cinema on my own that night."]


def test_captions_that_grow_word_by_word_are_said_once() -> None:
    content = srt(
        ("00:00:01,000 --> 00:00:02,000", "What"),
        ("00:00:02,000 --> 00:00:03,000", "What a"),
        ("00:00:03,000 --> 00:00:04,000", "What a film."),
        ("00:00:09,000 --> 00:00:10,000", "What a film."),
    )
    assert texts(read_captions(content)) == ["What a film.", "What a film."]


def test_captions_in_the_wrong_order_are_put_right() -> None:
    content = srt(("00:00:05,000 --> 00:00:06,000", "Second."), ("00:00:01,000 --> 00:00:02,000", "First."))
    assert texts(read_captions(content)) == ["First.", "Second."]


def test_names_before_a_colon_are_speakers() -> None:
    content = srt(
        ("00:00:01,000 --> 00:00:02,000", "INTERVIEWER: Who are you?"),
        ("00:00:02,000 --> 00:00:03,000", ">> Ada: Ada."),
        ("00:00:03,000 --> 00:00:04,000", "Remember: it is late."),
        ("00:00:04,000 --> 00:00:05,000", ">> Ada: I do."),
    )
    assert [(c.speaker, c.text) for c in read_captions(content)] == [
        ("INTERVIEWER", "Who are you?"),
        ("Ada", "Ada."),
        (None, "Remember: it is late."),
        ("Ada", "I do."),
    ]


def test_other_encodings_are_read() -> None:
    text = srt(("00:00:01,000 --> 00:00:02,000", "Ein schöner Tag.")).decode()
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        assert texts(read_captions(text.encode(encoding))) == ["Ein schöner Tag."]


def test_what_are_no_captions_is_refused() -> None:
    for content in (
        b"",
        b"WEBVTT\n\nNOTE nothing\n",
        b"<html>",
        b"\x00" * 100,
        b"00:05.000 --> 00:01.000\nback",
    ):
        with pytest.raises(Invalid):
            read_captions(content)
    with pytest.raises(TooLarge):
        read_captions(b"x" * (17 << 20))
    with pytest.raises(TooLarge):
        read_captions(b"WEBVTT\n\n" + b"00:01.000 --> 00:02.000\nx\n\n" * 100_001)


@given(st.binary(max_size=300), st.text("0123456789:.,->< \n\rv&;{}\\", max_size=300))
def test_nothing_that_is_handed_in_breaks_it(junk: bytes, like: str) -> None:
    for content in (junk, b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + like.encode()):
        try:
            lines = read_captions(content)
        except Invalid:
            continue
        assert all(0 <= line.start_ms <= line.end_ms for line in lines)
        assert [line.start_ms for line in lines] == sorted(line.start_ms for line in lines)


def talk(count: int, every_ms: int, text: str) -> list[Caption]:
    return [Caption(n * every_ms, n * every_ms + every_ms - 500, text) for n in range(count)]


def test_good_captions_are_told_from_bad_ones() -> None:
    good = talk(20, 3000, "This is what somebody says in three seconds.")
    assert why_not_good(good, 60_000, "en-US", "en") is None
    assert why_not_good(good, None, None, None) is None
    assert "in 'en'" in (why_not_good(good, 60_000, "en", "de") or "")
    assert "a part" in (why_not_good(good[:8], 60_000, None, None) or "")
    assert "beyond" in (why_not_good(good, 20_000, None, None) or "")
    assert "nobody speaks" in (why_not_good(talk(20, 3000, "Hm."), 60_000, None, None) or "")
    assert "nobody speaks" in (why_not_good(talk(20, 3000, "word " * 60), 60_000, None, None) or "")
    assert why_not_good(talk(20, 3000, "私は映画が好きで"), 60_000, "ja", None) is None
    assert why_not_good([], 60_000, None, None)
