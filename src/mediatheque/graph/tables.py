"""The graph's tables: edges and nodes are conclusions; what has changed waits in two small ones until the commit."""

from __future__ import annotations

from sqlalchemy import (
    DOUBLE_PRECISION,
    REAL,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    func,
    text,
)

from mediatheque.library.tables import metadata

graph_edges = Table(
    "graph_edges",
    metadata,
    # Numbers of nodes, see vocabulary.Node. No key is declared for (source, target, type, owner): see graph/projection.py
    Column("source_id", BigInteger, nullable=False),
    Column("target_id", BigInteger, nullable=False),
    # 0: everybody's. Else a person's own; no reference, so that the planner's walk is one index scan.
    Column("owner_id", BigInteger, nullable=False, server_default="0"),
    Column("batch_id", BigInteger),
    Column("at_ms", BigInteger),
    Column("first_at", DateTime(timezone=True)),
    Column("last_at", DateTime(timezone=True)),
    # Double: 0.9 is 0.9 in every backend, and what is equally telling here is so there.
    Column("weight", DOUBLE_PRECISION, nullable=False),
    Column("count", Integer, nullable=False, server_default="1"),
    Column("confidence", REAL, nullable=False, server_default="1"),
    Column("likeness", REAL),
    Column("together", REAL),
    Column("type", SmallInteger, nullable=False),
    Column("said_by", Text),
    Column("detail", Text),
    CheckConstraint("weight > 0 AND weight <= 1", name="weight"),
    CheckConstraint("confidence > 0 AND confidence <= 1", name="confidence"),
    # In the order that walks read: a node's heaviest edges come first, and no more of a hub's are read than are wanted.
    Index("ix_graph_edges_source", "source_id", "owner_id", text("weight DESC"), "target_id", "type"),
    Index("ix_graph_edges_target", "target_id", "owner_id", text("weight DESC"), "source_id", "type"),
)

graph_nodes = Table(
    "graph_nodes",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("owner_id", BigInteger, nullable=False, server_default="0"),
    Column("name", Text, nullable=False),
    # How many edges its owner has there: of everybody's node, everybody's.
    Column("degree", Integer, nullable=False, server_default="0"),
    Index("ix_graph_nodes_name", func.lower(text("left(name, 200)"))),
)

graph_types = Table(
    "graph_types",
    metadata,
    Column("code", SmallInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, unique=True),
)

# What the facts' triggers mark as changed, from the statement until the commit, when it is projected: never to be seen
# by anybody else, so it needs to survive nothing. A person's standing with an item; of user 0, the item itself; with
# item 0, the person.
graph_dirty = Table(
    "graph_dirty",
    metadata,
    Column("user_id", BigInteger, nullable=False),
    Column("item_id", BigInteger, nullable=False),
    prefixes=["UNLOGGED"],
)
# One row a transaction: the deferred trigger on it does the projecting.
graph_bells = Table("graph_bells", metadata, Column("rung", Integer, nullable=False), prefixes=["UNLOGGED"])

# Items whose neighbours in meaning or in company are to be worked out again, and people whose like-minded ones are.
graph_stale = Table(
    "graph_stale",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("node_id", BigInteger, nullable=False),
    # Who has been through it is what changed, not what it means.
    Column("company_only", Boolean, nullable=False, server_default=text("false")),
)

# How the projection was installed: another version of the shelf installs its own, and builds the graph anew.
graph_state = Table(
    "graph_state",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", Text, nullable=False),
)

# What a graph elsewhere has yet to be told.
graph_outbox = Table(
    "graph_outbox",
    metadata,
    Column("id", BigInteger, Identity(always=True)),
    Column("source_id", BigInteger, nullable=False),
    # 0: the node itself.
    Column("target_id", BigInteger, nullable=False),
    Column("type", SmallInteger, nullable=False),
    Column("owner_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("id"),
)
