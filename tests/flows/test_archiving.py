"""Recordings come and go: added once, deleted to the trash, brought back, removed with their files."""

from __future__ import annotations

import io
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from archive_world import archive
from mediatheque.archive.queries.media import (
    MediaFile,
    MediaFilter,
    files_of,
    list_media,
    mark_step,
    media_with_id,
    put_file,
    update_media,
)
from mediatheque.archive.queries.tags import tags_of
from mediatheque.archive.steps import ORDER
from mediatheque.flows.archive_items import refresh_item
from mediatheque.flows.archiving import (
    Wishes,
    add_file,
    add_link,
    delete_media,
    process_anew,
    purge_trash,
    remove_for_good,
    restore_media,
    sweep_blobs,
)
from mediatheque.jobs.queries import job_with_id
from mediatheque.jobs.states import Lane, State
from mediatheque.kit.addresses import AddressRefused
from mediatheque.kit.errors import Conflict, Invalid, NotFound, TooLarge
from mediatheque.library.queries import history
from mediatheque.library.queries.items import item_with_id
from mediatheque.library.queries.users import User
from mediatheque.vocabulary import Event, EventKind
from mediatheque.wiring import Mediatheque

_NO_TIME = timedelta(0)


def finished(app: Mediatheque, media_id: int) -> None:
    """As if all steps were behind it."""
    with app.database.transaction() as db:
        for name in ORDER:
            mark_step(db, media_id, name, 1, 0.1)
        db.execute(text("UPDATE jobs SET state = 'completed', finished_at = now()"))
        refresh_item(db, media_id)


def test_a_file_is_kept_once_with_a_job(database_url: str, ada: User, ben: User, tmp_path: Path) -> None:
    with archive(tmp_path, database_url) as app:
        wishes = Wishes(title="On bees", tags=("Biology", "bees"), language="en", speaker_count=2)
        added = add_file(app, ada.id, io.BytesIO(b"sound"), "talk.mp3", wishes)
        assert added.is_new
        assert added.job_id is not None
        with app.database.transaction() as db:
            job = job_with_id(db, added.job_id, ada.id)
            tags = {tag.name for tag in tags_of(db, ada.id, added.media.id)}
        assert (job.state, job.lane, job.title) == (State.PENDING, Lane.INTERACTIVE, "On bees")
        assert tags == {"Biology", "bees"}
        assert (added.media.title, added.media.language, added.media.speaker_count) == ("On bees", "en", 2)
        again = add_file(app, ada.id, io.BytesIO(b"sound"), "same.mp3")
        assert (again.is_new, again.media.id) == (False, added.media.id)
        other = add_file(app, ben.id, io.BytesIO(b"sound"), "talk.mp3")
        assert other.is_new  # what others have is nobody's business
        assert len(app.blobs.page()) == 1


def test_two_who_add_the_same_at_once_add_it_once(database_url: str, ada: User, tmp_path: Path) -> None:
    with archive(tmp_path, database_url) as app:
        outcomes: list[bool] = []
        threads = [
            threading.Thread(
                target=lambda: outcomes.append(add_file(app, ada.id, io.BytesIO(b"sound"), "a.mp3").is_new)
            )
            for _ in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == [False] * 5 + [True]


def test_a_link_is_judged_and_added_once(database_url: str, ada: User, tmp_path: Path) -> None:
    with archive(tmp_path, database_url, allow_private_addresses="") as app, app.database.transaction() as db:
        first = add_link(app, db, ada.id, "https://www.youtube.com/watch?v=jNQXAC9IVRw&feature=share")
        second = add_link(app, db, ada.id, "https://youtu.be/jNQXAC9IVRw")
        assert (first.is_new, second.is_new) == (True, False)
        assert first.media.id == second.media.id
        for link in (
            "http://127.0.0.1/a.mp3",
            "http://2130706433/a.mp3",
            "http://[::1]/a.mp3",
            "http://0x7f.1/",
        ):
            with pytest.raises(AddressRefused):
                add_link(app, db, ada.id, link)
        with pytest.raises(Invalid):
            add_link(app, db, ada.id, "file:///etc/passwd")
        assert len(list_media(db, ada.id)) == 1


def test_what_cannot_be_kept_is_refused_in_words(database_url: str, ada: User, tmp_path: Path) -> None:
    with archive(tmp_path, database_url, media_quota_gb=1e-8) as app:
        with pytest.raises(Invalid, match="empty"):
            add_file(app, ada.id, io.BytesIO(b""), "nothing.mp3")
        with pytest.raises(TooLarge, match="larger than what is left"):
            add_file(app, ada.id, io.BytesIO(b"longer than ten bytes"), "long.mp3")
        assert add_file(app, ada.id, io.BytesIO(b"ten bytes!"), "short.mp3").is_new
        with pytest.raises(TooLarge, match="all of the"):
            add_file(app, ada.id, io.BytesIO(b"more"), "more.mp3")
        with pytest.raises(Invalid, match="speakers"):
            add_file(app, ada.id, io.BytesIO(b"x"), "x.mp3", Wishes(speaker_count=21))
        with pytest.raises(Invalid, match="language"):
            add_file(app, ada.id, io.BytesIO(b"x"), "x.mp3", Wishes(language="english please"))


def test_the_trash_hides_and_gives_back(database_url: str, ada: User, ben: User, tmp_path: Path) -> None:
    with archive(tmp_path, database_url) as app:
        media_id = add_file(app, ada.id, io.BytesIO(b"sound"), "talk.mp3").media.id
        finished(app, media_id)
        with app.database.transaction() as db:
            item_id = media_with_id(db, media_id, ada.id).item_id
            assert item_id is not None
            assert item_with_id(db, item_id, ada.id).title == "talk.mp3"
            with pytest.raises(NotFound):
                delete_media(db, ben.id, media_id)
            delete_media(db, ada.id, media_id)
        with app.database.transaction() as db:
            with pytest.raises(NotFound):
                media_with_id(db, media_id, ada.id)
            with pytest.raises(NotFound):
                item_with_id(db, item_id, ada.id)
            assert [media.id for media in list_media(db, ada.id, MediaFilter(in_trash=True))] == [media_id]
            back = restore_media(app, db, ada.id, media_id)
            assert back.job_id is None  # everything was done
            assert back.media.item_id is not None
            assert item_with_id(db, back.media.item_id, ada.id).title == "talk.mp3"


def test_an_item_that_was_rated_stays(database_url: str, ada: User, tmp_path: Path) -> None:
    with archive(tmp_path, database_url) as app:
        media_id = add_file(app, ada.id, io.BytesIO(b"sound"), "talk.mp3").media.id
        finished(app, media_id)
        with app.database.transaction() as db:
            item_id = media_with_id(db, media_id, ada.id).item_id
            assert item_id is not None
            history.add_events(db, ada.id, [(item_id, Event(kind=EventKind.RATED, value=4.5), None)])
            delete_media(db, ada.id, media_id)
            assert item_with_id(db, item_id, ada.id).title == "talk.mp3"


def test_deleting_cancels_what_is_worked_on(database_url: str, ada: User, tmp_path: Path) -> None:
    with archive(tmp_path, database_url) as app:
        added = add_file(app, ada.id, io.BytesIO(b"sound"), "talk.mp3")
        assert added.job_id is not None
        with app.database.transaction() as db:
            delete_media(db, ada.id, added.media.id)
            assert job_with_id(db, added.job_id, ada.id).state is State.CANCELLED
            back = restore_media(app, db, ada.id, added.media.id)
            assert back.job_id not in (None, added.job_id)  # it was not finished


def test_a_link_added_anew_is_in_the_way_of_the_old_one(database_url: str, ada: User, tmp_path: Path) -> None:
    with archive(tmp_path, database_url) as app, app.database.transaction() as db:
        old = add_link(app, db, ada.id, "https://example.org/talk.mp3")
        delete_media(db, ada.id, old.media.id)
        new = add_link(app, db, ada.id, "https://example.org/talk.mp3")
        assert new.is_new
        with pytest.raises(Conflict, match=f"recording {new.media.id}"):
            restore_media(app, db, ada.id, old.media.id)


def test_removed_for_good_leaves_no_file_but_those_of_others(
    database_url: str, ada: User, ben: User, tmp_path: Path
) -> None:
    with archive(tmp_path, database_url) as app:
        alone = add_file(app, ada.id, io.BytesIO(b"mine alone"), "a.mp3").media
        shared = add_file(app, ada.id, io.BytesIO(b"ours"), "b.mp3").media
        others = add_file(app, ben.id, io.BytesIO(b"ours"), "b.mp3").media
        remove_for_good(app, ada.id, alone.id, young=_NO_TIME)
        remove_for_good(app, ada.id, shared.id, young=_NO_TIME)
        with app.database.transaction() as db:
            (file,) = files_of(db, others.id).values()
            assert db.execute(text("SELECT count(*) FROM media")).scalar_one() == 1
        assert [blob.sha256 for blob in app.blobs.page()] == [file.sha256]
        with pytest.raises(NotFound):
            remove_for_good(app, ada.id, others.id)


def test_the_trash_empties_itself(database_url: str, ada: User, tmp_path: Path) -> None:
    with archive(tmp_path, database_url) as app:
        old, young = (
            add_file(app, ada.id, io.BytesIO(content), "a.mp3").media.id for content in (b"old", b"young")
        )
        with app.database.transaction() as db:
            delete_media(db, ada.id, old)
            delete_media(db, ada.id, young)
            db.execute(
                text("UPDATE media SET deleted_at = now() - interval '31 days' WHERE id = :id"), {"id": old}
            )
        assert purge_trash(app, young=_NO_TIME) == 1
        with app.database.transaction() as db:
            assert [media.id for media in list_media(db, ada.id, MediaFilter(in_trash=True))] == [young]
        assert len(app.blobs.page()) == 1


def test_orphans_are_swept_and_nothing_else(database_url: str, ada: User, tmp_path: Path) -> None:
    with archive(tmp_path, database_url) as app:
        added = add_file(app, ada.id, io.BytesIO(b"sound"), "talk.mp3")
        orphan = app.blobs.put(io.BytesIO(b"left by a job that was killed"))
        assert sweep_blobs(app).blobs == 0  # too young
        assert sweep_blobs(app, young=_NO_TIME, is_dry=True).blobs == 1
        assert sweep_blobs(app, young=_NO_TIME).blobs == 1
        assert not app.blobs.exists(orphan.sha256)
        with app.database.transaction() as db:
            assert app.blobs.exists(files_of(db, added.media.id)["original"].sha256)


def test_work_is_done_anew_from_a_step(database_url: str, ada: User, tmp_path: Path) -> None:
    with archive(tmp_path, database_url) as app:
        added = add_file(app, ada.id, io.BytesIO(b"sound"), "talk.mp3")
        with app.database.transaction() as db, pytest.raises(Conflict, match="being worked on"):
            process_anew(app, db, ada.id, added.media.id)
        finished(app, added.media.id)
        with app.database.transaction() as db:
            with pytest.raises(Invalid, match="passages"):
                process_anew(app, db, ada.id, added.media.id, "no such step")
            process_anew(app, db, ada.id, added.media.id, "transcribe")
            left = set(db.execute(text("SELECT step FROM media_steps")).scalars())
        # What machines listen to was not kept, so it is made again.
        assert left == {"fetch"}


def test_a_video_that_history_knows_is_that_item(database_url: str, ada: User, tmp_path: Path) -> None:
    from mediatheque.flows.placing import place
    from mediatheque.library.queries.mentions import fingerprint
    from mediatheque.vocabulary import Kind, Work

    work = Work(kind=Kind.VIDEO, title="Me at the zoo", external_ids={"youtube": "jNQXAC9IVRw"})
    with archive(tmp_path, database_url) as app, app.database.transaction() as db:
        place(db, ada.id, {fingerprint(work): work})
        added = add_link(app, db, ada.id, "https://youtu.be/jNQXAC9IVRw")
        update_media(db, added.media.id, found={"title": "Another title"}, has_video=True)
        put_file(db, added.media.id, MediaFile("original", "a" * 64, 1, "video/mp4"))
        item_id = refresh_item(db, added.media.id)
        assert item_id is not None
        assert item_with_id(db, item_id, ada.id).title == "Me at the zoo"
        assert db.execute(text("SELECT count(*) FROM items")).scalar_one() == 1
        delete_media(db, ada.id, added.media.id)
        assert item_with_id(db, item_id, ada.id).title == "Me at the zoo"
