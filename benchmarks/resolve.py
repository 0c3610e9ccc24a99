"""Precision and recall of title resolution on the labelled sample; the last line is one JSON object.

`precision` and `recall` are those of the verdict "same"; `ask_share` is the share of works put before
a person. `--half training|held-out` takes every other line. Run as `make bench NAME=resolve`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from mediatheque.resolve.compare import WEIGHTS, Weights, compare
from mediatheque.resolve.decide import THRESHOLDS, Thresholds, decide
from mediatheque.resolve.ids import shared_id
from mediatheque.resolve.normalise import title_keys
from mediatheque.vocabulary import Credit, Decision, Item, Kind, Role, Verdict, Work

SAMPLE = Path(__file__).with_name("resolve_pairs.jsonl")
#: The database finds by trigrams what no key finds; this is the likeness it asks for.
TRIGRAM_LIKENESS = 0.45


class Case(NamedTuple):
    """A work and the items it may be; `answer` is the id of the right one, None when there is none."""

    why: str
    work: Work
    items: tuple[Item, ...]
    answer: int | None


class Outcome(NamedTuple):
    case: Case
    decision: Decision

    @property
    def said(self) -> str:
        if self.decision.verdict is not Verdict.SAME:
            return str(self.decision.verdict)
        assert self.decision.best is not None
        return "same" if self.decision.best.item_id == self.case.answer else "wrong"


class Figures(NamedTuple):
    precision: float
    recall: float
    ask_share: float


def read_work(fields: dict[str, Any]) -> Work:
    """The work that a line of the sample describes."""
    people = tuple(Credit(c["name"], Role(c["role"])) for c in fields.get("credits", ()))
    kept = {k: v for k, v in fields.items() if k not in ("kind", "credits", "alternative_titles")}
    alternatives = tuple(fields.get("alternative_titles", ()))
    return Work(kind=Kind(fields["kind"]), credits=people, alternative_titles=alternatives, **kept)


def read_cases(path: Path = SAMPLE) -> list[Case]:
    """The labelled sample; a pair is a group of one candidate."""
    cases: list[Case] = []
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        candidates = row.get("candidates") or [row["item"]]
        answer = row["answer"] if "candidates" in row else (0 if row["same"] else None)
        items = tuple(Item(id=n, work=read_work(c), is_listed=True) for n, c in enumerate(candidates))
        cases.append(Case(row["why"], read_work(row["work"]), items, answer))
    return cases


def halves(cases: Sequence[Case]) -> tuple[list[Case], list[Case]]:
    """Training and held-out half: every other line, so that every category is in both."""
    return list(cases[::2]), list(cases[1::2])


def found_items(work: Work, items: Sequence[Item]) -> list[Item]:
    """The items that the database would propose: by an id or a key, and by trigrams when those find none."""
    found = [item for item in items if shares_key(work, item) or shared_id(work, item.work)]
    return found or [item for item in items if _trigram_likeness(work, item.work) >= TRIGRAM_LIKENESS]


def shares_key(work: Work, item: Item) -> bool:
    return not set(title_keys(work)).isdisjoint(title_keys(item.work))


def _trigram_likeness(work: Work, other: Work) -> float:
    ours = _trigrams(title_keys(work)[0])
    theirs = [_trigrams(key) for key in title_keys(other)]
    return max((len(ours & those) / len(ours | those) for those in theirs), default=0.0)


def _trigrams(key: str) -> set[str]:
    padded = [f"  {word} " for word in key.split()]
    return {word[n : n + 3] for word in padded for n in range(len(word) - 2)}


def judge(
    cases: Iterable[Case], thresholds: Thresholds = THRESHOLDS, weights: Weights = WEIGHTS
) -> list[Outcome]:
    """What resolution decides about each case."""
    outcomes: list[Outcome] = []
    for case in cases:
        matches = [compare(case.work, item, weights) for item in found_items(case.work, case.items)]
        outcomes.append(Outcome(case, decide(case.work, matches, thresholds)))
    return outcomes


def figures(outcomes: Sequence[Outcome]) -> Figures:
    """Precision and recall of "same", and the share of works that a person is asked about."""
    said = Counter(o.said for o in outcomes)
    answerable = sum(o.case.answer is not None for o in outcomes)
    return Figures(
        precision=said["same"] / ((said["same"] + said["wrong"]) or 1),
        recall=said["same"] / (answerable or 1),
        ask_share=said["ask"] / (len(outcomes) or 1),
    )


def print_report(outcomes: Sequence[Outcome]) -> None:
    """A table by category, then every mistake."""
    print(f"{'category':<18}{'cases':>6}{'same':>6}{'wrong':>6}{'asked':>6}{'missed':>7}{'new':>6}")
    for why in dict.fromkeys(o.case.why for o in outcomes):
        of_kind = [o for o in outcomes if o.case.why == why]
        said = Counter(o.said for o in of_kind)
        missed = sum(o.said == "new" and o.case.answer is not None for o in of_kind)
        row = (len(of_kind), said["same"], said["wrong"], said["ask"])
        print(f"{why:<18}" + "".join(f"{n:>6}" for n in row) + f"{missed:>7}{said['new'] - missed:>6}")
    for heading, wanted in (("wrong", "wrong"), ("missed", "new"), ("asked, though one is right", "ask")):
        found = [o for o in outcomes if o.said == wanted and (wanted == "wrong" or o.case.answer is not None)]
        print(f"\n{heading}: {len(found)}")
        for outcome in found:
            print("  " + _explained(outcome))


def _explained(outcome: Outcome) -> str:
    work, items = outcome.case.work, outcome.case.items
    match = outcome.decision.best or next(iter(outcome.decision.candidates), None)
    near = items[match.item_id] if match else items[outcome.case.answer or 0]
    match = match or compare(work, near)
    why = ", ".join(f"{p.name} {p.amount:.2f}" for p in match.penalties if p.amount)
    found = "" if found_items(work, [near]) else " (not found)"
    return (
        f"{outcome.case.why}: {work.kind} “{work.title}” {work.year or ''} ~ {near.kind} “{near.title}”"
        f" {near.work.year or ''} {match.score:.2f}{found} {why}"
    )


def print_blocking(cases: Iterable[Case]) -> None:
    """How many right answers the keys find, and how many need the trigrams."""
    right = [(c.work, c.items[c.answer]) for c in cases if c.answer is not None]
    keyless = [(w, i) for w, i in right if not shares_key(w, i)]
    lost = [w.title for w, i in keyless if not found_items(w, [i])]
    print(
        f"\nright answers: {len(right)}; without a common key: {len(keyless)}; found by nothing: {len(lost)} {lost}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=("all", "training", "held-out"), default="all")
    half = parser.parse_args().half
    cases = read_cases()
    if not cases:
        print(f"{SAMPLE} is empty: there is nothing to measure", file=sys.stderr)
        return 1
    training, held_out = halves(cases)
    outcomes = judge({"all": cases, "training": training, "held-out": held_out}[half])
    print_report(outcomes)
    print_blocking(cases)
    for name, part in (("training", training), ("held-out", held_out)):
        print(f"{name}: " + ", ".join(f"{k} {v:.3f}" for k, v in figures(judge(part))._asdict().items()))
    print(json.dumps({k: round(v, 4) for k, v in figures(outcomes)._asdict().items()}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
