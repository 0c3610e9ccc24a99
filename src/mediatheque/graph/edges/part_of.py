"""PART_OF: an episode is part of its season and its show, a title of its series, a passage of its recording."""

from __future__ import annotations

from mediatheque.graph.edges import LIVE, OWNER, EdgeType, End, Facts, Select
from mediatheque.graph.edges._facts import SAID, said_of_items
from mediatheque.graph.edges._media import AT_THAT_MOMENT, RECORDINGS
from mediatheque.graph.edges._telling import clock, quoted
from mediatheque.stores.graph import Edge
from mediatheque.vocabulary import SEASONS_OF_A_SHOW, NodeKind

#: Whether item `i` stands in a season that can be numbered.
_IN_A_SEASON = f"i.season BETWEEN 0 AND {SEASONS_OF_A_SHOW - 1}"
_SEASON_ID = f"i.parent_id * {SEASONS_OF_A_SHOW} + i.season"

_EPISODE_OF_SEASON = Select(
    anchor="source",
    source=(NodeKind.ITEM, "i.id"),
    target=(NodeKind.SEASON, _SEASON_ID),
    columns={"owner_id": OWNER, "weight": "0.9"},
    rows=f"items i JOIN items show ON show.id = i.parent_id AND show.merged_into IS NULL WHERE {LIVE} AND {_IN_A_SEASON}",
)
_EPISODE_OF_SHOW = Select(
    anchor="source",
    source=(NodeKind.ITEM, "i.id"),
    target=(NodeKind.ITEM, "i.parent_id"),
    columns={"owner_id": OWNER, "weight": "0.9"},
    rows=f"""
        items i JOIN items show ON show.id = i.parent_id AND show.merged_into IS NULL
        WHERE {LIVE} AND ({_IN_A_SEASON}) IS NOT TRUE
    """,
)
_SEASON_OF_SHOW = Select(
    anchor="target",
    source=(NodeKind.SEASON, _SEASON_ID),
    target=(NodeKind.ITEM, "i.parent_id"),
    # A season that the catalogue knows is everybody's; one that only somebody's own episodes are in is theirs.
    columns={"owner_id": "i.owner", "weight": "0.9"},
    rows=f"""
        (
            SELECT DISTINCT e.parent_id, e.season, coalesce(e.owner_id, 0) AS owner, e.merged_into,
                bool_or(e.owner_id IS NULL) OVER (PARTITION BY e.parent_id, e.season) AS is_listed
            FROM items e WHERE e.parent_id = ANY(given_items) AND e.merged_into IS NULL
        ) AS i JOIN items show ON show.id = i.parent_id AND show.merged_into IS NULL
        WHERE {_IN_A_SEASON} AND (i.owner = 0) = i.is_listed
    """,
)
_PASSAGE_OF_RECORDING = Select(
    anchor="target",
    source=(NodeKind.PASSAGE, "heard.id"),
    target=(NodeKind.ITEM, "shown.item"),
    columns={
        "owner_id": "m.user_id",
        "weight": "0.9",
        "at_ms": "min(heard.start_ms)",
        "said_by": "'the recording'",
    },
    rows=f"""
        {RECORDINGS} JOIN work_mentions w ON w.media_id = m.id {AT_THAT_MOMENT}
        GROUP BY shown.item, heard.id, m.user_id
    """,
)
_TITLE_OF_SERIES = Select(
    anchor="source",
    source=(NodeKind.ITEM, "i.id"),
    target=(NodeKind.SERIES, "p.series_id"),
    # What number it is: 1, or 1.5 of a story between two novels.
    columns={"owner_id": OWNER, "weight": "0.9", "detail": 'trim_scale(p."position"::numeric)::text', **SAID},
    rows=f"""
        items i JOIN item_series p ON p.item_id = i.id JOIN series n ON n.id = p.series_id
        {said_of_items("k.work ->> 'series' = n.name")} WHERE {LIVE}
    """,
)

EDGE = EdgeType(
    code=16,
    facts=Facts.ITEM,
    selects=(_EPISODE_OF_SEASON, _EPISODE_OF_SHOW, _SEASON_OF_SHOW, _TITLE_OF_SERIES, _PASSAGE_OF_RECORDING),
)


def words(edge: Edge, source: End, target: End, *, forward: bool) -> str:
    """ "is no. 2 of Dune Chronicles", "includes, as no. 2, Dune Messiah (1969)"; "includes Severance, season 1"."""
    if source.kind is NodeKind.PASSAGE:
        when = f" at {clock(edge.at_ms)}" if edge.at_ms is not None else ""
        return f"was said in {target.name}{when}" if forward else f"says {quoted(source.name)}{when}"
    if edge.detail:
        number_ = f"no. {edge.detail}"
        return f"is {number_} of {target.name}" if forward else f"includes, as {number_}, {source.name}"
    return f"is part of {target.name}" if forward else f"includes {source.name}"
