"""Fits the weights of search/answering/evidence.py on the development questions: `python benchmarks/ask.py --fit`.

A logistic regression (Newton's method, a ridge on all but the bias) tells sentences that answer from all others. The
least probability of an answer is then chosen among probabilities that were predicted without the question's own
recording (leave one recording out), so that it is not flattered by what was learnt: where the answered share of the
answerable and three times the refused share of the unanswerable are highest together, as a wrong answer costs more than none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from ask_library import Question

from mediatheque.search.answering.evidence import Evidence

RIDGE = 2.0
#: How much worse a wrong answer is than none.
COST = 3.0
WITH_MEANING = (
    "similarity",
    "similarity_around",
    "asked_before",
    "meant",
    "meant_near",
    "meant_in_passage",
    "meant_in_recording",
    "rarest_unmeant",
    "unnamed",
    "numbers",
    "fits",
    "misfits",
    "asks",
    "short",
)
WITHOUT_MEANING = (
    "said",
    "said_near",
    "said_in_passage",
    "said_in_recording",
    "rarest_unsaid",
    "unnamed",
    "numbers",
    "fits",
    "misfits",
    "asks",
    "short",
)
Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Weighed:
    """A question and the sentences that might answer it."""

    question: Question
    evidence: Sequence[Evidence]


def is_right(question: Question, evidence: Evidence) -> bool:
    """Whether a sentence is the one that was labelled."""
    return evidence.source.media_id == question.media_id and question.has in evidence.text


def fit(weighed: Sequence[Weighed], signs: Sequence[str]) -> dict[str, float]:
    """Weights by sign, and the bias."""
    rows, labels = [], []
    for one in weighed:
        for evidence in one.evidence:
            rows.append([1.0, *(evidence.signs[name] for name in signs)])
            labels.append(float(is_right(one.question, evidence)))
    x, y = np.array(rows), np.array(labels)
    beta = np.zeros(x.shape[1])
    ridge = np.diag([1e-6, *([RIDGE] * len(signs))])
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ beta))
        gradient = x.T @ (y - p) - ridge @ beta
        hessian = (x * (p * (1 - p))[:, None]).T @ x + ridge
        beta = beta + np.linalg.solve(hessian, gradient)
    return dict(zip(["bias", *signs], (round(float(b), 3) for b in beta), strict=True))


def probability(evidence: Evidence, weights: Mapping[str, float]) -> float:
    """As evidence.py has it."""
    total = weights["bias"] + sum(
        weight * evidence.signs[name] for name, weight in weights.items() if name != "bias"
    )
    return float(1 / (1 + np.exp(-total)))


def left_out(weighed: Sequence[Weighed], signs: Sequence[str], fold_of: Sequence[int]) -> list[float]:
    """Each question's highest probability, by weights that were fitted without its fold."""
    best = [0.0] * len(weighed)
    for fold in set(fold_of):
        weights = fit([w for w, f in zip(weighed, fold_of, strict=True) if f != fold], signs)
        for n, (one, of) in enumerate(zip(weighed, fold_of, strict=True)):
            if of == fold:
                best[n] = max((probability(e, weights) for e in one.evidence), default=0.0)
    return best


def least(best: Sequence[float], is_answerable: Sequence[bool]) -> float:
    """The threshold that costs least."""
    answerable = np.array([p for p, is_one in zip(best, is_answerable, strict=True) if is_one])
    others = np.array([p for p, is_one in zip(best, is_answerable, strict=True) if not is_one])
    tried = np.arange(0.02, 0.98, 0.005)
    worth = [np.mean(answerable >= t) + COST * np.mean(others < t) for t in tried]
    return round(float(tried[int(np.argmax(worth))]), 3)


def fitted(weighed: Sequence[Weighed], signs: Sequence[str]) -> tuple[dict[str, float], float]:
    """The weights and the threshold to write into evidence.py."""
    recordings = sorted({w.question.media_id for w in weighed if w.question.media_id is not None})
    fold_of = [
        w.question.media_id if w.question.media_id is not None else recordings[n % len(recordings)]
        for n, w in enumerate(weighed)
    ]
    best = left_out(weighed, signs, fold_of)
    return fit(weighed, signs), least(best, [w.question.media_id is not None for w in weighed])
