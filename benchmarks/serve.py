"""How fast lists are served: `make bench NAME=serve` (PART=factors or PART=http runs one half of it).

In process (`serving_factors.py`): folding a person in and finding the best hundred of 20,000 and of a million items,
with filters, beside `implicit` and the speed of the memory. Over HTTP (`serving_http.py`): a real server, asked
200 times a second. `http_p99_ms` and `http_told_p99_ms` are of all lists, and of those right after something new.
"""

from __future__ import annotations

import json
import os

import serving_factors


def main() -> None:
    """Print the figures, and as the last line the JSON of them."""
    part = os.environ.get("PART", "")
    told: dict[str, float] = {}
    if part in ("", "factors"):
        told |= serving_factors.figures(20_000, "20k") | serving_factors.figures(1_000_000, "1m")
        # Where the factors do not fit into a cache, and each of them is read.
        told["bandwidth_share"] = told["bandwidth_share_1m"]
    if part in ("", "http"):
        import serving_http

        told |= serving_http.figures()
    print(json.dumps({name: round(figure, 3) for name, figure in told.items()}))


if __name__ == "__main__":
    main()
