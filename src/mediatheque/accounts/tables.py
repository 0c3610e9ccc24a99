"""The accounts' tables: how a user proves who they are."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
    func,
)

from mediatheque.library.tables import metadata

credentials = Table(
    "credentials",
    metadata,
    Column("user_id", BigInteger, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("password_hash", Text, nullable=False),
    # Tokens issued before this moment are refused: a changed password signs out everywhere.
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("user_id", BigInteger, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(64), nullable=False),
    # The key itself is shown once and never kept; its SHA-256 is enough since it is random.
    Column("key_hash", LargeBinary, nullable=False, unique=True),
    Column("prefix", String(16), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("last_used_at", DateTime(timezone=True)),
    CheckConstraint("octet_length(key_hash) = 32", name="key_hash_sha256"),
    Index("ix_api_keys_user_id", "user_id"),
)

#: Sessions of the page that were signed out of before they would have run out; kept until then.
ended_sessions = Table(
    "ended_sessions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)

__all__ = ["api_keys", "credentials", "ended_sessions", "metadata"]
