"""What the nodes of the graph are called and whose they are, in SQL: one SELECT for each kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mediatheque.vocabulary import SEASONS_OF_A_SHOW, NodeKind


@dataclass(frozen=True, slots=True)
class Named:
    """Rows of things with their id, owner (0: everybody's) and name. `stands_alone`: a node even without edges."""

    rows: str
    id: str
    owner: str
    name: str
    stands_alone: bool = False


#: An episode is told with its show and its numbers, as far as they are known.
_ITEM_NAME = """
    CASE WHEN x.kind = 'episode' AND s.id IS NOT NULL THEN
        s.title || coalesce(', season ' || x.season, '') || coalesce(', episode ' || x.episode, '')
        || CASE WHEN x.title IN ('', s.title) THEN '' ELSE ': ' || x.title END
    ELSE x.title || coalesce(' (' || x.year || ')', '') END
"""

NAMED: Mapping[NodeKind, Named] = {
    NodeKind.ITEM: Named(
        "items x LEFT JOIN items s ON s.id = x.parent_id WHERE x.merged_into IS NULL",
        "x.id",
        "coalesce(x.owner_id, 0)",
        _ITEM_NAME,
        stands_alone=True,
    ),
    NodeKind.GENRE: Named("genres x WHERE true", "x.id", "0", "x.name"),
    NodeKind.PERSON: Named("people x WHERE true", "x.id", "0", "x.name"),
    NodeKind.TAG: Named("tags x WHERE true", "x.id", "x.user_id", "x.name"),
    NodeKind.SEASON: Named(
        f"unnest(wanted) AS w(id) JOIN items s ON s.id = w.id / {SEASONS_OF_A_SHOW} AND s.merged_into IS NULL WHERE true",
        "w.id",
        "coalesce(s.owner_id, 0)",
        f"s.title || ', season ' || w.id % {SEASONS_OF_A_SHOW}",
    ),
    NodeKind.SERIES: Named("series x WHERE true", "x.id", "0", "x.name"),
    NodeKind.VOICE: Named("voices x WHERE true", "x.id", "x.user_id", "x.name"),
    NodeKind.PASSAGE: Named("passages x WHERE true", "x.id", "x.user_id", "left(x.text, 240)"),
    NodeKind.USER: Named("users x WHERE true", "x.id", "x.id", "x.name", stands_alone=True),
}
