"""An evaluation as it is kept, by hand: for tests of what shows evaluations and does not make them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mediatheque.recommend.evaluations import SCHEMA, evaluations_dir_in


def keep_one(
    data_dir: Path, number: int, *, verdict: str = "blend is better than popularity"
) -> dict[str, Any]:
    """Put it where a library keeps its evaluations."""
    figures = {
        "ndcg": {"value": 0.31, "low": 0.28, "high": 0.34},
        "coverage": {"value": 0.5, "low": None, "high": None},
    }
    found: dict[str, Any] = {
        "id": number,
        "schema": SCHEMA,
        "made_at": "2026-11-20T10:30:00+00:00",
        "code_version": "0.1.0",
        "took_s": 3.5,
        "protocol": "time",
        "split": "what happened from 2026-01-01 chooses, from 2026-04-01 on judges",
        "k": 10,
        "data": {"name": "this library", "people": 60, "titles": 100, "events": 1000},
        "choices": {
            "judges": 50, "targets": 200, "unknown_share": 0.1, "popularity": 0.6, "cold_share": 0.2,
        },
        "measures": [{"name": "ndcg", "label": "NDCG@10", "what": "Hits.", "better": "more"}],
        "models": [
            {
                "label": "blend", "model": "blend", "config": {"members": []}, "validation_ndcg": 0.3,
                "figures": figures, "by_group": {"history": {"light": figures}},
            }
        ],
        "best": "blend",
        "groupings": [
            {
                "name": "history", "what": "How many titles",
                "groups": [
                    {"name": "light", "what": "10–49 titles", "judges": 50, "rmse": None, "mae": None}
                ],
            }
        ],
        "comparisons": [
            {
                "label": "blend", "against": "popularity", "gain": 0.1, "low": 0.05, "high": 0.15, "p": 0.001,
                "p_holm": 0.004, "users": 50, "is_claimed": True, "says": verdict,
            }
        ],
        "stars": {
            "why_not": "too few", "given": 3, "asked": 0, "unknown": 0, "rmse": None, "mae": None,
            "usual_rmse": None,
        },
        "verdict": verdict,
        "notes": [],
    }  # fmt: skip
    folder = evaluations_dir_in(data_dir)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{number}.html").write_text(f"<!doctype html><title>Evaluation {number}</title>", "utf-8")
    (folder / f"{number}.json").write_text(json.dumps(found), "utf-8")
    return found
