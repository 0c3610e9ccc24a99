"""The library's tables: facts that are appended, and the conclusions drawn from them.

Facts: users, batches, records, rejections, mentions, judgements, claims, events.
Conclusions (rebuildable): items and what hangs on them, ratings, user_items, merges' effects.
Keys are bigint identities: sized for tens of millions of events on one machine.
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
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR

from mediatheque.vocabulary import EventKind, Kind, Role, Verdict

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _one_of(column: str, values: type[Kind] | type[EventKind] | type[Role] | type[Verdict]) -> str:
    return f"{column} IN ({', '.join(repr(v.value) for v in values)})"


def _now(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())


def _id() -> Column[int]:
    return Column("id", BigInteger, Identity(always=True), primary_key=True)


def _to(target: str, name: str, *, nullable: bool = False, on_delete: str = "CASCADE") -> Column[int]:
    return Column(name, BigInteger, ForeignKey(f"{target}.id", ondelete=on_delete), nullable=nullable)


#: A GIN index collects insertions in a list that every lookup reads through: 4.6 ms instead of 0.2 ms a title.
_NO_PENDING_LIST = {"fastupdate": "off"}

users = Table(
    "users",
    metadata,
    _id(),
    Column("name", String(64), nullable=False),
    Column("role", String(16), nullable=False, server_default="member"),
    _now("created_at"),
    # An administrator's: nothing rated for older people is recommended or found. NULL: no limit.
    Column("max_age", SmallInteger),
    Column("may_see_unrated", Boolean, nullable=False, server_default=text("true")),
    # The person's own: where they can stream; none: wherever.
    Column("services", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    # The person's own: whether others may ask for lists that are for both of them.
    Column("shares_taste", Boolean, nullable=False, server_default=text("false")),
    # Rises with every change of what the person told, so that what was worked out from it counts no more.
    Column("history_version", BigInteger, nullable=False, server_default="0"),
    # How the person wants the page: language, colours, saved views.
    Column("preferences", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    CheckConstraint("role IN ('admin', 'member')", name="role"),
    CheckConstraint("length(btrim(name)) > 0", name="name_not_blank"),
    CheckConstraint("max_age BETWEEN 0 AND 21", name="max_age"),
)
Index("uq_users_name_lower", func.lower(users.c.name), unique=True)

batches = Table(
    "batches",
    metadata,
    _id(),
    _to("users", "user_id"),
    Column("source", String(32), nullable=False),
    Column("file_name", Text, nullable=False),
    Column("file_hash", LargeBinary, nullable=False),
    Column("options", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("state", String(16), nullable=False, server_default="reading"),
    # How many rows of the file are behind us: an interrupted import goes on from here.
    Column("rows_read", BigInteger, nullable=False, server_default="0"),
    Column("new_count", BigInteger, nullable=False, server_default="0"),
    Column("known_count", BigInteger, nullable=False, server_default="0"),
    Column("rejected_count", BigInteger, nullable=False, server_default="0"),
    Column("skipped", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("error", Text),
    _now("started_at"),
    Column("finished_at", DateTime(timezone=True)),
    CheckConstraint("state IN ('reading', 'done', 'failed', 'undone')", name="state"),
    CheckConstraint("octet_length(file_hash) = 32", name="file_hash_sha256"),
    Index("ix_batches_user_id", "user_id", "id"),
)
# One unfinished reading of a file at a time: a second import of it joins the first one's checkpoint.
Index(
    "uq_batches_reading",
    batches.c.user_id,
    batches.c.file_hash,
    unique=True,
    postgresql_where=text("state = 'reading'"),
)

rejections = Table(
    "rejections",
    metadata,
    _to("batches", "batch_id"),
    Column("row", BigInteger, nullable=False),
    Column("position", Text, nullable=False),
    Column("why", Text, nullable=False),
    PrimaryKeyConstraint("batch_id", "row"),
)

items = Table(
    "items",
    metadata,
    _id(),
    Column("kind", String(16), nullable=False),
    Column("title", Text, nullable=False),
    Column("year", SmallInteger),
    Column("language", String(8)),
    Column("popularity", REAL),
    Column("average_rating", REAL),
    Column("rating_count", Integer),
    Column("season", Integer),
    Column("episode", Integer),
    # NULL: no source says. An episode without one of its own has its show's, see ItemFilter and Eligible.
    Column("minimum_age", SmallInteger),
    Column("services", ARRAY(Text)),
    # The whole merged work, as kit/wire.py writes it; the columns above are what queries filter by.
    Column("work", JSONB, nullable=False),
    _to("items", "parent_id", nullable=True, on_delete="SET NULL"),
    # NULL: known to a catalogue, for everybody. Else: made from this person's records, theirs alone.
    _to("users", "owner_id", nullable=True),
    _to("items", "merged_into", nullable=True, on_delete="CASCADE"),
    Column("search", TSVECTOR, nullable=False, server_default=text("''::tsvector")),
    _now("created_at"),
    _now("updated_at"),
    # When the sources were last asked about an own item.
    Column("asked_at", DateTime(timezone=True)),
    CheckConstraint(_one_of("kind", Kind), name="kind"),
    CheckConstraint("year BETWEEN -4000 AND 2200", name="year"),
    CheckConstraint("average_rating BETWEEN 0.5 AND 5", name="average_rating"),
    CheckConstraint("minimum_age BETWEEN 0 AND 21", name="minimum_age"),
    CheckConstraint("parent_id <> id", name="not_own_parent"),
    CheckConstraint("merged_into <> id", name="not_merged_into_itself"),
    Index("ix_items_parent_id", "parent_id", postgresql_where=text("parent_id IS NOT NULL")),
    Index("ix_items_owner_id", "owner_id", postgresql_where=text("owner_id IS NOT NULL")),
    Index("ix_items_merged_into", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
    Index("ix_items_kind_year", "kind", "year"),
    Index("ix_items_popularity", text("popularity DESC NULLS LAST")),
    Index("ix_items_search", "search", postgresql_using="gin", postgresql_with=_NO_PENDING_LIST),
    # && is strict, so a question for services finds this index though it does not say IS NOT NULL.
    Index(
        "ix_items_services",
        "services",
        postgresql_using="gin",
        postgresql_where=text("services IS NOT NULL"),
        postgresql_with=_NO_PENDING_LIST,
    ),
)

item_titles = Table(
    "item_titles",
    metadata,
    _to("items", "item_id"),
    Column("key", Text, nullable=False),
    PrimaryKeyConstraint("key", "item_id"),
    Index("ix_item_titles_item_id", "item_id"),
    Index(
        "ix_item_titles_key_trgm",
        "key",
        postgresql_using="gin",
        postgresql_ops={"key": "gin_trgm_ops"},
        postgresql_with=_NO_PENDING_LIST,
    ),
)

external_ids = Table(
    "external_ids",
    metadata,
    Column("scheme", String(32), nullable=False),
    Column("value", Text, nullable=False),
    # TMDB numbers films and shows apart, so an id is only unique together with the kind.
    Column("kind", String(16), nullable=False),
    _to("items", "item_id"),
    # The same video in two people's histories is two items, so the item is part of the key.
    PrimaryKeyConstraint("scheme", "value", "kind", "item_id"),
    CheckConstraint(_one_of("kind", Kind), name="kind"),
    Index("ix_external_ids_item_id", "item_id"),
)

genres = Table(
    "genres",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("name", Text, nullable=False, unique=True),
)

item_genres = Table(
    "item_genres",
    metadata,
    _to("items", "item_id"),
    Column("genre_id", Integer, ForeignKey("genres.id", ondelete="CASCADE"), nullable=False),
    PrimaryKeyConstraint("item_id", "genre_id"),
    Index("ix_item_genres_genre_id", "genre_id", "item_id"),
)

people = Table(
    "people",
    metadata,
    _id(),
    Column("name", Text, nullable=False, unique=True),
)

item_credits = Table(
    "item_credits",
    metadata,
    _to("items", "item_id"),
    Column("position", SmallInteger, nullable=False),
    _to("people", "person_id"),
    Column("role", String(16), nullable=False),
    Column("character", Text),
    PrimaryKeyConstraint("item_id", "position"),
    CheckConstraint(_one_of("role", Role), name="role"),
    Index("ix_item_credits_person_id", "person_id", "item_id"),
)

series = Table(
    "series",
    metadata,
    _id(),
    Column("name", Text, nullable=False, unique=True),
)

item_series = Table(
    "item_series",
    metadata,
    _to("items", "item_id"),
    _to("series", "series_id"),
    Column("position", REAL),
    PrimaryKeyConstraint("item_id", "series_id"),
    Index("ix_item_series_series_id", "series_id", "item_id"),
)

# What a film or a show was made from: one row for each key that the original's title may be found by in `item_titles`.
item_originals = Table(
    "item_originals",
    metadata,
    _to("items", "item_id"),
    Column("position", SmallInteger, nullable=False),
    Column("title_key", Text, nullable=False),
    Column("author", Text, nullable=False),
    PrimaryKeyConstraint("item_id", "position"),
    Index("ix_item_originals_title_key", "title_key"),
)

claims = Table(
    "claims",
    metadata,
    _id(),
    Column("source", String(32), nullable=False),
    Column("source_key", Text, nullable=False),
    Column("content_hash", LargeBinary, nullable=False),
    Column("work", JSONB, nullable=False),
    _to("items", "item_id", nullable=True, on_delete="SET NULL"),
    _now("claimed_at"),
    CheckConstraint("octet_length(content_hash) = 16", name="content_hash"),
    Index("ix_claims_item_id", "item_id"),
    # Not unique by content: what left a service and came back is said again, and the newest claim counts.
    Index("ix_claims_source_key", "source", "source_key", "id"),
)

mentions = Table(
    "mentions",
    metadata,
    _id(),
    _to("users", "user_id"),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("work", JSONB, nullable=False),
    _to("mentions", "parent_id", nullable=True),
    _to("items", "item_id", nullable=True, on_delete="SET NULL"),
    UniqueConstraint("user_id", "fingerprint"),
    CheckConstraint("octet_length(fingerprint) = 16", name="fingerprint"),
    Index("ix_mentions_item_id", "item_id"),
    Index("ix_mentions_parent_id", "parent_id", postgresql_where=text("parent_id IS NOT NULL")),
)

records = Table(
    "records",
    metadata,
    _id(),
    _to("users", "user_id"),
    _to("batches", "batch_id"),
    Column("source", String(32), nullable=False),
    Column("position", Text, nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("key", Text, nullable=False, server_default=""),
    Column("content_hash", LargeBinary, nullable=False),
    _to("mentions", "mention_id", nullable=True, on_delete="SET NULL"),
    _now("ingested_at"),
    UniqueConstraint("user_id", "content_hash"),
    CheckConstraint("octet_length(content_hash) = 16", name="content_hash"),
    Index("ix_records_batch_id", "batch_id"),
    Index("ix_records_mention_id", "mention_id"),
)

judgements = Table(
    "judgements",
    metadata,
    _id(),
    _to("mentions", "mention_id"),
    Column("verdict", String(8), nullable=False),
    _to("items", "item_id", nullable=True, on_delete="SET NULL"),
    Column("by", String(16), nullable=False),
    Column("score", REAL),
    # The items to choose from, best first: [{"item_id", "score", "penalties": [{name, amount, detail}]}]
    Column("candidates", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    _now("decided_at"),
    Column("retracted_at", DateTime(timezone=True)),
    CheckConstraint(_one_of("verdict", Verdict), name="verdict"),
    CheckConstraint("by IN ('resolver', 'person')", name="by"),
    Index("ix_judgements_mention_id", "mention_id", "id"),
    Index("ix_judgements_item_id", "item_id", postgresql_where=text("item_id IS NOT NULL")),
)
# A mention has one standing judgement; a later one retracts it and stays beside it.
Index(
    "uq_judgements_standing",
    judgements.c.mention_id,
    unique=True,
    postgresql_where=text("retracted_at IS NULL"),
)

merges = Table(
    "merges",
    metadata,
    _id(),
    _to("items", "from_item_id"),
    _to("items", "into_item_id"),
    Column("by", String(16), nullable=False),
    # What moved, so that it can move back: {"events": [ids], "claims": [...], "mentions": [...], "children": [...]}
    Column("moved", JSONB, nullable=False),
    _now("merged_at"),
    Column("undone_at", DateTime(timezone=True)),
    CheckConstraint("by IN ('resolver', 'person')", name="by"),
    Index("ix_merges_from_item_id", "from_item_id"),
    Index("ix_merges_into_item_id", "into_item_id"),
)

events = Table(
    "events",
    metadata,
    _id(),
    _to("users", "user_id"),
    _to("items", "item_id", nullable=True, on_delete="SET NULL"),
    Column("kind", String(16), nullable=False),
    Column("value", REAL),
    Column("at", DateTime(timezone=True)),
    Column("is_date_only", Boolean, nullable=False, server_default=text("false")),
    # NULL: told directly (API, CLI), not read from an export.
    _to("records", "record_id", nullable=True),
    Column("campaign", Text),
    # The shown list that it answers, where somebody said so.
    _to("recommendations_shown", "list_id", nullable=True, on_delete="SET NULL"),
    Column("properties", JSONB),
    _now("created_at"),
    CheckConstraint(_one_of("kind", EventKind), name="kind"),
    CheckConstraint(
        "kind <> 'rated' OR value IS NULL OR (value BETWEEN 0.5 AND 5 AND value * 2 = floor(value * 2))",
        name="rating_in_halves",
    ),
    Index("ix_events_user_id_at", "user_id", text("at DESC NULLS LAST"), text("id DESC")),
    Index("ix_events_user_id_item_id", "user_id", "item_id"),
    Index("ix_events_item_id", "item_id", postgresql_where=text("item_id IS NOT NULL")),
    Index("ix_events_record_id", "record_id", postgresql_where=text("record_id IS NOT NULL")),
    Index("ix_events_list_id", "list_id", postgresql_where=text("list_id IS NOT NULL")),
)

ratings = Table(
    "ratings",
    metadata,
    _to("users", "user_id"),
    _to("items", "item_id"),
    Column("value", REAL, nullable=False),
    Column("rated_at", DateTime(timezone=True)),
    PrimaryKeyConstraint("user_id", "item_id"),
    CheckConstraint("value BETWEEN 0.5 AND 5 AND value * 2 = floor(value * 2)", name="in_halves"),
    Index("ix_ratings_item_id", "item_id"),
)

user_items = Table(
    "user_items",
    metadata,
    _to("users", "user_id"),
    _to("items", "item_id"),
    Column("seen_count", Integer, nullable=False, server_default="0"),
    # For a show: how many of its episodes were seen.
    Column("episodes_seen", Integer, nullable=False, server_default="0"),
    Column("is_saved", Boolean, nullable=False, server_default=text("false")),
    Column("is_hidden", Boolean, nullable=False, server_default=text("false")),
    Column("liking", SmallInteger, nullable=False, server_default="0"),
    Column("first_at", DateTime(timezone=True)),
    Column("last_at", DateTime(timezone=True)),
    PrimaryKeyConstraint("user_id", "item_id"),
    CheckConstraint("liking BETWEEN -1 AND 1", name="liking"),
    Index("ix_user_items_item_id", "item_id"),
)

embedding_models = Table(
    "embedding_models",
    metadata,
    Column("id", SmallInteger, Identity(always=True), primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("dimensions", Integer, nullable=False),
    CheckConstraint("dimensions BETWEEN 1 AND 4000", name="dimensions"),
)

embeddings = Table(
    "embeddings",
    metadata,
    Column(
        "model_id",
        SmallInteger,
        ForeignKey("embedding_models.id", ondelete="CASCADE"),
        nullable=False,
    ),
    _to("items", "item_id"),
    # Of the text that was embedded: a changed text is embedded again, an unchanged one is not.
    Column("text_hash", LargeBinary, nullable=False),
    Column("vector", HALFVEC(), nullable=False),
    PrimaryKeyConstraint("model_id", "item_id"),
    CheckConstraint("l2_norm(vector) > 0", name="not_zero"),
    Index("ix_embeddings_item_id", "item_id"),
)

recommendations_shown = Table(
    "recommendations_shown",
    metadata,
    _id(),
    _to("users", "user_id"),
    Column("request", JSONB, nullable=False),
    # As asked for; the trained model that had a say; why a simpler method served instead.
    Column("method", String(32), nullable=False, server_default="mixed"),
    Column("model", String(32)),
    Column("version", Integer),
    Column("fallback", Text),
    # Of an experiment, its sides: [[name, model, version]]
    Column("arms", JSONB),
    # Best first: [{"item", "score", "method", "because", "terms": [[method, name, amount, item]], "fallback", "arm"}],
    # see recommend/queries/shown.py
    Column("shown", JSONB, nullable=False),
    _now("shown_at"),
    Index("ix_recommendations_shown_user_id", "user_id", "id"),
)

sync_cursors = Table(
    "sync_cursors",
    metadata,
    Column("source", String(32), nullable=False),
    Column("plan", String(64), nullable=False),
    Column("cursor", Text),
    _now("updated_at"),
    PrimaryKeyConstraint("source", "plan"),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    _to("users", "user_id"),
    Column("key", Text, nullable=False),
    Column("request_hash", LargeBinary, nullable=False),
    Column("response", JSONB, nullable=False),
    _now("created_at"),
    PrimaryKeyConstraint("user_id", "key"),
    CheckConstraint("length(key) BETWEEN 1 AND 200", name="key_length"),
)

# What was changed of many items at once: kept for a while, so that it can be taken back.
bulk_edits = Table(
    "bulk_edits",
    metadata,
    _id(),
    _to("users", "user_id"),
    Column("action", String(16), nullable=False),
    # The events that it told, and those that it took away, see queries/bulk.py.
    Column("added", ARRAY(BigInteger), nullable=False),
    Column("removed", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    _now("made_at"),
    Column("undone_at", DateTime(timezone=True)),
    Index("ix_bulk_edits_user_id", "user_id", "id"),
)

#: What a rebuild may throw away; everything else is a fact.
CONCLUSIONS: tuple[Table, ...] = (
    *(user_items, ratings, embeddings),
    *(item_titles, item_genres, item_credits, item_series, item_originals),
)
