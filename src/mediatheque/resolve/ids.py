"""What the external ids of two works say: one work, two works, or nothing."""

from __future__ import annotations

from mediatheque.vocabulary import Kind, Work

#: Schemes that give every work one id of its own. An ISBN or a Goodreads id names an edition: two differ.
_ONE_ID_SCHEMES = frozenset(
    {
        *("imdb", "tmdb", "tvdb", "trakt", "letterboxd", "wikidata", "youtube", "netflix", "open_library"),
        *("mal", "anilist"),
    }
)
#: Schemes that count films and shows separately.
_PER_KIND_SCHEMES = frozenset({"tmdb", "tvdb", "trakt", "mal"})


def shared_id(work: Work, other: Work) -> str | None:
    """The id that both carry ("imdb tt0133093"), None when there is none."""
    ids, others = _ids(work), _ids(other)
    for scheme in sorted(ids.keys() & others.keys()):
        if ids[scheme] == others[scheme] and _is_one_count(work.kind, other.kind, scheme):
            return f"{scheme} {ids[scheme]}"
    return None


def conflicting_id(work: Work, other: Work) -> str | None:
    """Two ids of one scheme that no work can have both ("imdb tt1, not tt2"), None when there are none."""
    ids, others = _ids(work), _ids(other)
    for scheme in sorted(ids.keys() & others.keys() & _ONE_ID_SCHEMES):
        if ids[scheme] != others[scheme]:
            return f"{scheme} {ids[scheme]}, not {others[scheme]}"
    return None


def _ids(work: Work) -> dict[str, str]:
    return {scheme: value.strip().casefold() for scheme, value in work.external_ids.items() if value.strip()}


def _is_one_count(kind: Kind, other: Kind, scheme: str) -> bool:
    if scheme in _PER_KIND_SCHEMES:
        return kind == other
    return (kind == Kind.EPISODE) == (other == Kind.EPISODE)
