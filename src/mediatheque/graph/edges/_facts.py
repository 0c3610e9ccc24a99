"""Where facts about an item and about a person's standing with it come from, as SQL that several edge types share."""

from __future__ import annotations

from collections.abc import Sequence

from mediatheque.graph.edges import LIVE, OWNER, Select
from mediatheque.vocabulary import EventKind, NodeKind, Role

#: Columns for who says something of an item, with `said_of_items` among the rows.
SAID = {
    "said_by": "coalesce(said.sources, first_record.source)",
    "batch_id": "CASE WHEN said.sources IS NULL THEN first_record.batch_id END",
    "first_at": "coalesce(said.first_at, first_record.ingested_at)",
}
#: Columns for the events that a person's standing comes from, with `told_in` among the rows.
TOLD = {
    "owner_id": "g.user_id",
    "said_by": "told.said_by",
    "batch_id": "told.batch_id",
    "first_at": "told.first_at",
    "last_at": "told.last_at",
    "confidence": "told.confidence",
}


def said_of_items(claim_says: str) -> str:
    """Joins that tell who says something of item `i`: the sources whose claim `k` meets the condition, else its records."""
    return f"""
        LEFT JOIN LATERAL (
            SELECT string_agg(DISTINCT k.source, ', ' ORDER BY k.source) AS sources, min(k.claimed_at) AS first_at
            FROM claims k WHERE k.item_id = i.id AND {claim_says}
        ) AS said ON true
        LEFT JOIN LATERAL (
            SELECT r.source, r.batch_id, r.ingested_at FROM mentions m JOIN records r ON r.mention_id = m.id
            WHERE m.item_id = i.id AND m.user_id = i.owner_id ORDER BY r.id LIMIT 1
        ) AS first_record ON i.owner_id IS NOT NULL
    """


def credited(roles: Sequence[Role], weight: str, *, from_item: bool) -> Select:
    """Edges between an item and the people who are credited in these roles; `weight` may use `c.position`, from 0."""
    item, person = (NodeKind.ITEM, "i.id"), (NodeKind.PERSON, "c.person_id")
    credit_says = (
        "k.work -> 'credits' @> jsonb_build_array(jsonb_build_object('name', c.name, 'role', c.role))"
    )
    return Select(
        anchor="source" if from_item else "target",
        source=item if from_item else person,
        target=person if from_item else item,
        columns={"owner_id": OWNER, "weight": weight, "detail": "c.characters", **SAID},
        rows=f"""
            items i CROSS JOIN LATERAL (
                SELECT ic.person_id, min(ic.position) AS position, min(p.name) AS name, min(ic.role) AS role,
                    string_agg(DISTINCT ic.character, ' / ' ORDER BY ic.character) AS characters
                FROM item_credits ic JOIN people p ON p.id = ic.person_id
                WHERE ic.item_id = i.id AND ic.role IN ({_quoted(roles)}) GROUP BY ic.person_id
            ) AS c {said_of_items(credit_says)} WHERE {LIVE}
        """,
    )


def standing(
    kinds: Sequence[EventKind],
    *,
    weight: str,
    only: str = "true",
    count: str = "told.n",
    detail: str = "NULL",
) -> Select:
    """An edge from each person to each item of which their events of these kinds tell, where `only` holds.

    `ui` is the row of user_items, `ra` of ratings, `told` of the events: n, value (of the latest). A show has its episodes' events.
    """
    return Select(
        anchor="target",
        source=(NodeKind.USER, "g.user_id"),
        target=(NodeKind.ITEM, "g.item_id"),
        columns={**TOLD, "weight": weight, "count": f"greatest(1, {count})", "detail": detail},
        rows=f"""
            given g JOIN items i ON i.id = g.item_id AND i.merged_into IS NULL
            JOIN user_items ui ON ui.user_id = g.user_id AND ui.item_id = g.item_id
            LEFT JOIN ratings ra ON ra.user_id = g.user_id AND ra.item_id = g.item_id
            CROSS JOIN LATERAL (
                SELECT count(*) AS n, min(e.at) AS first_at, max(e.at) AS last_at, max(r.batch_id) AS batch_id,
                    string_agg(DISTINCT coalesce(r.source, 'you'), ', ' ORDER BY coalesce(r.source, 'you')) AS said_by,
                    -- How sure the least sure of these is to be about this item: a person's word is.
                    greatest(min(CASE WHEN j.by = 'resolver' THEN coalesce(j.score, 1) ELSE 1 END), 0.01) AS confidence
                FROM events e LEFT JOIN records r ON r.id = e.record_id
                    LEFT JOIN judgements j ON j.mention_id = r.mention_id AND j.retracted_at IS NULL AND j.verdict = 'same'
                WHERE e.user_id = g.user_id AND e.kind IN ({_quoted(kinds)})
                    AND e.item_id = ANY(ARRAY(SELECT g.item_id UNION ALL SELECT c.id FROM items c WHERE c.parent_id = g.item_id))
            ) AS told
            WHERE told.n > 0 AND {only}
        """,
    )


def _quoted(values: Sequence[EventKind] | Sequence[Role]) -> str:
    return ", ".join(repr(value.value) for value in values)
