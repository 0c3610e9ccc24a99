"""Every way to write a link to one recording has one form, which is its own form."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mediatheque.kit.errors import Invalid
from mediatheque.kit.links import Link, beginning_at, canonical

VIDEO = "dQw4w9WgXcQ"
WATCH = f"https://www.youtube.com/watch?v={VIDEO}"


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("HTTPS://Example.ORG/Talk.MP3", "https://example.org/Talk.MP3"),
        ("  https://example.org/talk\n", "https://example.org/talk"),
        ("example.org/talk.mp3", "https://example.org/talk.mp3"),
        ("example.org:8080/talk.mp3", "https://example.org:8080/talk.mp3"),
        ("https://example.org", "https://example.org/"),
        ("https://example.org.:443/", "https://example.org/"),
        ("http://example.org:80/", "http://example.org/"),
        ("http://example.org:443/", "http://example.org:443/"),
        ("https://bücher.example/ä b".replace(" ", "%20"), "https://xn--bcher-kva.example/%C3%A4%20b"),
        ("https://example.org/a/../b/./c", "https://example.org/b/c"),
        ("https://example.org/%7Euser/%2f%41", "https://example.org/~user/%2FA"),
        ("https://example.org/a#part-2", "https://example.org/a"),
        ("https://example.org/a.mp3#t=10,20", "https://example.org/a.mp3"),
        ("https://example.org/#/talks/7", "https://example.org/#/talks/7"),
        ("https://example.org/#!talk=7", "https://example.org/#!talk=7"),
        ("https://example.org/a#__youtubedl_smuggle=%7B%7D", "https://example.org/a"),
        ("https://example.org/a?utm_source=x&id=7&UTM_Medium=y&fbclid=z", "https://example.org/a?id=7"),
        ("https://example.org/a?utm_source=x", "https://example.org/a"),
        ("https://example.org/a?b=2&a=1&b=1", "https://example.org/a?b=2&a=1&b=1"),
        ("https://example.org/a?flag&sig=a%2Bb%3D", "https://example.org/a?flag&sig=a%2Bb%3D"),
        ("https://example.org/a?si=keeps-its-meaning", "https://example.org/a?si=keeps-its-meaning"),
        ("http://2130706433/x", "http://127.0.0.1/x"),
        ("http://[2606:4700:0::1]:8080/x", "http://[2606:4700::1]:8080/x"),
        ("feed://example.org/pod.xml", "http://example.org/pod.xml"),
        ("feed:https://example.org/pod.xml", "https://example.org/pod.xml"),
        ("pcast://example.org/pod.xml", "http://example.org/pod.xml"),
        ("itpc://example.org/pod.xml", "http://example.org/pod.xml"),
        ("https://www.youtube.com/results?search_query=x", "https://www.youtube.com/results?search_query=x"),
        ("https://soundcloud.com/charts?si=abc", "https://soundcloud.com/charts"),
    ],
)
def test_equal_links_have_one_form(written: str, url: str) -> None:
    assert canonical(written) == Link(url, start_s=canonical(written).start_s)


@pytest.mark.parametrize(
    "written",
    [
        WATCH,
        f"http://youtube.com/watch?v={VIDEO}",
        f"youtube.com/watch/?v={VIDEO}",
        f"https://m.youtube.com/watch?v={VIDEO}&feature=share&pp=ygU",
        f"https://music.youtube.com/watch?v={VIDEO}&list=RDAMVM{VIDEO}",
        f"https://www.youtube.com/watch?app=desktop&v={VIDEO}&ab_channel=X#comments",
        f"https://youtu.be/{VIDEO}?si=AbCdEf",
        f"youtu.be/{VIDEO}",
        f"https://www.youtube.com/shorts/{VIDEO}?feature=share",
        f"https://www.youtube.com/embed/{VIDEO}?autoplay=1",
        f"https://www.youtube-nocookie.com/embed/{VIDEO}",
        f"https://www.youtube.com/live/{VIDEO}?si=x",
        f"https://www.youtube.com/v/{VIDEO}",
        f"https://www.youtube.com/attribution_link?a=x&u=%2Fwatch%3Fv%3D{VIDEO}%26feature%3Dshare",
    ],
)
def test_every_link_to_a_youtube_video_is_one(written: str) -> None:
    assert canonical(written) == Link(WATCH, "youtube", VIDEO)


@pytest.mark.parametrize(
    ("written", "url", "key"),
    [
        (
            "https://www.youtube.com/playlist?list=PL590L5WQmH8f&si=x",
            "https://www.youtube.com/playlist?list=PL590L5WQmH8f",
            "youtube:PL590L5WQmH8f",
        ),
        ("https://youtube.com/@SomeBody/featured", "https://www.youtube.com/@somebody", "youtube:@somebody"),
        ("https://player.vimeo.com/video/76979871?h=8272103f6e", "https://vimeo.com/76979871/8272103f6e", "vimeo:76979871"),
        ("https://vimeo.com/channels/staffpicks/76979871", "https://vimeo.com/76979871", "vimeo:76979871"),
        ("https://dai.ly/x8abcde", "https://www.dailymotion.com/video/x8abcde", "dailymotion:x8abcde"),
        (
            "https://www.dailymotion.com/video/x8abcde_a-title?start=3",
            "https://www.dailymotion.com/video/x8abcde",
            "dailymotion:x8abcde",
        ),
        (
            "https://m.soundcloud.com/somebody/a-talk?in=x&si=y",
            "https://soundcloud.com/somebody/a-talk",
            "soundcloud:somebody/a-talk",
        ),
        (
            "https://open.spotify.com/intl-de/episode/4rOoJ6Egrf8K2IrywzwOMk?si=abc",
            "https://open.spotify.com/episode/4rOoJ6Egrf8K2IrywzwOMk",
            "spotify:episode/4rOoJ6Egrf8K2IrywzwOMk",
        ),
        (
            "https://podcasts.apple.com/DE/podcast/a-show/id1200361736?i=1000500000001&mt=2",
            "https://podcasts.apple.com/de/podcast/id1200361736?i=1000500000001",
            "apple-podcasts:1200361736/1000500000001",
        ),
        (
            "https://itunes.apple.com/us/podcast/a-show/id1200361736",
            "https://podcasts.apple.com/us/podcast/id1200361736",
            "apple-podcasts:1200361736",
        ),
    ],
)  # fmt: skip
def test_links_of_known_sites_tell_what_they_lead_to(written: str, url: str, key: str) -> None:
    assert (canonical(written).url, canonical(written).key) == (url, key)


def test_a_show_is_the_same_in_every_country() -> None:
    show = "podcast/a-show/id1200361736"
    assert (
        canonical(f"https://podcasts.apple.com/de/{show}").key
        == canonical(f"podcasts.apple.com/us/{show}").key
    )


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        (f"https://youtu.be/{VIDEO}?t=754", 754),
        (f"{WATCH}&t=12m34s", 754),
        (f"{WATCH}&t=1h2m3s", 3723),
        (f"{WATCH}#t=75", 75),
        (f"https://www.youtube.com/embed/{VIDEO}?start=30", 30),
        ("https://vimeo.com/76979871#t=1m5s", 65),
        ("https://example.org/a.mp3#t=npt:10.5,20", 10.5),
        ("https://example.org/a.mp3#t=0:12:34", 754),
        ("https://example.org/a.mp3#t=12:34,15:00", 754),
        ("https://example.org/a.mp3?t=now", None),
        (f"{WATCH}&t=0", None),
    ],
)
def test_the_second_at_which_a_link_begins_is_kept_apart(written: str, seconds: float | None) -> None:
    assert canonical(written).start_s == seconds


@pytest.mark.parametrize(
    "written",
    [
        "",
        "   ",
        "ytsearch:cats",
        "ytsearch5:cats",
        "file:///etc/passwd",
        "ftp://example.org/a",
        "javascript:alert(1)",
        "https://",
        "https://user:secret@example.org/a",
        "https://example.org/a b",
        "https://example.org\\@evil.example/",
        "https://example.org:99999/",
        "https://exam%70le.org/",
        "https://[::1",
        f"https://example.org/{'a' * 5000}",
    ],
)
def test_what_is_no_web_address_is_refused(written: str) -> None:
    with pytest.raises(Invalid):
        canonical(written)


hosts = st.sampled_from(
    ["example.org", "EXAMPLE.org.", "bücher.example", "youtu.be", "www.youtube.com", "music.youtube.com",
     "player.vimeo.com", "dai.ly", "dailymotion.com", "m.soundcloud.com", "open.spotify.com", "itunes.apple.com", "127.1"]
)  # fmt: skip
pieces = st.sampled_from(
    [VIDEO, "watch", "shorts", "embed", "v", "video", "76979871", "..", ".", "%7e", "%2F", "%", "ä", "a'b", "a;b",
     "podcast", "id123", "sets", "@Some", "", "x8abcde_t"]
) | st.text(max_size=6)  # fmt: skip
queries = st.lists(
    st.tuples(st.sampled_from(["v", "t", "list", "u", "utm_x", "si", "i", "h", "a", "", "["]), pieces).map(
        "=".join
    ),
    max_size=4,
).map("&".join)


@given(
    st.sampled_from(["https://", "HTTP://", "", "feed:", "feed://"]),
    hosts,
    st.sampled_from(["", ":80", ":443", ":8080", ":"]),
    st.lists(pieces, max_size=4).map("/".join),
    queries,
    pieces,
)
@example("https://", "example.org", "", "/a//b", "utm_x=1&a=%zz", "/x?")
def test_the_one_form_of_a_form_is_itself(
    scheme: str, host: str, port: str, path: str, query: str, fragment: str
) -> None:
    try:
        once = canonical(f"{scheme}{host}{port}/{path}?{query}#{fragment}")
    except Invalid:
        return
    again = canonical(once.url)
    assert (again.url, again.site, again.id) == (once.url, once.site, once.id)
    assert once.url.isascii()


@pytest.mark.parametrize(
    ("link", "at"),
    [
        (WATCH, f"{WATCH}&t=754s"),
        ("https://vimeo.com/76979871", "https://vimeo.com/76979871#t=754s"),
        ("https://www.dailymotion.com/video/x5kesuj", "https://www.dailymotion.com/video/x5kesuj?start=754"),
        ("https://soundcloud.com/somebody/a-talk", "https://soundcloud.com/somebody/a-talk#t=12:34"),
        ("https://example.org/talk.MP3?key=7", "https://example.org/talk.MP3?key=7#t=754"),
        ("https://example.org/talk", None),
    ],
)
def test_a_link_may_begin_at_a_second(link: str, at: str | None) -> None:
    assert beginning_at(link, 754) == at
    if at is not None:
        assert canonical(at).url == link


@pytest.mark.parametrize(
    "link", [WATCH, "https://example.org/talk.mp3", "https://www.dailymotion.com/video/x5kesuj"]
)
def test_where_a_link_begins_is_read_as_it_was_written(link: str) -> None:
    assert canonical(beginning_at(link, 754) or "").start_s == 754
