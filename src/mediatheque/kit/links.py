"""One form for every link to the same recording, so that what is already here is known before anything is fetched."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, urlsplit, urlunsplit

from mediatheque.kit.addresses import host_of
from mediatheque.kit.errors import Invalid

_LONGEST = 4_096
_DEFAULT_PORTS = {"http": 80, "https": 443}

#: Parameters that say who shared a link and from where, never what it leads to: "utm_*" is any that begins so.
_TRACKING = (
    *(
        "utm_*",
        "fbclid",
        "gclid",
        "gclsrc",
        "dclid",
        "gbraid",
        "wbraid",
        "msclkid",
        "yclid",
        "twclid",
        "ttclid",
    ),
    *("igshid", "igsh", "li_fat_id", "mc_cid", "mc_eid", "mkt_tok", "_hsenc", "_hsmi", "__hstc", "__hssc"),
    *("hsctatracking", "oly_anon_id", "oly_enc_id", "vero_id", "wickedid", "rb_clickid", "s_cid", "srsltid"),
    *("_ga", "_gl", "ref_src", "ref_url", "pk_*", "mtm_*", "matomo_*", "piwik_*", "at_*", "ns_*"),
)
#: The same, where the name means something else elsewhere.
_TRACKING_BY_SITE = {
    "spotify": ("si", "nd", "context", "dl_branch", "pt"),
    "soundcloud": ("si", "in", "ref", "p", "c"),
    "dailymotion": ("playlist", "start"),
}
#: Names of the same site, `www.` aside.
_SITE_BY_HOST = {
    **dict.fromkeys(
        ("youtube.com", "m.youtube.com", "music.youtube.com", "gaming.youtube.com", "youtube-nocookie.com"),
        "youtube",
    ),
    "youtu.be": "youtu.be",
    **dict.fromkeys(("vimeo.com", "player.vimeo.com"), "vimeo"),
    **dict.fromkeys(("dailymotion.com", "geo.dailymotion.com"), "dailymotion"),
    "dai.ly": "dai.ly",
    **dict.fromkeys(("soundcloud.com", "m.soundcloud.com"), "soundcloud"),
    "open.spotify.com": "spotify",
    **dict.fromkeys(("podcasts.apple.com", "itunes.apple.com"), "apple-podcasts"),
}
#: Schemes by which podcast programs are told to subscribe.
_FEED_SCHEMES = ("feed", "itpc", "pcast", "podcast", "podto")

_VIDEO_ID = r"[0-9A-Za-z_-]{11}"


@dataclass(frozen=True, slots=True)
class Link:
    """A link in its one form.

    `site` and `id` are there where the form of the address tells them ("youtube", "jNQXAC9IVRw"); `start_s` is
    the second at which the link begins. Two links with one `key` lead to the same recording, feed or page.
    """

    url: str
    site: str | None = None
    id: str | None = None
    start_s: float | None = None

    @property
    def key(self) -> str:
        return f"{self.site}:{self.id}" if self.site and self.id else self.url


def canonical(url: str) -> Link:
    """The one form of a link that somebody typed or pasted, `https://` added where it was left out.

    Equal forms are those of RFC 3986, 6.2.2 and 6.2.3, and those that the sites known here treat alike; tracking
    parameters and fragments go. Nothing is asked of the network. Raises Invalid for what is no web address.
    """
    scheme, netloc, path, query, fragment = _parts(url)
    start_s = _start_s(query, fragment)
    pairs = _without(_TRACKING, query.split("&"))
    if site := _SITE_BY_HOST.get(netloc.removeprefix("www.")):
        if known := _KNOWN[site](path, dict(parse_qsl("&".join(pairs)))):
            return Link(known.url, known.site, known.id, start_s)
        pairs = _without(_TRACKING_BY_SITE.get(site, ()), pairs)
    # Letter by letter as it came, and in its order: some addresses are signed so.
    query = _escaped("&".join(pairs), "/?:@!$&'()*+,;=-._~[]|")
    # Pages that live in one file tell their parts apart after "#/" or "#!"; elsewhere it is a place in the page.
    fragment = _escaped(fragment, "/?:@!$&'()*+,;=-._~") if fragment.startswith(("/", "!")) else ""
    return Link(urlunsplit((scheme, netloc, path, query, fragment)), start_s=start_s)


def _parts(url: str) -> tuple[str, str, str, str, str]:
    """Scheme, host with its port, path, query and fragment, each in its normal form."""
    text = url.strip()
    if found := re.match(rf"(?i)(?:{'|'.join(_FEED_SCHEMES)}):(?://)?(.*)", text):
        text = found[1] if re.match(r"(?i)https?://", found[1]) else f"http://{found[1]}"
    elif not re.match(r"(?i)[a-z][a-z0-9+.-]*:(?!\d)", text):
        text = f"https://{text.removeprefix('//')}"
    try:
        if len(text) > _LONGEST or re.search(r"[\x00-\x20\x7f-\x9f\\]", text):
            raise ValueError
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _no_link(url) from None
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise _no_link(url)
    if "@" in parts.netloc:
        raise Invalid(
            "A link with a user name or a password in it is not kept: remove what stands before the '@'"
        )
    host = host_of(parts.hostname)
    shown = f"[{host}]" if not isinstance(host, str) and host.version == 6 else str(host)
    netloc = shown if port in (None, _DEFAULT_PORTS[scheme]) else f"{shown}:{port}"
    path = _without_dots(_escaped(parts.path, "/:@!$&'()*+,;=-._~"))
    return scheme, netloc, path, parts.query, parts.fragment


def _without_dots(path: str) -> str:
    """RFC 3986, 5.2.4: "." and ".." walked, so that equal paths are equal text."""
    kept: list[str] = []
    *folders, last = path.removeprefix("/").split("/")
    for segment in (*folders, *((last, "") if last in (".", "..") else (last,))):
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    return f"/{'/'.join(kept)}"


def _escaped(text: str, safe: str) -> str:
    """`text` with every character escaped that has to be and none that need not be."""

    def plain(escape: re.Match[str]) -> str:
        character = chr(int(escape[1], 16))
        return character if re.match(r"[A-Za-z0-9._~-]", character) else escape[0].upper()

    escapes = re.sub(r"%([0-9A-Fa-f]{2})", plain, re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text))
    return quote(escapes, safe=f"{safe}%")


def _no_link(url: str) -> Invalid:
    shown = url.strip()[:60].split("?", 1)[0]
    return Invalid(f"'{shown}' is no web address: give one like https://example.org/talk.mp3")


def _without(names: Sequence[str], pairs: Sequence[str]) -> list[str]:
    """The `name=value` pairs of other names."""

    def is_named(pair: str) -> bool:
        name = unquote(pair.partition("=")[0]).lower()
        return any(name.startswith(n[:-1]) if n.endswith("*") else name == n for n in names)

    return [pair for pair in pairs if not is_named(pair)]


def _start_s(query: str, fragment: str) -> float | None:
    """Where to begin: `t=754`, `t=12m34s`, `start=…` and the media fragment `#t=npt:12:34,20:00`."""
    said = dict(parse_qsl(fragment, keep_blank_values=True)) | dict(parse_qsl(query))
    for name in ("t", "start", "time_continue"):
        time = said.get(name, "").removeprefix("npt:").partition(",")[0]
        if (found := re.fullmatch(r"(?:(\d{1,3})h)?(?:(\d{1,4})m)?(?:(\d{1,6}(?:\.\d{1,3})?)s?)?", time)) or (
            found := re.fullmatch(r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2}(?:\.\d{1,3})?)", time)
        ):
            hours, minutes, seconds = (float(part or 0) for part in found.groups())
        else:
            continue
        if total := hours * 3600 + minutes * 60 + seconds:
            return total
    return None


def beginning_at(url: str, second: int) -> str | None:
    """The link to that second of a recording, where its site, or a browser, has a way to say so; else None.

    `url` is in its one form. What is no page but the file itself takes a media fragment (W3C, Media Fragments URI 1.0).
    """
    parts = urlsplit(url)
    site = _SITE_BY_HOST.get(parts.netloc.removeprefix("www."), "")
    if site in _BEGINNING:
        return _BEGINNING[site](url, second)
    is_file = parts.path.lower().endswith(_FILES) and not parts.fragment
    return f"{url}#t={second}" if is_file else None


_FILES = (".mp3", ".m4a", ".aac", ".ogg", ".oga", ".opus", ".flac", ".wav", ".mp4", ".m4v", ".webm", ".ogv")


def _asking(name: str, unit: str = "") -> Callable[[str, int], str]:
    return lambda url, second: f"{url}{'&' if '?' in url else '?'}{name}={second}{unit}"


_BEGINNING: dict[str, Callable[[str, int], str]] = {
    "youtube": _asking("t", "s"),
    "dailymotion": _asking("start"),
    "spotify": _asking("t"),
    "apple-podcasts": _asking("t"),
    "vimeo": lambda url, second: f"{url}#t={second}s",
    "soundcloud": lambda url, second: f"{url}#t={second // 60}:{second % 60:02}",
}


# ---- the sites whose addresses we can read -----------------------------------------------------


def _youtube(path: str, query: dict[str, str]) -> Link | None:
    found = re.match(rf"/(?:shorts|embed|live|v|e|vi)/({_VIDEO_ID})(?:/|$)", path)
    video = (
        found[1] if found else query.get("v", "") if path.rstrip("/") in ("/watch", "/watch_popup") else ""
    )
    if re.fullmatch(_VIDEO_ID, video):
        return Link(f"https://www.youtube.com/watch?v={video}", "youtube", video)
    playlist = query.get("list", "") if path.rstrip("/") in ("/playlist", "/embed/videoseries") else ""
    if re.fullmatch(r"[0-9A-Za-z_-]{2,64}", playlist):
        return Link(f"https://www.youtube.com/playlist?list={playlist}", "youtube", playlist)
    if path == "/attribution_link" and (inner := query.get("u", "")).startswith("/watch"):
        parts = urlsplit(inner)
        return _youtube(parts.path, dict(parse_qsl(parts.query)))
    if channel := re.match(r"/(channel/UC[0-9A-Za-z_-]{22}|@[^/]+)(/[a-z]+)?/?$", path):
        tab = channel[2] if channel[2] not in (None, "/featured") else ""
        name = channel[1].lower() if channel[1].startswith("@") else channel[1]
        return Link(f"https://www.youtube.com/{name}{tab}", "youtube", f"{name}{tab}")
    return None


def _youtu_be(path: str, query: dict[str, str]) -> Link | None:
    return _youtube(f"/v/{path.strip('/')}", query)


def _vimeo(path: str, query: dict[str, str]) -> Link | None:
    found = re.match(
        r"/(?:video/|channels/[^/]+/|groups/[^/]+/videos/|album/\d+/video/|showcase/\d+/video/)?(\d+)(?:/([0-9a-f]{6,}))?/?$",
        path,
    )
    if not found:
        return None
    # Unlisted videos open with their key only, which some forms have in the path and some in the query.
    key = found[2] or query.get("h", "")
    tail = f"/{key}" if re.fullmatch(r"[0-9a-f]{6,}", key) else ""
    return Link(f"https://vimeo.com/{found[1]}{tail}", "vimeo", found[1])


def _dailymotion(path: str, query: dict[str, str]) -> Link | None:
    found = re.match(r"/(?:embed/|swf/)?video/([0-9a-z]{3,20})(?:_|/|$)", path, re.IGNORECASE)
    video = (found[1] if found else query.get("video", "") if path.startswith("/player") else "").lower()
    if not re.fullmatch(r"[0-9a-z]{3,20}", video):
        return None
    return Link(f"https://www.dailymotion.com/video/{video}", "dailymotion", video)


def _dai_ly(path: str, query: dict[str, str]) -> Link | None:
    return _dailymotion(f"/video/{path.strip('/')}", query)


def _soundcloud(path: str, query: dict[str, str]) -> Link | None:
    found = re.match(r"/([\w-]+)/((?:sets/)?[\w-]+(?:/s-\w+)?)/?$", path)
    if not found:
        return None
    # The part "s-…" is the key of a private track.
    return Link(f"https://soundcloud.com/{found[1]}/{found[2]}", "soundcloud", f"{found[1]}/{found[2]}")


def _spotify(path: str, query: dict[str, str]) -> Link | None:
    found = re.match(r"/(?:intl-[a-z-]+/)?(?:embed(?:-podcast)?/)?(episode|show|track)/(\w{22})/?$", path)
    if not found:
        return None
    return Link(f"https://open.spotify.com/{found[1]}/{found[2]}", "spotify", f"{found[1]}/{found[2]}")


def _apple_podcasts(path: str, query: dict[str, str]) -> Link | None:
    found = re.match(r"/(?:([a-z]{2})/)?podcast/(?:[^/]+/)?id(\d+)/?$", path, re.IGNORECASE)
    if not found:
        return None
    # The country stays in the address, since not every show is in every store; the numbers are the same.
    store = f"{found[1].lower()}/" if found[1] else ""
    show = f"https://podcasts.apple.com/{store}podcast/id{found[2]}"
    episode = query.get("i", "")
    if re.fullmatch(r"[0-9]+", episode):
        return Link(f"{show}?i={episode}", "apple-podcasts", f"{found[2]}/{episode}")
    return Link(show, "apple-podcasts", found[2])


_KNOWN: dict[str, Callable[[str, dict[str, str]], Link | None]] = {
    "youtube": _youtube,
    "youtu.be": _youtu_be,
    "vimeo": _vimeo,
    "dailymotion": _dailymotion,
    "dai.ly": _dai_ly,
    "soundcloud": _soundcloud,
    "spotify": _spotify,
    "apple-podcasts": _apple_podcasts,
}
