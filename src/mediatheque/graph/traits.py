"""What the members of a community share more than everybody else does, and the name that makes (pure).

How much more: the log-odds ratio of having it, with a flat prior of a half, in standard errors (Monroe, Colaresi and
Quinn 2008, "Fightin' Words", doi:10.1093/pan/mpn018). What three of three have and nobody else counts, and so does
what most of two hundred have; what half of everybody has does not.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mediatheque.graph.part import Floats, Ints
from mediatheque.vocabulary import NodeKind

_PRIOR = 0.5
#: In standard errors: below it, it may as well be chance.
LEAST = 1.96
_MOST = 5
#: Of two genres the second says less than a person does; and when something was made says less than what it is.
_SAME_AGAIN, _DECADE = 0.5, 0.5


def log_odds(counts: Ints, size: Ints) -> Floats:
    """(communities, traits), in standard errors: of `counts` of members that have the trait, of `size` members.

    All of the last row are counted among the others alone: those that are in no community.
    """
    inside, n = counts[:-1].astype(np.float64), size[:-1, None].astype(np.float64)
    outside, rest = counts.sum(axis=0) - inside, size.sum() - n
    yes, no = inside + _PRIOR, n - inside + _PRIOR
    yes_outside, no_outside = outside + _PRIOR, rest - outside + _PRIOR
    ratio = np.log(yes / no) - np.log(yes_outside / no_outside)
    return ratio / np.sqrt(1 / yes + 1 / no + 1 / yes_outside + 1 / no_outside)


def telling(scores: Floats, counts: Ints, size: int) -> Ints:
    """The places of the traits that tell most of a community of so many, the most telling first: what many of them have.

    Where nothing sets it apart (it may be all there is), what at least half of its members have.
    """
    # A player of ten of a hundred films, and of no other, is no chance; but a name is of the hundred.
    order = np.lexsort((np.arange(len(scores)), -scores * np.sqrt(counts)))
    distinct = order[(scores[order] >= LEAST) & (counts[order] > 1)]
    if len(distinct):
        return distinct[:_MOST]
    order = np.lexsort((np.arange(len(scores)), -scores, -counts))
    return order[(counts[order] * 2 >= size) & (counts[order] > 1)][:_MOST]


def named(traits: Sequence[tuple[str, str, float]], centre: str, taken: set[str]) -> str:
    """A name out of (name, what, how telling), the most telling first: "Denis Villeneuve and science fiction".

    Of two sorts of things rather than of one. A name that is taken has another trait beside it, or what it is around.
    """
    if not traits:
        return f"Around {centre}"
    # Stable: of equals, the one that came first is first.
    first, *others = sorted(traits, key=lambda trait: -trait[2] * (_DECADE if trait[1] == "decade" else 1))
    others = [trait for trait in others if (trait[1], first[1]) != ("decade", "decade")]
    others.sort(key=lambda trait: -trait[2] * (_SAME_AGAIN if trait[1] in (first[1], "decade") else 1))
    for n in (2, 3):
        name = listed([first[0], *(trait[0] for trait in others[: n - 1])])
        if name not in taken:
            return name
    return f"{name}, around {centre}"


def listed(parts: Sequence[str]) -> str:
    """As the beginning of a line: "Science fiction and the 1970s"."""
    *most, last = parts
    told = f"{', '.join(most)} and {last}" if most else last
    return told[:1].upper() + told[1:]


def spoken(name: str, kind: NodeKind) -> str:
    """A genre as it stands in a sentence: "science fiction", "TV movie"; other names as they are."""
    if kind is not NodeKind.GENRE:
        return name
    return " ".join(word if word.isupper() else word.lower() for word in name.split())
