"""Who says something of an item, as SQL that several edge types share."""

from __future__ import annotations

#: Columns for who says something of an item, with `said_of_items` among the rows.
SAID = {
    "said_by": "coalesce(said.sources, first_record.source)",
    "batch_id": "CASE WHEN said.sources IS NULL THEN first_record.batch_id END",
    "first_at": "coalesce(said.first_at, first_record.ingested_at)",
}


def said_of_items(claim_says: str) -> str:
    """Joins that tell who says something of item `i`: the sources whose claim `k` meets the condition, else its first record.

    OFFSET 0 keeps all but the item out of the choice of an index: of somebody who is new to the statistics the planner
    thinks that they have one row, and would read all of them for each item; with LIMIT 1, all records in their order.
    """
    return f"""
        LEFT JOIN LATERAL (
            SELECT string_agg(DISTINCT k.source, ', ' ORDER BY k.source) AS sources, min(k.claimed_at) AS first_at
            FROM (SELECT * FROM claims k WHERE k.item_id = i.id OFFSET 0) AS k WHERE {claim_says}
        ) AS said ON true
        LEFT JOIN LATERAL (
            SELECT (array_agg(r.source ORDER BY r.id))[1] AS source, (array_agg(r.batch_id ORDER BY r.id))[1] AS batch_id,
                (array_agg(r.ingested_at ORDER BY r.id))[1] AS ingested_at
            FROM (SELECT m.id, m.user_id FROM mentions m WHERE m.item_id = i.id OFFSET 0) AS m CROSS JOIN LATERAL (
                SELECT r.id, r.source, r.batch_id, r.ingested_at FROM records r WHERE r.mention_id = m.id OFFSET 0
            ) AS r WHERE m.user_id = i.owner_id
        ) AS first_record ON i.owner_id IS NOT NULL
    """
