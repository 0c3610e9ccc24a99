"""One PostgreSQL behind everything: engines, transactions, and the schema brought up to date at start."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import psycopg
from sqlalchemy import Connection as Connection
from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from mediatheque.kit.errors import Invalid, Unavailable

P = ParamSpec("P")
R = TypeVar("R")

#: How long is waited before each next try, in seconds.
_AFTER_DEADLOCKS = (0.05, 0.2, 0.8)
#: Any number: the advisory lock under which one process at a time migrates.
_MIGRATION_LOCK = 7_306_015
_MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def sqlalchemy_url(url: str) -> URL:
    """`url` for psycopg 3; raises Invalid when it is not a PostgreSQL address."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise Invalid(
            "MEDIATHEQUE_DATABASE_URL cannot be read; it looks like postgresql://user:password@host:5432/name"
        ) from None
    if parsed.drivername.split("+")[0] not in ("postgresql", "postgres"):
        raise Invalid(
            f"MEDIATHEQUE_DATABASE_URL begins with '{parsed.drivername}:'; only postgresql:// is supported"
        )
    return parsed.set(drivername="postgresql+psycopg")


def libpq_url(url: str) -> str:
    """`url` as psycopg itself reads it."""
    return sqlalchemy_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def driver_connection(db: Connection) -> psycopg.Connection[Any]:
    """The psycopg connection under a synchronous SQLAlchemy one: for COPY, and for jobs in our transaction."""
    return cast("psycopg.Connection[Any]", db.connection.driver_connection)


class Database:
    """Transactions on one PostgreSQL, for threads (`transaction`) and for the event loop (`run`)."""

    def __init__(self, url: str, *, pool_size: int = 5) -> None:
        self.url = url
        self._url = sqlalchemy_url(url)
        self._pool_size = pool_size
        # What somebody watched is none of a log's business, which an error's parameters end in.
        self.engine: Engine = create_engine(
            self._url, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True, hide_parameters=True
        )
        event.listen(self.engine, "connect", _speak_utc)
        self._async_engine: AsyncEngine | None = None

    @contextmanager
    def transaction(self) -> Generator[Connection]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        try:
            with self.engine.begin() as db:
                yield db
        except OperationalError as error:
            _say_unavailable(error)
            raise

    def settle(self, do: Callable[[Connection], R]) -> R:
        """What `do` makes of a transaction, which is begun again where PostgreSQL broke it off to end a deadlock.

        For what touches many rows in no one order while background work does: whoever is broken off changed nothing.
        """
        for wait in _AFTER_DEADLOCKS:
            try:
                with self.transaction() as db:
                    return do(db)
            except OperationalError as error:
                if not is_deadlock(error):
                    raise
                time.sleep(wait)
        with self.transaction() as db:
            return do(db)

    @property
    def async_engine(self) -> AsyncEngine:
        if self._async_engine is None:
            self._async_engine = create_async_engine(
                self._url, pool_size=self._pool_size, max_overflow=self._pool_size, hide_parameters=True
            )
            event.listen(self._async_engine.sync_engine, "connect", _speak_utc)
        return self._async_engine

    @asynccontextmanager
    async def async_transaction(self) -> AsyncGenerator[AsyncConnection]:
        """As `transaction`, on the event loop."""
        try:
            async with self.async_engine.begin() as db:
                yield db
        except OperationalError as error:
            _say_unavailable(error)
            raise

    async def run(
        self, query: Callable[Concatenate[Connection, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """`query(db, …)` in a transaction of its own, without blocking the event loop."""
        async with self.async_transaction() as db:
            return await db.run_sync(query, *args, **kwargs)

    async def run_alone(
        self, query: Callable[Concatenate[Connection, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """As `run` for a query of one statement: a transaction by itself, two round trips less."""
        try:
            async with self.async_engine.connect() as db:
                await db.execution_options(isolation_level="AUTOCOMMIT")
                return await db.run_sync(query, *args, **kwargs)
        except OperationalError as error:
            _say_unavailable(error)
            raise

    @asynccontextmanager
    async def alone(self, lock: int) -> AsyncGenerator[bool]:
        """Whether this process holds the advisory lock `lock` for the length of the block, as one at a time may."""
        try:
            connection = await psycopg.AsyncConnection.connect(libpq_url(self.url), autocommit=True)
        except psycopg.OperationalError as error:
            raise Unavailable(f"The database does not answer ({error}). Is it running?") from error
        async with connection:
            got = await (await connection.execute("SELECT pg_try_advisory_lock(%s)", (lock,))).fetchone()
            yield bool(got and got[0])

    @contextmanager
    def holding(self, lock: int) -> Generator[bool]:
        """As `alone`, for threads."""
        try:
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
                got = db.execute(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": lock}).scalar_one()
                try:
                    yield got
                finally:
                    if got:
                        db.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": lock})
        except OperationalError as error:
            _say_unavailable(error)
            raise

    def migrate(self) -> None:
        """Bring the schema up to date; several processes may call it at once, one does the work."""
        migrate(self.url)

    def close(self) -> None:
        """Give back the connections of `transaction`; `aclose` also those of the event loop."""
        self.engine.dispose()

    async def aclose(self) -> None:
        if self._async_engine is not None:
            await self._async_engine.dispose()
        self.engine.dispose()


def _speak_utc(connection: Any, _: object) -> None:
    """Moments come back in UTC, whatever the server's own zone: a day is told as its midnight there."""
    with contextlib.closing(connection.cursor()) as cursor:
        cursor.execute("SET TIME ZONE 'UTC'")
    connection.commit()  # else it ends with the first transaction that is rolled back


def migrations_dir() -> Path:
    """The alembic scripts: inside the installed package, or beside `src` in a checkout."""
    if _MIGRATIONS.is_dir():
        return _MIGRATIONS
    return Path(__file__).resolve().parents[3] / "migrations"


def alembic_config(url: str) -> Any:
    """An alembic Config for our scripts on the database at `url`."""
    from alembic.config import Config  # 0.2 s of import: only who migrates pays for it

    config = Config()
    config.set_main_option("script_location", str(migrations_dir()).replace("%", "%%"))
    config.attributes["url"] = sqlalchemy_url(url)
    return config


def migrate(url: str) -> None:
    """Run the outstanding migrations under an advisory lock; a no-op costs two queries."""
    engine = create_engine(sqlalchemy_url(url), poolclass=NullPool)
    try:
        with engine.connect() as db:
            if _current_revision(db) == _newest_revision():
                return
            db.rollback()
            db.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _MIGRATION_LOCK})
            db.commit()
            from alembic import command

            config = alembic_config(url)
            config.attributes["connection"] = db
            command.upgrade(config, "head")
            db.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _MIGRATION_LOCK})
            db.commit()
    except OperationalError as error:
        _say_unavailable(error)
        raise
    finally:
        engine.dispose()


def is_up_to_date(db: Connection) -> bool:
    """Whether the schema is the one that this version of the program needs."""
    return _current_revision(db) == _newest_revision()


def _newest_revision() -> str:
    """The revision of the last script, read from file names: they begin with a rising number."""
    return max(path.stem for path in (migrations_dir() / "versions").glob("[0-9]*.py")).split("_")[0]


def _current_revision(db: Connection) -> str | None:
    if not db.execute(text("SELECT to_regclass('alembic_version')")).scalar():
        return None
    return db.execute(text("SELECT version_num FROM alembic_version")).scalar()


def is_lost_connection(error: BaseException) -> bool:
    """Whether an error, or what caused it, is a database that went away in the middle of something."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, psycopg.OperationalError | psycopg.InterfaceError):
            # Class 08: connection exceptions; 57P: shut down by an operator or a crash; none: the driver noticed itself.
            return seen.sqlstate is None or seen.sqlstate.startswith(("08", "57P"))
        seen = seen.__cause__ or seen.__context__
    return False


def is_deadlock(error: BaseException) -> bool:
    """Whether two transactions waited for each other, and PostgreSQL broke this one off."""
    seen: BaseException | None = error
    while seen is not None and not isinstance(seen, psycopg.errors.DeadlockDetected):
        seen = seen.__cause__ or seen.__context__
    return seen is not None


def _say_unavailable(error: OperationalError) -> None:
    """Raise a lost or refused connection in words; anything else stays as it was."""
    # It is not raised from here: an error that is its own cause has no end for who looks for its cause.
    reason = str(error.orig).strip().splitlines()[0] if error.orig else str(error)
    if error.connection_invalidated or "connect" in reason.lower():
        raise Unavailable(
            f"The database does not answer ({reason}). Is it running, and is MEDIATHEQUE_DATABASE_URL right?"
        ) from error
