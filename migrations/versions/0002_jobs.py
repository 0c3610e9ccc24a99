"""The job queue: procrastinate's own schema, as its package carries it."""

from __future__ import annotations

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    # exec_driver_sql with a doubled %: the driver reads a single one as a parameter.
    op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))


def downgrade() -> None:
    for table in ("periodic_defers", "events", "jobs", "workers"):
        op.execute(f"DROP TABLE IF EXISTS procrastinate_{table} CASCADE")
    op.execute(
        """
        DO $$ DECLARE thing record; BEGIN
            FOR thing IN SELECT oid::regprocedure AS name FROM pg_proc WHERE proname LIKE 'procrastinate_%' LOOP
                EXECUTE 'DROP FUNCTION ' || thing.name || ' CASCADE';
            END LOOP;
            FOR thing IN SELECT typname AS name FROM pg_type LEFT JOIN pg_class ON pg_class.oid = typrelid
                WHERE typname LIKE 'procrastinate_%' AND (typtype = 'e' OR relkind = 'c') LOOP
                EXECUTE 'DROP TYPE ' || thing.name || ' CASCADE';
            END LOOP;
        END $$
        """
    )
