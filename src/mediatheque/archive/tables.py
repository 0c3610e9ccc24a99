"""The archive's tables: what people added, the steps behind it, and what was worked out from it.

Facts: media, media_files of the role `original`, line_corrections, people's tags and answers to pairs, uploads.
Conclusions (worked out again by processing a recording anew): everything else.
Times inside a recording are whole milliseconds from its beginning.
"""

from __future__ import annotations

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import (
    REAL,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

from mediatheque.jobs.tables import jobs  # its key is pointed to
from mediatheque.library.tables import metadata


def _id() -> Column[int]:
    return Column("id", BigInteger, Identity(always=True), primary_key=True)


def _to(target: str, name: str, *, nullable: bool = False, on_delete: str = "CASCADE") -> Column[int]:
    return Column(name, BigInteger, ForeignKey(f"{target}.id", ondelete=on_delete), nullable=nullable)


def _now(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())


media = Table(
    "media",
    metadata,
    _id(),
    _to("users", "user_id"),
    # The item it is shown as; NULL: a list (a feed, a playlist), or not known yet what it is.
    _to("items", "item_id", nullable=True, on_delete="SET NULL"),
    Column("job_id", BigInteger, ForeignKey(jobs.c.id, ondelete="SET NULL")),
    # The feed or playlist it came from.
    _to("media", "parent_id", nullable=True, on_delete="SET NULL"),
    Column("origin", String(16), nullable=False),
    # A link's canonical form, see kit/links.py, and as it was given; of a file, its name.
    Column("link", Text),
    Column("given", Text, nullable=False),
    Column("wanted", String(8), nullable=False, server_default="audio"),
    # What the person says; NULL: nothing yet, so what was found out counts.
    Column("title", Text),
    Column("language", String(8)),
    Column("speaker_count", SmallInteger),
    # What its page or its own tags say of it: {"title", "by", "published_at", "description", "chapters", …}
    Column("found", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("is_list", Boolean, nullable=False, server_default=text("false")),
    Column("duration_ms", BigInteger),
    Column("has_video", Boolean, nullable=False, server_default=text("false")),
    # The recording that this one is the same as.
    _to("media", "duplicate_of", nullable=True, on_delete="SET NULL"),
    _now("added_at"),
    # In the trash since then; removed for good some days later.
    Column("deleted_at", DateTime(timezone=True)),
    CheckConstraint("origin IN ('link', 'file', 'recording', 'folder')", name="origin"),
    CheckConstraint("wanted IN ('audio', 'video')", name="wanted"),
    CheckConstraint("speaker_count BETWEEN 1 AND 20", name="speaker_count"),
    CheckConstraint("duplicate_of <> id", name="not_its_own_duplicate"),
    Index("ix_media_user_id", "user_id", "id"),
    Index("ix_media_item_id", "item_id"),
    Index("ix_media_job_id", "job_id"),
    Index("ix_media_parent_id", "parent_id", postgresql_where=text("parent_id IS NOT NULL")),
    Index("ix_media_duplicate_of", "duplicate_of", postgresql_where=text("duplicate_of IS NOT NULL")),
    Index("ix_media_deleted_at", "deleted_at", postgresql_where=text("deleted_at IS NOT NULL")),
)
# A link is in somebody's archive once.
Index(
    "uq_media_link",
    media.c.user_id,
    media.c.link,
    unique=True,
    postgresql_where=text("link IS NOT NULL AND deleted_at IS NULL"),
)

media_files = Table(
    "media_files",
    metadata,
    _to("media", "media_id"),
    # original, speech (16 kHz mono, lossless, until it was processed), listening, thumbnail, waveform, captions
    Column("role", String(16), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    # From its content, never from its name.
    Column("media_type", Text, nullable=False),
    PrimaryKeyConstraint("media_id", "role"),
    Index("ix_media_files_sha256", "sha256"),
)

media_steps = Table(
    "media_steps",
    metadata,
    _to("media", "media_id"),
    Column("step", String(16), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("seconds", REAL, nullable=False),
    _now("finished_at"),
    PrimaryKeyConstraint("media_id", "step"),
)

fingerprints = Table(
    "fingerprints",
    metadata,
    Column("media_id", BigInteger, ForeignKey("media.id", ondelete="CASCADE"), primary_key=True),
    # Chromaprint's raw fingerprint: 32-bit little-endian integers, 8.08 a second.
    Column("hashes", LargeBinary, nullable=False),
)

# Of each fingerprint a sample that is the same for the same sound, by which candidates are found.
fingerprint_hashes = Table(
    "fingerprint_hashes",
    metadata,
    _to("users", "user_id"),
    _to("media", "media_id"),
    # The 32 bits, read as a signed integer, and the frame that they stand at.
    Column("hash", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Index("ix_fingerprint_hashes_hash", "user_id", "hash"),
    Index("ix_fingerprint_hashes_media_id", "media_id"),
)

media_pairs = Table(
    "media_pairs",
    metadata,
    _id(),
    # Two recordings that sound alike: the later one, and the one that was there.
    _to("media", "media_id"),
    _to("media", "other_id"),
    Column("bit_error_rate", REAL, nullable=False),
    Column("aligned_frames", Integer, nullable=False),
    # Where the other one begins in the later one.
    Column("offset_ms", BigInteger, nullable=False),
    # A person's answer; NULL: nobody has said.
    Column("answer", String(16)),
    Column("answered_at", DateTime(timezone=True)),
    # What the one that stayed took over from the other, so that it can be given back: see archive/queries/merging.py
    Column("taken", JSONB),
    _now("found_at"),
    UniqueConstraint("media_id", "other_id"),
    CheckConstraint("answer IN ('same', 'different')", name="answer"),
    CheckConstraint("media_id <> other_id", name="two"),
    Index("ix_media_pairs_other_id", "other_id"),
)

transcripts = Table(
    "transcripts",
    metadata,
    Column("media_id", BigInteger, ForeignKey("media.id", ondelete="CASCADE"), primary_key=True),
    # captions (people's own), speech (a model heard it)
    Column("origin", String(16), nullable=False),
    Column("model", Text),
    Column("language", String(8)),
    Column("language_probability", REAL),
    _now("made_at"),
    CheckConstraint("origin IN ('captions', 'speech')", name="origin"),
)

transcript_lines = Table(
    "transcript_lines",
    metadata,
    _to("media", "media_id"),
    Column("position", Integer, nullable=False),
    Column("start_ms", BigInteger, nullable=False),
    Column("end_ms", BigInteger, nullable=False),
    # The number of the speaker in this recording, from 0; NULL: not known.
    Column("speaker", SmallInteger),
    Column("text", Text, nullable=False),
    # [[start_ms, end_ms, word, probability]], as the model heard them; NULL: captions tell no words' times.
    Column("words", JSONB),
    PrimaryKeyConstraint("media_id", "position"),
    CheckConstraint("start_ms >= 0 AND end_ms >= start_ms", name="times"),
)

line_corrections = Table(
    "line_corrections",
    metadata,
    _id(),
    _to("media", "media_id"),
    # Which line it corrects: the one that begins then. The newest correction of a line counts; NULL takes them back.
    Column("start_ms", BigInteger, nullable=False),
    Column("text", Text),
    _now("corrected_at"),
    Index("ix_line_corrections_media_id", "media_id", "start_ms", "id"),
)

voices = Table(
    "voices",
    metadata,
    _id(),
    # Whose ear knows it: a voice is remembered for one person's archive alone.
    _to("users", "user_id"),
    Column("name", Text, nullable=False),
    Index("uq_voices_name", "user_id", text("lower(name)"), unique=True),
    CheckConstraint("length(btrim(name)) > 0", name="name_not_blank"),
)

media_speakers = Table(
    "media_speakers",
    metadata,
    _to("media", "media_id"),
    Column("number", SmallInteger, nullable=False),
    # Unit vector of the speaker encoder, 32-bit little-endian floats.
    Column("embedding", LargeBinary),
    Column("speaking_ms", BigInteger, nullable=False, server_default="0"),
    _to("voices", "voice_id", nullable=True, on_delete="SET NULL"),
    # person: said by the owner; captions: said by them; machine: it sounds like that voice.
    Column("named_by", String(8)),
    PrimaryKeyConstraint("media_id", "number"),
    CheckConstraint("named_by IN ('person', 'captions', 'machine')", name="named_by"),
    Index("ix_media_speakers_voice_id", "voice_id"),
)

enrichments = Table(
    "enrichments",
    metadata,
    Column("media_id", BigInteger, ForeignKey("media.id", ondelete="CASCADE"), primary_key=True),
    # Which model wrote it; "extractive": sentences of the recording itself.
    Column("made_by", Text, nullable=False),
    Column("title", Text),
    Column("summary", Text, nullable=False, server_default=""),
    # ["…"]; [{"title", "start_ms"}]; ["…"]
    Column("key_points", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("chapters", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("people", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    _now("made_at"),
)

tags = Table(
    "tags",
    metadata,
    _id(),
    _to("users", "user_id"),
    Column("name", Text, nullable=False),
    Index("uq_tags_name", "user_id", text("lower(name)"), unique=True),
    CheckConstraint("length(btrim(name)) BETWEEN 1 AND 64", name="name_length"),
)

media_tags = Table(
    "media_tags",
    metadata,
    _to("media", "media_id"),
    _to("tags", "tag_id"),
    Column("by", String(8), nullable=False),
    # A person took it off: the machine does not put it back.
    Column("is_removed", Boolean, nullable=False, server_default=text("false")),
    PrimaryKeyConstraint("media_id", "tag_id"),
    CheckConstraint("by IN ('person', 'machine')", name="by"),
    Index("ix_media_tags_tag_id", "tag_id", "media_id"),
)

work_mentions = Table(
    "work_mentions",
    metadata,
    _id(),
    _to("media", "media_id"),
    _to("items", "item_id"),
    Column("start_ms", BigInteger, nullable=False),
    # The words it was named by, and how sure we are, 0..1.
    Column("said", Text, nullable=False),
    Column("confidence", REAL, nullable=False),
    UniqueConstraint("media_id", "item_id", "start_ms"),
    Index("ix_work_mentions_item_id", "item_id"),
)

passages = Table(
    "passages",
    metadata,
    _id(),
    _to("media", "media_id"),
    _to("users", "user_id"),
    Column("position", Integer, nullable=False),
    Column("start_ms", BigInteger, nullable=False),
    Column("end_ms", BigInteger, nullable=False),
    Column("speaker", SmallInteger),
    Column("text", Text, nullable=False),
    Column("search", TSVECTOR, nullable=False, server_default=text("''::tsvector")),
    UniqueConstraint("media_id", "position"),
    Index("ix_passages_user_id", "user_id", "id"),
    Index("ix_passages_search", "search", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
)

passage_embeddings = Table(
    "passage_embeddings",
    metadata,
    Column("model_id", SmallInteger, ForeignKey("embedding_models.id", ondelete="CASCADE"), nullable=False),
    _to("passages", "passage_id"),
    Column("vector", HALFVEC(), nullable=False),
    PrimaryKeyConstraint("model_id", "passage_id"),
    CheckConstraint("l2_norm(vector) > 0", name="not_zero"),
    Index("ix_passage_embeddings_passage_id", "passage_id"),
)

uploads = Table(
    "uploads",
    metadata,
    # Random: who knows it and is its owner may go on with it.
    Column("id", String(32), primary_key=True),
    _to("users", "user_id"),
    Column("file_name", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("options", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    # What came of it, so that a client that did not hear the answer gets it again.
    _to("media", "media_id", nullable=True, on_delete="CASCADE"),
    _now("created_at"),
    Index("ix_uploads_user_id", "user_id"),
)

watched_folders = Table(
    "watched_folders",
    metadata,
    _id(),
    _to("users", "user_id"),
    Column("path", Text, nullable=False),
    Column("options", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    _now("added_at"),
    UniqueConstraint("user_id", "path"),
)

watched_files = Table(
    "watched_files",
    metadata,
    _to("watched_folders", "folder_id"),
    Column("name", Text, nullable=False),
    # As they were when it was taken in: a file that is written anew is taken in anew.
    Column("size_bytes", BigInteger, nullable=False),
    Column("modified_ns", BigInteger, nullable=False),
    _to("media", "media_id", nullable=True, on_delete="SET NULL"),
    PrimaryKeyConstraint("folder_id", "name"),
)
