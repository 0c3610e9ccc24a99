"""Settings that were chosen on validation users of MovieLens, to begin from where a library has no better."""

from __future__ import annotations

from dataclasses import replace

from mediatheque.recommend.models import blend, config_to_json, ials, ntk, wedlae
from mediatheque.recommend.models.blend import Member

#: From likes alone, for communities of thousands with long histories (MovieLens-1M).
MANY = blend.Config(
    (
        Member("items", "wedlae", config_to_json(wedlae.Config()), 1.0),
        Member("tastes", "ials", config_to_json(ials.Config()), 1.0),
        Member("tastes-64", "ials", config_to_json(ials.Config(dimensions=64)), 0.5),
        Member("people", "ntk", config_to_json(ntk.Config()), 1.0),
    )
)

_FEW_TASTES = ials.Config(reg=0.02, row_exponent=0.3, item_exponent=0.0, column_exponent=0.0)
_FEW_ITEMS = wedlae.Config(ridge=200.0, dropout=0.7, column_exponent=0.1)
_FEW_AT_ONCE = wedlae.Config(ridge=60.0, dropout=0.5, column_exponent=0.1, nearness_s=1000.0)

#: For about a thousand people (MovieLens-100K): stronger regularisation, and smaller spaces besides.
FEW = blend.Config(
    (
        Member("items", "wedlae", config_to_json(_FEW_ITEMS), 0.5),
        Member("people", "ntk", config_to_json(ntk.Config()), 0.5),
        Member("items at one time", "wedlae", config_to_json(_FEW_AT_ONCE), 1.5),
        *(
            Member(f"tastes-{n}", "ials", config_to_json(replace(_FEW_TASTES, dimensions=n, seed=n)))
            for n in (32, 64, 128)
        ),
    )
)
