"""Why yt-dlp failed, in one word: read from its exceptions, and where they do not tell, from what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_MOST_TEXT = 300
#: What extractors write, hundreds of them, each in its own way; the first that fits is it.
_WORDING = (
    ("drm", r"\bDRM\b"),
    ("geo", r"\b(?:geo|country|countries|region|location)\b.*\b(?:restrict|block|available)|not available (?:in|from) your"),
    ("private", r"\bprivate\b|sign in|log ?in|logged|password|subscri(?:be|ption)|members?[- ]only|premium|purchase|cookies|confirm your age|age.restricted"),
    ("live", r"\blive event\b|will begin|is not live|currently live|offline|premieres? in"),
    ("missing", r"\b(?:removed|deleted|terminated|no longer|does ?n.t exist|not exist|not found|unavailable|expired)\b"),
    ("unsupported", r"unsupported url|no video|no media|no formats|requested format|unable to extract|no suitable"),
    ("network", r"timed out|timeout|connection|network|unreachable|incomplete ?read|temporar|try again later|too many requests"),
)  # fmt: skip
_STATUSES = {401: "private", 402: "private", 403: "private", 404: "missing", 410: "missing", 451: "geo"}


class Stopped(Exception):
    """We stopped it ourselves; `kind` says why."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def failure_of(error: BaseException) -> tuple[str, str]:
    """The kind of failure, and its text without addresses, which may hold keys.

    Kinds: drm, geo, large, list, live, long, memory, missing, network, private, refused (by what confines the
    process), unsupported, and failed for all else.
    """
    from yt_dlp.networking.exceptions import HTTPError, RequestError
    from yt_dlp.utils import (
        ContentTooShortError,
        ExtractorError,
        GeoRestrictedError,
        UnsupportedError,
        UserNotLive,
    )

    causes = list(_causes(error))
    # An extractor's own words come without the recording's name, which may be the end of its address.
    said = next((cause.orig_msg for cause in causes if isinstance(cause, ExtractorError)), None)
    text = _readable(str(said or error))
    known: tuple[tuple[type[BaseException], str], ...] = (
        (GeoRestrictedError, "geo"),
        (UserNotLive, "live"),
        (UnsupportedError, "unsupported"),
        (MemoryError, "memory"),
        (ContentTooShortError, "network"),
    )
    for cause in causes:
        if isinstance(cause, Stopped):
            return cause.kind, text
        if isinstance(cause, OSError) and cause.errno == 27:  # EFBIG, by RLIMIT_FSIZE
            return "large", text
        if isinstance(cause, OSError) and "not for who fetches" in str(cause):
            return "refused", text
        for kind_of_error, kind in known:
            if isinstance(cause, kind_of_error):
                return kind, text
    # An extractor often says more than the status that it met with.
    worded = next((kind for kind, words in _WORDING if re.search(words, text, re.IGNORECASE)), None)
    for cause in causes:
        if isinstance(cause, HTTPError):
            status = int(cause.status)
            return _STATUSES.get(
                status, "network" if status in (408, 425, 429) or status >= 500 else worded or "failed"
            ), text
        if isinstance(cause, RequestError):
            return "network", text
    return worded or "failed", text


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all that led to it; yt-dlp keeps causes in attributes of its own."""
    waiting: list[Any] = [error]
    seen: set[int] = set()
    while waiting:
        cause = waiting.pop(0)
        if not isinstance(cause, BaseException) or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        info = getattr(cause, "exc_info", None)
        waiting += [getattr(cause, "cause", None), info[1] if isinstance(info, tuple) else None]
        waiting += [cause.__cause__, cause.__context__]


def _readable(text: str) -> str:
    text = re.sub(r"\x1b\[[0-9;]*m", "", text).removeprefix("ERROR: ")
    text = re.sub(r"(?i)[a-z][a-z0-9+.-]*://\S+|\?\S+=\S+", "…", text)
    text = re.split(r"; please report this issue| \(caused by ", text, maxsplit=1)[0]
    return " ".join(text.split())[:_MOST_TEXT]
