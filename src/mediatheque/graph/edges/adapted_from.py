"""ADAPTED_FROM: the book that a film or a show was made from, as catalogues name it by its title and author."""

from __future__ import annotations

from mediatheque.graph.edges import EdgeType, End, Facts, Select
from mediatheque.graph.edges._facts import SAID, said_of_items
from mediatheque.stores.graph import Edge
from mediatheque.vocabulary import NODE_CODES, Kind, NodeKind, Role

_CODE = 17


def _letters(name: str) -> str:
    """SQL: "J.R.R. Tolkien" and "J. R. R. Tolkien" are one."""
    return f"regexp_replace(lower({name}), '[^[:alnum:]]', '', 'g')"


#: Films and shows `i` with the books `b` that bear the title and the author of what they were made from: from the films …
_FROM_FILMS = f"""
    items i JOIN item_originals o ON o.item_id = i.id AND i.kind IN ('{Kind.FILM}', '{Kind.SHOW}')
    JOIN item_titles t ON t.key = o.title_key
    JOIN items b ON b.id = t.item_id AND b.kind = '{Kind.BOOK}'
    JOIN item_credits c ON c.item_id = b.id AND c.role = '{Role.AUTHOR}'
    JOIN people p ON p.id = c.person_id AND {_letters("p.name")} = {_letters("o.author")}
"""
#: … and from the books.
_FROM_BOOKS = f"""
    items b JOIN item_titles t ON t.item_id = b.id AND b.kind = '{Kind.BOOK}'
    JOIN item_originals o ON o.title_key = t.key
    JOIN items i ON i.id = o.item_id AND i.kind IN ('{Kind.FILM}', '{Kind.SHOW}')
"""
#: Two titles of two people have nothing to do with each other.
_OF_ONE_OWNER = "coalesce(i.owner_id, b.owner_id) IS NOT DISTINCT FROM coalesce(b.owner_id, i.owner_id)"

EDGE = EdgeType(
    code=_CODE,
    facts=Facts.ITEM,
    selects=(
        Select(
            anchor="source",
            source=(NodeKind.ITEM, "i.id"),
            target=(NodeKind.ITEM, "b.id"),
            # Two books of one title by one author are not told apart by what a catalogue says of the film.
            columns={
                "owner_id": "coalesce(i.owner_id, b.owner_id, 0)",
                "weight": "0.9",
                "confidence": "0.9",
                **SAID,
            },
            rows=f"""
                {_FROM_FILMS} {said_of_items("k.work ? 'based_on'")}
                WHERE i.id = ANY(given_items) AND i.merged_into IS NULL AND b.merged_into IS NULL AND {_OF_ONE_OWNER}
            """,
        ),
    ),
    # A book comes, goes or gets another title: the films that were made from it.
    widens=f"""
        SELECT i.id FROM {_FROM_BOOKS} WHERE b.id = ANY(given_items)
        UNION SELECT e.source_id >> 4 FROM unnest(given_items) AS book(id), graph_edges e
        WHERE e.target_id = (book.id << 4 | {NODE_CODES[NodeKind.ITEM]}) AND e.type = {_CODE}
    """,
)


def words(edge: Edge, source: End, target: End, *, forward: bool) -> str:
    """ "was adapted from Dune (1965)", "was made into the film Dune (2021)"."""
    del edge
    # Book and film mostly bear the same title.
    return f"was adapted from {target.name}" if forward else f"was made into the {source.what} {source.name}"
