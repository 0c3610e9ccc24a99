"""The people who ask, as they were worked out last: valid while their history is the version it was."""

from __future__ import annotations

from dataclasses import dataclass

from mediatheque.kit.remembered import Remembered
from mediatheque.recommend.queries.eligible import Bounds
from mediatheque.recommend.taste import Taste

#: Bytes, about, for everybody; and what one title of a history and one id come to.
MOST_BYTES = 8 << 20
_A_TITLE, _AN_ID = 700, 60
#: What catalogues say of known titles changes, and opinions fade: slowly.
_FOR_S = 300.0


@dataclass(frozen=True, slots=True)
class Person:
    """What a list needs to know of somebody: what they like, and what must not be on it."""

    taste: Taste
    bounds: Bounds

    @property
    def size(self) -> int:
        """Bytes, about."""
        taste = self.taste
        vectors = sum(vector.nbytes for vector in taste.vectors.values())
        pulls = sum(interest.pulls.nbytes + interest.centre.nbytes for interest in taste.interests)
        folded = taste.fold_in.size if taste.fold_in is not None else 0
        ids = len(self.bounds.known) + len(self.bounds.closed) + len(self.bounds.own)
        return vectors + pulls + folded + _A_TITLE * len(taste.history) + _AN_ID * ids


def room_for_people() -> Remembered[Person]:
    """Room for those who ask one process."""
    return Remembered(MOST_BYTES, for_s=_FOR_S)
