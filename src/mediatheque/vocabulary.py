"""The nouns every room shares: plain frozen data that imports nothing of ours.

A *work* is what somebody says a film, a show, a book … is; an *item* is our one entry for it.
A *record* is one row of an export as it was read; an *event* is one thing a person did.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple


class Kind(StrEnum):
    """What an item is."""

    FILM = "film"
    SHOW = "show"
    EPISODE = "episode"
    VIDEO = "video"
    BOOK = "book"
    AUDIO = "audio"


class EventKind(StrEnum):
    """What a person did. `value` and `properties` of an event depend on its kind."""

    WATCHED = "watched"  # film, show, episode, video; value: share finished 0..1, when known
    READ = "read"  # book; value: share finished 0..1, when known
    LISTENED = "listened"  # audio; value: share finished 0..1, when known
    STARTED = "started"  # begun and, as far as we know, not finished; value as above
    RATED = "rated"  # value: 0.5–5.0 in halves; no value: the rating was taken back
    LIKED = "liked"
    DISLIKED = "disliked"
    SAVED = "saved"  # watchlist, to-read, my list
    UNSAVED = "unsaved"
    HIDDEN = "hidden"  # never recommend
    UNHIDDEN = "unhidden"
    ADDED = "added"  # to a playlist or shelf; properties: list
    SUBSCRIBED = "subscribed"  # properties: channel, url; no item
    SEARCHED = "searched"  # properties: query; no item
    SHOWN = "shown"  # a recommendation was displayed
    CLICKED = "clicked"


#: Events that mean "this person has been through this item".
SEEN_KINDS = frozenset({EventKind.WATCHED, EventKind.READ, EventKind.LISTENED})

#: The event kind that means "finished" for each kind of item.
FINISHED_KIND: Mapping[Kind, EventKind] = {
    Kind.FILM: EventKind.WATCHED,
    Kind.SHOW: EventKind.WATCHED,
    Kind.EPISODE: EventKind.WATCHED,
    Kind.VIDEO: EventKind.WATCHED,
    Kind.BOOK: EventKind.READ,
    Kind.AUDIO: EventKind.LISTENED,
}


class Role(StrEnum):
    """What a person did for a work."""

    DIRECTOR = "director"
    CREATOR = "creator"  # of a show
    WRITER = "writer"
    AUTHOR = "author"  # of a book
    CAST = "cast"
    NARRATOR = "narrator"
    CHANNEL = "channel"  # who published a video


@dataclass(frozen=True, slots=True)
class Credit:
    """A person and what they did; the order of a work's credits is their billing."""

    name: str
    role: Role
    character: str | None = None


@dataclass(frozen=True, slots=True)
class Original:
    """The work that another was made from: the novel of a film. `title` None: it is called the same."""

    author: str
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What somebody (a row, a source, a person) says a work is; unknown fields stay empty.

    An episode names its show in `series_title`, and its `title` is the episode's own name
    ("" when the source gives none). `series` is what stands side by side: books of one series, films of
    one collection; a show is none. `external_ids` maps a scheme ("imdb", "tmdb", "isbn13",
    "youtube", "netflix", "letterboxd", "goodreads", "open_library", "google_books", …) to an id.
    """

    kind: Kind
    title: str
    original_title: str | None = None
    alternative_titles: tuple[str, ...] = ()
    year: int | None = None
    language: str | None = None  # ISO 639-1
    genres: tuple[str, ...] = ()
    credits: tuple[Credit, ...] = ()
    runtime_minutes: float | None = None
    pages: int | None = None
    description: str | None = None
    series_title: str | None = None
    season: int | None = None
    season_title: str | None = None  # "Season 2", "Limited Series", "Volume 4", as written
    episode: int | None = None
    based_on: tuple[Original, ...] = ()
    series: str | None = None
    series_position: float | None = None  # 1 is the first; a story between two novels may be 1.5
    url: str | None = None
    image_url: str | None = None
    popularity: float | None = None  # the source's own scale, higher is more popular
    average_rating: float | None = None  # 0.5–5.0
    rating_count: int | None = None
    minimum_age: int | None = None  # the youngest age it is rated for, 0: everybody; None: nobody has said
    services: tuple[str, ...] = ()  # where it streams, as `service_name` writes them; (): nobody has said
    external_ids: Mapping[str, str] = field(default_factory=dict[str, str])

    def people(self, *roles: Role) -> tuple[str, ...]:
        """Names credited in any of `roles`, in billing order."""
        return tuple(c.name for c in self.credits if c.role in roles)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Our one entry for a work. `is_listed`: known to a catalogue, so everybody may see it."""

    id: int
    work: Work
    parent_id: int | None = None  # the show of an episode
    is_listed: bool = False

    @property
    def kind(self) -> Kind:
        return self.work.kind

    @property
    def title(self) -> str:
        return self.work.title


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing a person did, before anybody says to which item."""

    kind: EventKind
    at: datetime | None = None  # timezone-aware; None: the source does not say when
    is_date_only: bool = False  # the source gave a day, not a moment: `at` is its midnight UTC
    value: float | None = None
    properties: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One row of an export: the payload exactly as read, and what it says.

    `key` identifies the row across exports of the same account: the same key is the same row,
    however often it is read. Empty: the payload itself is the key.
    """

    source: str  # the importer's name
    where: str  # "ViewingActivity.csv:12": file inside the upload, then line or index
    payload: Mapping[str, Any]
    work: Work | None = None  # None: the row is about no work (a search, a subscription)
    events: tuple[Event, ...] = ()
    key: str = ""

    def content_hash(self) -> bytes:
        """16 bytes that are equal for equal rows (BLAKE2b of source and key or payload)."""
        basis = self.key or json.dumps(self.payload, sort_keys=True, ensure_ascii=False, default=str)
        text = f"{self.source}\0{basis}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(text, digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that could not become a record: where it stands and why, in words for its owner."""

    where: str
    why: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row left out on purpose (a trailer, an autoplay stub): where it stands and why."""

    where: str
    why: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What one source says about one work, under the source's own key ("film:603")."""

    source: str
    source_key: str
    work: Work


@dataclass(frozen=True, slots=True)
class Penalty:
    """One named reason why a work may not be an item; 0 is no objection."""

    name: str
    amount: float
    detail: str = ""


class Verdict(StrEnum):
    """What resolution decided about a mention."""

    SAME = "same"
    ASK = "ask"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Match:
    """How far a work is from a candidate item. `score` 1.0 is certain, 0.0 is out of the question."""

    item_id: int
    score: float
    penalties: tuple[Penalty, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict on a mention: the chosen item (SAME), the candidates to choose from (ASK)."""

    verdict: Verdict
    best: Match | None = None
    candidates: tuple[Match, ...] = ()


class NodeKind(StrEnum):
    """What a node of the graph is."""

    ITEM = "item"
    GENRE = "genre"
    PERSON = "person"
    TAG = "tag"  # a person's own
    SEASON = "season"  # of a show
    SERIES = "series"  # of books or films
    VOICE = "voice"  # a speaker whom somebody named
    PASSAGE = "passage"  # of a recording
    USER = "user"


#: The last four bits of a node's number. They are stored: never change one, never use one again.
NODE_CODES: Mapping[NodeKind, int] = {kind: n for n, kind in enumerate(NodeKind, 1)}
_KIND_OF_CODE = {n: kind for kind, n in NODE_CODES.items()}
#: A season's id is its show's, times this, plus its number.
SEASONS_OF_A_SHOW = 10_000


class Node(NamedTuple):
    """A node of the graph: a kind, and the id of the thing among its kind."""

    kind: NodeKind
    id: int

    @property
    def number(self) -> int:
        """The node as one number, as the graph's stores know it."""
        return self.id << 4 | NODE_CODES[self.kind]

    @classmethod
    def from_number(cls, number: int) -> Node:
        """The node that has this number; KeyError: of no kind that there is."""
        return cls(_KIND_OF_CODE[number & 15], number >> 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """One addend of a recommendation's score: by which method, what for, and from which item, if one."""

    method: str  # "": of the list as a whole (variety, habits)
    name: str  # "like", "liked with", "ratings", "variety" …
    amount: float
    item_id: int | None = None
    title: str | None = None  # of that item

    @property
    def label(self) -> str:
        """As a reader understands it: "like Arrival"."""
        return f"{self.name} {self.title}" if self.title else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """An item worth a person's time, and why. The contributions add up to the score, the largest first."""

    item: Item
    score: float  # higher is better; comparable inside one list only
    method: str  # the algorithm that served it
    because: str  # a sentence for the reader
    expected_rating: float | None = None  # 0.5–5.0: what they would give it, where somebody can say
    fallback: str | None = None  # why a simpler method than the one asked for served it
    contributions: tuple[Contribution, ...] = ()
    arm: str | None = None  # which side of an experiment put it there; scores compare inside one side only


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """An item found by a query. `score` is higher-is-better in [0, 1]."""

    item: Item
    score: float
    matched: tuple[str, ...] = ()  # "text", "semantic"


def service_name(written: str) -> str:
    """The stable name of a streaming service: "Disney+" and "Disney Plus" are "disney-plus".

    Tiers that differ in advertising alone are one service. "" where there is no letter to go by.
    """
    folded = unicodedata.normalize("NFKD", written).casefold().replace("+", " plus ")
    words = "".join(c for c in folded if not unicodedata.combining(c) and c not in "'’")
    name = "-".join(re.findall(r"[^\W_]+", words))
    return _WITH_ADS.sub("", name) or name


_WITH_ADS = re.compile(
    r"((-(basic|standard))?-(with|mit|avec|con)-(ads|werbung|pub|publicite|anuncios|pubblicita))+$"
)

#: What reading an export yields, one outcome per row.
Row = Record | Rejected | Skipped
