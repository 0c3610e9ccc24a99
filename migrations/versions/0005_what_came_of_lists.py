"""Which model made a shown list, and which event answers it; what a score is made of is kept in a third of the room."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"

_LISTS = "recommendations_shown"

_SHORTER = """
    UPDATE recommendations_shown SET
        method = coalesce(request ->> 'method', 'mixed'),
        shown = (
            SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                'item', p.place -> 'item_id', 'score', p.place -> 'score', 'method', p.place -> 'method',
                'because', p.place -> 'because', 'fallback', p.place -> 'fallback',
                'terms', (
                    SELECT jsonb_agg(
                        jsonb_build_array(t.term -> 'method', t.term -> 'name', t.term -> 'amount')
                            || CASE WHEN t.term ->> 'item_id' IS NULL THEN '[]'::jsonb
                                    ELSE jsonb_build_array(t.term -> 'item_id') END ORDER BY t.n)
                    FROM jsonb_array_elements(p.place -> 'contributions') WITH ORDINALITY AS t(term, n)
                )
            )) ORDER BY p.n), '[]'::jsonb)
            FROM jsonb_array_elements(shown) WITH ORDINALITY AS p(place, n)
        )
"""
_LONGER = """
    UPDATE recommendations_shown SET shown = (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
            'item_id', p.place -> 'item', 'score', p.place -> 'score', 'method', p.place -> 'method',
            'because', p.place -> 'because', 'fallback', coalesce(p.place -> 'fallback', to_jsonb(fallback)),
            'contributions', (
                SELECT coalesce(jsonb_agg(jsonb_build_object('method', t.term -> 0, 'name', t.term -> 1,
                    'amount', t.term -> 2, 'item_id', t.term -> 3) ORDER BY t.n), '[]'::jsonb)
                FROM jsonb_array_elements(p.place -> 'terms') WITH ORDINALITY AS t(term, n)
            )
        ) ORDER BY p.n), '[]'::jsonb)
        FROM jsonb_array_elements(shown) WITH ORDINALITY AS p(place, n)
    )
"""


def upgrade() -> None:
    op.add_column(_LISTS, sa.Column("method", sa.String(32), server_default="mixed", nullable=False))
    op.add_column(_LISTS, sa.Column("model", sa.String(32), nullable=True))
    op.add_column(_LISTS, sa.Column("version", sa.Integer(), nullable=True))
    op.add_column(_LISTS, sa.Column("fallback", sa.Text(), nullable=True))
    op.add_column(_LISTS, sa.Column("arms", postgresql.JSONB(), nullable=True))
    op.execute(_SHORTER)
    op.add_column("events", sa.Column("list_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_events_list_id"), "events", _LISTS, ["list_id"], ["id"], ondelete="SET NULL"
    )
    op.create_index(
        "ix_events_list_id", "events", ["list_id"], postgresql_where=sa.text("list_id IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_column("events", "list_id")
    op.execute(_LONGER)
    for name in ("arms", "fallback", "version", "model", "method"):
        op.drop_column(_LISTS, name)
