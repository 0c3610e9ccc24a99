"""Walks the listings of a sync page by page, so that a stopped one goes on where it stood."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from mediatheque.vocabulary import Claim, Kind


@dataclass(frozen=True, slots=True)
class SyncPage:
    """Claims, and the cursor with which `sync` goes on after them."""

    claims: tuple[Claim, ...]
    cursor: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One listing of a source: a kind, with a language or genre or neither ("popular")."""

    kind: Kind
    language: str | None = None
    genre: str | None = None

    @property
    def name(self) -> str:
        return "/".join((self.kind, self.language or "-", self.genre or "-"))


def lanes(kinds: Sequence[Kind], languages: Sequence[str], genres: Sequence[str]) -> list[Lane]:
    """A lane for every combination; no languages or genres means any."""
    return [
        Lane(kind, language, genre)
        for kind in kinds
        for language in languages or (None,)
        for genre in genres or (None,)
    ]


class Place(NamedTuple):
    """Where a sync stands: the next page of a lane, and how many claims the lane has given."""

    lane: str
    page: int
    taken: int

    def cursor(self) -> str:
        return json.dumps(self._asdict())


def place(cursor: str | None) -> Place | None:
    """The place a cursor names; None for one that we did not write (the sync then starts over)."""
    try:
        said: Any = json.loads(cursor or "null")
        found = Place(str(said["lane"]), int(said["page"]), int(said["taken"]))
    except (ValueError, TypeError, KeyError):
        return None
    return found if found.page >= 1 and found.taken >= 0 else None


class Listing(NamedTuple):
    """One page of a lane, and whether the source has more."""

    claims: Sequence[Claim]
    has_more: bool


def walk(
    lanes: Sequence[Lane],
    limit: int,
    after: str | None,
    read: Callable[[Lane, int], Listing],
    detail: Callable[[Claim], Claim] | None = None,
) -> Iterator[SyncPage]:
    """Read every lane from page 1 up to its share of `limit`; `detail` completes each claim kept.

    A share counts what the listing holds, so that a lane ends at the same place whatever the other
    lanes gave, and a sync that was stopped brings in the same works as one that was not. A work
    listed twice is given once in a run; after a restart it may come again, which does no harm,
    since claims are stored by their source's key.
    """
    stands = place(after)
    names = [lane.name for lane in lanes]
    first = names.index(stands.lane) if stands and stands.lane in names else 0
    given: set[str] = set()
    for index, lane in enumerate(lanes[first:], start=first):
        share = limit // len(lanes) + (index < limit % len(lanes))
        page, taken = 1, 0
        if stands and lane.name == stands.lane:
            page, taken = stands.page, stands.taken
        while taken < share:
            listing = read(lane, page)
            wanted = {claim.source_key: claim for claim in listing.claims[: share - taken]}
            fresh = [claim for key, claim in wanted.items() if key not in given]
            given.update(wanted)
            # A lane that is used up counts as full, so that a restart goes on with the next one.
            page, taken = page + 1, taken + len(listing.claims) if listing.has_more else share
            complete = tuple(detail(claim) for claim in fresh) if detail else tuple(fresh)
            yield SyncPage(complete, Place(lane.name, page, taken).cursor())
