"""The flight recorder: each list as it was shown, and what was asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import text

from mediatheque.kit.database import Connection
from mediatheque.kit.wire import jsonb
from mediatheque.vocabulary import Recommendation


def add_shown(
    db: Connection, user_id: int, request: Mapping[str, Any], shown: Iterable[Recommendation]
) -> int:
    """Keep the list that was shown, best first, and what was asked for; its id."""
    rows = [
        {
            "item_id": recommendation.item.id,
            "score": recommendation.score,
            "method": recommendation.method,
            "because": recommendation.because,
            "fallback": recommendation.fallback,
            "contributions": [asdict(one) for one in recommendation.contributions],
        }
        for recommendation in shown
    ]
    return db.execute(
        text(
            "INSERT INTO recommendations_shown (user_id, request, shown) VALUES (:user, :request, :shown) RETURNING id"
        ),
        {"user": user_id, "request": jsonb(dict(request)), "shown": jsonb(rows)},
    ).scalar_one()
