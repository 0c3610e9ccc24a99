"""Fetching: a page's recording with what the page says, captions beside it, and the entries of a feed."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive_world import archive
from media_server import MediaServer, mp3
from mediatheque.archive.queries.media import (
    MediaFile,
    MediaFilter,
    NewMedia,
    add_media,
    files_of,
    list_media,
    media_with_id,
    put_file,
)
from mediatheque.archive.steps import Stop, fetch
from mediatheque.jobs.states import State
from mediatheque.kit.addresses import AddressRefused
from mediatheque.kit.errors import Cancelled, NotFound, TooLarge
from mediatheque.library.queries.users import User
from mediatheque.wiring import Mediatheque


class Going:
    """Somebody who listens to progress, and may have had enough."""

    def __init__(self, *, has_enough: bool = False) -> None:
        self.lines: list[str] = []
        self.has_enough = has_enough

    def report(self, fraction: float, line: str) -> None:
        assert 0.0 <= fraction <= 1.0
        self.lines.append(line)

    def check(self) -> None:
        if self.has_enough:
            raise Cancelled("enough")

    def is_cancelled(self) -> bool:
        return self.has_enough


def added(app: Mediatheque, user: User, link: str) -> int:
    with app.database.transaction() as db:
        return add_media(db, NewMedia(user_id=user.id, origin="link", given=link, link=link))[0]


def run(app: Mediatheque, media_id: int, going: Going | None = None) -> Stop | None:
    with app.database.transaction() as db:
        given = fetch.read(db, media_id)
    assert given is not None
    made = fetch.run(given, app, going or Going())
    with app.database.transaction() as db:
        return fetch.write(db, media_id, made)


def test_what_a_page_shows_is_fetched_with_what_it_says(database_url: str, ada: User, tmp_path: Path) -> None:
    body = mp3(400)
    with MediaServer() as server, archive(tmp_path, database_url) as app:
        server.serve("/talk.mp3", body, "audio/mpeg")
        page = server.serve(
            "/page",
            '<html><head><title>On bees</title><meta property="og:title" content="On bees"></head>'
            '<body><audio src="/talk.mp3"></audio></body></html>',
        )
        media_id, going = added(app, ada, page), Going()
        assert run(app, media_id, going) is None
        with app.database.transaction() as db:
            media, files = media_with_id(db, media_id, ada.id), files_of(db, media_id)
            assert fetch.read(db, media_id) is None  # there is nothing left to do
        assert media.title == "On bees"
        assert app.blobs.read_range(files["original"].sha256, 0, len(body) + 1) == body
        assert going.lines
        assert not list((tmp_path / "scratch").iterdir())


def test_a_feed_becomes_recordings_once(database_url: str, ada: User, tmp_path: Path) -> None:
    with MediaServer() as server, archive(tmp_path, database_url) as app:
        server.serve("/1.mp3", mp3(), "audio/mpeg")
        server.serve("/2.mp3", mp3(), "audio/mpeg")

        def feed(*numbers: int) -> str:
            entries = "".join(
                f"<item><title>Evening {n}</title><pubDate>Mon, 0{n} Jan 2024 10:00:00 GMT</pubDate>"
                f'<enclosure url="{server.url}/{n}.mp3" type="audio/mpeg"/></item>'
                for n in numbers
            )
            text = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Evenings</title>{entries}</channel></rss>'
            return server.serve("/feed.rss", text, "application/rss+xml")

        media_id = added(app, ada, feed(1))
        stop = run(app, media_id)
        assert stop is not None
        assert (stop.state, stop.line, len(stop.added)) == (State.COMPLETED, "1 recording added", 1)
        feed(2, 1)
        stop = run(app, media_id)
        assert stop is not None
        assert stop.line == "1 recording added, 1 here already"
        with app.database.transaction() as db:
            assert media_with_id(db, media_id, ada.id).is_list
            entries = list_media(db, ada.id, MediaFilter(parent_id=media_id))
        assert [entry.title for entry in entries] == ["Evening 2", "Evening 1"]
        assert entries[1].found["by"] == "Evenings"


def test_what_may_not_be_fetched_is_not(database_url: str, ada: User, tmp_path: Path) -> None:
    with MediaServer() as server, archive(tmp_path, database_url) as app:
        inside = server.redirect("/way", "http://169.254.169.254/latest/meta-data/")
        with pytest.raises(AddressRefused):
            run(app, added(app, ada, inside))
        with pytest.raises(NotFound):
            run(app, added(app, ada, f"{server.url}/nothing.mp3"))
        assert not app.blobs.page()


def test_a_full_quota_fetches_nothing(database_url: str, ada: User, tmp_path: Path) -> None:
    with MediaServer() as server, archive(tmp_path, database_url, media_quota_gb=1e-6) as app:
        link = server.serve("/talk.mp3", mp3(), "audio/mpeg")
        media_id = added(app, ada, link)
        with app.database.transaction() as db:
            other, _ = add_media(db, NewMedia(user_id=ada.id, origin="file", given="other.mp3"))
            put_file(db, other, MediaFile("original", "a" * 64, 2_000, "audio/mpeg"))
        with pytest.raises(TooLarge, match="MEDIATHEQUE_MEDIA_QUOTA_GB"):
            run(app, media_id)


def test_who_had_enough_is_left_with_nothing(database_url: str, ada: User, tmp_path: Path) -> None:
    with MediaServer() as server, archive(tmp_path, database_url) as app:
        media_id = added(app, ada, server.serve("/talk.mp3", mp3(), "audio/mpeg"))
        with pytest.raises(Cancelled):
            run(app, media_id, Going(has_enough=True))
        assert not list((tmp_path / "scratch").glob("*"))
