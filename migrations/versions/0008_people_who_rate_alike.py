"""People who rate as one person does, and what they thought of what that person does not know, as functions in SQL."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"

# Pearson's correlation over what both rated, each rating less its person's mean, times n / (n + shrink) for n titles
# in common (Herlocker 1999): two ratings in common always correlate perfectly, and mean nothing. The same numbers as
# recommend/models/user_knn.py with likeness "pearson".
_NEIGHBOURS = """
    CREATE FUNCTION neighbours_by_pearson(
        of_user bigint, most integer DEFAULT 100, shrink double precision DEFAULT 100
    )
    RETURNS TABLE (user_id bigint, similarity double precision, in_common bigint, mean double precision)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 100
    AS $$
        WITH mine AS MATERIALIZED (
            SELECT r.item_id, r.value - sum(r.value) OVER ()::double precision / count(*) OVER () AS deviation
            FROM ratings r WHERE r.user_id = of_user
        ), means AS MATERIALIZED (
            SELECT r.user_id, sum(r.value)::double precision / count(*) AS mean FROM ratings r GROUP BY r.user_id
        ), compared AS (
            SELECT r.user_id, m.mean, count(*) AS n,
                sum(mine.deviation * (r.value - m.mean)) AS agreed,
                sqrt(sum(mine.deviation * mine.deviation) * sum((r.value - m.mean) * (r.value - m.mean))) AS spread
            FROM mine JOIN ratings r ON r.item_id = mine.item_id JOIN means m ON m.user_id = r.user_id
            WHERE r.user_id <> of_user GROUP BY r.user_id, m.mean
        )
        SELECT c.user_id, c.n / (c.n + shrink) * c.agreed / c.spread, c.n, c.mean
        FROM compared c WHERE c.spread > 1e-9 AND c.agreed > 0
        ORDER BY c.n / (c.n + shrink) * c.agreed / c.spread DESC, c.user_id LIMIT most
    $$
"""
# Similarity times how far the neighbour's rating is above their mean, added up. What fewer than `at_least` of them rated
# is left out: it would tell what one of them thinks.
_RECOMMENDED = """
    CREATE FUNCTION recommended_by_pearson(
        of_user bigint, most integer DEFAULT 100, shrink double precision DEFAULT 100, at_least integer DEFAULT 3
    )
    RETURNS TABLE (
        item_id bigint, score double precision, people bigint, average double precision,
        people_above bigint, score_above double precision
    )
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
        SELECT r.item_id, sum(n.similarity * (r.value - n.mean)), count(*), sum(r.value)::double precision / count(*),
            count(*) FILTER (WHERE r.value > n.mean),
            coalesce(sum(n.similarity * (r.value - n.mean)) FILTER (WHERE r.value > n.mean), 0)
        FROM neighbours_by_pearson(of_user, most, shrink) n
            JOIN ratings r ON r.user_id = n.user_id JOIN items i ON i.id = r.item_id
        WHERE i.owner_id IS NULL AND i.merged_into IS NULL
            AND NOT EXISTS (SELECT FROM ratings own WHERE own.user_id = of_user AND own.item_id = r.item_id)
        GROUP BY r.item_id HAVING count(*) >= at_least ORDER BY r.item_id
    $$
"""


def upgrade() -> None:
    op.execute(_NEIGHBOURS)
    op.execute(_RECOMMENDED)


def downgrade() -> None:
    op.execute("DROP FUNCTION recommended_by_pearson")
    op.execute("DROP FUNCTION neighbours_by_pearson")
