"""The steps from a link, a file or a recording to passages that can be searched: one file each, in this order.

A step is a module with the members of `Step`. It reads what it needs in one short transaction, works without any, and
writes its result in the transaction that also records that it is done: killed anywhere, it was done or it was not, and
nothing is there twice. Between steps nothing is remembered but the database and the blobs, so another machine may
take the next one.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from mediatheque.jobs.states import Lane, State
from mediatheque.kit import shelf

if TYPE_CHECKING:
    from mediatheque.kit.database import Connection
    from mediatheque.kit.settings import Settings
    from mediatheque.stores.blobs import Blobs
    from mediatheque.tools.downloader import Downloader
    from mediatheque.tools.embedder import Embedder
    from mediatheque.tools.llm import LanguageModel
    from mediatheque.tools.speech import Speech
    from mediatheque.tools.transcoder import Transcoder
    from mediatheque.tools.voices import Voices

#: What is done to a recording, from first to last.
ORDER: Sequence[str] = (
    "fetch",
    "normalise",
    "fingerprint",
    "captions",
    "transcribe",
    "speakers",
    "enrich",
    "passages",
    "embed",
)


class Tools(Protocol):
    """What steps work with; an open Mediatheque has all of it, each opened when first asked for."""

    @property
    def settings(self) -> Settings: ...
    @property
    def data_dir(self) -> Path: ...
    @property
    def blobs(self) -> Blobs: ...
    @property
    def downloader(self) -> Downloader: ...
    @property
    def transcoder(self) -> Transcoder: ...
    @property
    def speech(self) -> Speech: ...
    @property
    def voices(self) -> Voices | None: ...
    @property
    def llm(self) -> LanguageModel | None: ...
    @property
    def embedder(self) -> Embedder | None: ...


class Going(Protocol):
    """How a step tells how far it is, and hears whether to go on."""

    def report(self, fraction: float, line: str) -> None:
        """How much of this step is done, 0..1, and that in words for its owner: "minute 4 of 51".

        Cheap: written down twice a second at most. Raises as `check`.
        """
        ...

    def check(self) -> None:
        """Raise when somebody cancelled the job or the worker is stopping; leave nothing half-written then."""
        ...

    def is_cancelled(self) -> bool:
        """The same as a question, for tools that ask."""
        ...


@dataclass(frozen=True, slots=True)
class Stop:
    """A step's word that nothing is left to do: the state the job ends in, and why, in words."""

    state: State
    line: str
    #: Recordings that were added instead (the entries of a feed), which want jobs of their own.
    added: tuple[int, ...] = ()


class Step(Protocol):
    """What every module on this shelf offers."""

    #: What the job's state says meanwhile.
    STATE: State
    #: What it is called while it runs: "Listening".
    LABEL: str
    #: How much of a recording's whole work it is, for the percentage; any unit.
    SHARE: float
    #: HEAVY: waits its turn there; INTERACTIVE: in the lane that the recording was added to.
    LANE: Lane

    def read(self, db: Connection, media_id: int) -> Any:
        """What the step needs to know; None: there is nothing for it to do with this recording."""
        ...

    def run(self, given: Any, tools: Tools, going: Going) -> Any:
        """The work; no transaction is open. Raises Invalid (the recording cannot be used), Unavailable (try later)."""
        ...

    def write(self, db: Connection, media_id: int, made: Any) -> Stop | None:
        """Keep what `run` made, in the place of what an earlier run of the step had kept."""
        ...


def names() -> tuple[str, ...]:
    """Public names of the steps, by alphabet; `ORDER` says which comes after which."""
    return shelf.names_on(sys.modules[__name__])


def step(name: str) -> Step:
    """The step called `name`; raises Invalid naming what there is."""
    return cast("Step", shelf.take(sys.modules[__name__], name))
