"""How facts become edges: functions in SQL, made from the shelf of edge types, that the database runs at each commit (pure).

Triggers on the facts' tables (see the migration) mark what a transaction changes; at its commit `graph_follow` works
out the edges of just that, in the same transaction. So the graph holds what the facts say, whoever wrote them.

One writer at a time works on the edges of items, and one on each person's own: under an advisory lock, taken in rising
order. That, and not a unique index, keeps an edge from being there twice: a third index would cost a third of the time
of every load, and `mediatheque check` looks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from mediatheque.graph.edges import (
    LIVE,
    OWNER,
    Credited,
    EdgeType,
    Facts,
    Select,
    Standing,
    edge_types,
    number,
)
from mediatheque.graph.edges._facts import SAID, said_of_items
from mediatheque.graph.nodes import NAMED, Named
from mediatheque.vocabulary import NODE_CODES, EventKind, NodeKind

#: The columns of graph_edges with their types and what they are where a type does not say.
COLUMNS: Mapping[str, tuple[str, str]] = {
    "source_id": ("bigint", ""),
    "target_id": ("bigint", ""),
    "owner_id": ("bigint", "0"),
    "type": ("smallint", ""),
    "weight": ("double precision", ""),
    "confidence": ("real", "1"),
    "count": ("integer", "1"),
    "first_at": ("timestamptz", "NULL"),
    "last_at": ("timestamptz", "NULL"),
    "batch_id": ("bigint", "NULL"),
    "said_by": ("text", "NULL"),
    "at_ms": ("bigint", "NULL"),
    "likeness": ("real", "NULL"),
    "together": ("real", "NULL"),
    "detail": ("text", "NULL"),
}
KEY = ("source_id", "target_id", "type", "owner_id")
#: How many items or standings are worked out in one statement: what is in memory at once.
AT_ONCE = 500
#: From how many on a plan is worth making.
MANY = 100
#: The advisory lock of whoever works on a graph: this, plus 0 for what items say, or plus a person's number.
LOCK = 7_306_017 << 36

# Walks along indexes in the order that is written, whatever the tables hold: planned when they are empty, a plan is still
# right when they are full. (Of 8,000 rows of a history, plans by statistics took a second for every 500 items.)
_FUNCTION = "LANGUAGE plpgsql SET jit = off SET enable_seqscan = off SET join_collapse_limit = 1 SET from_collapse_limit = 1"


def functions() -> list[str]:
    """The statements that make the functions of the projection, or make them anew."""
    types = edge_types()
    return [
        _settle_function(),
        _project_items_function(types),
        _project_standings_function(types),
        _project_users_function(),
        _follow_function(),
    ]


def version() -> str:
    """What the functions are: another shelf, another version."""
    return hashlib.blake2b("\n".join(functions()).encode(), digest_size=16).hexdigest()


def _select(code: int, select: Select) -> str:
    given = {
        "source_id": number(*select.source),
        "target_id": number(*select.target),
        "type": str(code),
        **select.columns,
    }
    return f"SELECT {_columns(given)} FROM {select.rows}"


def _selects(types: Mapping[str, EdgeType], facts: Facts) -> str:
    """All edges that these facts say; of two that are the same edge, the heavier one."""
    mine = {name: edge for name, edge in types.items() if edge.facts is facts}
    all_ = [_select(edge.code, s) for edge in mine.values() for s in edge.selects]
    credited = {edge.code: edge.credited for edge in mine.values() if edge.credited is not None}
    standing = {edge.code: edge.standing for edge in mine.values() if edge.standing is not None}
    all_ += [_credits(credited)] if credited else []
    all_ += [_standings(standing)] if standing else []
    return f"""
        SELECT DISTINCT ON ({", ".join(KEY)}) * FROM ({" UNION ALL ".join(all_)}) AS said
        ORDER BY {", ".join(KEY)}, weight DESC, at_ms, detail
    """


def _columns(given: Mapping[str, str]) -> str:
    return ", ".join(
        f"({given.get(name, default)})::{kind} AS {name}" for name, (kind, default) in COLUMNS.items()
    )


def _case(column: str, by_code: Mapping[int, str]) -> str:
    """Of each type its own expression."""
    return f"CASE {column} {' '.join(f'WHEN {code} THEN {sql}' for code, sql in by_code.items())} END"


def _credits(types: Mapping[int, Credited]) -> str:
    """Who is credited with what, all roles in one reading: a film has as many as it has cast."""
    codes = ", ".join(f"('{role.value}', {code})" for code, type_ in types.items() for role in type_.roles)
    item, person = number(NodeKind.ITEM, "i.id"), number(NodeKind.PERSON, "c.person_id")
    from_items = ", ".join(str(code) for code, type_ in types.items() if type_.from_item)
    credit_says = (
        "k.work -> 'credits' @> jsonb_build_array(jsonb_build_object('name', c.name, 'role', c.role))"
    )
    given = {
        "source_id": f"CASE WHEN c.code IN ({from_items}) THEN {item} ELSE {person} END",
        "target_id": f"CASE WHEN c.code IN ({from_items}) THEN {person} ELSE {item} END",
        "type": "c.code",
        "owner_id": OWNER,
        "weight": _case("c.code", {code: type_.weight for code, type_ in types.items()}),
        "detail": "c.characters",
        **SAID,
    }
    return f"""
        SELECT {_columns(given)} FROM items i CROSS JOIN LATERAL (
            SELECT r.code, ic.person_id, min(ic.position) AS position, min(p.name) AS name, min(ic.role) AS role,
                string_agg(DISTINCT ic.character, ' / ' ORDER BY ic.character) AS characters
            FROM item_credits ic JOIN (VALUES {codes}) AS r(role, code) ON r.role = ic.role JOIN people p ON p.id = ic.person_id
            WHERE ic.item_id = i.id GROUP BY r.code, ic.person_id
        ) AS c {said_of_items(credit_says)} WHERE {LIVE}
    """


def _standings(types: Mapping[int, Standing]) -> str:
    """What people's events tell of where they stand, all kinds in one reading."""
    codes = ", ".join(f"('{type_.kind.value}', {code})" for code, type_ in types.items())
    given = {
        "source_id": number(NodeKind.USER, "g.user_id"),
        "target_id": number(NodeKind.ITEM, "g.item_id"),
        "type": "told.code",
        "owner_id": "g.user_id",
        "weight": _case("told.code", {code: type_.weight for code, type_ in types.items()}),
        "count": f"greatest(1, {_case('told.code', {code: type_.count for code, type_ in types.items()})})",
        "detail": _case("told.code", {code: type_.detail for code, type_ in types.items()}),
        "said_by": "told.said_by",
        "batch_id": "told.batch_id",
        "first_at": "told.first_at",
        "last_at": "told.last_at",
        "confidence": "told.confidence",
    }
    return f"""
        SELECT {_columns(given)}
        FROM given g JOIN items i ON i.id = g.item_id AND i.merged_into IS NULL
        JOIN user_items ui ON ui.user_id = g.user_id AND ui.item_id = g.item_id
        LEFT JOIN ratings ra ON ra.user_id = g.user_id AND ra.item_id = g.item_id
        CROSS JOIN LATERAL (
            SELECT t.code, count(*) AS n, min(e.at) AS first_at, max(e.at) AS last_at, max(r.batch_id) AS batch_id,
                string_agg(DISTINCT coalesce(r.source, 'you'), ', ' ORDER BY coalesce(r.source, 'you')) AS said_by,
                -- How sure the least sure of these is to be about this item: a person's word is.
                greatest(min(CASE WHEN j.by = 'resolver' THEN coalesce(j.score, 1) ELSE 1 END), 0.01) AS confidence
            FROM (
                SELECT g.item_id AS id, true AS is_own
                UNION ALL SELECT c.id, false FROM items c WHERE i.kind = 'show' AND c.parent_id = g.item_id OFFSET 0
            ) AS x CROSS JOIN LATERAL (
                -- By both: of somebody who is new to the statistics the planner thinks that they have one event, and
                -- would read all of them for each item.
                SELECT e.kind, e.at, e.record_id FROM events e WHERE e.user_id = g.user_id AND e.item_id = x.id OFFSET 0
            ) AS e JOIN (VALUES {codes}) AS t(kind, code) ON t.kind = e.kind
                AND (x.is_own OR e.kind IN ('{EventKind.WATCHED}', '{EventKind.LISTENED}'))
            LEFT JOIN records r ON r.id = e.record_id
            LEFT JOIN judgements j ON j.mention_id = r.mention_id AND j.retracted_at IS NULL AND j.verdict = 'same'
            GROUP BY t.code
        ) AS told
        WHERE {_case("told.code", {code: type_.only for code, type_ in types.items()})}
    """


def _difference(wanted: str, existing: str, into: str) -> str:
    """One statement that makes the edges `existing` (with `place`, their ctid) the edges `wanted`, and tells what changed."""
    names = ", ".join(COLUMNS)
    same = " AND ".join(f"w.{name} = x.{name}" for name in KEY)
    alike = " AND ".join(f"w.{name} IS NOT DISTINCT FROM x.{name}" for name in COLUMNS if name not in KEY)
    return f"""
        WITH wanted AS MATERIALIZED ({wanted}),
        existing AS MATERIALIZED ({existing}),
        gone AS (
            DELETE FROM graph_edges WHERE ctid = ANY(ARRAY(
                SELECT x.place FROM existing x WHERE NOT EXISTS (SELECT FROM wanted w WHERE {same} AND {alike})
            )) RETURNING source_id, target_id, owner_id
        ),
        added AS (
            INSERT INTO graph_edges ({names})
            SELECT {names} FROM wanted w WHERE NOT EXISTS (SELECT FROM existing x WHERE {same} AND {alike})
            RETURNING source_id, target_id, owner_id
        ),
        changed AS (
            SELECT source_id, target_id, owner_id, sum(sign) AS sign FROM (
                SELECT *, 1 AS sign FROM added UNION ALL SELECT *, -1 FROM gone
            ) AS both_ways GROUP BY source_id, target_id, owner_id
        )
        SELECT array_agg(source_id), array_agg(target_id), array_agg(owner_id), array_agg(sign)
        INTO {into} FROM changed;
    """


_CHANGED = "sources bigint[]; targets bigint[]; owners bigint[]; signs bigint[];"
_INTO = "sources, targets, owners, signs"


def _project_items_function(types: Mapping[str, EdgeType]) -> str:
    """Works out the edges of items: those that they are the anchor of, and of those that are gone, all."""
    widened = " ".join(
        f"UNION {edge.widens}" for edge in types.values() if edge.facts is Facts.ITEM and edge.widens
    )
    item = number(NodeKind.ITEM, "g.id")
    names = ", ".join(f"e.{name}" for name in COLUMNS)
    anchored = " UNION ".join(_anchored(types, item, names))
    return f"""
        CREATE OR REPLACE FUNCTION graph_project_items(of_items bigint[]) RETURNS void {
        _FUNCTION
    } AS $function$
        DECLARE {_CHANGED} given_items bigint[]; touched bigint[];
        BEGIN
            given_items := of_items;
            given_items := ARRAY(SELECT DISTINCT id FROM (SELECT unnest(given_items) AS id {
        widened
    }) AS wider WHERE id IS NOT NULL);
            {
        _difference(
            _selects(types, Facts.ITEM),
            f'''
                {anchored}
                UNION SELECT e.ctid AS place, {names} FROM unnest(given_items) AS g(id), graph_edges e
                WHERE e.source_id = {item} AND NOT EXISTS (SELECT FROM items i WHERE i.id = g.id AND i.merged_into IS NULL)
                UNION SELECT e.ctid AS place, {names} FROM unnest(given_items) AS g(id), graph_edges e
                WHERE e.target_id = {item} AND NOT EXISTS (SELECT FROM items i WHERE i.id = g.id AND i.merged_into IS NULL)
            ''',
            _INTO,
        )
    }
            -- What is named after these: their seasons and episodes, and the passages of their recordings.
            touched := ARRAY(
                SELECT {item} FROM unnest(given_items) AS g(id)
                UNION SELECT {number(NodeKind.ITEM, "c.id")} FROM items c WHERE c.parent_id = ANY(given_items)
                UNION SELECT e.source_id FROM unnest(given_items) AS g(id), graph_edges e
                    WHERE e.target_id = {item} AND e.type = ANY(ARRAY[{
        _codes(types, "PART_OF", "SPEAKS_IN")
    }]::smallint[])
                UNION SELECT e.target_id FROM unnest(given_items) AS g(id), graph_edges e
                    WHERE e.source_id = {item} AND e.type = {types["HAS_TAG"].code}
            );
            PERFORM graph_settle(sources, targets, owners, signs, touched);
        END $function$
    """


def _anchored(types: Mapping[str, EdgeType], item: str, names: str) -> Iterable[str]:
    """SELECTs of the edges that items are the anchor of: an end of theirs, of such a type, with such a thing at the other end."""
    for anchor, other in (("source", "target"), ("target", "source")):
        pairs = sorted(
            {
                (edge.code, NODE_CODES[(s.target if anchor == "source" else s.source)[0]])
                for edge in types.values()
                if edge.facts is Facts.ITEM
                for s in edge.selects
                if s.anchor == anchor
            }
            | {
                (edge.code, NODE_CODES[NodeKind.PERSON])
                for edge in types.values()
                if edge.credited is not None and edge.credited.from_item == (anchor == "source")
            }
        )
        values = ", ".join(f"({code}, {kind})" for code, kind in pairs)
        yield f"""
            SELECT e.ctid AS place, {names} FROM unnest(given_items) AS g(id), graph_edges e
            WHERE e.{anchor}_id = {item} AND (e.type, e.{other}_id & 15) IN ({values})
        """


def _project_standings_function(types: Mapping[str, EdgeType]) -> str:
    """Works out the edges between people and items, a pair of each."""
    names = ", ".join(f"e.{name}" for name in COLUMNS)
    codes = ", ".join(str(edge.code) for edge in types.values() if edge.facts is Facts.STANDING)
    wanted = f"""
        WITH given AS (SELECT * FROM unnest(of_users, of_items) AS g(user_id, item_id))
        {_selects(types, Facts.STANDING)}
    """
    return f"""
        CREATE OR REPLACE FUNCTION graph_project_standings(of_users bigint[], of_items bigint[]) RETURNS void
        {_FUNCTION} AS $function$
        DECLARE {_CHANGED}
        BEGIN
            {
        _difference(
            wanted,
            f'''
                SELECT e.place, {names} FROM unnest(of_users, of_items) AS g(user_id, item_id) CROSS JOIN LATERAL (
                    -- By the item: of the person there may be thousands.
                    SELECT e.ctid AS place, e.* FROM graph_edges e
                    WHERE e.target_id = {number(NodeKind.ITEM, "g.item_id")} AND e.owner_id = g.user_id OFFSET 0
                ) AS e WHERE e.source_id = {number(NodeKind.USER, "g.user_id")} AND e.type IN ({codes})
            ''',
            _INTO,
        )
    }
            PERFORM graph_settle(sources, targets, owners, signs, '{{}}');
        END $function$
    """


def _project_users_function() -> str:
    """What a person is called; of one who is gone, or no longer shares their taste, nothing connects with others."""
    user = number(NodeKind.USER, "g.id")
    return f"""
        CREATE OR REPLACE FUNCTION graph_project_users(of_users bigint[]) RETURNS void {_FUNCTION} AS $function$
        DECLARE {_CHANGED}
        BEGIN
            WITH gone AS (
                DELETE FROM graph_edges WHERE ctid = ANY(ARRAY(
                    SELECT e.ctid FROM unnest(of_users) AS g(id) JOIN graph_edges e ON e.source_id = {user}
                    WHERE NOT EXISTS (SELECT FROM users u WHERE u.id = g.id)
                        OR e.target_id & 15 = {NODE_CODES[NodeKind.USER]}
                            AND NOT EXISTS (SELECT FROM users u WHERE u.id = g.id AND u.shares_taste)
                    UNION SELECT e.ctid FROM unnest(of_users) AS g(id) JOIN graph_edges e ON e.target_id = {user}
                    WHERE NOT EXISTS (SELECT FROM users u WHERE u.id = g.id AND u.shares_taste)
                )) RETURNING source_id, target_id, owner_id
            )
            SELECT array_agg(source_id), array_agg(target_id), array_agg(owner_id), array_agg(-1) INTO {_INTO} FROM gone;
            PERFORM graph_settle(sources, targets, owners, signs, ARRAY(SELECT {user} FROM unnest(of_users) AS g(id)));
        END $function$
    """


def _settle_function() -> str:
    """After edges have come and gone: nodes come, go and are renamed, and count their edges."""
    named = " UNION ALL ".join(_named(kind, rows) for kind, rows in NAMED.items())
    return f"""
        CREATE OR REPLACE FUNCTION graph_settle(
            sources bigint[], targets bigint[], owners bigint[], signs bigint[], touched bigint[]
        ) RETURNS void {_FUNCTION} AS $function$
        DECLARE ends bigint[] := ARRAY(
            SELECT unnest(sources) UNION SELECT unnest(targets) UNION SELECT unnest(touched)
        );
        BEGIN
            IF cardinality(ends) = 0 THEN RETURN; END IF;
            WITH named AS MATERIALIZED ({named}), gone AS (
                DELETE FROM graph_nodes WHERE id = ANY(ARRAY(SELECT unnest(ends) EXCEPT SELECT id FROM named))
            )
            INSERT INTO graph_nodes AS n (id, owner_id, name) SELECT id, owner_id, name FROM named ORDER BY id
            ON CONFLICT (id) DO UPDATE SET name = excluded.name, owner_id = excluded.owner_id
            WHERE (n.name, n.owner_id) IS DISTINCT FROM (excluded.name, excluded.owner_id);
            UPDATE graph_nodes n SET degree = n.degree + d.change FROM (
                SELECT id, owner_id, sum(sign)::integer AS change FROM (
                    SELECT unnest(sources) AS id, unnest(owners) AS owner_id, unnest(signs) AS sign
                    UNION ALL SELECT unnest(targets), unnest(owners), unnest(signs)
                ) AS both_ends GROUP BY id, owner_id HAVING sum(sign) <> 0
            ) AS d WHERE n.id = d.id AND n.owner_id = d.owner_id;
        END $function$
    """


def _named(kind: NodeKind, rows: Named) -> str:
    """SELECT of those of `ends` that are of this kind, have a name and, where that is asked for, an edge."""
    wanted = f"ARRAY(SELECT id >> 4 FROM unnest(ends) AS id WHERE id & 15 = {NODE_CODES[kind]})"
    node = number(kind, rows.id)
    has_edge = (
        "true"
        if rows.stands_alone
        else f"(EXISTS (SELECT FROM graph_edges e WHERE e.source_id = {node})"
        f" OR EXISTS (SELECT FROM graph_edges e WHERE e.target_id = {node}))"
    )
    return f"""
        SELECT {node} AS id, ({rows.owner})::bigint AS owner_id, ({rows.name})::text AS name
        FROM {rows.rows.replace("unnest(wanted)", f"unnest({wanted})")}
            AND {rows.id} = ANY({wanted}) AND {has_edge}
    """


def _follow_function() -> str:
    """Works out what this transaction has marked as changed, so much at once."""
    return f"""
        CREATE OR REPLACE FUNCTION graph_follow() RETURNS void {_FUNCTION} AS $function$
        DECLARE users bigint[]; items bigint[]; persons bigint[]; standing_users bigint[]; standing_items bigint[]; n integer;
        BEGIN
            PERFORM set_config('mediatheque.graph_bell', '', true);
            WITH taken AS (DELETE FROM graph_dirty RETURNING user_id, item_id),
            marked AS MATERIALIZED (SELECT DISTINCT user_id, item_id FROM taken ORDER BY user_id, item_id)
            SELECT array_agg(item_id) FILTER (WHERE user_id = 0), array_agg(user_id) FILTER (WHERE item_id = 0),
                array_agg(user_id) FILTER (WHERE user_id > 0 AND item_id > 0),
                array_agg(item_id) FILTER (WHERE user_id > 0 AND item_id > 0)
            INTO items, persons, standing_users, standing_items FROM marked;
            -- One event's plan is not made anew at each commit; a thousand items' is, by the sizes of today.
            PERFORM set_config('plan_cache_mode', CASE
                WHEN coalesce(cardinality(items), 0) + coalesce(cardinality(standing_users), 0) > {MANY}
                THEN 'force_custom_plan' ELSE 'force_generic_plan' END, true);
            PERFORM pg_advisory_xact_lock({LOCK} + owner) FROM (
                SELECT 0::bigint AS owner WHERE cardinality(items) > 0
                UNION SELECT unnest(persons) UNION SELECT unnest(standing_users) ORDER BY 1
            ) AS owners;
            FOR n IN 0 .. coalesce(cardinality(items), 0) - 1 BY {AT_ONCE} LOOP
                PERFORM graph_project_items(items[n + 1 : n + {AT_ONCE}]);
            END LOOP;
            FOR n IN 0 .. coalesce(cardinality(standing_users), 0) - 1 BY {AT_ONCE} LOOP
                PERFORM graph_project_standings(standing_users[n + 1 : n + {
        AT_ONCE
    }], standing_items[n + 1 : n + {AT_ONCE}]);
            END LOOP;
            IF cardinality(persons) > 0 THEN PERFORM graph_project_users(persons); END IF;
            PERFORM set_config('plan_cache_mode', 'auto', true);
        END $function$
    """


def _codes(types: Mapping[str, EdgeType], *names: str) -> str:
    return ", ".join(str(types[name].code) for name in names)
