"""Recordings that sound alike: a person says whether they are one, what stays takes over, and all of it can be undone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import text

from archive_world import archive
from mediatheque.archive.queries import pairs
from mediatheque.archive.queries.media import (
    NewMedia,
    add_media,
    list_media,
    mark_step,
    media_with_id,
    steps_done,
    update_media,
)
from mediatheque.archive.queries.pairs import FoundPair
from mediatheque.archive.queries.speakers import FoundSpeaker, name_speaker, set_speakers, speakers_of
from mediatheque.archive.queries.tags import save_machine_tags, set_persons_tags, tags_of
from mediatheque.archive.queries.transcript import Line, correct_line, lines_of, save_transcript
from mediatheque.archive.steps import ORDER
from mediatheque.flows.archive_items import refresh_item
from mediatheque.flows.archiving import add_link, delete_media, remove_for_good, restore_media
from mediatheque.flows.pairs import answer, take_back
from mediatheque.kit.database import Connection
from mediatheque.kit.errors import Conflict, Invalid, NotFound
from mediatheque.library.queries.users import User
from mediatheque.wiring import Mediatheque

LINK = "https://example.com/lighthouses.mp3"
#: The earlier one begins five seconds later in the later one, which has an intro.
OFFSET_MS = 5_000
SAID = ("Bees dance.", "The lamp was lit all night.", "Nobody came to see it.")


@pytest.fixture
def app(tmp_path: Path, database_url: str) -> Iterator[Mediatheque]:
    with archive(tmp_path, database_url) as app:
        yield app


def recording(
    db: Connection, user: User, name: str, *, begins_ms: int = 0, link: str | None = None, **found: str
) -> int:
    """A recording that has been worked on: three lines by two speakers."""
    origin = "link" if link else "file"
    new = NewMedia(user_id=user.id, origin=origin, given=name, link=link, found=found)
    media_id, _ = add_media(db, new)
    update_media(db, media_id, duration_ms=20_000 + begins_ms)
    lines = [
        Line(
            position=n,
            start_ms=begins_ms + 4_000 * n,
            end_ms=begins_ms + 4_000 * n + 3_500,
            text=said,
            machine_text=said,
            speaker=n % 2,
        )
        for n, said in enumerate(SAID)
    ]
    save_transcript(db, media_id, lines, origin="speech", model="tiny.en")
    voices = np.eye(2, 256, dtype=np.float32)
    set_speakers(
        db, media_id, [FoundSpeaker(number=n, speaking_ms=3_500, embedding=voices[n]) for n in (0, 1)]
    )
    for name in ORDER:
        mark_step(db, media_id, name, 1, 0.1)
    refresh_item(db, media_id)
    return media_id


def alike(db: Connection, user: User, **later: Any) -> tuple[int, int, int]:
    """Two recordings that sound alike: the earlier one, the later one, and their pair."""
    earlier = recording(db, user, "tape.wav")
    there = recording(db, user, "lighthouses.mp3", begins_ms=OFFSET_MS, **later)
    found = FoundPair(other_id=earlier, bit_error_rate=0.15, aligned_frames=160, offset_ms=OFFSET_MS)
    pairs.put_pairs(db, there, [found])
    (pair,) = pairs.open_pairs(db, user.id)
    return earlier, there, pair.id


def state(db: Connection, user: User) -> dict[str, Any]:
    """All that answering a pair may change; not what it is done anew for."""
    shown = list_media(db, user.id, limit=99)
    return {
        "media": shown,
        "lines": {m.id: lines_of(db, m.id) for m in shown},
        "tags": {m.id: tags_of(db, user.id, m.id) for m in shown},
        "named": {m.id: [s.name for s in speakers_of(db, m.id) if s.named_by == "person"] for m in shown},
        "open": [pair.id for pair in pairs.open_pairs(db, user.id)],
    }


def without_jobs(state: dict[str, Any]) -> dict[str, Any]:
    media = [
        (m.id, m.title, m.link, m.duplicate_of, dict(m.found), m.item_id is not None) for m in state["media"]
    ]
    return state | {"media": media}


def test_a_pair_tells_what_a_person_needs_to_judge(app: Mediatheque, ada: User, ben: User) -> None:
    with app.database.transaction() as db:
        earlier, later, _ = alike(db, ada, link=LINK, title="On lighthouses")
        (pair,) = pairs.open_pairs(db, ada.id)
        assert (pair.earlier.id, pair.later.id) == (earlier, later)
        assert (pair.later.title, pair.later.link, pair.later.duration_ms) == ("On lighthouses", LINK, 25_000)
        assert pair.shared_ms == pytest.approx(160 / 8.08 * 1000, rel=0.01)
        assert (pair.bit_error_rate, pair.offset_ms, pair.answer) == (0.15, OFFSET_MS, None)
        assert pairs.count_open_pairs(db, ada.id) == 1
        assert not pairs.open_pairs(db, ada.id, after=pair.id)
        assert not pairs.open_pairs(db, ben.id)
        for ask in (answer, take_back):
            with pytest.raises(NotFound):
                ask(app, db, ben.id, pair.id, *(("different",) if ask is answer else ()))
        delete_media(db, ada.id, earlier)  # what is in the trash is no question
        assert pairs.count_open_pairs(db, ada.id) == 0
        with pytest.raises(Conflict, match="deleted"):
            answer(app, db, ada.id, pair.id, "same")


def test_different_is_never_asked_again(app: Mediatheque, ada: User) -> None:
    with app.database.transaction() as db:
        earlier, later, pair_id = alike(db, ada)
        answered = answer(app, db, ada.id, pair_id, "different")
        assert (answered.pair.answer, answered.gone_id) == ("different", None)
        for one, other in ((later, earlier), (earlier, later)):
            pairs.put_pairs(
                db, one, [FoundPair(other_id=other, bit_error_rate=0.2, aligned_frames=99, offset_ms=0)]
            )
            assert pairs.told_apart(db, one) == {other}
        assert pairs.count_open_pairs(db, ada.id) == 0
        assert len(list_media(db, ada.id)) == 2
        assert answer(app, db, ada.id, pair_id, "different").pair == answered.pair
        with pytest.raises(Conflict, match="take that back"):
            answer(app, db, ada.id, pair_id, "same")
        assert take_back(app, db, ada.id, pair_id).pair.answer is None
        assert pairs.count_open_pairs(db, ada.id) == 1
        with pytest.raises(Conflict, match="Nobody"):
            take_back(app, db, ada.id, pair_id)


def test_what_stays_takes_over_what_it_lacks(app: Mediatheque, ada: User) -> None:
    with app.database.transaction() as db:
        earlier, later, pair_id = alike(db, ada, link=LINK, title="On lighthouses", by="A friend")
        item_id = media_with_id(db, later, ada.id).item_id
        set_persons_tags(db, ada.id, later, add=("history", "sea"))
        set_persons_tags(db, ada.id, earlier, remove=("sea",))
        save_machine_tags(db, later, ("lamps",))
        correct_line(db, later, ada.id, OFFSET_MS + 4_000, "The lamp was bright all night.")
        correct_line(db, later, ada.id, OFFSET_MS, "Bees danced.")
        correct_line(db, earlier, ada.id, 0, "Bees do dance.")
        name_speaker(db, later, ada.id, 1, "Grace")
        answered = answer(app, db, ada.id, pair_id, "same")
        assert (answered.kept_id, answered.gone_id) == (earlier, later)
        assert [m.id for m in list_media(db, ada.id)] == [earlier]
        kept = media_with_id(db, earlier, ada.id)
        assert (kept.title, kept.link, kept.found["by"]) == ("On lighthouses", LINK, "A friend")
        assert [tag.name for tag in tags_of(db, ada.id, earlier) if tag.by == "person"] == ["history", "sea"]
        said = [line.text for line in lines_of(db, earlier)]
        assert said == ["Bees do dance.", "The lamp was bright all night.", SAID[2]]
        assert [(s.number, s.name) for s in speakers_of(db, earlier) if s.named_by == "person"] == [
            (1, "Grace")
        ]
        assert "passages" not in steps_done(db, earlier)  # they are made anew
        assert db.execute(text("SELECT count(*) FROM items WHERE id = :id"), {"id": item_id}).scalar() == 0
        assert media_with_id(db, later, ada.id, in_trash=True).duplicate_of == earlier
        assert not add_link(app, db, ada.id, LINK).is_new
        assert answer(app, db, ada.id, pair_id, "same").gone_id == later  # said twice


@pytest.mark.parametrize("keeps_later", [False, True])
@pytest.mark.parametrize("by_restoring", [False, True])
def test_an_answer_can_be_taken_back(
    app: Mediatheque, ada: User, keeps_later: bool, by_restoring: bool
) -> None:
    with app.database.transaction() as db:
        earlier, later, pair_id = alike(db, ada, link=LINK, title="On lighthouses")
        for media_id, begins_ms, tag in ((earlier, 0, "old"), (later, OFFSET_MS, "new")):
            set_persons_tags(db, ada.id, media_id, add=(tag, "both"))
            correct_line(db, media_id, ada.id, begins_ms + (8_000 if tag == "old" else 0), f"A {tag} line.")
        name_speaker(db, later if not keeps_later else earlier, ada.id, 0, "Grace")
        update_media(db, earlier, title="My tape")
        before = without_jobs(state(db, ada))
        kept, gone = (later, earlier) if keeps_later else (earlier, later)
        answer(app, db, ada.id, pair_id, "same", keep=kept)
        between = without_jobs(state(db, ada))
        assert [m[0] for m in between["media"]] == [kept]
        assert sum(line.is_corrected for line in between["lines"][kept]) == 2
        assert {tag.name for tag in between["tags"][kept]} == {"old", "new", "both"}
        assert between["media"][0][1] == "My tape"
        if by_restoring:
            restore_media(app, db, ada.id, gone)
        else:
            assert take_back(app, db, ada.id, pair_id).pair.answer is None
        assert without_jobs(state(db, ada)) == before


def test_what_was_said_since_stays(app: Mediatheque, ada: User) -> None:
    with app.database.transaction() as db:
        earlier, later, pair_id = alike(db, ada, title="On lighthouses")
        update_media(db, later, title="Lamps")
        set_persons_tags(db, ada.id, later, add=("sea",))
        answer(app, db, ada.id, pair_id, "same")
        assert media_with_id(db, earlier, ada.id).own_title == "Lamps"
        update_media(db, earlier, title="Lamps, second part")
        set_persons_tags(db, ada.id, earlier, remove=("sea",))
        take_back(app, db, ada.id, pair_id)
        assert media_with_id(db, earlier, ada.id).own_title == "Lamps, second part"
        assert not tags_of(db, ada.id, earlier)
        assert [tag.name for tag in tags_of(db, ada.id, later)] == ["sea"]


def test_only_one_of_the_two_can_stay(app: Mediatheque, ada: User) -> None:
    with app.database.transaction() as db:
        other = recording(db, ada, "other.wav")
        earlier, later, pair_id = alike(db, ada)
        with pytest.raises(Invalid, match=f"{earlier} and {later}"):
            answer(app, db, ada.id, pair_id, "same", keep=other)
        answer(app, db, ada.id, pair_id, "same", keep=later)
        with pytest.raises(Conflict):
            answer(app, db, ada.id, pair_id, "same", keep=earlier)
        assert {m.id for m in list_media(db, ada.id)} == {other, later}


def test_what_was_removed_for_good_does_not_come_back(app: Mediatheque, ada: User) -> None:
    with app.database.transaction() as db:
        earlier, later, pair_id = alike(db, ada)
        answer(app, db, ada.id, pair_id, "same")
    remove_for_good(app, ada.id, later)
    with app.database.transaction() as db:
        with pytest.raises(NotFound):
            take_back(app, db, ada.id, pair_id)
        assert [m.id for m in list_media(db, ada.id)] == [earlier]


def test_copies_of_what_goes_are_copies_of_what_stays(app: Mediatheque, ada: User) -> None:
    link = "https://example.com/copy.mp3"
    with app.database.transaction() as db:
        earlier, later, pair_id = alike(db, ada)
        copy, _ = add_media(db, NewMedia(user_id=ada.id, origin="link", given=link, link=link))
        update_media(db, copy, duplicate_of=later)
        answer(app, db, ada.id, pair_id, "same")
        assert media_with_id(db, copy, ada.id).duplicate_of == earlier
        take_back(app, db, ada.id, pair_id)
        assert media_with_id(db, copy, ada.id).duplicate_of == later
