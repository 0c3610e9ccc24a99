"""Transcripts: kept, corrected, and their speakers named and known again."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from mediatheque.archive.queries.media import NewMedia, add_media, put_in_trash
from mediatheque.archive.queries.speakers import (
    FoundSpeaker,
    known_voices,
    name_speaker,
    set_speakers,
    speakers_of,
)
from mediatheque.archive.queries.transcript import (
    Line,
    correct_line,
    lines_of,
    save_transcript,
    transcript_of,
)
from mediatheque.kit.database import Connection
from mediatheque.kit.errors import Invalid, NotFound
from mediatheque.library.queries.users import User
from mediatheque.tools.speech import Word


def line(start_ms: int, end_ms: int, text: str, **more: object) -> Line:
    return Line(position=0, start_ms=start_ms, end_ms=end_ms, text=text, machine_text=text, **more)  # type: ignore[arg-type]


def voice(*like: float) -> npt.NDArray[np.float32]:
    """A unit vector of which only the beginning matters."""
    vector = np.zeros(8, np.float32)
    vector[: len(like)] = like
    return vector / np.linalg.norm(vector)


@pytest.fixture
def talk(db: Connection, ada: User) -> int:
    media_id, _ = add_media(db, NewMedia(user_id=ada.id, origin="file", given="talk.mp3"))
    words = (Word(0, 400, "Welcome", 0.912345), Word(400, 900, "everybody.", 0.5))
    lines = [line(0, 900, "Welcome everybody.", words=words), line(1000, 2000, "Tonight we watch Stalker.")]
    save_transcript(db, media_id, lines, origin="speech", model="whisper-base", language="en")
    return media_id


def another(db: Connection, user: User, speakers: list[FoundSpeaker]) -> int:
    media_id, _ = add_media(db, NewMedia(user_id=user.id, origin="recording", given="memo"))
    set_speakers(db, media_id, speakers)
    return media_id


def test_lines_come_back_in_order_with_their_words(db: Connection, talk: int, ada: User) -> None:
    lines = lines_of(db, talk)
    assert [(one.position, one.start_ms, one.text) for one in lines] == [
        (0, 0, "Welcome everybody."),
        (1, 1000, "Tonight we watch Stalker."),
    ]
    assert lines[0].words == (Word(0, 400, "Welcome", 0.912), Word(400, 900, "everybody.", 0.5))
    kept = transcript_of(db, talk, ada.id)
    assert kept is not None
    assert (kept.origin, kept.model, kept.language) == ("speech", "whisper-base", "en")


def test_saving_again_replaces_lines_and_keeps_corrections(db: Connection, talk: int, ada: User) -> None:
    correct_line(db, talk, ada.id, 1000, "  Tonight we watch\nSolaris. ")
    save_transcript(db, talk, [line(1000, 2000, "Tonight we watch stalker")], origin="speech")
    (only,) = lines_of(db, talk)
    assert (only.text, only.machine_text, only.is_corrected) == (
        "Tonight we watch Solaris.",
        "Tonight we watch stalker",
        True,
    )


def test_the_newest_correction_counts_and_can_be_taken_back(db: Connection, talk: int, ada: User) -> None:
    correct_line(db, talk, ada.id, 0, "Welcome, everyone.")
    correct_line(db, talk, ada.id, 0, "")
    assert [one.start_ms for one in lines_of(db, talk)] == [1000]
    assert lines_of(db, talk, with_struck_out=True)[0].text == ""
    correct_line(db, talk, ada.id, 0, None)
    assert lines_of(db, talk)[0].text == "Welcome everybody."
    assert not lines_of(db, talk)[0].is_corrected


def test_corrections_are_refused_where_they_cannot_count(
    db: Connection, talk: int, ada: User, ben: User
) -> None:
    with pytest.raises(NotFound, match="begins at 5 ms"):
        correct_line(db, talk, ada.id, 5, "x")
    with pytest.raises(Invalid, match="10000 characters"):
        correct_line(db, talk, ada.id, 0, "x" * 10_001)
    for reach in (lambda: correct_line(db, talk, ben.id, 0, "x"), lambda: transcript_of(db, talk, ben.id)):
        with pytest.raises(NotFound):
            reach()
    put_in_trash(db, talk, ada.id)
    with pytest.raises(NotFound):
        transcript_of(db, talk, ada.id)


def test_no_two_lines_begin_together(db: Connection, talk: int) -> None:
    save_transcript(db, talk, [line(5, 9, "a"), line(5, 5, "b"), line(6, 8, "c")], origin="captions")
    assert [(one.start_ms, one.end_ms, one.text) for one in lines_of(db, talk)] == [
        (5, 9, "a"),
        (6, 6, "b"),
        (7, 8, "c"),
    ]


def test_a_named_voice_is_known_in_other_recordings_of_that_person_alone(
    db: Connection, talk: int, ada: User, ben: User
) -> None:
    before = another(db, ada, [FoundSpeaker(number=0, speaking_ms=5, embedding=voice(1, 0.1))])
    bens = another(db, ben, [FoundSpeaker(number=0, speaking_ms=5, embedding=voice(1))])
    found = [
        FoundSpeaker(number=0, speaking_ms=900, embedding=voice(1)),
        FoundSpeaker(number=1, speaking_ms=1000, embedding=voice(0, 1)),
    ]
    set_speakers(db, talk, found)
    named = name_speaker(db, talk, ada.id, 0, " Grace  Hopper ")
    assert (named.name, named.named_by) == ("Grace Hopper", "person")
    after = another(db, ada, [FoundSpeaker(number=0, speaking_ms=5, embedding=voice(1, 0.2))])
    assert [(s.name, s.named_by) for m in (before, after) for s in speakers_of(db, m)] == [
        ("Grace Hopper", "machine")
    ] * 2
    assert speakers_of(db, talk)[1].name is None
    assert speakers_of(db, bens)[0].name is None
    assert known_voices(db, ben.id) == []


def test_a_given_name_outlives_new_speakers(db: Connection, talk: int, ada: User) -> None:
    set_speakers(db, talk, [FoundSpeaker(number=0, speaking_ms=900, embedding=voice(1))])
    name_speaker(db, talk, ada.id, 0, "Grace")
    again = [
        FoundSpeaker(number=0, speaking_ms=10, embedding=voice(0, 1)),
        FoundSpeaker(number=1, speaking_ms=800, embedding=voice(1, 0.1)),
    ]
    set_speakers(db, talk, again)
    assert [(s.name, s.named_by) for s in speakers_of(db, talk)] == [(None, None), ("Grace", "person")]


def test_renaming_follows_everywhere_and_taking_a_name_back_forgets(
    db: Connection, talk: int, ada: User
) -> None:
    set_speakers(db, talk, [FoundSpeaker(number=0, speaking_ms=900, embedding=voice(1))])
    other = another(db, ada, [FoundSpeaker(number=0, speaking_ms=5, embedding=voice(1))])
    name_speaker(db, talk, ada.id, 0, "Grase")
    name_speaker(db, talk, ada.id, 0, "Grace")
    assert speakers_of(db, other)[0].name == "Grace"
    name_speaker(db, talk, ada.id, 0, None)
    assert [s.name for m in (talk, other) for s in speakers_of(db, m)] == [None, None]
    assert known_voices(db, ada.id) == []


def test_two_speakers_of_one_name_are_one_person(db: Connection, talk: int, ada: User) -> None:
    found = [
        FoundSpeaker(number=0, speaking_ms=900, embedding=voice(1)),
        FoundSpeaker(number=1, speaking_ms=100, embedding=voice(0, 1)),
    ]
    set_speakers(db, talk, found)
    first = name_speaker(db, talk, ada.id, 0, "Grace")
    second = name_speaker(db, talk, ada.id, 1, "grace")
    assert first.voice_id == second.voice_id
    assert [known.name for known in known_voices(db, ada.id)] == ["Grace"]


def test_names_from_captions_teach_no_voice(db: Connection, talk: int, ada: User) -> None:
    set_speakers(db, talk, [FoundSpeaker(number=0, speaking_ms=9, embedding=voice(1), name="Host")])
    assert [(s.name, s.named_by) for s in speakers_of(db, talk)] == [("Host", "captions")]
    other = another(db, ada, [FoundSpeaker(number=0, speaking_ms=5, embedding=voice(1))])
    assert speakers_of(db, other)[0].name is None


def test_speakers_are_named_by_their_owner_only(db: Connection, talk: int, ada: User, ben: User) -> None:
    set_speakers(db, talk, [FoundSpeaker(number=0, speaking_ms=9, embedding=voice(1))])
    with pytest.raises(NotFound):
        name_speaker(db, talk, ben.id, 0, "Mallory")
    with pytest.raises(NotFound, match="its speakers: 0"):
        name_speaker(db, talk, ada.id, 4, "Grace")
    with pytest.raises(Invalid, match="characters"):
        name_speaker(db, talk, ada.id, 0, "  ")
