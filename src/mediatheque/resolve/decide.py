"""Same, ask or new: what a list of matches amounts to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mediatheque.kit.title_keys import title_key
from mediatheque.resolve.compare import has_agreement, is_certain
from mediatheque.vocabulary import Decision, Kind, Match, Verdict, Work


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where "same" and "ask" begin; chosen on the labelled sample (docs/decisions/0004)."""

    same: float = 0.9
    ask: float = 0.65
    margin: float = 0.05  # how far ahead of the second the best must be
    bare_letters: int = 4  # a one-word film title up to this long, and nothing else known, is not enough


THRESHOLDS = Thresholds()

#: More than this to choose from helps nobody.
CANDIDATES_KEPT = 8


def decide(work: Work, matches: Iterable[Match], thresholds: Thresholds = THRESHOLDS) -> Decision:
    """SAME with the best match, ASK with the candidates, or NEW when nothing comes near."""
    ranked = sorted(matches, key=lambda m: (not is_certain(m), -m.score, not has_agreement(m), m.item_id))
    near = tuple(match for match in ranked if match.score >= thresholds.ask)[:CANDIDATES_KEPT]
    if not near:
        return Decision(Verdict.NEW, None, ())
    best = near[0]
    is_sure = best.score >= thresholds.same and not (
        any(_is_rival(best, other, thresholds.margin) for other in near[1:])
        or (is_bare(work, thresholds.bare_letters) and not has_agreement(best))
    )
    return Decision(Verdict.SAME, best, ()) if is_sure else Decision(Verdict.ASK, None, near)


def _is_rival(best: Match, other: Match, margin: float) -> bool:
    if best.score - other.score >= margin or is_certain(best) != is_certain(other):
        return False
    # The right year beats an entry of the same title that has no year.
    return has_agreement(other) or not has_agreement(best)


def is_bare(work: Work, letters: int) -> bool:
    """Is a short single word all we know? More than a quarter of such film titles name several films."""
    key = title_key(work.title)
    # Written in another script, a title is shared by few.
    is_short = key.isascii() and " " not in key and len(key) <= letters
    return is_short and work.kind in (Kind.FILM, Kind.BOOK)
