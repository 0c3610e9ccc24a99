"""Items predicted from items by one matrix in closed form: EASE, EDLAE, and ours with users and items weighted.

With X users × items, W = diag(likes of the user)^-row_exponent over its mean, G = XᵀWX and
Λ = ridge + dropout / (1 - dropout) · diag(G): P = (G + Λ)⁻¹ and B = PG - P·diag(diag(PG) / diag(P)), which has a
diagonal of zero, so that nothing explains itself. Columns of B are scaled by popularity^-column_exponent.

With `content`, items of like content count as had by the same people (Jeunen 2020, "Closed-Form Models for
Collaborative Filtering with Side-Information"): G + content · VVᵀ takes the place of G, V the catalogue's places.

With `nearness_s`, what a person liked within minutes says more of each other than what lies years apart: in G
their product counts exp(-apart / nearness_s). G stays positive definite, as the entrywise product of two that are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mediatheque.recommend.models import Arrays, Explanation, Histories, History, Scores, Shapes
from mediatheque.recommend.models._sums import sum_of_rows


@dataclass(frozen=True, slots=True)
class Config:
    """How strongly to shrink, and how much the many count against the few."""

    ridge: float = 300.0
    dropout: float = 0.6
    row_exponent: float = 0.5
    column_exponent: float = 0.2
    nearness_s: float | None = None
    content: float = 0.0


#: Steck 2019.
EASE = Config(ridge=500.0, dropout=0.0, row_exponent=0.0, column_exponent=0.0)
#: Steck 2020, dropout in closed form.
EDLAE = Config(ridge=500.0, dropout=0.5, row_exponent=0.0, column_exponent=0.0)


def shapes(config: Config) -> Shapes:
    """`weights[i, j]`: what having i says about j."""
    return {"weights": ("items", "items")}


def score(arrays: Arrays, config: Config, histories: Histories) -> Scores:
    """What the history's items say about each item, added up."""
    return sum_of_rows(arrays["weights"], histories)


def explain(arrays: Arrays, config: Config, history: History, item: int) -> Explanation:
    """Each item of the history adds what it says."""
    says = arrays["weights"][history.items, item].astype(np.float64)
    return Explanation(0.0, says * history.weights)
