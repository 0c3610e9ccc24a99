"""Recognising what is here already: the same goes no further, what may be the same is asked about, the rest is new."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from archive_world import archive
from mediatheque.archive.queries import pairs
from mediatheque.archive.queries.media import (
    MediaFile,
    MediaFilter,
    NewMedia,
    add_media,
    files_of,
    list_media,
    media_with_id,
    put_file,
    put_in_trash,
)
from mediatheque.archive.steps import Stop, fingerprint
from mediatheque.archive.steps.fingerprint import Made
from mediatheque.flows.archive_items import refresh_item
from mediatheque.flows.archiving import add_link, delete_media
from mediatheque.jobs.states import State
from mediatheque.kit.database import Connection
from mediatheque.library.queries.users import User
from mediatheque.wiring import Mediatheque
from talks import Samples, encoded, intro, other_talk, speech_copy, talk

SECOND = 16_000


class Going:
    """Somebody who lets it run."""

    def report(self, fraction: float, line: str) -> None: ...

    def check(self) -> None: ...

    def is_cancelled(self) -> bool:
        return False


@pytest.fixture
def app(tmp_path: Path, database_url: str) -> Iterator[Mediatheque]:
    with archive(tmp_path, database_url) as app:
        yield app


def given(
    app: Mediatheque, user: User, samples: Samples, name: str, *options: str, link: str | None = None
) -> int:
    """A recording as it is before this step: its file, and the copy that machines listen to."""
    file = encoded(samples, app.data_dir / name, *options)
    original, speech = app.blobs.put(file), app.blobs.put(speech_copy(file))
    with app.database.transaction() as db:
        origin = "link" if link else "file"
        media_id, _ = add_media(db, NewMedia(user_id=user.id, origin=origin, given=name, link=link))
        put_file(db, media_id, MediaFile("original", original.sha256, original.size, "audio/x"))
        put_file(db, media_id, MediaFile("speech", speech.sha256, speech.size, "audio/flac"))
        refresh_item(db, media_id)
    return media_id


def made_of(app: Mediatheque, media_id: int) -> Made:
    with app.database.transaction() as db:
        wanted = fingerprint.read(db, media_id)
    assert wanted is not None
    return fingerprint.run(wanted, app, Going())


def compared(app: Mediatheque, media_id: int) -> Stop | None:
    made = made_of(app, media_id)
    with app.database.transaction() as db:
        return fingerprint.write(db, media_id, made)


def counts(db: Connection) -> tuple[int, int, int]:
    """How many fingerprints, integers to find them by, and pairs there are."""
    row = db.execute(
        text("""
            SELECT (SELECT count(*) FROM fingerprints), (SELECT count(*) FROM fingerprint_hashes),
                (SELECT count(*) FROM media_pairs)
        """)
    ).one()
    return tuple(row)


def test_the_same_audio_with_an_intro_goes_no_further(app: Mediatheque, ada: User) -> None:
    first = given(app, ada, talk(), "Lighthouses.wav")
    assert compared(app, first) is None
    link = "https://example.com/talk.mp3"
    again = given(app, ada, np.concatenate([intro(), talk()]), "again.mp3", "-b:a", "64k", link=link)
    with app.database.transaction() as db:
        item_id = media_with_id(db, again, ada.id).item_id
        before = counts(db)
    stop = compared(app, again)
    assert stop is not None
    assert stop.state is State.DUPLICATE
    assert re.fullmatch(
        r'It is the same as "Lighthouses\.wav", added on \d{1,2} [A-Z][a-z]+ 20\d\d\.', stop.line
    )
    with app.database.transaction() as db:
        media = media_with_id(db, again, ada.id)
        assert (media.duplicate_of, media.item_id, media.link) == (first, None, link)
        assert not files_of(db, again)
        assert set(files_of(db, first)) == {"original", "speech"}
        assert counts(db) == before
        assert db.execute(text("SELECT count(*) FROM items WHERE id = :id"), {"id": item_id}).scalar() == 0
        assert [m.id for m in list_media(db, ada.id)] == [first]
        assert fingerprint.read(db, again) is None
        # Given once more, the link is known without being fetched.
        added = add_link(app, db, ada.id, link)
        assert (added.is_new, added.media.duplicate_of) == (False, first)


def test_other_audio_is_new(app: Mediatheque, ada: User) -> None:
    first = given(app, ada, talk(), "talk.wav")
    other = given(app, ada, np.concatenate([intro(), other_talk()]), "other.mp3", "-b:a", "64k")
    third = given(app, ada, intro(12.0)[::-1], "tune.wav")
    assert [compared(app, media_id) for media_id in (first, other, third)] == [None] * 3
    with app.database.transaction() as db:
        assert not pairs.open_pairs(db, ada.id)
        assert counts(db)[0] == 3


def test_what_is_in_the_trash_or_is_somebody_elses_is_not_known(
    app: Mediatheque, ada: User, ben: User
) -> None:
    theirs, gone = given(app, ben, talk(), "talk.wav"), given(app, ada, talk(), "gone.wav")
    assert compared(app, theirs) is None
    assert compared(app, gone) is None
    with app.database.transaction() as db:
        put_in_trash(db, gone, ada.id)
    assert compared(app, given(app, ada, talk(), "talk.ogg", "-c:a", "libopus")) is None
    assert compared(app, given(app, ada, talk(), "once more.wav")) is not None


def test_what_is_very_short_is_known_by_its_bytes_alone(app: Mediatheque, ada: User) -> None:
    clip = talk()[: 3 * SECOND]
    assert compared(app, given(app, ada, clip, "clip.wav")) is None
    stop = compared(app, given(app, ada, clip, "clip again.wav"))
    assert stop is not None
    assert "clip.wav" in stop.line
    assert compared(app, given(app, ada, clip, "clip.mp3")) is None


def test_a_film_without_sound_is_known_by_its_bytes(app: Mediatheque, ada: User) -> None:
    for name, is_known in (("a.mp4", False), ("b.mp4", True)):
        blob = app.blobs.put(encoded(talk()[:SECOND], app.data_dir / "c.wav"))
        with app.database.transaction() as db:
            media_id, _ = add_media(db, NewMedia(user_id=ada.id, origin="file", given=name))
            put_file(db, media_id, MediaFile("original", blob.sha256, blob.size, "video/mp4"))
        assert (compared(app, media_id) is not None) is is_known


def test_of_two_that_come_at_once_one_is_new(app: Mediatheque, ada: User) -> None:
    both = [given(app, ada, talk(), "one.wav"), given(app, ada, talk(), "two.mp3", "-b:a", "64k")]
    made = {media_id: made_of(app, media_id) for media_id in both}
    at_once, stops = threading.Barrier(2), list[Stop | None]()

    def write(media_id: int) -> None:
        with app.database.transaction() as db:
            at_once.wait(10)
            stops.append(fingerprint.write(db, media_id, made[media_id]))

    threads = [threading.Thread(target=write, args=(media_id,)) for media_id in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(stop is None for stop in stops) == [False, True]
    with app.database.transaction() as db:
        assert len(list_media(db, ada.id)) == 1


def test_a_part_of_what_is_here_is_asked_about_and_goes_on(app: Mediatheque, ada: User) -> None:
    whole = given(app, ada, talk(), "whole.wav")
    assert compared(app, whole) is None
    part = given(app, ada, talk()[5 * SECOND : 18 * SECOND], "part.mp3", "-b:a", "64k")
    assert compared(app, part) is None
    assert compared(app, part) is None  # once more changes nothing
    with app.database.transaction() as db:
        (pair,) = pairs.open_pairs(db, ada.id)
        assert counts(db)[0] == 2
    assert (pair.later.id, pair.earlier.id) == (part, whole)
    assert pair.offset_ms == pytest.approx(-5_000, abs=200)
    assert pair.shared_ms > 6_000
    assert pair.bit_error_rate < 0.1
    # It is one question, whichever is looked at again.
    assert compared(app, whole) is None
    with app.database.transaction() as db:
        assert [p.id for p in pairs.open_pairs(db, ada.id)] == [pair.id]
        pairs.write_answer(db, pair.id, "different")
    for media_id in (part, whole):
        assert compared(app, media_id) is None
    with app.database.transaction() as db:
        assert not pairs.open_pairs(db, ada.id)
        assert counts(db)[2] == 1


def test_what_was_here_before_stays_when_it_is_looked_at_again(app: Mediatheque, ada: User) -> None:
    first = given(app, ada, talk(), "first.wav")
    assert compared(app, first) is None
    second = given(app, ada, talk(), "second.ogg", "-c:a", "libopus")
    with app.database.transaction() as db:
        put_in_trash(db, first, ada.id)
    assert compared(app, second) is None
    with app.database.transaction() as db:
        db.execute(text("UPDATE media SET deleted_at = NULL"))  # now there are two
        before = counts(db)
    assert compared(app, second) is None
    with app.database.transaction() as db:
        assert counts(db) == (before[0], before[1], 1)
        assert [p.earlier.id for p in pairs.open_pairs(db, ada.id)] == [first]


def test_a_link_to_what_was_deleted_may_be_given_again(app: Mediatheque, ada: User) -> None:
    first, link = given(app, ada, talk(), "first.wav"), "https://example.com/again.mp3"
    assert compared(app, first) is None
    assert compared(app, given(app, ada, talk(), "again.mp3", link=link)) is not None
    with app.database.transaction() as db:
        delete_media(db, ada.id, first)
        assert add_link(app, db, ada.id, link).is_new
        assert not list_media(db, ada.id, MediaFilter(origin="file", with_duplicates=True))
