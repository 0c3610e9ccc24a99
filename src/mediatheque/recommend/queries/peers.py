"""What people who rate as one person does think of what that person has not rated: numbers, never names."""

from __future__ import annotations

from sqlalchemy import text

from mediatheque.kit.database import Connection
from mediatheque.recommend.peers import Peers, peers_from

#: So many of those most alike speak; a correlation over n titles counts n / (n + SHRINK).
MOST_NEIGHBOURS, SHRINK = 100, 100.0
#: What fewer of them rated is not told at all.
LEAST_PEOPLE = 3


def peers_of(db: Connection, user_id: int) -> Peers | None:
    """What they say; None where nobody here rates as the user does."""
    rows = db.execute(
        text("""
            SELECT item_id, score, people, average, people_above, score_above
            FROM recommended_by_pearson(:user, :most, :shrink, :least)
        """),
        {"user": user_id, "most": MOST_NEIGHBOURS, "shrink": SHRINK, "least": LEAST_PEOPLE},
    ).all()
    return peers_from(rows) if rows else None
