"""The shelf of metadata sources: each module finds, fetches and lists works of one catalogue.

A source is a module with the attributes and functions of `Source`. Its file name is its public
name (`google_books.py` is "google-books") and the `source` of its claims.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast

from mediatheque.enrich.lanes import SyncPage
from mediatheque.kit import shelf
from mediatheque.kit.http import HttpClient
from mediatheque.kit.response_cache import FolderCache
from mediatheque.vocabulary import Claim, Kind, Work

C = TypeVar("C", bound=HttpClient)

#: How many claims `find` returns at most: enough to choose from, few enough to ask about.
MAX_FOUND = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSettings:
    """How to reach a source; what is None takes the source's documented default."""

    base_url: str | None = None
    token: str | None = None
    rate: float | None = None  # requests per second
    cache_dir: Path | None = None  # None: answers are not kept
    language: str = "en-US"  # of titles and descriptions, where the source has several
    region: str = "US"  # ISO 3166-1: whose age ratings and services count, where the source has several
    timeout_s: float = 15.0
    deadline_s: float = 90.0
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncPlan:
    """What to bring in: without languages and genres, what is popular; with both, every pair.

    Languages are ISO 639-1 codes, genres our own names (`enrich.genres.GENRES`). `limit` is
    shared out evenly among the listings that the plan needs.
    """

    limit: int = 1000
    languages: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    kinds: frozenset[Kind] = frozenset(Kind)
    is_detailed: bool = True  # one more request a work: credits, runtime, external ids


class Source(Protocol):
    """What every module on this shelf offers; `client` is whatever its `client()` opened."""

    TITLE: str
    KINDS: frozenset[Kind]
    needs_key: bool

    def client(self, settings: SourceSettings) -> Any:
        """Open the source: a context manager with `close()`."""
        ...

    def find(self, client: Any, work: Work) -> list[Claim]:
        """The entries that may be `work`, likeliest first, at most MAX_FOUND."""
        ...

    def fetch(self, client: Any, source_key: str) -> Claim | None:
        """The entry under the source's own key; None: it is not, or no longer, there."""
        ...

    def sync(self, client: Any, plan: SyncPlan, after: str | None = None) -> Iterator[SyncPage]:
        """The plan's works page by page; `after` is the cursor of the last page that was stored."""
        ...


def names() -> tuple[str, ...]:
    """Public names of the sources."""
    return shelf.names_on(sys.modules[__name__])


def source(name: str) -> Source:
    """The source called `name`; raises Invalid naming what there is."""
    return cast("Source", shelf.take(sys.modules[__name__], name))


def http_client(
    settings: SourceSettings,
    name: str,
    opening: type[C] = HttpClient,
    *,
    base_url: str,
    rate: float,
    mend: str,
    headers: dict[str, str] | None = None,
    params: dict[str, str] | None = None,
    secret_params: dict[str, str] | None = None,
) -> C:
    """An HttpClient (or what a source makes of it) as `settings` ask, with the source's own defaults."""
    return opening(
        name,
        settings.base_url or base_url,
        headers=headers,
        params=params,
        secret_params=secret_params,
        rate=settings.rate or rate,
        cache=FolderCache(settings.cache_dir) if settings.cache_dir else None,
        mend=mend,
        timeout_s=settings.timeout_s,
        deadline_s=settings.deadline_s,
        sleep=settings.sleep,
    )
