"""The library's facts and conclusions, the accounts, and the extensions they need."""

from __future__ import annotations

import pgvector.sqlalchemy
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    for extension in ("vector", "pg_trgm", "unaccent"):
        op.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    # Titles in any language, so no stemmer: accents folded, words kept.
    op.execute("CREATE TEXT SEARCH CONFIGURATION mediatheque (COPY = simple)")
    op.execute(
        "ALTER TEXT SEARCH CONFIGURATION mediatheque ALTER MAPPING FOR hword, hword_part, word WITH unaccent, simple"
    )
    op.create_table(
        "embedding_models",
        sa.Column("id", sa.SmallInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("dimensions", sa.Integer(), nullable=False),
        sa.CheckConstraint("dimensions BETWEEN 1 AND 4000", name=op.f("ck_embedding_models_dimensions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_embedding_models")),
        sa.UniqueConstraint("name", name=op.f("uq_embedding_models_name")),
    )
    op.create_table(
        "genres",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_genres")),
        sa.UniqueConstraint("name", name=op.f("uq_genres_name")),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("name", name=op.f("uq_people_name")),
    )
    op.create_table(
        "sync_cursors",
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("plan", sa.String(length=64), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("source", "plan", name=op.f("pk_sync_cursors")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), server_default="member", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("role IN ('admin', 'member')", name=op.f("ck_users_role")),
        sa.CheckConstraint("length(btrim(name)) > 0", name=op.f("ck_users_name_not_blank")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
    )
    op.create_index("uq_users_name_lower", "users", [sa.literal_column("lower(name)")], unique=True)
    op.create_table(
        "api_keys",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("prefix", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("octet_length(key_hash) = 32", name=op.f("ck_api_keys_key_hash_sha256")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_api_keys_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_api_keys_key_hash")),
    )
    op.create_index("ix_api_keys_user_id", "api_keys", ["user_id"], unique=False)
    op.create_table(
        "batches",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_hash", sa.LargeBinary(), nullable=False),
        sa.Column(
            "options",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("state", sa.String(length=16), server_default="reading", nullable=False),
        sa.Column("rows_read", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("new_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("known_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("rejected_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column(
            "skipped",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('reading', 'done', 'failed', 'undone')", name=op.f("ck_batches_state")),
        sa.CheckConstraint("octet_length(file_hash) = 32", name=op.f("ck_batches_file_hash_sha256")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_batches_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
    )
    op.create_index("ix_batches_user_id", "batches", ["user_id", "id"], unique=False)
    op.create_index(
        "uq_batches_reading",
        "batches",
        ["user_id", "file_hash"],
        unique=True,
        postgresql_where=sa.text("state = 'reading'"),
    )
    op.create_table(
        "credentials",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_credentials_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_credentials")),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("response", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("length(key) BETWEEN 1 AND 200", name=op.f("ck_idempotency_keys_key_length")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_idempotency_keys_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_table(
        "items",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("popularity", sa.REAL(), nullable=True),
        sa.Column("average_rating", sa.REAL(), nullable=True),
        sa.Column("rating_count", sa.Integer(), nullable=True),
        sa.Column("season", sa.Integer(), nullable=True),
        sa.Column("episode", sa.Integer(), nullable=True),
        sa.Column("work", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("merged_into", sa.BigInteger(), nullable=True),
        sa.Column("search", postgresql.TSVECTOR(), server_default=sa.text("''::tsvector"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('film', 'show', 'episode', 'video', 'book', 'audio')", name=op.f("ck_items_kind")
        ),
        sa.CheckConstraint("average_rating BETWEEN 0.5 AND 5", name=op.f("ck_items_average_rating")),
        sa.CheckConstraint("merged_into <> id", name=op.f("ck_items_not_merged_into_itself")),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_items_not_own_parent")),
        sa.CheckConstraint("year BETWEEN -4000 AND 2200", name=op.f("ck_items_year")),
        sa.ForeignKeyConstraint(
            ["merged_into"], ["items.id"], name=op.f("fk_items_merged_into"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_items_owner_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["items.id"], name=op.f("fk_items_parent_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_items")),
    )
    op.create_index("ix_items_kind_year", "items", ["kind", "year"], unique=False)
    op.create_index(
        "ix_items_merged_into",
        "items",
        ["merged_into"],
        unique=False,
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
    op.create_index(
        "ix_items_owner_id",
        "items",
        ["owner_id"],
        unique=False,
        postgresql_where=sa.text("owner_id IS NOT NULL"),
    )
    op.create_index(
        "ix_items_parent_id",
        "items",
        ["parent_id"],
        unique=False,
        postgresql_where=sa.text("parent_id IS NOT NULL"),
    )
    op.create_index(
        "ix_items_popularity", "items", [sa.literal_column("popularity DESC NULLS LAST")], unique=False
    )
    op.create_index(
        "ix_items_search",
        "items",
        ["search"],
        unique=False,
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_table(
        "recommendations_shown",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("request", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("shown", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_recommendations_shown_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendations_shown")),
    )
    op.create_index(
        "ix_recommendations_shown_user_id", "recommendations_shown", ["user_id", "id"], unique=False
    )
    op.create_table(
        "claims",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("work", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("octet_length(content_hash) = 16", name=op.f("ck_claims_content_hash")),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_claims_item_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
        sa.UniqueConstraint(
            "source", "source_key", "content_hash", name=op.f("uq_claims_source_source_key_content_hash")
        ),
    )
    op.create_index("ix_claims_item_id", "claims", ["item_id"], unique=False)
    op.create_table(
        "embeddings",
        sa.Column("model_id", sa.SmallInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("text_hash", sa.LargeBinary(), nullable=False),
        sa.Column("vector", pgvector.sqlalchemy.HALFVEC(), nullable=False),
        sa.CheckConstraint("l2_norm(vector) > 0", name=op.f("ck_embeddings_not_zero")),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_embeddings_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["embedding_models.id"], name=op.f("fk_embeddings_model_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("model_id", "item_id", name=op.f("pk_embeddings")),
    )
    op.create_index("ix_embeddings_item_id", "embeddings", ["item_id"], unique=False)
    op.create_table(
        "external_ids",
        sa.Column("scheme", sa.String(length=32), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('film', 'show', 'episode', 'video', 'book', 'audio')", name=op.f("ck_external_ids_kind")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_external_ids_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("scheme", "value", "kind", "item_id", name=op.f("pk_external_ids")),
    )
    op.create_index("ix_external_ids_item_id", "external_ids", ["item_id"], unique=False)
    op.create_table(
        "item_credits",
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("character", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "role IN ('director', 'creator', 'writer', 'author', 'cast', 'narrator', 'channel')",
            name=op.f("ck_item_credits_role"),
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_item_credits_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_item_credits_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", "position", name=op.f("pk_item_credits")),
    )
    op.create_index("ix_item_credits_person_id", "item_credits", ["person_id", "item_id"], unique=False)
    op.create_table(
        "item_genres",
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("genre_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["genre_id"], ["genres.id"], name=op.f("fk_item_genres_genre_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_item_genres_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", "genre_id", name=op.f("pk_item_genres")),
    )
    op.create_index("ix_item_genres_genre_id", "item_genres", ["genre_id", "item_id"], unique=False)
    op.create_table(
        "item_titles",
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_item_titles_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", "item_id", name=op.f("pk_item_titles")),
    )
    op.create_index("ix_item_titles_item_id", "item_titles", ["item_id"], unique=False)
    op.create_index(
        "ix_item_titles_key_trgm",
        "item_titles",
        ["key"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"key": "gin_trgm_ops"},
        postgresql_with={"fastupdate": "off"},
    )
    op.create_table(
        "mentions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("work", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("item_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("octet_length(fingerprint) = 16", name=op.f("ck_mentions_fingerprint")),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_mentions_item_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["mentions.id"], name=op.f("fk_mentions_parent_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_mentions_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentions")),
        sa.UniqueConstraint("user_id", "fingerprint", name=op.f("uq_mentions_user_id_fingerprint")),
    )
    op.create_index("ix_mentions_item_id", "mentions", ["item_id"], unique=False)
    op.create_index(
        "ix_mentions_parent_id",
        "mentions",
        ["parent_id"],
        unique=False,
        postgresql_where=sa.text("parent_id IS NOT NULL"),
    )
    op.create_table(
        "merges",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("from_item_id", sa.BigInteger(), nullable=False),
        sa.Column("into_item_id", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=16), nullable=False),
        sa.Column("moved", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("by IN ('resolver', 'person')", name=op.f("ck_merges_by")),
        sa.ForeignKeyConstraint(
            ["from_item_id"], ["items.id"], name=op.f("fk_merges_from_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["into_item_id"], ["items.id"], name=op.f("fk_merges_into_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merges")),
    )
    op.create_index("ix_merges_from_item_id", "merges", ["from_item_id"], unique=False)
    op.create_index("ix_merges_into_item_id", "merges", ["into_item_id"], unique=False)
    op.create_table(
        "ratings",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.REAL(), nullable=False),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "value BETWEEN 0.5 AND 5 AND value * 2 = floor(value * 2)", name=op.f("ck_ratings_in_halves")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_ratings_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_ratings_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "item_id", name=op.f("pk_ratings")),
    )
    op.create_index("ix_ratings_item_id", "ratings", ["item_id"], unique=False)
    op.create_table(
        "rejections",
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name=op.f("fk_rejections_batch_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("batch_id", "row", name=op.f("pk_rejections")),
    )
    op.create_table(
        "user_items",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("seen_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("episodes_seen", sa.Integer(), server_default="0", nullable=False),
        sa.Column("is_saved", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_hidden", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("liking", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("liking BETWEEN -1 AND 1", name=op.f("ck_user_items_liking")),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_user_items_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_user_items_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "item_id", name=op.f("pk_user_items")),
    )
    op.create_index("ix_user_items_item_id", "user_items", ["item_id"], unique=False)
    op.create_table(
        "judgements",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("mention_id", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.String(length=8), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=True),
        sa.Column("by", sa.String(length=16), nullable=False),
        sa.Column("score", sa.REAL(), nullable=True),
        sa.Column(
            "candidates",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("retracted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("by IN ('resolver', 'person')", name=op.f("ck_judgements_by")),
        sa.CheckConstraint("verdict IN ('same', 'ask', 'new')", name=op.f("ck_judgements_verdict")),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_judgements_item_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["mention_id"], ["mentions.id"], name=op.f("fk_judgements_mention_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judgements")),
    )
    op.create_index(
        "ix_judgements_item_id",
        "judgements",
        ["item_id"],
        unique=False,
        postgresql_where=sa.text("item_id IS NOT NULL"),
    )
    op.create_index("ix_judgements_mention_id", "judgements", ["mention_id", "id"], unique=False)
    op.create_index(
        "uq_judgements_standing",
        "judgements",
        ["mention_id"],
        unique=True,
        postgresql_where=sa.text("retracted_at IS NULL"),
    )
    op.create_table(
        "records",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("key", sa.Text(), server_default="", nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("mention_id", sa.BigInteger(), nullable=True),
        sa.Column("ingested_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("octet_length(content_hash) = 16", name=op.f("ck_records_content_hash")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name=op.f("fk_records_batch_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["mention_id"], ["mentions.id"], name=op.f("fk_records_mention_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_records_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_records")),
        sa.UniqueConstraint("user_id", "content_hash", name=op.f("uq_records_user_id_content_hash")),
    )
    op.create_index("ix_records_batch_id", "records", ["batch_id"], unique=False)
    op.create_index("ix_records_mention_id", "records", ["mention_id"], unique=False)
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("value", sa.REAL(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_date_only", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=True),
        sa.Column("campaign", sa.Text(), nullable=True),
        sa.Column("properties", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "kind <> 'rated' OR value IS NULL OR (value BETWEEN 0.5 AND 5 AND value * 2 = floor(value * 2))",
            name=op.f("ck_events_rating_in_halves"),
        ),
        sa.CheckConstraint(
            "kind IN ('watched', 'read', 'listened', 'started', 'rated', 'liked', 'disliked', 'saved', 'unsaved', 'hidden', 'unhidden', 'added', 'subscribed', 'searched', 'shown', 'clicked')",
            name=op.f("ck_events_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_events_item_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["records.id"], name=op.f("fk_events_record_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_events_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index(
        "ix_events_item_id",
        "events",
        ["item_id"],
        unique=False,
        postgresql_where=sa.text("item_id IS NOT NULL"),
    )
    op.create_index(
        "ix_events_record_id",
        "events",
        ["record_id"],
        unique=False,
        postgresql_where=sa.text("record_id IS NOT NULL"),
    )
    op.create_index(
        "ix_events_user_id_at",
        "events",
        ["user_id", sa.literal_column("at DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index("ix_events_user_id_item_id", "events", ["user_id", "item_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_events_user_id_item_id", table_name="events")
    op.drop_index("ix_events_user_id_at", table_name="events")
    op.drop_index(
        "ix_events_record_id", table_name="events", postgresql_where=sa.text("record_id IS NOT NULL")
    )
    op.drop_index("ix_events_item_id", table_name="events", postgresql_where=sa.text("item_id IS NOT NULL"))
    op.drop_table("events")
    op.drop_index("ix_records_mention_id", table_name="records")
    op.drop_index("ix_records_batch_id", table_name="records")
    op.drop_table("records")
    op.drop_index(
        "uq_judgements_standing", table_name="judgements", postgresql_where=sa.text("retracted_at IS NULL")
    )
    op.drop_index("ix_judgements_mention_id", table_name="judgements")
    op.drop_index(
        "ix_judgements_item_id", table_name="judgements", postgresql_where=sa.text("item_id IS NOT NULL")
    )
    op.drop_table("judgements")
    op.drop_index("ix_user_items_item_id", table_name="user_items")
    op.drop_table("user_items")
    op.drop_table("rejections")
    op.drop_index("ix_ratings_item_id", table_name="ratings")
    op.drop_table("ratings")
    op.drop_index("ix_merges_into_item_id", table_name="merges")
    op.drop_index("ix_merges_from_item_id", table_name="merges")
    op.drop_table("merges")
    op.drop_index(
        "ix_mentions_parent_id", table_name="mentions", postgresql_where=sa.text("parent_id IS NOT NULL")
    )
    op.drop_index("ix_mentions_item_id", table_name="mentions")
    op.drop_table("mentions")
    op.drop_index(
        "ix_item_titles_key_trgm",
        table_name="item_titles",
        postgresql_using="gin",
        postgresql_ops={"key": "gin_trgm_ops"},
    )
    op.drop_index("ix_item_titles_item_id", table_name="item_titles")
    op.drop_table("item_titles")
    op.drop_index("ix_item_genres_genre_id", table_name="item_genres")
    op.drop_table("item_genres")
    op.drop_index("ix_item_credits_person_id", table_name="item_credits")
    op.drop_table("item_credits")
    op.drop_index("ix_external_ids_item_id", table_name="external_ids")
    op.drop_table("external_ids")
    op.drop_index("ix_embeddings_item_id", table_name="embeddings")
    op.drop_table("embeddings")
    op.drop_index("ix_claims_item_id", table_name="claims")
    op.drop_table("claims")
    op.drop_index("ix_recommendations_shown_user_id", table_name="recommendations_shown")
    op.drop_table("recommendations_shown")
    op.drop_index("ix_items_search", table_name="items", postgresql_using="gin")
    op.drop_index("ix_items_popularity", table_name="items")
    op.drop_index("ix_items_parent_id", table_name="items", postgresql_where=sa.text("parent_id IS NOT NULL"))
    op.drop_index("ix_items_owner_id", table_name="items", postgresql_where=sa.text("owner_id IS NOT NULL"))
    op.drop_index(
        "ix_items_merged_into", table_name="items", postgresql_where=sa.text("merged_into IS NOT NULL")
    )
    op.drop_index("ix_items_kind_year", table_name="items")
    op.drop_table("items")
    op.drop_table("idempotency_keys")
    op.drop_table("credentials")
    op.drop_index("uq_batches_reading", table_name="batches", postgresql_where=sa.text("state = 'reading'"))
    op.drop_index("ix_batches_user_id", table_name="batches")
    op.drop_table("batches")
    op.drop_index("ix_api_keys_user_id", table_name="api_keys")
    op.drop_table("api_keys")
    op.drop_index("uq_users_name_lower", table_name="users")
    op.drop_table("users")
    op.drop_table("sync_cursors")
    op.drop_table("people")
    op.drop_table("genres")
    op.drop_table("embedding_models")
    op.execute("DROP TEXT SEARCH CONFIGURATION mediatheque")
