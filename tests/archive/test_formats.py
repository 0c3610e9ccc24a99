"""Transcripts as files: nothing said is lost, nothing said is taken for markup, subtitles keep to their rules."""

from __future__ import annotations

import json
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediatheque.archive import formats
from mediatheque.archive.captions import read_captions
from mediatheque.archive.formats import Document, Part, Said, link_at
from mediatheque.archive.formats._cues import cues
from mediatheque.kit.errors import Invalid
from mediatheque.tools.speech import Word

TALK = Document(
    title="On *bees* & hives",
    by="Ada",
    link="https://media.example/talk.mp3",
    language="en",
    duration_ms=3_700_000,
    summary="Bees dance.\n\n1. They count <steps>.",
    key_points=("A dance tells where.", "# is no heading"),
    tags=("bees",),
    chapters=(Part("Dancing", 0), Part("Counting_steps", 3_600_000)),
    lines=(
        Said(start_ms=400, end_ms=2_000, text="Bees dance, don't they?", speaker="Ada"),
        Said(
            start_ms=2_000,
            end_ms=9_000,
            speaker="Ben <b>",
            text="They do --> and a < b & c, {\\an8} which is a sentence that is much longer than "
            "what two lines of forty-two characters can hold, so that it must be cut somewhere.",
            heard="They due",
        ),
        Said(start_ms=3_600_500, end_ms=3_601_000, text="One, two.", speaker="Ada"),
    ),
)

words = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Zs")), min_size=1, max_size=60)
texts = st.lists(words, max_size=40).map(" ".join)
lines = st.lists(
    st.builds(
        lambda start, length, text, speaker: Said(
            start_ms=start, end_ms=start + length, text=text, speaker=speaker
        ),
        st.integers(0, 100_000),
        st.integers(0, 20_000),
        texts,
        st.sampled_from([None, "Ada", "Benedikt & Söhne <x>"]),
    ),
    max_size=12,
)


def unescaped(vtt: str) -> str:
    return vtt.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


@given(lines)
def test_subtitles_keep_to_their_rules_and_lose_no_word(said: list[Said]) -> None:
    for named in (False, True):
        shown = cues(said, named=named)
        for cue in shown:
            assert 1 <= len(cue.lines) <= 2
            assert all(0 < len(line) <= 42 for line in cue.lines)
            assert cue.start_ms < cue.end_ms
        for cue, following in pairwise(shown):
            assert cue.end_ms <= following.start_ms
    told = "".join(line.text for line in sorted(said, key=lambda s: (s.start_ms, s.end_ms)))
    assert squeezed("".join("".join(cue.lines) for cue in cues(said))) == squeezed(told)


@given(lines)
def test_every_form_writes_whatever_is_said(said: list[Said]) -> None:
    document = Document(title="A\nB", lines=said)
    for name in formats.names():
        written = formats.form(name).write(document)
        assert written.endswith("\n")
    for name in ("srt", "vtt"):
        blocks = formats.form(name).write(document).strip("\n").split("\n\n")
        # An arrow is nowhere but in a line of times, and every block has one.
        blocks = [block for block in blocks if block and block != "WEBVTT"]
        assert len(blocks) == len(cues(said, named=name == "srt"))
        assert all(block.count("-->") == 1 for block in blocks)


def test_words_of_their_own_time_tell_when_a_cue_ends() -> None:
    said = ["one"] * 20 + ["two"] * 10
    timed = [Word(100 * n, 100 * n + 90, f" {text}") for n, text in enumerate(said)]
    # A long silence before the end: in proportion to the characters, the cut would come much later.
    line = Said(start_ms=0, end_ms=60_000, text=" ".join(said), words=timed)
    first, second = cues([line])
    shown = len(" ".join(first.lines).split())
    assert first.end_ms == second.start_ms == timed[shown - 1].end_ms
    corrected = Said(start_ms=0, end_ms=60_000, text=" ".join(said), words=timed, heard="other")
    assert cues([corrected])[0].end_ms == round(60_000 * shown / 30)


def test_two_at_once_are_shown_one_after_the_other() -> None:
    said = [
        Said(start_ms=0, end_ms=5_000, text="I think", speaker="Ada"),
        Said(start_ms=3_000, end_ms=4_000, text="No", speaker="Ben"),
        Said(start_ms=3_000, end_ms=3_500, text="Yes", speaker="Ada"),
    ]
    assert [(c.start_ms, c.end_ms, c.lines[0]) for c in cues(said)] == [
        (0, 3_000, "I think"),
        (3_000, 3_500, "Yes"),
        (3_500, 4_000, "No"),
    ]


def test_webvtt() -> None:
    written = formats.form("vtt").write(TALK)
    assert written.startswith("WEBVTT\n\n00:00:00.400 --> 00:00:02.000\n<v Ada>Bees dance, don't they?\n\n")
    assert "<v Ben &lt;b&gt;>They do --&gt; and a &lt; b &amp; c" in written
    assert "01:00:00.500 --> 01:00:01.000\n<v Ada>One, two.\n" in written


def test_subrip() -> None:
    written = formats.form("srt").write(TALK)
    assert written.startswith(
        "1\n00:00:00,400 --> 00:00:02,000\nAda: Bees dance, don't they?\n\n2\n00:00:02,000 --> "
    )
    # No tag and no style that a player would act on; the name stands where it is new, and only there.
    assert not re.search(r"<[a-zA-Z/]", written)
    assert "{\\" not in written
    assert written.count("Ben ‹b>:") == 1


def test_text() -> None:
    written = formats.form("text").write(TALK)
    assert (
        "Dancing (0:00)\n--------------\n\nAda: Bees dance, don't they?\n\nBen <b>: They do --> and"
        in written
    )
    assert written.index("Counting_steps (1:00:00)") < written.index("Ada: One, two.")


def test_markdown() -> None:
    written = formats.form("markdown").write(TALK)
    assert written.startswith(
        "# On \\*bees\\* \\& hives\n\nAda · 1:01:40 · [source](https://media.example/talk.mp3)"
    )
    assert "\n1\\. They count \\<steps\\>.\n" in written
    assert "\n- \\# is no heading\n" in written
    assert "\n## Counting\\_steps ([1:00:00](https://media.example/talk.mp3#t=3600))\n" in written
    assert "**Ada** [0:00](https://media.example/talk.mp3#t=0)  \nBees dance, don't they?\n" in written
    assert "**Ben \\<b\\>**" in written


@pytest.mark.parametrize(
    "text",
    ["- a", "+ a", "# a", "> a", "1. a", "12) a", "=== a", "* a", "_a_", "`a`", "[a](b)", "![a](b)", "&amp;"],
)
def test_nothing_said_is_markup_in_markdown(text: str) -> None:
    said = Document(title="T", lines=[Said(start_ms=0, end_ms=1, text=text)])
    line = formats.form("markdown").write(said).splitlines()[-1]
    assert line != text
    assert line.replace("\\", "") == text


def test_a_links_address_cannot_end_before_its_end() -> None:
    said = Document(
        title="T", link="https://a.example/x)y (z).mp3", lines=[Said(start_ms=5_000, end_ms=6_000, text="a")]
    )
    assert "[0:05](https://a.example/x%29y%20%28z%29.mp3#t=5)" in formats.form("markdown").write(said)


def test_json_tells_corrections_apart() -> None:
    written = json.loads(formats.form("json").write(TALK))
    assert [line.get("heard") for line in written["lines"]] == [None, "They due", None]
    assert written["lines"][0] == {
        "start_ms": 400,
        "end_ms": 2_000,
        "speaker": "Ada",
        "text": "Bees dance, don't they?",
    }
    assert written["chapters"][1] == {"title": "Counting_steps", "start_ms": 3_600_000}


def test_moments_of_links() -> None:
    assert link_at("https://a.example/b?c=d", 61_900) == "https://a.example/b?c=d#t=61"
    assert (
        link_at("https://www.youtube.com/watch?v=abc&t=3", 61_900)
        == "https://www.youtube.com/watch?v=abc&t=61s"
    )


def test_what_is_asked_for_is_on_the_shelf() -> None:
    assert formats.names() == ("json", "markdown", "srt", "text", "vtt")
    with pytest.raises(Invalid, match="json, markdown, srt"):
        formats.form("docx")


@pytest.mark.parametrize("name", ["srt", "vtt"])
def test_subtitles_are_read_back_by_whoever_takes_captions_in(name: str) -> None:
    said = [
        Said(start_ms=1_000, end_ms=9_000, text="Bees & wasps: is a < b, they ask? " * 3, speaker="Ada"),
        Said(start_ms=9_500, end_ms=12_000, text="Nobody knows.", speaker="Ben"),
        Said(start_ms=12_000, end_ms=14_000, text="Ask them again.", speaker="Ada"),
        Said(start_ms=14_000, end_ms=15_000, text="I will.", speaker="Ben"),
    ]
    written = formats.form(name).write(Document(title="T", lines=said))
    read = read_captions(written.encode())
    assert " ".join(line.text for line in read).split() == " ".join(line.text for line in said).split()
    assert (read[0].start_ms, read[-1].end_ms) == (1_000, 15_000)
    speakers = list(dict.fromkeys(line.speaker for line in read))
    # SubRip names a speaker where one begins, and what goes on without a name is nobody's.
    assert [who for who in speakers if who or name == "vtt"] == ["Ada", "Ben"]
