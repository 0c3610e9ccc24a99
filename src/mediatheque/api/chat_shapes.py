"""Conversations with the archive as the API shows them, and the events that an answer comes in."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from mediatheque.api.shapes import NO_NUL, Id
from mediatheque.search.answers import Citation, Sentence, Source
from mediatheque.search.passage_filter import PassageFilter, passage_filter
from mediatheque.search.queries.threads import LONGEST_TITLE, Thread, ThreadMessage

LONGEST_QUESTION = 1_000


def _written(day: object) -> object:
    """Pydantic would take a number for seconds since 1970."""
    if day is not None and not isinstance(day, str | date):
        raise ValueError("write the day as 2026-03-14")
    return day


Day = Annotated[date, BeforeValidator(_written)]
_Name = Annotated[str, Field(min_length=1, max_length=200, pattern=NO_NUL)]


class ChatFilters(BaseModel):
    """Where it is looked for; of several any will do."""

    speakers: Annotated[list[_Name], Field(max_length=20, description="Only what they say.")] = []
    tags: Annotated[list[_Name], Field(max_length=20, description="Only recordings with one of these.")] = []
    media: Annotated[list[Id], Field(max_length=100, description="Only these recordings.")] = []
    sources: Annotated[
        list[_Name],
        Field(max_length=20, description="Only from one of these sites, or link, file, recording, folder."),
    ] = []
    since: Day | None = Field(None, description="Only recordings added on this day or later.")
    until: Day | None = Field(None, description="Only recordings added on this day or before.")

    def which(self) -> PassageFilter:
        """The filter as search reads it."""
        return passage_filter(
            media_ids=self.media,
            speakers=self.speakers,
            tags=self.tags,
            sources=self.sources,
            added=(self.since, self.until),
        )


class ChatQuestion(BaseModel):
    """A question to your recordings and your history."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "question": "How warm is it in the middle of the winter cluster?",
                "filters": {"tags": ["bees"]},
            }
        }
    )

    question: Annotated[str, Field(min_length=1, max_length=LONGEST_QUESTION, pattern=r"[^\s\x00\ufffd]")]
    thread_id: Id | None = Field(None, description="The conversation to go on with; left out: a new one.")
    filters: ChatFilters | None = None


class CitationView(BaseModel):
    """Where a sentence has it from."""

    kind: Literal["passage", "event", "item"]
    quote: str = Field(description="Letter by letter as it stands there.")
    title: str = Field(description="Of the recording or the item.")
    media_id: int | None
    item_id: int | None
    start_ms: int | None = Field(description="Where the quotation begins in the recording.")
    end_ms: int | None
    speaker: str | None
    page: str | None = Field(description="The recording's page, at this second.")
    link: str | None = Field(description="The original at this second, where its site has such links.")


class SentenceView(BaseModel):
    """A sentence of an answer, and what it cites: every one cites something."""

    text: str
    citations: list[CitationView]


class ThreadView(BaseModel):
    """A conversation with your archive."""

    id: int
    title: str
    created_at: datetime
    updated_at: datetime


class MessageView(BaseModel):
    """A question, or an answer. What was quoted from a recording that is deleted is left out."""

    id: int
    role: Literal["question", "answer"]
    text: str
    sentences: list[SentenceView]
    made_by: str | None = Field(description="Of answers: `extractive`, or the language model.")
    created_at: datetime


class ThreadMessages(ThreadView):
    """A conversation and all that was said in it."""

    messages: list[MessageView]


class Answerer(BaseModel):
    """Who answers."""

    model_config = ConfigDict(json_schema_extra={"example": {"made_by": "extractive"}})

    made_by: str = Field(description="`extractive`: quotations alone; else the language model that writes.")


class ThreadName(BaseModel):
    """What a conversation is called."""

    model_config = ConfigDict(json_schema_extra={"example": {"title": "Bees in winter"}})

    title: Annotated[str, Field(min_length=1, max_length=LONGEST_TITLE, pattern=r"[^\s\x00\ufffd]")]


def thread_view(thread: Thread) -> ThreadView:
    """A conversation as the API shows it."""
    return ThreadView(
        id=thread.id, title=thread.title, created_at=thread.created_at, updated_at=thread.updated_at
    )


def thread_messages(thread: Thread, messages: Iterable[ThreadMessage]) -> ThreadMessages:
    """A conversation with what was said."""
    return ThreadMessages(
        **thread_view(thread).model_dump(),
        messages=[
            MessageView(
                id=message.id,
                role=message.role,
                text=message.text,
                sentences=[sentence_view(sentence) for sentence in message.sentences],
                made_by=message.made_by,
                created_at=message.created_at,
            )
            for message in messages
        ],
    )


def sentence_view(sentence: Sentence) -> SentenceView:
    """A sentence as the API shows it."""
    return SentenceView(
        text=sentence.text, citations=[_citation_view(citation) for citation in sentence.citations]
    )


def source_view(source: Source) -> dict[str, Any]:
    """A source as it is announced before the answer."""
    return {
        "kind": source.kind,
        "title": source.title,
        "media_id": source.media_id,
        "item_id": source.item_id,
        "start_ms": source.start_ms,
        "end_ms": source.end_ms,
        "speaker": source.speaker,
        "page": _page(source.media_id, source.start_ms),
    }


def event(name: str, data: BaseModel | dict[str, Any]) -> str:
    """A server-sent event (WHATWG HTML, 9.2)."""
    written = data.model_dump_json() if isinstance(data, BaseModel) else json.dumps(data, ensure_ascii=False)
    return f"event: {name}\ndata: {written}\n\n"


def _citation_view(citation: Citation) -> CitationView:
    return CitationView(
        kind=citation.kind,
        quote=citation.quote,
        title=citation.title,
        media_id=citation.media_id,
        item_id=citation.item_id,
        start_ms=citation.start_ms,
        end_ms=citation.end_ms,
        speaker=citation.speaker,
        page=_page(citation.media_id, citation.start_ms),
        link=citation.link,
    )


def _page(media_id: int | None, start_ms: int | None) -> str | None:
    return f"/archive/{media_id}?t={(start_ms or 0) // 1000}" if media_id is not None else None
