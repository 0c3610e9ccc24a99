"""What is behind links of every form is found and fetched by the real yt-dlp, within limits, and never past the policy."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from media_server import MediaServer, dripping, endless, mp3, mpeg_ts, silent, wav
from mediatheque.kit.addresses import AddressRefused, Policy, networks_from
from mediatheque.kit.errors import Cancelled, Invalid, MediathequeError, NotFound, TooLarge, Unavailable
from mediatheque.tools.downloader import (
    Downloader,
    Entry,
    Limits,
    Progress,
    names,
    open_downloader,
)

pytest.importorskip("yt_dlp")

HOME = Policy(allowed=networks_from("127.0.0.1"))
SMALL = Limits(free_bytes=0)


@pytest.fixture
def server() -> Iterator[MediaServer]:
    with MediaServer() as server:
        yield server


@pytest.fixture
def other() -> Iterator[MediaServer]:
    """A second server, at an address that the policy does not allow."""
    with MediaServer(address="127.0.0.2") as server:
        yield server


@pytest.fixture
def downloader() -> Downloader:
    return open_downloader("yt-dlp", HOME)


def children() -> list[psutil.Process]:
    """The downloading processes of this test run."""
    found = psutil.Process().children(recursive=True)
    return [child for child in found if any("_yt_dlp_process" in word for word in _command(child))]


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def test_it_stands_on_the_shelf() -> None:
    assert names() == ("yt-dlp",)
    with pytest.raises(Invalid, match="yt-dlp"):
        open_downloader("wget", HOME)


# ---- forms of links ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "body", "content_type"),
    [
        ("/talk.mp3", mp3(), "audio/mpeg"),
        ("/talk.wav", wav(), "audio/x-wav"),
        ("/listen?id=7", mp3(), "audio/mpeg"),
    ],
)
def test_a_direct_link(
    server: MediaServer, downloader: Downloader, tmp_path: Path, path: str, body: bytes, content_type: str
) -> None:
    server.serve(path.partition("?")[0], body, content_type)
    told: list[Progress] = []
    fetched = downloader.fetch(server.url + path, tmp_path, limits=SMALL, on_progress=told.append)
    assert fetched.file.read_bytes() == body
    assert list(tmp_path.iterdir()) == [fetched.file]
    assert told[-1].done_bytes == len(body)
    assert told[-1].fraction == 1.0
    assert children() == []


def test_a_page_with_a_video(server: MediaServer, downloader: Downloader, tmp_path: Path) -> None:
    server.serve("/media/talk.mp4", mp3(), "video/mp4")
    url = server.serve(
        "/talk",
        """<html><head><title>On gardens</title><meta name="description" content="Why they need us."></head>
        <body><video src="/media/talk.mp4" controls></video></body></html>""",
    )
    found = downloader.probe(url, limits=SMALL)
    assert (found.url, found.title, found.is_list) == (url, "On gardens", False)
    assert "/media/talk.mp4" not in server.asked
    assert downloader.fetch(url, tmp_path, limits=SMALL).file.read_bytes() == mp3()


def test_captions_that_people_wrote_come_along(
    server: MediaServer, downloader: Downloader, tmp_path: Path
) -> None:
    captions = "WEBVTT\n\n00:00.000 --> 00:01.000\nGood evening.\n"
    server.serve("/talk.mp4", mp3(), "video/mp4")
    server.serve("/en.vtt", captions, "text/vtt")
    url = server.serve(
        "/talk",
        """<title>Talk</title><video><source src="/talk.mp4" type="video/mp4">
        <track kind="subtitles" src="/en.vtt" srclang="en"></video>""",
    )
    assert downloader.probe(url, limits=SMALL).caption_languages == ("en",)
    fetched = downloader.fetch(url, tmp_path, limits=SMALL)
    assert {language: file.read_text() for language, file in fetched.captions.items()} == {"en": captions}


def test_a_page_that_describes_its_video(server: MediaServer, downloader: Downloader, tmp_path: Path) -> None:
    server.serve("/talk.mp4", mp3(), "video/mp4")
    said = {
        "@context": "https://schema.org",
        "@type": "VideoObject",
        "name": "On rivers",
        "description": "Where they go.",
        "contentUrl": f"{server.url}/talk.mp4",
        "uploadDate": "2024-05-06T07:08:09Z",
        "duration": "PT12M34S",
    }
    url = server.serve("/talk", f'<script type="application/ld+json">{json.dumps(said)}</script>')
    found = downloader.probe(url, limits=SMALL)
    assert (found.title, found.description, found.duration_s) == ("On rivers", "Where they go.", 754.0)
    assert found.published_at == datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
    assert downloader.fetch(url, tmp_path, limits=SMALL).file.read_bytes() == mp3()


def test_a_page_for_sharing(server: MediaServer, downloader: Downloader, tmp_path: Path) -> None:
    server.serve("/talk.mp4", mp3(), "video/mp4")
    url = server.serve(
        "/talk",
        f"""<meta property="og:title" content="On bees"><meta property="og:video" content="{server.url}/talk.mp4">""",
    )
    assert downloader.probe(url, limits=SMALL).title == "On bees"
    assert downloader.fetch(url, tmp_path, limits=SMALL).file.read_bytes() == mp3()


def test_a_stream_in_pieces(server: MediaServer, downloader: Downloader, tmp_path: Path) -> None:
    hls = "application/vnd.apple.mpegurl"
    pieces = [mpeg_ts(50 + n) for n in range(3)]
    for n, piece in enumerate(pieces):
        server.serve(f"/hls/{n}.ts", piece, "video/mp2t")
    segments = "".join(f"#EXTINF:4,\n{n}.ts\n" for n in range(3))
    server.serve("/hls/low.m3u8", f"#EXTM3U\n#EXT-X-TARGETDURATION:4\n{segments}#EXT-X-ENDLIST\n", hls)
    url = server.serve(
        "/hls/talk.m3u8",
        '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=64000,CODECS="mp4a.40.2"\nlow.m3u8\n',
        hls,
    )
    assert downloader.fetch(url, tmp_path, limits=SMALL).file.read_bytes() == b"".join(pieces)


def feed(server: MediaServer, count: int) -> str:
    items = "".join(
        f"""<item><title>Episode {n}</title><guid>urn:ep:{n}</guid><pubDate>Mon, 0{n} Jan 2024 10:00:00 GMT</pubDate>
        <description>About {n}.</description><itunes:duration>00:1{n}:00</itunes:duration>
        <enclosure url="{server.serve(f"/ep{n}.mp3", mp3(10 * n), "audio/mpeg")}?utm_source=rss" type="audio/mpeg"/></item>"""
        for n in range(1, count + 1)
    )
    return server.serve(
        "/feed.xml",
        f"""<?xml version="1.0"?><rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel>
        <title>Slow radio</title><description>Long talks.</description>{items}</channel></rss>""",
        "application/rss+xml",
    )


def test_a_podcast_is_a_list_of_its_episodes(
    server: MediaServer, downloader: Downloader, tmp_path: Path
) -> None:
    url = feed(server, 3)
    found = downloader.probe(url, limits=SMALL)
    assert (found.title, found.description, found.is_list, found.has_more) == (
        "Slow radio",
        "Long talks.",
        True,
        False,
    )
    assert [entry.title for entry in found.entries] == ["Episode 1", "Episode 2", "Episode 3"]
    assert found.entries[1] == Entry(
        url=f"{server.url}/ep2.mp3",
        title="Episode 2",
        id="urn:ep:2",
        duration_s=720.0,
        published_at=datetime(2024, 1, 2, 10, tzinfo=UTC),
        description="About 2.",
    )
    assert server.asked.count("/feed.xml") == len(server.asked)
    assert downloader.fetch(found.entries[1].url, tmp_path, limits=SMALL).file.read_bytes() == mp3(20)
    with pytest.raises(Invalid, match="several recordings"):
        downloader.fetch(url, tmp_path, limits=SMALL)


def test_a_long_list_is_read_as_far_as_the_limit(server: MediaServer, downloader: Downloader) -> None:
    found = downloader.probe(feed(server, 5), limits=Limits(free_bytes=0, entries=2))
    assert [entry.title for entry in found.entries] == ["Episode 1", "Episode 2"]
    assert found.has_more


def test_several_recordings_on_one_page(server: MediaServer, downloader: Downloader) -> None:
    url = server.serve(
        "/talks", '<title>Talks</title><video src="/a.mp4"></video><audio src="/b.mp3"></audio>'
    )
    found = downloader.probe(url, limits=SMALL)
    assert found.is_list
    assert [entry.url for entry in found.entries] == [f"{server.url}/a.mp4", f"{server.url}/b.mp3"]


# ---- where links may not lead ------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    ["http://10.0.0.1/a.mp3", "http://2130706434/a.mp3", "http://[::1]/a.mp3", "http://169.254.169.254/latest/", "http://localhost:22/"],
)  # fmt: skip
def test_a_link_into_a_private_network_starts_nothing(url: str) -> None:
    with pytest.raises(AddressRefused):
        open_downloader("yt-dlp", Policy()).probe(url, limits=SMALL)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ytsearch:cats", "/etc/passwd", "ftp://example.org/a.mp3"]
)
def test_what_is_no_web_address_is_refused(downloader: Downloader, tmp_path: Path, url: str) -> None:
    with pytest.raises((Invalid, Unavailable)):
        downloader.fetch(url, tmp_path, limits=SMALL)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("led_by", ["redirect", "page", "playlist", "segment"])
def test_no_page_or_list_leads_into_a_private_network(
    server: MediaServer, other: MediaServer, downloader: Downloader, tmp_path: Path, led_by: str
) -> None:
    secret = other.serve("/secret.mp3", mp3(), "audio/mpeg")
    hls = "application/vnd.apple.mpegurl"
    if led_by == "redirect":
        url = server.redirect("/a.mp3", secret)
    elif led_by == "page":
        url = server.serve("/a", f'<title>A</title><video src="{secret}"></video>')
    elif led_by == "playlist":
        url = server.serve(
            "/a.m3u8", f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=64000\n{other.url}/b.m3u8\n", hls
        )
    else:
        url = server.serve(
            "/a.m3u8", f"#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n{secret}\n#EXT-X-ENDLIST\n", hls
        )
    with pytest.raises(AddressRefused, match="loopback"):
        downloader.fetch(url, tmp_path, limits=SMALL)
    assert other.asked == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("hindrance", ["private", "missing"])
def test_a_recording_comes_without_captions_that_cannot_be_had(
    server: MediaServer, other: MediaServer, downloader: Downloader, tmp_path: Path, hindrance: str
) -> None:
    server.serve("/a.mp4", mp3(), "video/mp4")
    at = other.serve("/secret.vtt", "WEBVTT") if hindrance == "private" else "/missing.vtt"
    track = f'<track kind="subtitles" src="{at}" srclang="en">'
    url = server.serve("/a", f'<title>A</title><video><source src="/a.mp4" type="video/mp4">{track}</video>')
    fetched = downloader.fetch(url, tmp_path, limits=SMALL)
    assert (fetched.file.read_bytes(), fetched.captions) == (mp3(), {})
    assert other.asked == []


def test_no_page_names_a_file_outside_the_folder(
    server: MediaServer, downloader: Downloader, tmp_path: Path
) -> None:
    server.serve("/a.mp4", mp3(), "video/mp4")
    server.serve("/en.vtt", "WEBVTT", "text/vtt")
    track = '<track kind="subtitles" src="/en.vtt" srclang="x/../../../../../../evil">'
    url = server.serve("/a", f'<title>A</title><video><source src="/a.mp4" type="video/mp4">{track}</video>')
    (tmp_path / "folder").mkdir()
    downloader.fetch(url, tmp_path / "folder", limits=SMALL)
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
    assert all(path.name.startswith("media.") for path in (tmp_path / "folder").iterdir())


def test_a_name_that_leads_elsewhere_the_second_time_leads_nowhere(
    server: MediaServer, other: MediaServer, tmp_path: Path
) -> None:
    server.serve("/a.mp3", mp3(), "audio/mpeg")
    other.serve("/a.mp3", mp3(), "audio/mpeg")
    answers = iter([["127.0.0.1"]])
    downloader = open_downloader(
        "yt-dlp", Policy(allowed=HOME.allowed, resolver=lambda *_: next(answers, ["127.0.0.2"]))
    )
    with pytest.raises(AddressRefused):
        downloader.fetch(f"http://rebinding.example:{server.port}/a.mp3", tmp_path, limits=SMALL)
    assert other.asked == []


def test_files_of_this_machine_are_in_no_list(
    server: MediaServer, downloader: Downloader, tmp_path: Path
) -> None:
    hls = "application/vnd.apple.mpegurl"
    url = server.serve(
        "/a.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n", hls
    )
    with pytest.raises(MediathequeError):
        downloader.fetch(url, tmp_path, limits=SMALL)
    assert list(tmp_path.iterdir()) == []


# ---- limits ------------------------------------------------------------------------------------


def test_redirects_in_a_circle_end(server: MediaServer, downloader: Downloader, tmp_path: Path) -> None:
    server.redirect("/a", "/b")
    server.redirect("/b", "/a")
    with pytest.raises(MediathequeError):
        downloader.fetch(f"{server.url}/a", tmp_path, limits=SMALL)
    assert len(server.asked) < 100


@pytest.mark.parametrize("announced", [True, False])
def test_what_is_too_large_is_left(
    server: MediaServer, downloader: Downloader, tmp_path: Path, announced: bool
) -> None:
    server.routes["/a.mp3"] = (
        (lambda visit: visit.reply(b"\0" * 3_000_000, "audio/mpeg")) if announced else endless
    )
    since = time.monotonic()
    with pytest.raises(TooLarge, match="1 MB"):
        downloader.fetch(f"{server.url}/a.mp3", tmp_path, limits=Limits(bytes=1 << 20, free_bytes=0))
    assert time.monotonic() - since < 20
    assert list(tmp_path.iterdir()) == []


def test_what_is_too_long_is_not_fetched(server: MediaServer, downloader: Downloader, tmp_path: Path) -> None:
    server.serve("/talk.mp4", mp3(), "video/mp4")
    said = {"@context": "https://schema.org", "@type": "VideoObject", "name": "A", "duration": "PT7H"}
    said["contentUrl"] = f"{server.url}/talk.mp4"
    url = server.serve("/talk", f'<script type="application/ld+json">{json.dumps(said)}</script>')
    with pytest.raises(TooLarge, match="6 hours"):
        downloader.fetch(url, tmp_path, limits=SMALL)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_nearly_full_is_left_alone(
    server: MediaServer, downloader: Downloader, tmp_path: Path
) -> None:
    url = server.serve("/a.mp3", mp3(), "audio/mpeg")
    with pytest.raises(Unavailable, match="free some"):
        downloader.fetch(url, tmp_path, limits=Limits(free_bytes=1 << 60))
    assert server.asked == []


@pytest.mark.parametrize("hindrance", ["dripping", "silent"])
def test_a_server_that_takes_for_ever_is_left_in_time(
    server: MediaServer, downloader: Downloader, tmp_path: Path, hindrance: str
) -> None:
    over = threading.Event()
    server.routes["/a.mp3"] = dripping(over) if hindrance == "dripping" else silent(over)
    since = time.monotonic()
    with pytest.raises(Unavailable, match="2 s"):
        downloader.fetch(f"{server.url}/a.mp3", tmp_path, limits=Limits(wall_s=2, free_bytes=0))
    assert time.monotonic() - since < 4
    assert children() == []
    over.set()


def test_an_answer_that_ends_early_is_none(
    server: MediaServer, downloader: Downloader, tmp_path: Path
) -> None:
    server.routes["/a.mp3"] = lambda visit: visit.reply(
        mp3(), "audio/mpeg", headers={"Content-Length": "900000", "Connection": "close"}
    )
    with pytest.raises(MediathequeError):
        downloader.fetch(f"{server.url}/a.mp3", tmp_path, limits=SMALL)
    assert list(tmp_path.iterdir()) == []


def test_headers_without_an_end_are_left(server: MediaServer, downloader: Downloader, tmp_path: Path) -> None:
    server.routes["/a.mp3"] = lambda visit: visit.wfile.write(b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 2_000_000)
    with pytest.raises(MediathequeError):
        downloader.fetch(f"{server.url}/a.mp3", tmp_path, limits=SMALL)


def test_memory_is_bounded(server: MediaServer, downloader: Downloader, tmp_path: Path) -> None:
    # A page is read whole, and this one is larger than the process may be.
    page = b"<html>" + b"<p>" * 60_000_000
    url = server.serve("/a", page)
    with pytest.raises((Invalid, TooLarge)):
        downloader.fetch(url, tmp_path, limits=Limits(memory_bytes=160 << 20, free_bytes=0))
    assert children() == []


@pytest.mark.parametrize(
    ("status", "error"), [(404, NotFound), (410, NotFound), (401, Invalid), (403, Invalid), (500, Unavailable), (503, Unavailable)]
)  # fmt: skip
def test_a_refusal_says_what_to_do(
    server: MediaServer, downloader: Downloader, status: int, error: type[Exception]
) -> None:
    server.routes["/a"] = lambda visit: visit.reply("no", status=status)
    with pytest.raises(error) as failed:
        downloader.probe(f"{server.url}/a?sig=geheim", limits=SMALL)
    assert "geheim" not in str(failed.value)


def test_a_page_without_a_recording(server: MediaServer, downloader: Downloader) -> None:
    with pytest.raises(Invalid, match="Nothing to play"):
        downloader.probe(server.serve("/a", "<title>Only words</title><p>Words.</p>"), limits=SMALL)


def test_a_server_that_is_not_there(downloader: Downloader) -> None:
    with pytest.raises(Unavailable, match="does not answer"):
        downloader.probe("http://127.0.0.1:1024/a", limits=SMALL)


# ---- an end at any time ------------------------------------------------------------------------


def test_cancelling_ends_it_within_a_second(
    server: MediaServer, downloader: Downloader, tmp_path: Path
) -> None:
    over, cancelled = threading.Event(), threading.Event()
    server.routes["/a.mp3"] = dripping(over)
    ended: list[float] = []

    def fetch() -> None:
        with pytest.raises(Cancelled):
            downloader.fetch(f"{server.url}/a.mp3", tmp_path, limits=SMALL, is_cancelled=cancelled.is_set)
        ended.append(time.monotonic())

    fetching = threading.Thread(target=fetch)
    fetching.start()
    _until(lambda: bool(server.asked))
    assert children()
    cancelled.set()
    since = time.monotonic()
    fetching.join(10)
    assert ended[0] - since < 1
    assert children() == []
    assert list(tmp_path.iterdir()) == []
    over.set()


def test_who_listens_may_stop_it(server: MediaServer, downloader: Downloader, tmp_path: Path) -> None:
    server.routes["/a.mp3"] = endless

    def enough(_progress: Progress) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled, match="enough"):
        downloader.fetch(f"{server.url}/a.mp3", tmp_path, limits=SMALL, on_progress=enough)
    assert children() == []


_PARENT = """
import sys
from pathlib import Path
from mediatheque.kit.addresses import Policy, networks_from
from mediatheque.tools.downloader import Limits, open_downloader
downloader = open_downloader("yt-dlp", Policy(allowed=networks_from("127.0.0.1")))
downloader.fetch(sys.argv[1], Path(sys.argv[2]), limits=Limits(free_bytes=0))
"""


def test_killing_who_fetches_leaves_no_process(server: MediaServer, tmp_path: Path) -> None:
    over = threading.Event()
    server.routes["/a.mp3"] = dripping(over)
    command = [sys.executable, "-c", _PARENT, f"{server.url}/a.mp3", str(tmp_path)]
    with subprocess.Popen(command, start_new_session=True) as parent:
        _until(lambda: bool(server.asked))
        fetching = children()
        assert fetching
        os.kill(parent.pid, signal.SIGKILL)
    _until(
        lambda: (
            not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in fetching)
        )
    )
    over.set()


def _until(is_so: object, seconds: float = 10.0) -> None:
    ends_at = time.monotonic() + seconds
    while not is_so():  # type: ignore[operator]
        assert time.monotonic() < ends_at, "it did not come about"
        time.sleep(0.02)
