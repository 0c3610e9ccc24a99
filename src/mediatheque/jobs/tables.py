"""The jobs' tables: what is to be done, how far it is, and the lanes it waits in."""

from __future__ import annotations

from sqlalchemy import (
    REAL,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from mediatheque.jobs.states import Lane, State
from mediatheque.library.tables import metadata


def _one_of(column: str, values: type[State] | type[Lane]) -> str:
    return f"{column} IN ({', '.join(repr(v.value) for v in values)})"


jobs = Table(
    "jobs",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    # Whose it is; NULL: the library's own, such as training.
    Column("user_id", BigInteger, ForeignKey("users.id", ondelete="CASCADE")),
    Column("task", String(32), nullable=False),
    # What it is about, as a person would say: "Talk.mp3".
    Column("title", Text, nullable=False),
    Column("lane", String(16), nullable=False),
    # Of a lane, the higher is begun first.
    Column("priority", SmallInteger, nullable=False, server_default="0"),
    Column("arguments", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("state", String(16), nullable=False, server_default="pending"),
    Column("percent", REAL, nullable=False, server_default="0"),
    # How far it is, as a person would say: "minute 4 of 51".
    Column("line", Text, nullable=False, server_default=""),
    # How often it was begun: who began it last may write, whoever wakes up from an earlier attempt may not.
    Column("attempt", Integer, nullable=False, server_default="0"),
    # Why it failed and what to do, in words for its owner.
    Column("error", Text),
    # [{"step", "seconds", "attempt"}], in the order they ended.
    Column("timings", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    # Its entry in the queue that workers take from.
    Column("queue_id", BigInteger),
    Column("cancel_asked_at", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("started_at", DateTime(timezone=True)),
    Column("finished_at", DateTime(timezone=True)),
    # Rises with every change, over all jobs.
    Column("revision", BigInteger, nullable=False),
    # The transaction that changed it last: who was cut off asks for what changed since, and revisions are not
    # committed in their order (see changed_since).
    Column("changed_in", BigInteger, nullable=False),
    CheckConstraint(_one_of("state", State), name="state"),
    CheckConstraint(_one_of("lane", Lane), name="lane"),
    CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
    Index("ix_jobs_user_id", "user_id", "id"),
    Index("ix_jobs_changed_in", "changed_in"),
    Index("ix_jobs_finished_at", "finished_at"),
    # What goes on now, and whether anything was left lying, is asked all the time.
    Index("ix_jobs_unfinished", "id", postgresql_where=text("finished_at IS NULL")),
)

lanes = Table(
    "lanes",
    metadata,
    Column("name", String(16), primary_key=True),
    # NULL: it runs. What was begun before goes on to its end.
    Column("paused_at", DateTime(timezone=True)),
    CheckConstraint(_one_of("name", Lane), name="name"),
)
