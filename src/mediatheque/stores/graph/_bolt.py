"""The wire to a graph elsewhere: where it is, one driver for all threads, and its errors in words."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from urllib.parse import SplitResult, unquote, urlsplit

from mediatheque.kit.errors import Invalid, Unavailable

if TYPE_CHECKING:
    from neo4j import Driver, ManagedTransaction

R = TypeVar("R")

_SCHEMES = tuple(f"{scheme}{safety}" for scheme in ("neo4j", "bolt") for safety in ("", "+s", "+ssc"))
_LOOKS_LIKE = "MEDIATHEQUE_GRAPH_URL looks like neo4j://user:password@host:7687/database, or neo4j+s://, bolt:// or bolt+s://"
#: A walk that takes longer is ended by the server.
WALK_S = 20.0
#: What changes things may take longer: a piece of a load on a slow disk.
WRITE_S = 120.0
#: So long a transaction is tried again where the server says that it may be; the outbox keeps what is still not there.
_TRIED_FOR_S = 1.5


#: Operators of a plan that only reads, and yet: files and addresses, procedures, the server's settings, others' questions.
_BEYOND = ("LoadCSV", "ProcedureCall", "Show", "Terminate")


class Answer(NamedTuple):
    """What a question in Cypher brought: the names of its columns, and rows of plain values."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    is_cut: bool  # there was more


class Wire:
    """Transactions on the server at a URL, for any thread; opened when it is first used."""

    def __init__(self, url: str) -> None:
        given = _parsed(url)
        self.address = f"{given.scheme.lower()}://{given.hostname}:{given.port or 7687}"
        self._auth = (unquote(given.username or ""), unquote(given.password or ""))
        self._database = unquote(given.path.strip("/")) or None
        self._driver: Driver | None = None
        self._opening = threading.Lock()

    def read(self, work: Callable[[ManagedTransaction], R]) -> R:
        """What `work` finds in one transaction. Raises Unavailable."""
        from neo4j import READ_ACCESS, unit_of_work

        with (
            self._reached(),
            self._open().session(database=self._database, default_access_mode=READ_ACCESS) as s,
        ):
            return s.execute_read(unit_of_work(timeout=WALK_S)(work))

    def write(self, work: Callable[[ManagedTransaction], R]) -> R:
        """All that `work` changes, or nothing. It may be called again, after a commit of which no word arrived, too."""
        from neo4j import unit_of_work

        with self._reached(), self._open().session(database=self._database) as session:
            return session.execute_write(unit_of_work(timeout=WRITE_S)(work))

    def alone(self, text: str) -> None:
        """A statement that wants a transaction by itself, as those do that change the schema."""
        with self._reached(), self._open().session(database=self._database) as session:
            session.run(text).consume()  # pyright: ignore[reportArgumentType]  a constant of ours

    def ask(self, text: str, given: Mapping[str, Any], *, seconds: float, limit: int) -> Answer:
        """As `Neo4jGraph.ask`."""
        from neo4j import READ_ACCESS, Query
        from neo4j.exceptions import ClientError

        with (
            self._reached(),
            self._open().session(database=self._database, default_access_mode=READ_ACCESS) as s,
        ):
            try:
                plan = s.run(Query(f"EXPLAIN {text}", timeout=seconds), dict(given)).consume()  # pyright: ignore[reportArgumentType]
                _refuse_all_but_reading(plan.query_type, plan.plan)
                result = s.run(Query(text, timeout=seconds), dict(given))  # pyright: ignore[reportArgumentType]
                columns = tuple(result.keys())
                rows = [record.data() for record in result.fetch(limit + 1)]
            except ClientError as error:
                if _is_about_the_server(error.code or ""):
                    raise
                raise Invalid(f"Neo4j says: {error.message}") from None
        return Answer(columns, [tuple(row[c] for c in columns) for row in rows[:limit]], len(rows) > limit)

    def close(self) -> None:
        """Give the connections back; asked again, it opens anew."""
        with self._opening:
            driver, self._driver = self._driver, None
        if driver is not None:
            driver.close()

    def _open(self) -> Driver:
        from neo4j import GraphDatabase, NotificationMinimumSeverity

        with self._opening:
            if self._driver is None:
                self._driver = GraphDatabase.driver(
                    self.address,
                    auth=self._auth if self._auth[0] else None,
                    # What the server thinks of our Cypher is for our tests, not for a log.
                    notifications_min_severity=NotificationMinimumSeverity.OFF,
                    connection_timeout=5.0,
                    connection_acquisition_timeout=10.0,
                    max_transaction_retry_time=_TRIED_FOR_S,
                    # After a pause: a server may have been started anew, a network may drop who is silent.
                    liveness_check_timeout=5.0,
                )
            return self._driver

    @contextmanager
    def _reached(self) -> Generator[None]:
        from neo4j.exceptions import AuthError, ClientError, DriverError, TransientError

        try:
            yield
        except AuthError as error:
            raise Unavailable(
                f"The graph at {self.address} does not let MEDIATHEQUE_GRAPH_URL's user and password in ({error.message})."
            ) from error
        except (DriverError, TransientError, OSError) as error:
            why = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise Unavailable(
                f"The graph at {self.address} does not answer ({why}). Is Neo4j running?"
            ) from error
        except ClientError as error:
            if not _is_about_the_server(error.code or ""):
                raise
            raise Unavailable(f"The graph at {self.address} cannot answer: {error.message}") from error


def check_driver() -> None:
    """Raise Unavailable where the driver is missing."""
    if find_spec("neo4j") is None:
        raise Unavailable(
            "A graph in Neo4j needs its driver, which is not installed: pip install 'mediatheque[neo4j]'"
        )


def _parsed(url: str) -> SplitResult:
    try:
        given = urlsplit(url)
        port_can_be_read = given.port is None or given.port > 0
    except ValueError:
        raise Invalid(_LOOKS_LIKE) from None
    if given.scheme.lower() not in _SCHEMES or not given.hostname or not port_can_be_read:
        raise Invalid(_LOOKS_LIKE)
    if given.query or given.fragment or "/" in given.path.strip("/"):
        raise Invalid(f"{_LOOKS_LIKE}; it has nothing after the database's name")
    return given


def _is_about_the_server(code: str) -> bool:
    """Whether it is not what was asked that is wrong: no such database, or it took too long."""
    return code.startswith(("Neo.ClientError.Database.", "Neo.ClientError.Transaction.TransactionTimedOut"))


def _refuse_all_but_reading(query_type: str | None, plan: Any) -> None:
    """A server that lets a reader write anyway says of everything that it may write: there, nothing is asked."""
    if query_type != "r":
        raise Invalid("Only questions are answered here: Cypher that reads the graph and changes nothing.")
    if any(operator.startswith(_BEYOND) for operator in _operators(plan)):
        raise Invalid("LOAD CSV, procedures and SHOW reach beyond the graph; ask with MATCH … RETURN.")


def _operators(plan: Any) -> Sequence[str]:
    if not isinstance(plan, Mapping):
        return ()
    inner = [name for child in plan.get("children", ()) for name in _operators(child)]
    return [str(plan.get("operatorType", "")), *inner]
