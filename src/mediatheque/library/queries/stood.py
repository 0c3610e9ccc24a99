"""Where a person stands with a title, as SQL aggregates over their events with it: written once for all who work it out.

The columns `id`, `kind`, `value` and `at` are of events; `only` narrows which of the group count, as "is_own".
"""

from __future__ import annotations

from mediatheque.vocabulary import SEEN_KINDS, EventKind

#: The kinds of events by which something was seen, read or heard, for `kind IN …`.
SEEN = f"({', '.join(repr(kind.value) for kind in sorted(SEEN_KINDS))})"


def latest(column: str, *kinds: EventKind, only: str = "true") -> str:
    """The latest word on something."""
    among = ", ".join(repr(kind.value) for kind in kinds)
    return f"(array_agg({column} ORDER BY at DESC NULLS LAST, id DESC) FILTER (WHERE {only} AND kind IN ({among})))[1]"


def seen_count(only: str = "true") -> str:
    """Views on one day are one view: a title in two exports of one account is not watched twice; views of
    which nobody knows the day are one more."""
    return (
        f"(count(DISTINCT (at AT TIME ZONE 'UTC')::date) FILTER (WHERE {only} AND kind IN {SEEN})"
        f" + coalesce(bool_or({only} AND kind IN {SEEN} AND at IS NULL), false)::int)"
    )


def is_saved(only: str = "true") -> str:
    """Whether it is on the person's list."""
    return f"coalesce({latest('kind', EventKind.SAVED, EventKind.UNSAVED, only=only)} = 'saved', false)"


def is_hidden(only: str = "true") -> str:
    """Whether the person never wants it recommended."""
    return f"coalesce({latest('kind', EventKind.HIDDEN, EventKind.UNHIDDEN, only=only)} = 'hidden', false)"


def liking(only: str = "true") -> str:
    """1 liked, -1 disliked, 0 neither."""
    said = latest("kind", EventKind.LIKED, EventKind.DISLIKED, only=only)
    return f"(CASE {said} WHEN 'liked' THEN 1 WHEN 'disliked' THEN -1 ELSE 0 END)"


def rating(only: str = "true") -> str:
    """The stars given last; NULL where there are none, or were taken back."""
    return latest("value", EventKind.RATED, only=only)
