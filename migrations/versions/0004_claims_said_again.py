"""What a source took back and says again is a claim again: it left a service and came back."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"

_UNIQUE = "uq_claims_source_source_key_content_hash"


def upgrade() -> None:
    op.create_index("ix_claims_source_key", "claims", ["source", "source_key", "id"])
    op.drop_constraint(op.f(_UNIQUE), "claims", type_="unique")


def downgrade() -> None:
    # Of claims that were said again, the first stays.
    op.execute(
        "DELETE FROM claims c USING claims earlier WHERE earlier.source = c.source"
        " AND earlier.source_key = c.source_key AND earlier.content_hash = c.content_hash AND earlier.id < c.id"
    )
    op.create_unique_constraint(op.f(_UNIQUE), "claims", ["source", "source_key", "content_hash"])
    op.drop_index("ix_claims_source_key", "claims")
