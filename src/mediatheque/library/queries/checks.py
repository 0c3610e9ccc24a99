"""What is asked of the library to tell whether it is well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, text

#: A worker that has not been heard of for so long is gone.
_SILENT_S = 15


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """How background work stands."""

    waiting: int
    running: int
    failed: int
    workers: int  # heard of in the last seconds


def server_version(db: Connection) -> tuple[int, str]:
    """The server's version as a number (180006) and in words ("18.6")."""
    row = db.execute(
        text("SELECT current_setting('server_version_num')::int AS n, current_setting('server_version') AS v")
    ).one()
    return row.n, row.v.split()[0]


def extension_versions(db: Connection) -> dict[str, str]:
    """The extensions in this database and their versions."""
    rows = db.execute(text("SELECT extname, extversion FROM pg_extension"))
    return {row.extname: row.extversion for row in rows}


def count_embeddings(db: Connection, model: str) -> tuple[int, int]:
    """How many of the items there are have a vector of the model, and how many items there are."""
    row = db.execute(
        text("""
            SELECT count(e.item_id) AS embedded, count(*) AS total FROM items i
            LEFT JOIN embeddings e ON e.item_id = i.id
                AND e.model_id = (SELECT id FROM embedding_models WHERE name = :model)
            WHERE i.merged_into IS NULL
        """),
        {"model": model},
    ).one()
    return row.embedded, row.total


def queue_figures(db: Connection) -> QueueFigures:
    """How many jobs wait, run and failed, and how many workers live."""
    row = db.execute(
        text("""
            SELECT count(*) FILTER (WHERE status = 'todo') AS waiting,
                count(*) FILTER (WHERE status = 'doing') AS running,
                count(*) FILTER (WHERE status = 'failed') AS failed,
                (SELECT count(*) FROM procrastinate_workers
                 WHERE last_heartbeat > now() - make_interval(secs => :silent)) AS workers
            FROM procrastinate_jobs
        """),
        {"silent": _SILENT_S},
    ).one()
    return QueueFigures(row.waiting, row.running, row.failed, row.workers)


def sync_states(db: Connection) -> dict[str, Literal["waiting", "running", "failed"]]:
    """What the latest job of each source's sync does; a source whose job succeeded is not named."""
    rows = db.execute(
        text("""
            SELECT DISTINCT ON (args ->> 'source') args ->> 'source' AS source,
                CASE status WHEN 'todo' THEN 'waiting' WHEN 'doing' THEN 'running' ELSE 'failed' END AS state
            FROM procrastinate_jobs
            WHERE task_name = 'mediatheque:sync_source' AND status IN ('todo', 'doing', 'failed')
            ORDER BY args ->> 'source', id DESC
        """)
    )
    return {row.source: row.state for row in rows}


def training_state(db: Connection) -> tuple[Literal["idle", "waiting", "running", "failed"], int | None]:
    """What the latest training does, and its number in the queue; idle where the last one succeeded."""
    row = db.execute(
        text("""
            SELECT id, CASE status WHEN 'todo' THEN 'waiting' WHEN 'doing' THEN 'running' ELSE 'failed' END AS state
            FROM procrastinate_jobs
            WHERE task_name = 'mediatheque:train_models' AND status IN ('todo', 'doing', 'failed')
            -- One that waits behind one that runs has not begun.
            ORDER BY status = 'doing' DESC, id DESC LIMIT 1
        """)
    ).one_or_none()
    return (row.state, row.id) if row is not None else ("idle", None)


def count_unfinished_batches(db: Connection) -> int:
    """How many imports were interrupted, or run now, whoever's they are."""
    return db.execute(text("SELECT count(*) FROM batches WHERE state = 'reading'")).scalar_one()


def questions_by_user(db: Connection) -> dict[str, int]:
    """How many answers each user owes, those who owe any."""
    rows = db.execute(
        text("""
            SELECT u.name, count(*) AS n FROM judgements j JOIN mentions m ON m.id = j.mention_id
            JOIN users u ON u.id = m.user_id
            WHERE j.verdict = 'ask' AND j.retracted_at IS NULL GROUP BY u.id, u.name ORDER BY u.id
        """)
    )
    return {row.name: row.n for row in rows}


def count_verdicts(db: Connection, user_id: int) -> dict[str, int]:
    """How many of the titles that a user's records speak of (episodes aside) were found, asked about, or new."""
    rows = db.execute(
        text("""
            SELECT j.verdict, count(*) AS n FROM mentions m JOIN judgements j ON j.mention_id = m.id
            WHERE m.user_id = :user AND m.parent_id IS NULL AND j.retracted_at IS NULL
                AND m.work ->> 'kind' IN ('film', 'show', 'book')
            GROUP BY j.verdict
        """),
        {"user": user_id},
    )
    return {row.verdict: row.n for row in rows}
