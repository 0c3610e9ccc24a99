"""From whatever somebody has to something they can find: files, pages, direct links, HLS and podcasts, with real models."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest

from archive_world import QUESTION, archive, ended, ffmpeg, talk, worker
from media_server import MediaServer
from mediatheque.archive.queries.media import (
    MediaFile,
    MediaFilter,
    files_of,
    list_media,
    media_with_id,
    steps_done,
)
from mediatheque.archive.queries.transcript import lines_of
from mediatheque.flows.archiving import Wishes, add_file, add_link, remove_for_good
from mediatheque.jobs.queries import pause_lane, resume_lane
from mediatheque.jobs.states import Lane, State
from mediatheque.library.queries.users import User
from mediatheque.search.passages import search_passages
from mediatheque.wiring import Mediatheque
from seaweedfs_server import SeaweedServer

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The talk in the forms that it comes in."""
    folder = tmp_path_factory.mktemp("recordings")
    talk(folder, suffix=".mp3", options=["-b:a", "64k"]).rename(folder / "talk.mp3")
    wav = talk(folder)
    picture = ["-f", "lavfi", "-i", "testsrc=size=160x120:rate=5", "-shortest"]
    ffmpeg(
        ["-i", str(wav), *picture, "-pix_fmt", "yuv420p", "-movflags", "+faststart", str(folder / "talk.mp4")]
    )
    ffmpeg(["-i", str(wav), "-hls_time", "4", "-hls_list_size", "0", str(folder / "talk.m3u8")])
    return folder


def find(app: Mediatheque, user: User, query: str = QUESTION) -> list[tuple[int, int, str]]:
    """(recording, millisecond, text) of the best passages."""
    assert app.embedder is not None
    vector = app.embedder.embed([query])[0]
    with app.database.transaction() as db:
        hits = search_passages(db, user.id, query, embedder_name=app.embedder.name, vector=vector, limit=5)
    return [(hit.media_id, hit.start_ms, hit.text) for hit in hits]


def assert_searchable(app: Mediatheque, user: User, media_id: int) -> None:
    best = find(app, user)[0]
    assert best[0] == media_id
    assert "bees" in best[2].lower()
    with app.database.transaction() as db:
        media = media_with_id(db, media_id, user.id)
        files = files_of(db, media_id)
        heard = " ".join(line.text for line in lines_of(db, media_id)).lower()
    assert media.item_id is not None
    assert 8_000 < (media.duration_ms or 0) < 30_000
    assert {"original", "waveform"} <= set(files)
    assert "speech" not in files  # it was for machines
    for word in ("dancing", "lighthouse", "grandmother", "clay"):
        assert word in heard


def run(app: Mediatheque, job_id: int | None) -> State:
    assert job_id is not None
    with worker(app):
        (job,) = ended(app, [job_id])
    assert job.error is None, job.error
    return job.state


def test_a_file_becomes_searchable(database_url: str, ada: User, tmp_path: Path, recordings: Path) -> None:
    with archive(tmp_path, database_url) as app:
        added = add_file(app, ada.id, recordings / "talk.mp3", "talk.mp3", Wishes(tags=("bees",)))
        assert run(app, added.job_id) is State.COMPLETED
        assert_searchable(app, ada, added.media.id)
        again = add_file(app, ada.id, recordings / "talk.mp3", "copy.mp3")
        assert not again.is_new
        assert again.media.id == added.media.id


def test_files_in_a_bucket_go_the_same_way(
    database_url: str, ada: User, tmp_path: Path, recordings: Path, s3_server: SeaweedServer
) -> None:
    with archive(tmp_path, database_url, blobs_url=s3_server.url(s3_server.new_bucket(), "archive")) as app:
        added = add_file(app, ada.id, recordings / "talk.mp4", "talk.mp4", Wishes(wanted="video"))
        assert run(app, added.job_id) is State.COMPLETED
        assert_searchable(app, ada, added.media.id)
        with app.database.transaction() as db:
            original = files_of(db, added.media.id)["original"]
        whole = (recordings / "talk.mp4").read_bytes()
        assert original.media_type == "video/mp4"
        assert app.blobs.read_range(original.sha256, 100, 300) == whole[100:300]
        remove_for_good(app, ada.id, added.media.id, young=timedelta(0))
        assert not app.blobs.page()


def test_a_copy_for_machines_that_went_is_made_again(database_url: str, ada: User, tmp_path: Path) -> None:
    with archive(tmp_path, database_url) as app:
        added = add_file(app, ada.id, talk(tmp_path), "talk.wav")
        with app.database.transaction() as db:
            pause_lane(db, Lane.HEAVY)
        assert added.job_id is not None
        with worker(app):
            speech = once_recognised(app, added.media.id)
            app.blobs.delete(speech.sha256)
            with app.database.transaction() as db:
                resume_lane(db, Lane.HEAVY)
            (job,) = ended(app, [added.job_id])
        assert job.state is State.COMPLETED, job.error
        assert_searchable(app, ada, added.media.id)
        assert not app.blobs.exists(speech.sha256)


def once_recognised(app: Mediatheque, media_id: int) -> MediaFile:
    """The copy for machines, once the fingerprint is behind the recording."""
    for _ in range(600):
        with app.database.transaction() as db:
            if "fingerprint" in steps_done(db, media_id):
                return files_of(db, media_id)["speech"]
        time.sleep(0.05)
    pytest.fail("it was not fingerprinted")


def test_the_same_sound_in_another_form_is_a_duplicate(database_url: str, ada: User, tmp_path: Path) -> None:
    with archive(tmp_path, database_url) as app:
        wav = talk(tmp_path)
        first = add_file(app, ada.id, wav, "talk.wav")
        assert run(app, first.job_id) is State.COMPLETED
        second = add_file(app, ada.id, talk(tmp_path, suffix=".mp3", options=["-b:a", "64k"]), "talk.mp3")
        assert second.is_new
        assert run(app, second.job_id) is State.DUPLICATE
        with app.database.transaction() as db:
            assert media_with_id(db, second.media.id, ada.id).duplicate_of == first.media.id
            assert [media.id for media in list_media(db, ada.id)] == [first.media.id]
        assert {media for media, _, _ in find(app, ada)} == {first.media.id}


@pytest.mark.parametrize("form", ["page", "direct", "hls"])
def test_a_link_becomes_searchable(
    form: str, database_url: str, ada: User, tmp_path: Path, recordings: Path
) -> None:
    with MediaServer() as server, archive(tmp_path, database_url) as app:
        server.serve("/talk.mp4", (recordings / "talk.mp4").read_bytes(), "video/mp4")
        links = {
            "page": server.serve(
                "/page", '<title>On bees</title><video src="/talk.mp4" controls></video><p>A talk.</p>'
            ),
            "direct": server.serve("/talk.mp3", (recordings / "talk.mp3").read_bytes(), "audio/mpeg"),
            "hls": server.serve(
                "/talk.m3u8", (recordings / "talk.m3u8").read_text(), "application/vnd.apple.mpegurl"
            ),
        }
        for piece in recordings.glob("talk*.ts"):
            server.serve(f"/{piece.name}", piece.read_bytes(), "video/mp2t")
        with app.database.transaction() as db:
            added = add_link(app, db, ada.id, links[form])
        assert run(app, added.job_id) is State.COMPLETED
        assert_searchable(app, ada, added.media.id)
        with app.database.transaction() as db:
            assert not add_link(app, db, ada.id, f"{links[form]}?utm_source=mail").is_new


def test_a_feed_becomes_recordings(database_url: str, ada: User, tmp_path: Path, recordings: Path) -> None:
    other = talk(tmp_path, "Today we speak about the deep sea and the fish that glow there.", suffix=".mp3")
    with MediaServer() as server, archive(tmp_path, database_url) as app:
        first = server.serve("/1.mp3", (recordings / "talk.mp3").read_bytes(), "audio/mpeg")
        second = server.serve("/2.mp3", other.read_bytes(), "audio/mpeg")

        def entry(title: str, url: str) -> str:
            return f'<item><title>{title}</title><guid>{url}</guid><enclosure url="{url}" type="audio/mpeg"/></item>'

        def feed(entries: str) -> str:
            return server.serve(
                "/feed.rss",
                f'<?xml version="1.0"?><rss version="2.0"><channel><title>Evenings</title>{entries}</channel></rss>',
                "application/rss+xml",
            )

        link = feed(entry("On bees", first))
        with app.database.transaction() as db:
            added = add_link(app, db, ada.id, link)
        assert run(app, added.job_id) is State.COMPLETED
        feed(entry("On the deep sea", second) + entry("On bees", first))
        with app.database.transaction() as db:
            again = add_link(app, db, ada.id, link)
        assert again.media.id == added.media.id
        assert run(app, again.job_id) is State.COMPLETED
        with app.database.transaction() as db:
            entries = list_media(db, ada.id, MediaFilter(parent_id=added.media.id))
        assert sorted(media.title for media in entries) == ["On bees", "On the deep sea"]
        with worker(app):
            jobs = ended(app, [media.job_id for media in entries if media.job_id])
        assert [(job.state, job.error) for job in jobs] == [(State.COMPLETED, None)] * 2
        by_title = {media.title: media.id for media in entries}
        assert_searchable(app, ada, by_title["On bees"])
        assert find(app, ada, "glowing fish of the deep sea")[0][0] == by_title["On the deep sea"]
