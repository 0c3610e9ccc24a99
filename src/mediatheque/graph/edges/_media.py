"""Recordings as SQL that several edge types share: those that are in nobody's trash, and the items they are shown as."""

from __future__ import annotations

# What an item was merged into, and that into another, has its recordings and its mentions: they stay tied to the item that
# they were made for.
_GIVEN = """
    (
        WITH RECURSIVE merged AS (
            SELECT g.id, g.id AS item FROM unnest(given_items) AS g(id)
            UNION ALL SELECT x.id, m.item FROM merged m JOIN items x ON x.merged_into = m.id
        ) SELECT id, item FROM merged
    )
"""
_IS_LIVE = "EXISTS (SELECT FROM items live WHERE live.id = {alias}.item AND live.merged_into IS NULL)"
_IN_NO_TRASH = "m.deleted_at IS NULL AND m.duplicate_of IS NULL"

#: Recordings `m` with the item `shown.item` that they are shown as, of the items that are given; another one's duplicate is none.
RECORDINGS = f"{_GIVEN} AS shown JOIN media m ON m.item_id = shown.id AND {_IN_NO_TRASH} AND {_IS_LIVE.format(alias='shown')}"
#: Mentions `w` of the item `named.item`, of the items that are given, and the recordings `m` that they are in.
MENTIONS = f"""
    {_GIVEN} AS named JOIN work_mentions w ON w.item_id = named.id AND {_IS_LIVE.format(alias="named")}
    JOIN media m ON m.id = w.media_id AND {_IN_NO_TRASH} AND m.item_id IS NOT NULL
"""
#: The passage that somebody is in at that moment.
AT_THAT_MOMENT = """
    CROSS JOIN LATERAL (
        SELECT p.id, p.start_ms FROM passages p WHERE p.media_id = m.id AND p.start_ms <= w.start_ms
        ORDER BY p.start_ms DESC, p.id LIMIT 1
    ) AS heard
"""
