"""The tables of conversations with the archive: what was asked, and what was answered from where."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    String,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

from mediatheque.library.tables import metadata

threads = Table(
    "threads",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("user_id", BigInteger, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    # The first question, shortened, until its owner names it.
    Column("title", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("ix_threads_user_id", "user_id", "updated_at"),
)

thread_messages = Table(
    "thread_messages",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("thread_id", BigInteger, ForeignKey("threads.id", ondelete="CASCADE"), nullable=False),
    Column("role", String(16), nullable=False),
    Column("text", Text, nullable=False),
    # Of an answer, sentence by sentence, what it cites: see search/queries/threads.py
    Column("sentences", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    # extractive, or which language model wrote it; NULL: a question.
    Column("made_by", Text),
    Column("search", TSVECTOR, nullable=False, server_default=text("''::tsvector")),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("role IN ('question', 'answer')", name="role"),
    Index("ix_thread_messages_thread_id", "thread_id", "id"),
    Index("ix_thread_messages_search", "search", postgresql_using="gin"),
)
