"""yt-dlp in a confined process: reads one question from standard input, answers in lines of JSON, and ends."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias, cast
from urllib.parse import urlsplit

from mediatheque.tools.downloader import _confinement as confinement
from mediatheque.tools.downloader._yt_dlp_failures import Stopped, failure_of

Info: TypeAlias = dict[str, Any]
Say: TypeAlias = Callable[[Mapping[str, Any]], None]

#: The protocols that yt-dlp speaks itself and through the proxy; for the others it would call programs.
_PROTOCOLS = "[protocol~='^(https?|m3u8|m3u8_native|http_dash_segments|ism)$']"
_FORMATS = {"audio": f"(ba/b){_PROTOCOLS}", "video": f"(b/ba){_PROTOCOLS}"}
_TITLE, _TEXT, _ENTRY_TEXT = 500, 20_000, 2_000
_MOST_CHAPTERS = 1_000
_MOST_CAPTIONS = 2


def main() -> None:
    """Answer the question on standard input: {"asked": "probe" | "fetch", "url", "folder", "proxy", …}."""
    said = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints is no answer

    def say(message: Mapping[str, Any]) -> None:
        said.write(json.dumps(message) + "\n")
        said.flush()

    # Not through a buffer: the thread that waits for the end of standard input must find it unread.
    question = json.loads(b"".join(iter(lambda: os.read(0, 1), b"\n")))
    folder = Path(question["folder"])
    confinement.end_with(question["parent"])
    confinement.confine(folder=folder, port=urlsplit(question["proxy"]).port or 0)
    try:
        _answer(question, folder, say)
    except BaseException as error:  # noqa: BLE001 - it is all that the other side will hear
        kind, text = failure_of(error)
        say({"failed": kind, "text": text})


def _answer(question: Mapping[str, Any], folder: Path, say: Say) -> None:
    from yt_dlp import YoutubeDL

    limits, is_probe = question["limits"], question["asked"] == "probe"
    with YoutubeDL(cast("Any", _options(question, folder, _telling(say, limits["bytes"])))) as program:
        info: Info = cast("Any", program).extract_info(question["url"], download=False)
        if is_probe:
            say({"found": _found(info, limits["entries"])})
            return
        _check(info, limits)
        _download(cast("Any", program), info)
        captions = {
            language: Path(caption["filepath"]).name
            for language, caption in (info["requested_subtitles"] or {}).items()
            if caption.get("filepath") and Path(caption["filepath"]).is_file()
        }
        file = Path(
            info["requested_downloads"][-1]["filepath"]
            if info.get("requested_downloads")
            else info["filepath"]
        )
        say({"fetched": file.name, "captions": captions, "found": _found(info, 0)})


def _download(program: Any, info: Info) -> None:
    from yt_dlp.utils import DownloadError

    info["requested_subtitles"] = _chosen_captions(info)
    try:
        program.process_info(info)
    except DownloadError as error:
        if "video subtitles" not in str(error):
            raise
        info["requested_subtitles"] = None  # a recording is worth having without them
        program.process_info(info)


class _Silent:
    """yt-dlp says everything that matters in exceptions."""

    def debug(self, message: str) -> None: ...
    def info(self, message: str) -> None: ...
    def warning(self, message: str) -> None: ...
    def error(self, message: str) -> None: ...


def _options(question: Mapping[str, Any], folder: Path, on_progress: Callable[[Info], None]) -> Info:
    """Everything said outright: no file of settings, plugin, cookie, cache or program of this machine is used."""
    limits = question["limits"]
    return {
        "proxy": question["proxy"],
        "socket_timeout": 20,
        **{"retries": 3, "fragment_retries": 3, "extractor_retries": 1, "file_access_retries": 1},
        "retry_sleep_functions": dict.fromkeys(("http", "fragment", "extractor"), _pause_s),
        **{"logger": _Silent(), "quiet": True, "noprogress": True, "color": "never"},
        **{"noplaylist": True, "extract_flat": "in_playlist", "playlistend": limits["entries"] + 1},
        "format": _FORMATS[question.get("wanted", "audio")],
        "paths": {"home": str(folder)},
        "outtmpl": {"default": "media.%(ext)s"},
        **{"cachedir": False, "overwrites": True, "continuedl": False, "updatetime": False},
        **{"writesubtitles": question["asked"] == "fetch", "skip_unavailable_fragments": False},
        **{"fixup": "never", "postprocessors": [], "ffmpeg_location": str(folder / "none")},
        **{"hls_prefer_native": True, "external_downloader": {"default": "native"}},
        **{"enable_file_urls": False, "usenetrc": False, "cookiefile": None, "geo_bypass": False},
        **{"js_runtimes": {"deno": {}}, "remote_components": []},
        "progress_hooks": [on_progress],
    }


def _pause_s(attempt: int) -> float:
    return min(4.0, 2.0**attempt / 2)


def _telling(say: Say, most_bytes: int) -> Callable[[Info], None]:
    """Progress, five times a second at most; stops what grows too large."""
    told_at = 0.0

    def tell(state: Info) -> None:
        nonlocal told_at
        done = int(state.get("downloaded_bytes") or 0)
        total = _whole(state.get("total_bytes") or state.get("total_bytes_estimate"))
        if max(done, int(state.get("total_bytes") or 0)) > most_bytes:
            raise Stopped("large")
        if (now := time.monotonic()) - told_at >= 0.2 or state.get("status") == "finished":
            told_at = now
            say({"done_bytes": done, "total_bytes": total, "bytes_per_s": _number(state.get("speed"))})

    return tell


def _check(info: Info, limits: Mapping[str, Any]) -> None:
    if info.get("_type", "video") != "video":
        raise Stopped("list")
    if info.get("is_live") or info.get("live_status") in ("is_live", "is_upcoming", "post_live"):
        raise Stopped("live")
    if (_number(info.get("duration")) or 0.0) > limits["duration_s"]:
        raise Stopped("long")
    if (_size(info) or 0) > limits["bytes"]:
        raise Stopped("large")


def _chosen_captions(info: Info) -> dict[str, Info]:
    """Captions that people wrote: in the recording's language where that is known, else the first ones."""
    there = {language: formats for language, formats in _captions(info).items() if formats}
    spoken = str(info.get("language") or "").split("-")[0].lower()
    alike = [language for language in there if spoken and language.lower().split("-")[0] == spoken]
    chosen: dict[str, Info] = {}
    for language in (alike or list(there))[:_MOST_CAPTIONS]:
        readable = [form for form in there[language] if form.get("ext") in ("vtt", "srt")] or there[language]
        chosen[language] = dict(readable[-1])
    return chosen


def _captions(info: Info) -> dict[str, list[Info]]:
    subtitles: dict[str, list[Info]] = info.get("subtitles") or {}
    # The language becomes part of a file's name, and a page may write anything there.
    return {
        language: formats
        for language, formats in subtitles.items()
        if language != "live_chat" and re.fullmatch(r"[A-Za-z0-9_-]{1,35}", language)
    }


# ---- what was found, as plain data -------------------------------------------------------------


def _found(info: Info, most_entries: int) -> Info:
    is_list = info.get("_type", "video") != "video"
    found: Info = {
        "url": _web(info.get("webpage_url")) or _web(info.get("original_url")),
        "title": _title(info),
        "by": _text(info.get("channel") or info.get("uploader") or info.get("creator"), _TITLE),
        "published_at": _time(info),
        "description": _text(info.get("description"), _TEXT),
        "language": _text(info.get("language"), 35),
        "thumbnail_url": _web(info.get("thumbnail")),
        "is_list": is_list,
    }
    if is_list:
        entries = [entry for entry in map(_entry, _first(info.get("entries"), most_entries + 1)) if entry]
        return found | {"entries": entries[:most_entries], "has_more": len(entries) > most_entries}
    return found | {
        "duration_s": _number(info.get("duration")),
        "size_bytes": _size(info),
        "chapters": [
            chapter for chapter in map(_chapter, _first(info.get("chapters"), _MOST_CHAPTERS)) if chapter
        ],
        "caption_languages": sorted(_captions(info)),
    }


def _title(info: Info) -> str | None:
    title = _text(info.get("title"), _TITLE)
    # yt-dlp numbers the recordings of a page, also where there is only one.
    if (
        title
        and info.get("extractor_key") in ("Generic", "HTML5MediaEmbed")
        and str(info.get("id")).endswith("-1")
    ):
        return title.removesuffix(" (1)")
    return title


def _entry(entry: Info) -> Info | None:
    from yt_dlp.utils import unsmuggle_url

    # A feed's entries name their files; several recordings on one page have no page of their own.
    said = entry.get("url") or entry.get("manifest_url") or entry.get("webpage_url")
    plain, smuggled = cast("tuple[Any, Any]", unsmuggle_url(said or "", {}))
    if not (url := _web(plain)):
        return None
    return {
        "url": url,
        "title": _text(entry.get("title"), _TITLE),
        "id": _text(smuggled.get("force_videoid") or entry.get("id"), _TITLE),
        "duration_s": _number(entry.get("duration")),
        "published_at": _time(entry),
        "description": _text(entry.get("description"), _ENTRY_TEXT),
    }


def _chapter(chapter: Info) -> Info | None:
    start_s = _number(chapter.get("start_time"))
    if start_s is None:
        return None
    title = _text(chapter.get("title"), _TITLE) or ""
    return {"title": title, "start_s": start_s, "end_s": _number(chapter.get("end_time"))}


def _first(values: Iterable[Info | None] | None, count: int) -> list[Info]:
    return [value for _, value in zip(range(count), values or (), strict=False) if value]


def _size(info: Info) -> int | None:
    parts: list[Info] = info.get("requested_formats") or [info]
    sizes = [part.get("filesize") or part.get("filesize_approx") for part in parts]
    return _whole(sum(size for size in sizes if size)) or None


def _time(info: Info) -> float | str | None:
    """Seconds since 1970, or "YYYYMMDD"."""
    for name in ("timestamp", "release_timestamp"):
        if (at := _number(info.get(name))) is not None:
            return at
    day = str(info.get("upload_date") or info.get("release_date") or "")
    return day if re.fullmatch(r"\d{8}", day) else None


def _text(value: Any, most: int) -> str | None:
    text = str(value).strip()[:most] if value is not None else ""
    return text or None


def _web(value: Any) -> str | None:
    text = str(value or "")
    return text if re.match(r"https?://", text) and len(text) <= 4_096 else None


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and 0 <= value < 1e12 else None


def _whole(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and 0 <= value < 1e15 else None


if __name__ == "__main__":
    main()
