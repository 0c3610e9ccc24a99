"""Recordings as the API takes and shows them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from mediatheque.api.shapes import NO_NUL, Id
from mediatheque.archive.queries.media import Media, Origin, Wanted
from mediatheque.archive.queries.media_jobs import MediaJob
from mediatheque.flows.archiving import Wishes
from mediatheque.jobs.states import State

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=NO_NUL)]
TagName = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=NO_NUL)]
Language = Annotated[str, Field(pattern="^[A-Za-z]{2,3}$", examples=["en"])]
StartMs = Annotated[int, Field(ge=0, le=10**12, description="Milliseconds from the beginning.")]


class _Wishes(BaseModel):
    model_config = ConfigDict(extra="forbid")

    wanted: Wanted = Field("audio", description="`video`: keep the picture as well.")
    title: Title | None = Field(None, description="What you call it; else what its page or its content says.")
    language: Language | None = Field(None, description="What is spoken (ISO 639-1); else it is found out.")
    speaker_count: Annotated[int, Field(ge=1, le=20)] | None = Field(
        None, description="How many speak, where you know."
    )
    tags: Annotated[list[TagName], Field(max_length=20)] = []

    def wishes(self) -> Wishes:
        """The same for who adds it."""
        return Wishes(
            wanted=self.wanted,
            title=self.title,
            language=self.language,
            speaker_count=self.speaker_count,
            tags=tuple(self.tags),
        )


class NewLink(_Wishes):
    """A link to a recording, a page with one, a feed or a playlist."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"url": "https://media.example.org/talks/bees.mp3", "tags": ["bees"], "language": "en"}
        }
    )

    url: Annotated[str, Field(min_length=1, max_length=4096, pattern=NO_NUL)]


def _listed(tags: object) -> object:
    return [tag.strip() for tag in tags.split(",") if tag.strip()] if isinstance(tags, str) else tags


class Wished(_Wishes):
    """What is said beside a file, as the fields of a form."""

    origin: Literal["file", "recording"] = "file"
    tags: Annotated[list[TagName], Field(max_length=20), BeforeValidator(_listed)] = []


class MediaJobView(BaseModel):
    """The work on a recording."""

    id: int
    state: State
    percent: float = Field(ge=0, le=100)
    line: str = Field(description="How far it is, in words.")
    error: str | None = Field(description="Why it failed, and what to do.")


class MediaView(BaseModel):
    """A recording in your archive, or the feed or playlist that recordings came from."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": 12,
                "title": "How bees find home",
                "origin": "link",
                "link": "https://media.example.org/talks/bees.mp3",
                "given": "https://media.example.org/talks/bees.mp3",
                "wanted": "audio",
                "is_list": False,
                "has_video": False,
                "duration_ms": 1804000,
                "by": "Ada",
                "published_at": "2026-03-14",
                "language": "en",
                "speaker_count": None,
                "tags": ["bees"],
                "item_id": 603,
                "parent_id": None,
                "duplicate_of": None,
                "thumbnail": "/api/media/12/file/thumbnail",
                "job": {
                    "id": 7,
                    "state": "transcribing",
                    "percent": 41.5,
                    "line": "minute 4 of 30",
                    "error": None,
                },
                "added_at": "2026-03-15T09:30:00Z",
                "deleted_at": None,
            }
        }
    )

    id: int
    title: str = Field(description="By you, else by its page or tags, else by what is said in it.")
    origin: Origin
    link: str | None = Field(description="The one form of all links to it.")
    given: str = Field(description="The link as you gave it, or the file's name.")
    wanted: Wanted
    is_list: bool = Field(description="A feed or a playlist; its recordings have it as `parent_id`.")
    has_video: bool
    duration_ms: int | None
    by: str | None
    published_at: str | None
    language: str | None = Field(description="What you said it is in.")
    speaker_count: int | None = Field(description="What you said how many speak.")
    tags: list[str]
    item_id: int | None = Field(description="The item it is in your library.")
    parent_id: int | None
    duplicate_of: int | None = Field(description="The recording that it is the same as.")
    thumbnail: str | None = Field(description="Where its picture is; none: it has none, or not yet.")
    job: MediaJobView | None
    added_at: datetime
    deleted_at: datetime | None = Field(description="In the trash since then.")


class AddedView(BaseModel):
    """A recording, and whether it is new."""

    media: MediaView
    is_new: bool = Field(description="Else you had it already.")
    job_id: int | None = Field(description="The work that was begun; see `/api/jobs`.")


class LineChange(BaseModel):
    """What is really said in a line."""

    model_config = ConfigDict(extra="forbid")

    start_ms: StartMs
    text: Annotated[str, Field(max_length=10_000, pattern=NO_NUL)] | None = Field(
        description="Empty: nothing is said; none: what the machine heard holds again."
    )


class SpeakerChange(BaseModel):
    """Who a speaker is."""

    model_config = ConfigDict(extra="forbid")

    number: Annotated[int, Field(ge=0, le=1000)]
    name: Annotated[str, Field(min_length=1, max_length=200, pattern=NO_NUL)] | None = Field(
        description="None: it is not known."
    )


class MediaChange(BaseModel):
    """What to change; what is left out stays."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "title": "How bees find home",
                "tags": ["bees", "biology"],
                "speakers": [{"number": 0, "name": "Ada"}],
                "lines": [{"start_ms": 1500, "text": "Bees dance."}],
            }
        },
    )

    title: Title | None = Field(None, description="None: what its page or its content says.")
    tags: Annotated[list[TagName], Field(max_length=100)] = Field([], description="All it is to have.")
    language: Language | None = Field(None, description="Counts when it is transcribed again.")
    speaker_count: Annotated[int, Field(ge=1, le=20)] | None = None
    speakers: Annotated[list[SpeakerChange], Field(max_length=50)] = []
    lines: Annotated[list[LineChange], Field(max_length=200)] = []


class Again(BaseModel):
    """From where on a recording is worked on again."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"from_step": "enrich"}})

    from_step: Literal[
        "fetch",
        "normalise",
        "fingerprint",
        "captions",
        "transcribe",
        "speakers",
        "enrich",
        "passages",
        "embed",
    ] = "passages"


class UsageView(BaseModel):
    """How much there is in your archive, and the room that it takes."""

    recordings: int = Field(
        description="Without feeds, playlists, the trash, and what is the same as another."
    )
    duration_ms: int = Field(description="How long these are together.")
    in_trash: int
    pairs: int = Field(description="Questions whether two are the same that wait for your answer.")
    trash_days: int = Field(description="What has been in the trash for so long goes for good.")
    largest_upload_bytes: int = Field(description="How large a file may be.")

    used_bytes: int = Field(description="The trash counted; a file that two recordings share, once.")
    quota_bytes: int | None = Field(description="None: as much as there is room.")
    uploading_bytes: int = Field(description="What uploads on their way will take.")


class UsedTagView(BaseModel):
    """A tag, and how many recordings carry it."""

    name: str
    count: int


class UsedTags(BaseModel):
    """Your tags, the most used first."""

    items: list[UsedTagView]


class PlayView(BaseModel):
    """A link to a file that needs no sign-in: for `<audio src>`, which can send no header."""

    url: str
    media_type: str
    role: str
    expires_at: datetime


class PairSide(MediaView):
    """One of two recordings, to be listened to."""

    play: str = Field(description="Where to get a link to listen by.")


class PairView(BaseModel):
    """Two recordings that sound alike."""

    id: int
    later: PairSide
    earlier: PairSide
    bit_error_rate: float = Field(
        description="0: the very same sound; about 0.45: two that have nothing in common."
    )
    shared_ms: int = Field(description="How much of both is the same.")
    offset_ms: int = Field(description="Where the earlier one begins in the later one.")
    answer: Literal["same", "different"] | None
    answered_at: datetime | None
    found_at: datetime


class PairAnswer(BaseModel):
    """Whether two recordings are the same."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"answer": "different"}})

    answer: Literal["same", "different"]
    keep: Id | None = Field(None, description="Which of them stays; else the earlier one.")


class PairAnswered(BaseModel):
    """A pair, and what became of its recordings."""

    pair: PairView
    kept_id: int | None
    gone_id: int | None = Field(description="In the trash; it comes back when the answer is taken back.")


def shown(media: Media, tags: list[str], job: MediaJob | None, *, has_thumbnail: bool) -> dict[str, Any]:
    """The values of a MediaView."""
    same = (
        "id",
        "title",
        "origin",
        "link",
        "given",
        "wanted",
        "is_list",
        "has_video",
        "duration_ms",
        "language",
    )
    more = ("speaker_count", "item_id", "parent_id", "duplicate_of", "added_at", "deleted_at")
    return {name: getattr(media, name) for name in (*same, *more)} | {
        "by": _text(media.found, "by"),
        "published_at": _text(media.found, "published_at"),
        "tags": tags,
        "thumbnail": f"/api/media/{media.id}/file/thumbnail" if has_thumbnail else None,
        "job": MediaJobView.model_validate(job, from_attributes=True) if job is not None else None,
    }


def _text(found: Mapping[str, Any], name: str) -> str | None:
    """Something a page says of a recording, which may be anything."""
    return str(found[name]) if found.get(name) is not None else None
