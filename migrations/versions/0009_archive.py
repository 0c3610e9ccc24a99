"""Jobs that can be followed, the archive of recordings, and conversations with it."""

from __future__ import annotations

import pgvector.sqlalchemy
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"


# Who follows a job hears of it with the commit. A row that did not change in what is shown says nothing.
_REVISED = """
    CREATE FUNCTION jobs_revised() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.revision := nextval('jobs_revision');
        NEW.changed_in := pg_current_xact_id()::text::bigint;
        PERFORM pg_notify('mediatheque_jobs', NEW.id || ' ' || coalesce(NEW.user_id::text, '-'));
        RETURN NEW;
    END $$
"""
_ON_INSERT = """
    CREATE TRIGGER jobs_inserted BEFORE INSERT ON jobs FOR EACH ROW EXECUTE FUNCTION jobs_revised()
"""
_ON_UPDATE = """
    CREATE TRIGGER jobs_updated BEFORE UPDATE ON jobs FOR EACH ROW
    WHEN ((OLD.state, OLD.percent, OLD.line, OLD.error, OLD.lane, OLD.attempt, OLD.cancel_asked_at)
        IS DISTINCT FROM (NEW.state, NEW.percent, NEW.line, NEW.error, NEW.lane, NEW.attempt, NEW.cancel_asked_at))
    EXECUTE FUNCTION jobs_revised()
"""
# A row changes three times and more, and a queue's rows come and go. Swept when a fifth of it is dead, as by default,
# who looks for the next job reads mostly what is gone (10,000 dead rows made taking one five times as slow).
_SWEPT_OFTEN = """
    ALTER TABLE {table} SET (autovacuum_vacuum_scale_factor = {factor}, autovacuum_vacuum_threshold = 1000,
        autovacuum_vacuum_insert_scale_factor = 0.2, autovacuum_analyze_scale_factor = {factor})
"""
_SWEPT = {"jobs": "0.02", "procrastinate_jobs": "0.01", "procrastinate_events": "0.02"}
# The next job is found along an index; by statistics from before a burst of jobs came, PostgreSQL rather sorts all that
# wait, each time (10 ms instead of 0.1 with 10,000).
_ALONG_ITS_INDEX = "ALTER FUNCTION procrastinate_fetch_job_v2(varchar[], bigint) SET enable_sort = off"
# What waited before there were lanes goes on in them.
_INTO_LANES = """
    UPDATE procrastinate_jobs SET queue_name = CASE task_name
        WHEN 'mediatheque:import_batch' THEN 'interactive' WHEN 'mediatheque:train_models' THEN 'heavy' ELSE 'bulk' END
    WHERE queue_name = 'default' AND status IN ('todo', 'doing')
"""


def upgrade() -> None:
    op.execute("CREATE SEQUENCE jobs_revision")
    op.create_table(
        "lanes",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("name IN ('interactive', 'bulk', 'heavy')", name=op.f("ck_lanes_name")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lanes")),
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("task", sa.String(length=32), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("lane", sa.String(length=16), nullable=False),
        sa.Column("priority", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column(
            "arguments",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("state", sa.String(length=16), server_default="pending", nullable=False),
        sa.Column("percent", sa.REAL(), server_default="0", nullable=False),
        sa.Column("line", sa.Text(), server_default="", nullable=False),
        sa.Column("attempt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column(
            "timings",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("queue_id", sa.BigInteger(), nullable=True),
        sa.Column("cancel_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("changed_in", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("lane IN ('interactive', 'bulk', 'heavy')", name=op.f("ck_jobs_lane")),
        sa.CheckConstraint(
            "state IN ('pending', 'running', 'extracting', 'fingerprinting', 'transcribing', 'enriching', 'embedding', 'completed', 'duplicate', 'failed', 'cancelled')",
            name=op.f("ck_jobs_state"),
        ),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_jobs_percent")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_jobs_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    op.create_index("ix_jobs_finished_at", "jobs", ["finished_at"], unique=False)
    op.create_index("ix_jobs_changed_in", "jobs", ["changed_in"], unique=False)
    op.create_index(
        "ix_jobs_unfinished", "jobs", ["id"], unique=False, postgresql_where=sa.text("finished_at IS NULL")
    )
    op.create_index("ix_jobs_user_id", "jobs", ["user_id", "id"], unique=False)
    op.create_table(
        "tags",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.CheckConstraint("length(btrim(name)) BETWEEN 1 AND 64", name=op.f("ck_tags_name_length")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_tags_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tags")),
    )
    op.create_index("uq_tags_name", "tags", ["user_id", sa.literal_column("lower(name)")], unique=True)
    op.create_table(
        "threads",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_threads_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_threads")),
    )
    op.create_index("ix_threads_user_id", "threads", ["user_id", "updated_at"], unique=False)
    op.create_table(
        "voices",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.CheckConstraint("length(btrim(name)) > 0", name=op.f("ck_voices_name_not_blank")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_voices_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voices")),
    )
    op.create_index("uq_voices_name", "voices", ["user_id", sa.literal_column("lower(name)")], unique=True)
    op.create_table(
        "watched_folders",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column(
            "options",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("added_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_watched_folders_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watched_folders")),
        sa.UniqueConstraint("user_id", "path", name=op.f("uq_watched_folders_user_id_path")),
    )
    op.create_table(
        "media",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=True),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("given", sa.Text(), nullable=False),
        sa.Column("wanted", sa.String(length=8), server_default="audio", nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("speaker_count", sa.SmallInteger(), nullable=True),
        sa.Column(
            "found",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("is_list", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=True),
        sa.Column("has_video", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("duplicate_of", sa.BigInteger(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("origin IN ('link', 'file', 'recording', 'folder')", name=op.f("ck_media_origin")),
        sa.CheckConstraint("wanted IN ('audio', 'video')", name=op.f("ck_media_wanted")),
        sa.CheckConstraint("duplicate_of <> id", name=op.f("ck_media_not_its_own_duplicate")),
        sa.CheckConstraint("speaker_count BETWEEN 1 AND 20", name=op.f("ck_media_speaker_count")),
        sa.ForeignKeyConstraint(
            ["duplicate_of"], ["media.id"], name=op.f("fk_media_duplicate_of"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_media_item_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_media_job_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["media.id"], name=op.f("fk_media_parent_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_media_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media")),
    )
    op.create_index(
        "ix_media_deleted_at",
        "media",
        ["deleted_at"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.create_index(
        "ix_media_duplicate_of",
        "media",
        ["duplicate_of"],
        unique=False,
        postgresql_where=sa.text("duplicate_of IS NOT NULL"),
    )
    op.create_index("ix_media_item_id", "media", ["item_id"], unique=False)
    op.create_index("ix_media_job_id", "media", ["job_id"], unique=False)
    op.create_index(
        "ix_media_parent_id",
        "media",
        ["parent_id"],
        unique=False,
        postgresql_where=sa.text("parent_id IS NOT NULL"),
    )
    op.create_index("ix_media_user_id", "media", ["user_id", "id"], unique=False)
    op.create_index(
        "uq_media_link",
        "media",
        ["user_id", "link"],
        unique=True,
        postgresql_where=sa.text("link IS NOT NULL AND deleted_at IS NULL"),
    )
    op.create_table(
        "thread_messages",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "sentences",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("made_by", sa.Text(), nullable=True),
        sa.Column("search", postgresql.TSVECTOR(), server_default=sa.text("''::tsvector"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("role IN ('question', 'answer')", name=op.f("ck_thread_messages_role")),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["threads.id"], name=op.f("fk_thread_messages_thread_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread_messages")),
    )
    op.create_index(
        "ix_thread_messages_search", "thread_messages", ["search"], unique=False, postgresql_using="gin"
    )
    op.create_index("ix_thread_messages_thread_id", "thread_messages", ["thread_id", "id"], unique=False)
    op.create_table(
        "enrichments",
        sa.Column("media_id", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("summary", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "key_points",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "chapters",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "people",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media.id"], name=op.f("fk_enrichments_media_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("media_id", name=op.f("pk_enrichments")),
    )
    op.create_table(
        "fingerprints",
        sa.Column("media_id", sa.BigInteger(), nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media.id"], name=op.f("fk_fingerprints_media_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("media_id", name=op.f("pk_fingerprints")),
    )
    op.create_table(
        "fingerprint_hashes",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("media_id", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media.id"], name=op.f("fk_fingerprint_hashes_media_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_fingerprint_hashes_user_id"), ondelete="CASCADE"
        ),
    )
    op.create_index("ix_fingerprint_hashes_hash", "fingerprint_hashes", ["user_id", "hash"], unique=False)
    op.create_index("ix_fingerprint_hashes_media_id", "fingerprint_hashes", ["media_id"], unique=False)
    op.create_table(
        "line_corrections",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("media_id", sa.BigInteger(), nullable=False),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column(
            "corrected_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media.id"], name=op.f("fk_line_corrections_media_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_corrections")),
    )
    op.create_index(
        "ix_line_corrections_media_id", "line_corrections", ["media_id", "start_ms", "id"], unique=False
    )
    op.create_table(
        "media_files",
        sa.Column("media_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media.id"], name=op.f("fk_media_files_media_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("media_id", "role", name=op.f("pk_media_files")),
    )
    op.create_index("ix_media_files_sha256", "media_files", ["sha256"], unique=False)
    op.create_table(
        "media_pairs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("media_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("bit_error_rate", sa.REAL(), nullable=False),
        sa.Column("aligned_frames", sa.Integer(), nullable=False),
        sa.Column("offset_ms", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.String(length=16), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("answer IN ('same', 'different')", name=op.f("ck_media_pairs_answer")),
        sa.CheckConstraint("media_id <> other_id", name=op.f("ck_media_pairs_two")),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media.id"], name=op.f("fk_media_pairs_media_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["media.id"], name=op.f("fk_media_pairs_other_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media_pairs")),
        sa.UniqueConstraint("media_id", "other_id", name=op.f("uq_media_pairs_media_id_other_id")),
    )
    op.create_index("ix_media_pairs_other_id", "media_pairs", ["other_id"], unique=False)
    op.create_table(
        "media_speakers",
        sa.Column("media_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("embedding", sa.LargeBinary(), nullable=True),
        sa.Column("speaking_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("voice_id", sa.BigInteger(), nullable=True),
        sa.Column("named_by", sa.String(length=8), nullable=True),
        sa.CheckConstraint(
            "named_by IN ('person', 'captions', 'machine')", name=op.f("ck_media_speakers_named_by")
        ),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media.id"], name=op.f("fk_media_speakers_media_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["voice_id"], ["voices.id"], name=op.f("fk_media_speakers_voice_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("media_id", "number", name=op.f("pk_media_speakers")),
    )
    op.create_index("ix_media_speakers_voice_id", "media_speakers", ["voice_id"], unique=False)
    op.create_table(
        "media_steps",
        sa.Column("media_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.REAL(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media.id"], name=op.f("fk_media_steps_media_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("media_id", "step", name=op.f("pk_media_steps")),
    )
    op.create_table(
        "media_tags",
        sa.Column("media_id", sa.BigInteger(), nullable=False),
        sa.Column("tag_id", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=8), nullable=False),
        sa.Column("is_removed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("by IN ('person', 'machine')", name=op.f("ck_media_tags_by")),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media.id"], name=op.f("fk_media_tags_media_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tag_id"], ["tags.id"], name=op.f("fk_media_tags_tag_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("media_id", "tag_id", name=op.f("pk_media_tags")),
    )
    op.create_index("ix_media_tags_tag_id", "media_tags", ["tag_id", "media_id"], unique=False)
    op.create_table(
        "passages",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("media_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("end_ms", sa.BigInteger(), nullable=False),
        sa.Column("speaker", sa.SmallInteger(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), server_default=sa.text("''::tsvector"), nullable=False),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media.id"], name=op.f("fk_passages_media_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_passages_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passages")),
        sa.UniqueConstraint("media_id", "position", name=op.f("uq_passages_media_id_position")),
    )
    op.create_index(
        "ix_passages_search",
        "passages",
        ["search"],
        unique=False,
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_index("ix_passages_user_id", "passages", ["user_id", "id"], unique=False)
    op.create_table(
        "transcript_lines",
        sa.Column("media_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("end_ms", sa.BigInteger(), nullable=False),
        sa.Column("speaker", sa.SmallInteger(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("words", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint("start_ms >= 0 AND end_ms >= start_ms", name=op.f("ck_transcript_lines_times")),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media.id"], name=op.f("fk_transcript_lines_media_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("media_id", "position", name=op.f("pk_transcript_lines")),
    )
    op.create_table(
        "transcripts",
        sa.Column("media_id", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("language_probability", sa.REAL(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("origin IN ('captions', 'speech')", name=op.f("ck_transcripts_origin")),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media.id"], name=op.f("fk_transcripts_media_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("media_id", name=op.f("pk_transcripts")),
    )
    op.create_table(
        "uploads",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column(
            "options",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("media_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media.id"], name=op.f("fk_uploads_media_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_uploads_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
    )
    op.create_index("ix_uploads_user_id", "uploads", ["user_id"], unique=False)
    op.create_table(
        "watched_files",
        sa.Column("folder_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("modified_ns", sa.BigInteger(), nullable=False),
        sa.Column("media_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["folder_id"], ["watched_folders.id"], name=op.f("fk_watched_files_folder_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media.id"], name=op.f("fk_watched_files_media_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("folder_id", "name", name=op.f("pk_watched_files")),
    )
    op.create_table(
        "work_mentions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("media_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("confidence", sa.REAL(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_work_mentions_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media.id"], name=op.f("fk_work_mentions_media_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_mentions")),
        sa.UniqueConstraint(
            "media_id", "item_id", "start_ms", name=op.f("uq_work_mentions_media_id_item_id_start_ms")
        ),
    )
    op.create_index("ix_work_mentions_item_id", "work_mentions", ["item_id"], unique=False)
    op.create_table(
        "passage_embeddings",
        sa.Column("model_id", sa.SmallInteger(), nullable=False),
        sa.Column("passage_id", sa.BigInteger(), nullable=False),
        sa.Column("vector", pgvector.sqlalchemy.halfvec.HALFVEC(), nullable=False),
        sa.CheckConstraint("l2_norm(vector) > 0", name=op.f("ck_passage_embeddings_not_zero")),
        sa.ForeignKeyConstraint(
            ["model_id"],
            ["embedding_models.id"],
            name=op.f("fk_passage_embeddings_model_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["passage_id"], ["passages.id"], name=op.f("fk_passage_embeddings_passage_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("model_id", "passage_id", name=op.f("pk_passage_embeddings")),
    )
    op.create_index("ix_passage_embeddings_passage_id", "passage_embeddings", ["passage_id"], unique=False)
    op.execute("INSERT INTO lanes (name) VALUES ('interactive'), ('bulk'), ('heavy')")
    op.execute(_REVISED)
    op.execute(_ON_INSERT)
    op.execute(_ON_UPDATE)
    for table, factor in _SWEPT.items():
        op.execute(_SWEPT_OFTEN.format(table=table, factor=factor))
    op.execute(_ALONG_ITS_INDEX)
    op.execute(_INTO_LANES)


def downgrade() -> None:
    op.execute("UPDATE procrastinate_jobs SET queue_name = 'default' WHERE queue_name <> 'default'")
    op.execute("ALTER FUNCTION procrastinate_fetch_job_v2(varchar[], bigint) RESET ALL")
    for table in ("procrastinate_jobs", "procrastinate_events"):
        op.execute(
            f"ALTER TABLE {table} RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold, "
            "autovacuum_vacuum_insert_scale_factor, autovacuum_analyze_scale_factor)"
        )
    op.drop_index("ix_passage_embeddings_passage_id", table_name="passage_embeddings")
    op.drop_table("passage_embeddings")
    op.drop_index("ix_work_mentions_item_id", table_name="work_mentions")
    op.drop_table("work_mentions")
    op.drop_table("watched_files")
    op.drop_index("ix_uploads_user_id", table_name="uploads")
    op.drop_table("uploads")
    op.drop_table("transcripts")
    op.drop_table("transcript_lines")
    op.drop_index("ix_passages_user_id", table_name="passages")
    op.drop_index(
        "ix_passages_search",
        table_name="passages",
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.drop_table("passages")
    op.drop_index("ix_media_tags_tag_id", table_name="media_tags")
    op.drop_table("media_tags")
    op.drop_table("media_steps")
    op.drop_index("ix_media_speakers_voice_id", table_name="media_speakers")
    op.drop_table("media_speakers")
    op.drop_index("ix_media_pairs_other_id", table_name="media_pairs")
    op.drop_table("media_pairs")
    op.drop_index("ix_media_files_sha256", table_name="media_files")
    op.drop_table("media_files")
    op.drop_index("ix_line_corrections_media_id", table_name="line_corrections")
    op.drop_table("line_corrections")
    op.drop_index("ix_fingerprint_hashes_media_id", table_name="fingerprint_hashes")
    op.drop_index("ix_fingerprint_hashes_hash", table_name="fingerprint_hashes")
    op.drop_table("fingerprint_hashes")
    op.drop_table("fingerprints")
    op.drop_table("enrichments")
    op.drop_index("ix_thread_messages_thread_id", table_name="thread_messages")
    op.drop_index("ix_thread_messages_search", table_name="thread_messages", postgresql_using="gin")
    op.drop_table("thread_messages")
    op.drop_index(
        "uq_media_link",
        table_name="media",
        postgresql_where=sa.text("link IS NOT NULL AND deleted_at IS NULL"),
    )
    op.drop_index("ix_media_user_id", table_name="media")
    op.drop_index("ix_media_parent_id", table_name="media", postgresql_where=sa.text("parent_id IS NOT NULL"))
    op.drop_index("ix_media_job_id", table_name="media")
    op.drop_index("ix_media_item_id", table_name="media")
    op.drop_index(
        "ix_media_duplicate_of", table_name="media", postgresql_where=sa.text("duplicate_of IS NOT NULL")
    )
    op.drop_index(
        "ix_media_deleted_at", table_name="media", postgresql_where=sa.text("deleted_at IS NOT NULL")
    )
    op.drop_table("media")
    op.drop_table("watched_folders")
    op.drop_index("uq_voices_name", table_name="voices")
    op.drop_table("voices")
    op.drop_index("ix_threads_user_id", table_name="threads")
    op.drop_table("threads")
    op.drop_index("uq_tags_name", table_name="tags")
    op.drop_table("tags")
    op.drop_index("ix_jobs_user_id", table_name="jobs")
    op.drop_index("ix_jobs_unfinished", table_name="jobs", postgresql_where=sa.text("finished_at IS NULL"))
    op.drop_index("ix_jobs_changed_in", table_name="jobs")
    op.drop_index("ix_jobs_finished_at", table_name="jobs")
    op.drop_table("jobs")
    op.drop_table("lanes")
    op.execute("DROP FUNCTION jobs_revised")
    op.execute("DROP SEQUENCE jobs_revision")
