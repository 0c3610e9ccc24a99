"""Works beside works: the series that items are part of, and the books that films and shows were made from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "series",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("name", name=op.f("uq_series_name")),
    )
    op.create_table(
        "item_series",
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("series_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.REAL(), nullable=True),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_item_series_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["series_id"], ["series.id"], name=op.f("fk_item_series_series_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", "series_id", name=op.f("pk_item_series")),
    )
    op.create_index("ix_item_series_series_id", "item_series", ["series_id", "item_id"])
    op.create_table(
        "item_originals",
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("title_key", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_item_originals_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", "position", name=op.f("pk_item_originals")),
    )
    op.create_index("ix_item_originals_title_key", "item_originals", ["title_key"])


def downgrade() -> None:
    op.drop_table("item_originals")
    op.drop_table("item_series")
    op.drop_table("series")
