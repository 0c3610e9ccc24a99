"""The graph: edges, nodes, and the triggers by which it follows the facts in their own transaction."""

# ruff: noqa: S608  Statements are put together from what stands here alone.

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

# What of a changed row is to be worked out again, as (user, item): of user 0 an item, of item 0 a person. `changed` holds
# the rows as they were, or as they are; of an update both.
_MARKS = {
    "user_items": "SELECT user_id, item_id FROM changed",
    "ratings": "SELECT user_id, item_id FROM changed",
    # An item, and what is named after it or counts it: the show of an episode has its season.
    "items": "SELECT 0, id FROM changed UNION SELECT 0, parent_id FROM changed WHERE parent_id IS NOT NULL",
    "users": "SELECT id, 0 FROM changed",
    # How sure the resolver is of a mention is how sure its events are.
    "judgements": """
        SELECT m.user_id, unnest(ARRAY[m.item_id, i.parent_id]) FROM changed c JOIN mentions m ON m.id = c.mention_id
            JOIN items i ON i.id = m.item_id
    """,
    "media": """
        SELECT 0, item_id FROM changed WHERE item_id IS NOT NULL
        UNION SELECT 0, w.item_id FROM changed c JOIN work_mentions w ON w.media_id = c.id
    """,
    "work_mentions": """
        SELECT 0, item_id FROM changed
        UNION SELECT 0, m.item_id FROM changed c JOIN media m ON m.id = c.media_id WHERE m.item_id IS NOT NULL
    """,
    "passages": """
        SELECT 0, m.item_id FROM changed c JOIN media m ON m.id = c.media_id WHERE m.item_id IS NOT NULL
        UNION SELECT 0, w.item_id FROM changed c JOIN work_mentions w ON w.media_id = c.media_id
    """,
    "media_tags": "SELECT 0, m.item_id FROM changed c JOIN media m ON m.id = c.media_id WHERE m.item_id IS NOT NULL",
    "tags": """
        SELECT 0, m.item_id FROM changed c JOIN media_tags t ON t.tag_id = c.id JOIN media m ON m.id = t.media_id
        WHERE m.item_id IS NOT NULL
    """,
    "media_speakers": "SELECT 0, m.item_id FROM changed c JOIN media m ON m.id = c.media_id WHERE m.item_id IS NOT NULL",
    "voices": """
        SELECT 0, m.item_id FROM changed c JOIN media_speakers s ON s.voice_id = c.id JOIN media m ON m.id = s.media_id
        WHERE m.item_id IS NOT NULL
    """,
    # A name that a voice has may turn out to be somebody whom credits know.
    "people": """
        SELECT 0, m.item_id FROM changed c JOIN voices v ON v.name = c.name
            JOIN media_speakers s ON s.voice_id = v.id JOIN media m ON m.id = s.media_id WHERE m.item_id IS NOT NULL
    """,
}

_BELL = """
    CREATE FUNCTION graph_ring() RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        -- Once a transaction: it is the commit that works out all that was marked.
        IF coalesce(current_setting('mediatheque.graph_bell', true), '') = '' THEN
            INSERT INTO graph_bells VALUES (1);
            PERFORM set_config('mediatheque.graph_bell', 'rung', true);
        END IF;
    END $$
"""
# Until the functions of the projection are installed (graph/queries/projection.py) nothing follows, and nothing gathers.
_NOBODY_FOLLOWS = """
    CREATE FUNCTION graph_follow() RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM set_config('mediatheque.graph_bell', '', true);
        DELETE FROM graph_dirty;
    END $$
"""
_AT_COMMIT = """
    CREATE FUNCTION graph_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM graph_bells;
        PERFORM graph_follow();
        RETURN NULL;
    END $$
"""


_AS_BEFORE_AND_AFTER = "SELECT * FROM before UNION ALL SELECT * FROM after"
_UPDATED = {
    # Whatever a person tells makes their history another version: who they are stays the same.
    "users": """
        SELECT a.* FROM before b JOIN after a USING (id)
        WHERE (a.name, a.shares_taste) IS DISTINCT FROM (b.name, b.shares_taste)
    """,
}


def _mark(table: str, rows: str) -> None:
    for event, names in (
        ("INSERT", "NEW TABLE AS changed"),
        ("UPDATE", "OLD TABLE AS before NEW TABLE AS after"),
        ("DELETE", "OLD TABLE AS changed"),
    ):
        name = f"graph_mark_{table}_{event.lower()}"
        both = f"WITH changed AS ({_UPDATED.get(table, _AS_BEFORE_AND_AFTER)})" if event == "UPDATE" else ""
        op.execute(f"""
            CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                INSERT INTO graph_dirty (user_id, item_id)
                {both} SELECT * FROM ({rows}) AS marked(user_id, item_id) WHERE item_id IS NOT NULL;
                IF FOUND THEN PERFORM graph_ring(); END IF;
                RETURN NULL;
            END $$
        """)
        op.execute(f"""
            CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {names}
            FOR EACH STATEMENT EXECUTE FUNCTION {name}()
        """)


# Whose computed edges are to be worked out again (graph/similar.py, graph/like_minded.py), by table and event.
_ITEM, _USER, _SIMILAR, _LIKE_MINDED = 1, 9, 19, 20
_HAS_COMPANY = "({0}.seen_count > 0 OR {0}.episodes_seen > 0 OR {0}.liking > 0) AND {0}.liking >= 0 AND NOT {0}.is_hidden"
# An item of which nobody else knows has no company yet, and most libraries are of too few people for any.
_SOMEBODY_ELSE = "EXISTS (SELECT FROM user_items u WHERE u.item_id = c.item_id AND u.user_id <> c.user_id)"
_ARE_ENOUGH = "(SELECT count(*) FROM (SELECT FROM users LIMIT 4) AS people) = 4"
_EMBEDDED = f"SELECT item_id << 4 | {_ITEM}, false FROM changed"
_RATED = f"SELECT DISTINCT c.user_id << 4 | {_USER}, false FROM changed c JOIN users u ON u.id = c.user_id AND u.shares_taste"
_STALE = {
    ("embeddings", "insert"): _EMBEDDED,
    ("embeddings", "update"): _EMBEDDED.replace("changed", "after"),
    ("embeddings", "delete"): _EMBEDDED,
    ("items", "update"): f"""
        SELECT a.id << 4 | {_ITEM}, false FROM before b JOIN after a USING (id)
        WHERE (a.merged_into, a.owner_id, a.parent_id, a.kind)
            IS DISTINCT FROM (b.merged_into, b.owner_id, b.parent_id, b.kind)
    """,
    ("user_items", "insert"): f"""
        SELECT c.item_id << 4 | {_ITEM}, true FROM changed c
        WHERE {_HAS_COMPANY.format("c")} AND {_ARE_ENOUGH} AND {_SOMEBODY_ELSE}
    """,
    ("user_items", "update"): f"""
        SELECT c.item_id << 4 | {_ITEM}, true FROM after c JOIN before b USING (user_id, item_id)
        WHERE ({_HAS_COMPANY.format("c")}) <> ({_HAS_COMPANY.format("b")}) AND {_ARE_ENOUGH} AND {_SOMEBODY_ELSE}
    """,
    # Of people who are going, too: they were enough.
    ("user_items", "delete"): f"""
        SELECT c.item_id << 4 | {_ITEM}, true FROM changed c WHERE {_HAS_COMPANY.format("c")} AND {_SOMEBODY_ELSE}
    """,
    ("ratings", "insert"): _RATED,
    ("ratings", "update"): _RATED.replace("changed", "after"),
    ("ratings", "delete"): _RATED,
    ("users", "update"): f"""
        SELECT a.id << 4 | {_USER}, false FROM before b JOIN after a USING (id) WHERE a.shares_taste AND NOT b.shares_taste
    """,
}
# An edge that somebody else than the job takes away leaves a gap in the lists of both its ends.
_GAP = f"""
    CREATE FUNCTION graph_stale_gap() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF coalesce(current_setting('mediatheque.graph_computes', true), '') = '' THEN
            INSERT INTO graph_stale (node_id) VALUES (OLD.source_id), (OLD.target_id);
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER graph_stale_gap AFTER DELETE ON graph_edges FOR EACH ROW
    WHEN (OLD.type IN ({_SIMILAR}, {_LIKE_MINDED})) EXECUTE FUNCTION graph_stale_gap()
"""
_TABLES_OF = {
    "insert": "NEW TABLE AS changed",
    "update": "OLD TABLE AS before NEW TABLE AS after",
    "delete": "OLD TABLE AS changed",
}


def _mark_stale(table: str, event: str, rows: str) -> None:
    name = f"graph_stale_{table}_{event}"
    op.execute(f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO graph_stale (node_id, company_only) {rows};
            RETURN NULL;
        END $$
    """)
    op.execute(f"""
        CREATE TRIGGER {name} AFTER {event.upper()} ON {table} REFERENCING {_TABLES_OF[event]}
        FOR EACH STATEMENT EXECUTE FUNCTION {name}()
    """)


def upgrade() -> None:
    op.create_table(
        "graph_edges",
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=True),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("weight", sa.DOUBLE_PRECISION(), nullable=False),
        sa.Column("count", sa.Integer(), server_default="1", nullable=False),
        sa.Column("confidence", sa.REAL(), server_default="1", nullable=False),
        sa.Column("likeness", sa.REAL(), nullable=True),
        sa.Column("together", sa.REAL(), nullable=True),
        sa.Column("type", sa.SmallInteger(), nullable=False),
        sa.Column("said_by", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.CheckConstraint("weight > 0 AND weight <= 1", name=op.f("ck_graph_edges_weight")),
        sa.CheckConstraint("confidence > 0 AND confidence <= 1", name=op.f("ck_graph_edges_confidence")),
    )
    for side, other in (("source", "target"), ("target", "source")):
        op.create_index(
            f"ix_graph_edges_{side}",
            "graph_edges",
            [f"{side}_id", "owner_id", sa.text("weight DESC"), f"{other}_id", "type"],
        )
    op.create_table(
        "graph_nodes",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("owner_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("degree", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_graph_nodes")),
        # Every event counts: room on the page for the new count beside the old one.
        postgresql_with={"fillfactor": "80"},
    )
    op.create_index("ix_graph_nodes_name", "graph_nodes", [sa.text("lower(left(name, 200))")])
    op.create_table(
        "graph_types",
        sa.Column("code", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_graph_types")),
        sa.UniqueConstraint("name", name=op.f("uq_graph_types_name")),
    )
    for name, columns in (
        ("graph_dirty", (("user_id", sa.BigInteger()), ("item_id", sa.BigInteger()))),
        ("graph_bells", (("rung", sa.Integer()),)),
    ):
        op.create_table(
            name, *(sa.Column(c, kind, nullable=False) for c, kind in columns), prefixes=["UNLOGGED"]
        )
        # Rows live for a moment: what is left of them is swept before it is long.
        op.execute(
            f"ALTER TABLE {name} SET (autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0)"
        )
    op.create_table(
        "graph_stale",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("node_id", sa.BigInteger(), nullable=False),
        sa.Column("company_only", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_graph_stale")),
    )
    op.create_table(
        "graph_state",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_graph_state")),
    )
    op.create_table(
        "graph_outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.SmallInteger(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_graph_outbox")),
    )
    for statement in (_BELL, _NOBODY_FOLLOWS, _AT_COMMIT):
        op.execute(statement)
    op.execute("""
        CREATE CONSTRAINT TRIGGER graph_at_commit AFTER INSERT ON graph_bells
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION graph_at_commit()
    """)
    for table, rows in _MARKS.items():
        _mark(table, rows)
    for (table, event), rows in _STALE.items():
        _mark_stale(table, event, rows)
    op.execute(_GAP)
    # Of what is there already nothing was worked out: one mark is enough to have it all done.
    op.execute(f"INSERT INTO graph_stale (node_id) SELECT id << 4 | {_ITEM} FROM items LIMIT 1")


def downgrade() -> None:
    op.execute("DROP TRIGGER graph_stale_gap ON graph_edges")
    op.execute("DROP FUNCTION graph_stale_gap()")
    for table, event in _STALE:
        op.execute(f"DROP TRIGGER graph_stale_{table}_{event} ON {table}")
        op.execute(f"DROP FUNCTION graph_stale_{table}_{event}()")
    for table in _MARKS:
        for event in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER graph_mark_{table}_{event} ON {table}")
            op.execute(f"DROP FUNCTION graph_mark_{table}_{event}()")
    for table in (
        "graph_outbox",
        "graph_state",
        "graph_stale",
        "graph_bells",
        "graph_dirty",
        "graph_types",
        "graph_nodes",
        "graph_edges",
    ):
        op.drop_table(table)
    for function in ("graph_ring()", "graph_at_commit()", "graph_follow()"):
        op.execute(f"DROP FUNCTION {function}")
    for function in (
        "graph_settle(bigint[], bigint[], bigint[], bigint[], bigint[])",
        "graph_project_items(bigint[])",
        "graph_project_standings(bigint[], bigint[])",
        "graph_project_users(bigint[])",
    ):
        op.execute(f"DROP FUNCTION IF EXISTS {function}")
