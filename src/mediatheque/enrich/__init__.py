"""What catalogues claim about works: ask every source, believe each about what it knows best."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from mediatheque.enrich import sources
from mediatheque.enrich.merge import merge
from mediatheque.enrich.sources import Source, SourceSettings, SyncPage, SyncPlan
from mediatheque.kit.errors import MediathequeError
from mediatheque.vocabulary import Claim, Kind, Work

__all__ = [
    "Failure",
    "OpenSource",
    "Source",
    "SourceSettings",
    "SyncPage",
    "SyncPlan",
    "find_everywhere",
    "merge",
    "open_source",
]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OpenSource:
    """A source with its client; a context manager that closes the latter."""

    name: str
    source: Source
    client: Any

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()


@dataclass(frozen=True, slots=True)
class Failure:
    """A source that could not answer, and why, in words for whoever runs this."""

    source: str
    why: str


def open_source(name: str, settings: SourceSettings) -> OpenSource:
    """The source called `name`, ready to be asked; Invalid: no such source, or it lacks its key."""
    source = sources.source(name)
    return OpenSource(name, source, source.client(settings))


def find_everywhere(opened: Iterable[OpenSource], work: Work) -> tuple[list[Claim], list[Failure]]:
    """What every source that knows the work's kind finds; one that fails leaves the others' claims."""
    kind = Kind.SHOW if work.kind is Kind.EPISODE else work.kind
    claims: list[Claim] = []
    failures: list[Failure] = []
    for one in opened:
        if kind not in one.source.KINDS:
            continue
        try:
            claims += one.source.find(one.client, work)
        except MediathequeError as error:
            failures.append(Failure(one.name, str(error)))
        except Exception as error:  # noqa: BLE001 - a fault in one source must not cost the others' claims
            _log.exception("the source %s failed on %r", one.name, work.title)
            failures.append(Failure(one.name, f"{type(error).__name__} in the source itself: report this"))
    return claims, failures
