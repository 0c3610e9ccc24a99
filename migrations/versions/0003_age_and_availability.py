"""For which age a title is rated and where it streams; an account's age limit and a person's own services."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("items", sa.Column("minimum_age", sa.SmallInteger(), nullable=True))
    op.add_column("items", sa.Column("services", postgresql.ARRAY(sa.Text()), nullable=True))
    op.create_check_constraint(op.f("ck_items_minimum_age"), "items", "minimum_age BETWEEN 0 AND 21")
    op.create_index(
        "ix_items_services",
        "items",
        ["services"],
        postgresql_using="gin",
        postgresql_where=sa.text("services IS NOT NULL"),
        postgresql_with={"fastupdate": "off"},
    )
    op.add_column("users", sa.Column("max_age", sa.SmallInteger(), nullable=True))
    op.add_column(
        "users",
        sa.Column("may_see_unrated", sa.Boolean(), server_default=sa.text("true"), nullable=False),
    )
    op.add_column(
        "users",
        sa.Column("services", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.create_check_constraint(op.f("ck_users_max_age"), "users", "max_age BETWEEN 0 AND 21")


def downgrade() -> None:
    for name in ("services", "may_see_unrated", "max_age"):
        op.drop_column("users", name)
    for name in ("services", "minimum_age"):
        op.drop_column("items", name)
