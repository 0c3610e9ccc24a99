"""Works beside works: the series that items are part of, and the books that films and shows were made from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

# Goodreads alone has told of series until now, under the names that a show and its episodes have.
_SAID_BY_GOODREADS = """
    UPDATE {table} SET work = work || jsonb_strip_nulls(
        jsonb_build_object('series', work -> 'series_title', 'series_position', work -> 'episode'))
    WHERE work ->> 'kind' IN ('book', 'audio') AND work ? 'series_title'
        AND (work -> 'external_ids') ?| ARRAY['goodreads', 'isbn13'] {of_users}
"""
_SERIES = """
    INSERT INTO series (name) SELECT DISTINCT work ->> 'series' FROM items WHERE work ? 'series' ORDER BY 1
"""
_ITEM_SERIES = """
    INSERT INTO item_series (item_id, series_id, "position")
    SELECT i.id, s.id, (i.work ->> 'series_position')::real FROM items i JOIN series s ON s.name = i.work ->> 'series'
"""


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
    op.execute(_SAID_BY_GOODREADS.format(table="mentions", of_users=""))
    op.execute(_SAID_BY_GOODREADS.format(table="items", of_users="AND owner_id IS NOT NULL"))
    op.execute(_SERIES)
    op.execute(_ITEM_SERIES)


def downgrade() -> None:
    op.drop_table("item_originals")
    op.drop_table("item_series")
    op.drop_table("series")
