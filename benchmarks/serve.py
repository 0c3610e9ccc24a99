"""How fast lists are served: `make bench NAME=serve`; `make bench NAME=serve` with PART=factors or PART=http runs one part.

In process (`serving_factors.py`): folding a person in and finding the best hundred of 20,000 and of a million items,
with filters, beside `implicit` and the speed of the memory.
"""

from __future__ import annotations

import json

import serving_factors


def main() -> None:
    """Print the figures, and as the last line the JSON of them."""
    told = serving_factors.figures(20_000, "20k") | serving_factors.figures(1_000_000, "1m")
    told["bandwidth_share"] = told["bandwidth_share_1m"]
    print(json.dumps({name: round(figure, 3) for name, figure in told.items()}))


if __name__ == "__main__":
    main()
