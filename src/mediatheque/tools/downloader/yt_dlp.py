"""yt-dlp: recordings of more than a thousand sites, of web pages, direct links, HLS, playlists and podcast feeds."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mediatheque.kit.addresses import AddressRefused, Policy
from mediatheque.kit.errors import Cancelled, Invalid, MediathequeError, NotFound, TooLarge, Unavailable
from mediatheque.kit.guarded_proxy import GuardedProxy, ProxyBounds, guarded_proxy
from mediatheque.kit.links import canonical
from mediatheque.kit.programs import Bounds
from mediatheque.tools.downloader import (
    Chapter,
    Downloader,
    Entry,
    Fetched,
    Found,
    IsCancelled,
    Limits,
    OnProgress,
    Progress,
    Wanted,
)
from mediatheque.tools.downloader._process import Message, converse

_PROCESS = "mediatheque.tools.downloader._yt_dlp_process"
_DISK_EVERY_S = 0.5
#: Pages, manifests and repeated pieces come on top of the recording.
_BESIDES = 1.25
_PAGES_BYTES = 256 << 20
_FRAME_BYTES = 32 << 20
#: What is watched says sooner, and better, that the time is over.
_LAST_WORDS_S = 10.0

_INSTEAD = "open it in your browser, save the recording there and upload the file"


def open_from(policy: Policy) -> Downloader:
    """yt-dlp, every request of which is held to `policy`; raises Unavailable when it is not installed."""
    if find_spec("yt_dlp") is None:
        raise Unavailable(
            "Links are fetched with yt-dlp, which is not installed: pip install 'mediatheque[archive]'"
        )
    if not hasattr(os, "killpg"):
        raise Unavailable(
            "Links are fetched on Linux and macOS only, where a program can be kept in bounds: upload the file"
        )
    return YtDlp(policy)


class YtDlp:
    """Runs yt-dlp in a confined process of its own for each question; threads may share it."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def probe(
        self, url: str, *, limits: Limits | None = None, is_cancelled: IsCancelled | None = None
    ) -> Found:
        """What is behind a link."""
        limits = limits or Limits()
        with tempfile.TemporaryDirectory(prefix="mediatheque-probe-") as home:
            run = _Run(url, Path(home), limits, self._policy, is_cancelled)
            said = run.ask("probe", limits.probe_s)
        return _found(said["found"], run.url)

    def fetch(
        self,
        url: str,
        folder: Path,
        *,
        limits: Limits | None = None,
        wanted: Wanted = "audio",
        on_progress: OnProgress | None = None,
        is_cancelled: IsCancelled | None = None,
    ) -> Fetched:
        """The one recording behind a link: `media.…` in `folder`, and `media.en.vtt` where people wrote any."""
        limits = limits or Limits()
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".fetching-", dir=folder) as work:
            run = _Run(url, Path(work), limits, self._policy, is_cancelled, on_progress)
            said = run.ask("fetch", limits.wall_s, wanted=wanted)
            file = _moved(Path(work), folder, said["fetched"])
            captions = {
                language: _moved(Path(work), folder, name) for language, name in said["captions"].items()
            }
        return Fetched(file, _found(said["found"], run.url), captions)


class _Run:
    """One question to one process: its proxy, what is watched meanwhile, and what its answer means."""

    def __init__(
        self,
        url: str,
        home: Path,
        limits: Limits,
        policy: Policy,
        is_cancelled: IsCancelled | None,
        on_progress: OnProgress | None = None,
    ) -> None:
        self.url = canonical(url).url
        self._host = urlsplit(self.url).hostname or self.url
        self._home, self._limits, self._policy = home.resolve(), limits, policy
        self._is_cancelled, self._on_progress = is_cancelled, on_progress
        self._answer: Message | None = None

    def ask(self, asked: str, seconds: float, wanted: Wanted = "audio") -> Message:
        """The answer; raises as `Downloader` says."""
        self._policy.endpoint(self.url)
        watch = self._watching(seconds)
        watch()
        bounds = ProxyBounds(max_bytes=int(self._limits.bytes * _BESIDES) + _PAGES_BYTES)
        with guarded_proxy(self._policy, bounds) as proxy:
            question = {
                **{"asked": asked, "url": self.url, "wanted": wanted, "folder": str(self._home)},
                **{"proxy": proxy.url, "parent": os.getpid(), "limits": asdict(self._limits)},
            }
            status = converse(_PROCESS, question, self._home, self._take, watch, self._bounds(seconds))
            answer = self._answer or {"failed": "ended", "text": f"ended with status {status}"}
            if "failed" in answer:
                raise self._error(str(answer["failed"]), str(answer.get("text", "")), proxy)
        return answer

    def _bounds(self, seconds: float) -> Bounds:
        limits = self._limits
        return Bounds(
            wall_s=seconds + _LAST_WORDS_S,
            cpu_s=limits.cpu_s,
            memory_bytes=limits.memory_bytes,
            file_bytes=limits.bytes + _FRAME_BYTES,
            niceness=0,
        )

    def _take(self, message: Message) -> None:
        if "done_bytes" not in message:
            self._answer = message
        elif self._on_progress is not None:
            done, total, speed = (message[name] for name in ("done_bytes", "total_bytes", "bytes_per_s"))
            self._on_progress(Progress(done, total, speed))

    def _watching(self, seconds: float) -> Callable[[], None]:
        ends_at, look_at = time.monotonic() + seconds, 0.0

        def watch() -> None:
            nonlocal look_at
            if self._is_cancelled is not None and self._is_cancelled():
                raise Cancelled("Fetching the link was cancelled: add it again to fetch it after all")
            if (now := time.monotonic()) > ends_at:
                raise Unavailable(
                    f"{self._host} was not done after {seconds:g} s: try again later, or {_INSTEAD}"
                )
            if now >= look_at:
                look_at = now + _DISK_EVERY_S
                if shutil.disk_usage(self._home).free < self._limits.free_bytes:
                    raise Unavailable(
                        f"Less than {_amount(self._limits.free_bytes)} of the disk are free, too little to fetch "
                        "recordings: free some, then try again"
                    )

        return watch

    def _error(self, kind: str, text: str, proxy: GuardedProxy) -> MediathequeError:
        """What a failure means. What the proxy refused comes first: all else may have followed from it."""
        for problem in proxy.problems:
            if isinstance(problem, AddressRefused):
                return problem
        if kind == "large" or any(isinstance(problem, TooLarge) for problem in proxy.problems):
            return TooLarge(
                f"The recording is larger than {_amount(self._limits.bytes)}, the limit for one link: give a shorter one"
            )
        if kind == "long":
            hours = f"{self._limits.duration_s / 3600:g}"
            return TooLarge(
                f"The recording is longer than {hours} hours, the limit for one link: give a shorter one"
            )
        if kind == "missing":
            return NotFound(
                f"{self._host} has nothing at this link any more ({text}): check it in your browser"
            )
        if kind == "network":
            known = next((str(p) for p in proxy.problems if isinstance(p, Unavailable)), None)
            return Unavailable(known or f"{self._host} cannot be read ({text}): try again later")
        return Invalid(self._advice(kind, text))

    def _advice(self, kind: str, text: str) -> str:
        host = self._host
        advice = {
            "unsupported": f"Nothing to play was found at {host}: give the link of the recording itself, or {_INSTEAD}",
            "private": f"{host} lets only some people in here ({text}): {_INSTEAD}",
            "geo": f"{host} does not show this where this server stands ({text}): {_INSTEAD}",
            "drm": f"{host} protects this recording against copying, so it cannot be kept here: add another one",
            "live": f"{host} is still broadcasting this, or has not begun: add it again when it is over",
            "list": f"{host} has several recordings at this link: add those that you want, or the list as a whole",
            "memory": f"Reading {host} took more memory than one link may: {_INSTEAD}",
            "ended": f"Reading {host} took more than one link may, and was stopped ({text}): {_INSTEAD}",
            "refused": f"{host} needs a program that is not run for links ({text}): {_INSTEAD}",
        }
        return advice.get(
            kind,
            f"{host} could not be read ({text}): bring yt-dlp up to date (pip install -U yt-dlp), or {_INSTEAD}",
        )


def _moved(work: Path, folder: Path, name: str) -> Path:
    return (work / Path(name).name).replace(folder / Path(name).name)


def _found(said: Mapping[str, Any], url: str) -> Found:
    """What the process found, from plain data; `url` is what was asked for."""
    entries = tuple(entry for entry in map(_entry, said.get("entries", ())) if entry is not None)
    read: dict[str, Any] = {
        **said,
        "url": said["url"] or url,
        "published_at": _time(said["published_at"]),
        "chapters": tuple(Chapter(**chapter) for chapter in said.get("chapters", ())),
        "caption_languages": tuple(said.get("caption_languages", ())),
        "entries": entries,
    }
    return Found(**read)


def _entry(said: Mapping[str, Any]) -> Entry | None:
    try:
        url = canonical(said["url"]).url
    except Invalid:
        return None
    read: dict[str, Any] = {**said, "url": url, "published_at": _time(said["published_at"])}
    return Entry(**read)


def _time(said: float | str | None) -> datetime | None:
    try:
        if isinstance(said, str):
            return datetime.strptime(said, "%Y%m%d").replace(tzinfo=UTC)
        return None if said is None else datetime.fromtimestamp(said, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _amount(size: int) -> str:
    return f"{size / (1 << 30):g} GB" if size >= 1 << 30 else f"{size / (1 << 20):g} MB"
