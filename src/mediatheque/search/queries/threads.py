"""Conversations with the archive: kept, listed, searched, named and deleted, each for the person whose it is.

What was quoted from a recording that is in the trash, or gone, is shown and found no more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, text

from mediatheque.kit.errors import Invalid, NotFound
from mediatheque.kit.wire import jsonb, storable_text
from mediatheque.search.answers import NOT_FOUND, Answer, Sentence, sentence_from_json, sentence_to_json

#: Characters of a thread's title.
LONGEST_TITLE = 200
_SHORT = 80


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation; `title` is its first question, shortened, until somebody names it."""

    id: int
    title: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class ThreadMessage:
    """A question, or an answer with its sentences; `made_by` "extractive" or a language model's name, of answers."""

    id: int
    role: Literal["question", "answer"]
    text: str
    sentences: tuple[Sentence, ...]
    made_by: str | None
    created_at: datetime


def add_thread(db: Connection, user_id: int, question: str) -> Thread:
    """Begin a conversation with its first question, which is added to it."""
    title = " ".join(storable_text(question).split())
    if len(title) > _SHORT:
        title = title[: _SHORT - 1].rsplit(" ", 1)[0] + " …"
    row = db.execute(
        text(f"INSERT INTO threads (user_id, title) VALUES (:user, :title) RETURNING {_COLUMNS}"),
        {"user": user_id, "title": title},
    ).one()
    add_question(db, user_id, row.id, question)
    return Thread(*row)


def thread_with_id(db: Connection, user_id: int, thread_id: int) -> Thread:
    """One of the user's conversations; raises NotFound."""
    row = db.execute(
        text(f"SELECT {_COLUMNS} FROM threads WHERE id = :id AND user_id = :user"),
        {"id": thread_id, "user": user_id},
    ).first()
    if row is None:
        raise NotFound(f"There is no conversation {thread_id} of yours.")
    return Thread(*row)


def last_thread(db: Connection, user_id: int) -> Thread:
    """The conversation that was gone on with last; raises NotFound when there is none."""
    for thread in list_threads(db, user_id, limit=1):
        return thread
    raise NotFound("There is no conversation to go on with yet: ask something first.")


def list_threads(
    db: Connection,
    user_id: int,
    *,
    words: str | None = None,
    before: tuple[datetime, int] | None = None,
    limit: int = 50,
) -> list[Thread]:
    """The user's conversations, the latest first; with `words` those in whose title, questions or answers all words occur.

    `before` is the last one's (updated_at, id).
    """
    conditions = ["t.user_id = :user"]
    given: dict[str, Any] = {"user": user_id, "limit": limit}
    if words is not None:
        conditions.append(_MATCHES)
        given["words"] = storable_text(words)
    if before is not None:
        conditions.append("(t.updated_at, t.id) < (:at, :before)")
        given |= {"at": before[0], "before": before[1]}
    rows = db.execute(
        text(f"""
            SELECT {_COLUMNS} FROM threads t WHERE {" AND ".join(conditions)}
            ORDER BY t.updated_at DESC, t.id DESC LIMIT :limit
        """),
        given,
    )
    return [Thread(*row) for row in rows]


def rename_thread(db: Connection, user_id: int, thread_id: int, title: str) -> Thread:
    """Name a conversation; raises NotFound, and Invalid for a title that is empty or too long."""
    title = " ".join(storable_text(title).split())
    if not title or len(title) > LONGEST_TITLE:
        raise Invalid(f"A conversation's title has 1 to {LONGEST_TITLE} characters.")
    thread_with_id(db, user_id, thread_id)
    db.execute(
        text("UPDATE threads SET title = :title WHERE id = :id AND user_id = :user"),
        {"title": title, "id": thread_id, "user": user_id},
    )
    return thread_with_id(db, user_id, thread_id)


def delete_thread(db: Connection, user_id: int, thread_id: int) -> None:
    """Delete a conversation with all that was said in it; raises NotFound."""
    thread_with_id(db, user_id, thread_id)
    db.execute(
        text("DELETE FROM threads WHERE id = :id AND user_id = :user"), {"id": thread_id, "user": user_id}
    )


def add_question(db: Connection, user_id: int, thread_id: int, question: str) -> int:
    """Go on with a conversation; the message's number. Raises NotFound."""
    return _add(
        db, user_id, thread_id, {"role": "question", "text": question, "sentences": [], "made_by": None}
    )


def add_answer(db: Connection, user_id: int, thread_id: int, answer: Answer) -> int:
    """Keep an answer; the message's number. Raises NotFound when the conversation was deleted meanwhile."""
    return _add(
        db,
        user_id,
        thread_id,
        {
            "role": "answer",
            "text": answer.text,
            "sentences": [sentence_to_json(sentence) for sentence in answer.sentences],
            "made_by": answer.made_by,
        },
    )


def messages_of(
    db: Connection, user_id: int, thread_id: int, *, last: int | None = None
) -> list[ThreadMessage]:
    """What was said in a conversation, in its order, or the last so many messages; raises NotFound."""
    thread_with_id(db, user_id, thread_id)
    rows = db.execute(
        text("""
            SELECT id, role, text, sentences, made_by, created_at FROM thread_messages
            WHERE thread_id = :thread ORDER BY id DESC LIMIT :last
        """),
        {"thread": thread_id, "last": last},
    ).all()
    cited = {
        citation["media_id"]
        for row in rows
        for sentence in row.sentences
        for citation in sentence["citations"]
        if "media_id" in citation
    }
    there = set(
        db.execute(
            text("SELECT id FROM media WHERE id = ANY(:ids) AND user_id = :user AND deleted_at IS NULL"),
            {"ids": list(cited), "user": user_id},
        ).scalars()
    )
    return [_message(row, there) for row in reversed(rows)]


_COLUMNS = "id, title, created_at, updated_at"

# An answer that quotes what is in the trash is not found by what it quotes.
_MATCHES = """(
    to_tsvector('mediatheque', t.title) @@ plainto_tsquery('mediatheque', :words)
    OR EXISTS (
        SELECT FROM thread_messages s
        WHERE s.thread_id = t.id AND s.search @@ plainto_tsquery('mediatheque', :words) AND NOT EXISTS (
            SELECT FROM jsonb_path_query(s.sentences, '$[*].citations[*].media_id') AS cited (media_id)
            WHERE NOT EXISTS (
                SELECT FROM media m WHERE m.id = CAST(cited.media_id AS bigint) AND m.deleted_at IS NULL
            )
        )
    )
)"""


def _add(db: Connection, user_id: int, thread_id: int, message: Mapping[str, Any]) -> int:
    said = storable_text(message["text"])
    added = db.execute(
        text("""
            WITH thread AS (
                UPDATE threads SET updated_at = clock_timestamp() WHERE id = :thread AND user_id = :user RETURNING id
            )
            INSERT INTO thread_messages (thread_id, role, text, sentences, made_by, search)
            SELECT id, :role, :text, :sentences, :made_by, to_tsvector('mediatheque', :text) FROM thread
            RETURNING id
        """),
        {
            "thread": thread_id,
            "user": user_id,
            "role": message["role"],
            "text": said,
            "sentences": jsonb(message["sentences"]),
            "made_by": message["made_by"],
        },
    ).scalar()
    if added is None:
        raise NotFound(f"There is no conversation {thread_id} of yours.")
    return added


def _message(row: Any, there: set[int]) -> ThreadMessage:
    sentences = _shown([sentence_from_json(kept) for kept in row.sentences], there)
    said = row.text
    if len(sentences) < len(row.sentences):
        said = " ".join(sentence.text for sentence in sentences) or NOT_FOUND
    return ThreadMessage(row.id, row.role, said, sentences, row.made_by, row.created_at)


def _shown(sentences: Sequence[Sentence], there: set[int]) -> tuple[Sentence, ...]:
    """Those that cite only what is still there."""
    return tuple(
        sentence
        for sentence in sentences
        if all(citation.media_id is None or citation.media_id in there for citation in sentence.citations)
    )
