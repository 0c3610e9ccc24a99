"""The schema: made once however many ask, equal to the tables, and addresses that are understood."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from alembic import command
from sqlalchemy import text

from mediatheque.kit.database import Connection, Database, alembic_config, migrate, sqlalchemy_url
from mediatheque.kit.errors import Invalid, Unavailable
from mediatheque.library.queries.users import User


def test_the_migrations_make_what_the_tables_say(database_url: str) -> None:
    command.check(alembic_config(database_url))


def test_several_processes_may_migrate_at_once(empty_database_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate, [empty_database_url] * 4))
    command.check(alembic_config(empty_database_url))


def test_a_migration_can_be_taken_back(empty_database_url: str) -> None:
    migrate(empty_database_url)
    command.downgrade(alembic_config(empty_database_url), "base")
    database = Database(empty_database_url)
    with database.transaction() as db:
        tables = (
            db.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
        )
    database.close()
    assert tables == ["alembic_version"]
    migrate(empty_database_url)


@pytest.mark.parametrize("url", ["mysql://localhost/x", "nonsense", ""])
def test_an_address_that_cannot_be_meant_is_refused_in_words(url: str) -> None:
    with pytest.raises(Invalid, match="MEDIATHEQUE_DATABASE_URL"):
        sqlalchemy_url(url)


def test_a_server_that_does_not_answer_is_said_so() -> None:
    database = Database("postgresql://nobody:secret@127.0.0.1:1/none")
    with pytest.raises(Unavailable, match="does not answer") as failure, database.transaction():
        pass
    assert "secret" not in str(failure.value)


def test_two_who_wait_for_each_other_both_come_to_their_end(database: Database, ada: User, ben: User) -> None:
    both_hold_one = Barrier(2)
    tries: list[int] = []

    def lock(order: tuple[int, int]) -> tuple[int, int]:
        def hold(db: Connection) -> tuple[int, int]:
            tries.append(order[0])
            for n, user_id in enumerate(order):
                db.execute(text("SELECT FROM users WHERE id = :id FOR UPDATE"), {"id": user_id})
                if n == 0 and len(tries) <= 2:
                    both_hold_one.wait(10)
            return order

        return database.settle(hold)

    orders = [(ada.id, ben.id), (ben.id, ada.id)]
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lock, orders)) == orders
    assert len(tries) == 3
