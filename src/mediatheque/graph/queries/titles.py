"""What the patterns of a person's graph have to know of their titles: kinds, years, and the time that went into them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from mediatheque.vocabulary import Kind

#: Minutes of a title of which nobody says how long it is.
_USUAL_MINUTES = {
    Kind.FILM: 105,
    Kind.SHOW: 40,
    Kind.EPISODE: 40,
    Kind.VIDEO: 10,
    Kind.AUDIO: 40,
    Kind.BOOK: 380,
}
#: A page of 300 words at 238 words a minute (Brysbaert 2019, doi:10.1016/j.jml.2019.104047).
_MINUTES_A_PAGE = 1.26


class Titles(NamedTuple):
    """Items by rising id, as arrays of one length."""

    id: npt.NDArray[np.int64]
    kind: npt.NDArray[np.str_]
    year: npt.NDArray[np.int64]  # 0: nobody says
    is_of_a_show: npt.NDArray[np.bool_]


def titles(db: Connection, item_ids: Sequence[int]) -> Titles:
    """Of these items, those that there are; the caller has them from the viewer's own edges."""
    row = db.execute(
        text("""
            SELECT array_agg(id ORDER BY id)::text AS ids, array_agg(kind ORDER BY id)::text AS kinds,
                array_agg(coalesce(year, 0) ORDER BY id)::text AS years,
                array_agg((kind = 'episode' AND parent_id IS NOT NULL)::int ORDER BY id)::text AS of_shows
            FROM items WHERE id = ANY(CAST(:ids AS bigint[])) AND merged_into IS NULL
        """),
        {"ids": list(item_ids)},
    ).one()
    if row.ids is None:
        nothing = np.zeros(0, np.int64)
        return Titles(nothing, np.zeros(0, np.str_), nothing, np.zeros(0, np.bool_))
    kinds = np.array(row.kinds.strip("{}").split(","))
    return Titles(_numbers(row.ids), kinds, _numbers(row.years), _numbers(row.of_shows) > 0)


def minutes_spent(db: Connection, user_id: int, item_ids: Sequence[int]) -> dict[int, float]:
    """How long this person has watched, read or listened to each of these items, as far as that can be told."""
    usual = " ".join(f"WHEN '{kind.value}' THEN {minutes}" for kind, minutes in _USUAL_MINUTES.items())
    rows = db.execute(
        text(f"""
            SELECT i.id, greatest(ui.seen_count, CASE WHEN i.kind = 'show' THEN ui.episodes_seen ELSE 0 END)
                * coalesce((i.work ->> 'runtime_minutes')::float8, (i.work ->> 'pages')::float8 * {_MINUTES_A_PAGE},
                    CASE i.kind {usual} END) AS minutes
            FROM user_items ui JOIN items i ON i.id = ui.item_id
            WHERE ui.user_id = :user AND ui.item_id = ANY(CAST(:ids AS bigint[]))
        """),
        {"user": user_id, "ids": list(item_ids)},
    )
    return {row.id: row.minutes for row in rows}


def _numbers(array: str) -> npt.NDArray[np.int64]:
    return np.fromstring(array.strip("{}"), np.int64, sep=",")
