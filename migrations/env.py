"""Run migrations on the connection that kit/database.py hands over, or on the configured address."""

from __future__ import annotations

from typing import Any

from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

import mediatheque.accounts.tables
import mediatheque.archive.tables
import mediatheque.graph.tables
import mediatheque.search.tables  # noqa: F401
from mediatheque.library.tables import metadata


def is_ours(thing: Any, name: str | None, type_: str, reflected: bool, compare_to: Any) -> bool:
    """Leave procrastinate's tables and the per-model vector indexes out of the comparison."""
    name = name or ""
    return not name.startswith(("procrastinate_", "ix_embeddings_hnsw_", "ix_passage_embeddings_hnsw_"))


def run() -> None:
    given = context.config.attributes.get("connection")
    if given is not None:
        migrate_on(given)
        return
    engine = create_engine(context.config.attributes["url"], poolclass=NullPool)
    with engine.connect() as connection:
        migrate_on(connection)
        connection.commit()


def migrate_on(connection: Any) -> None:
    context.configure(connection=connection, target_metadata=metadata, include_object=is_ours)
    with context.begin_transaction():
        context.run_migrations()


run()
