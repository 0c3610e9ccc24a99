"""What recordings are called, and who is spoken of in them."""

from __future__ import annotations

import pytest

from mediatheque.archive.machine_names import is_made_by_machine
from mediatheque.archive.people import people_in
from mediatheque.archive.titles import title_of
from spoken_text import BRIDGES, sentences_from


@pytest.mark.parametrize(
    "name",
    ["REC_0042.WAV", "2024-01-15 18.30.00", "AUD-20240115-WA0003.opus", "audio (3)", "New Recording 12", "VID_20230101_101010.mp4",
     "Aufnahme 7", "d41d8cd98f00b204e9800998ecf8427e.mp3", "voice-memo 12.m4a", "untitled"],
)  # fmt: skip
def test_a_machines_name_is_none(name: str) -> None:
    assert is_made_by_machine(name)


@pytest.mark.parametrize(
    "name",
    [
        "Talk on bridges.mp3",
        "Interview with Ada",
        "Notes on recording jazz",
        "Wagner 2",
        "Track by track: my record",
    ],
)
def test_a_persons_name_is_one(name: str) -> None:
    assert not is_made_by_machine(name)


def test_a_note_is_called_by_its_first_words() -> None:
    assert (
        title_of(sentences_from("Okay, so. Remember to water the tomatoes on Friday."), [])
        == "Remember to water the tomatoes on Friday"
    )
    long = sentences_from("I want to tell you about the day on which the whole village stood still.")
    assert title_of(long, []) == "I want to tell you about the day on …"


def test_a_talk_is_called_by_what_it_is_about() -> None:
    assert title_of(sentences_from(BRIDGES), ["suspension bridge", "steel cables", "towers", "wind"]) == (
        "Suspension bridge, steel cables, towers"
    )
    assert title_of([], ["x"]) is None


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("My name is Hedda Brandt and I draw.", ["Hedda Brandt"]),
        ("It was written by Ursula K. Le Guin in one year.", ["Ursula K. Le Guin"]),
        ("As Vincent van Gogh said, paint. Then Dr. Mara Quist agreed.", ["Vincent van Gogh", "Mara Quist"]),
        ("We went to New York and saw the United Nations.", []),
        ("I am from Norway. She went to the University of Oslo said the guide.", []),
        ("Machine Learning is not a person. On Monday Morning said nothing.", []),
    ],
)
def test_names_that_the_words_around_them_tell(text: str, people: list[str]) -> None:
    assert people_in(text) == people


def test_named_speakers_come_first_and_once() -> None:
    assert people_in("I am Ada Byron.", ["Grace", "Ada Byron"]) == ["Grace", "Ada Byron"]
