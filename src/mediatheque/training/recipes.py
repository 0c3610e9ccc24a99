"""Settings that were chosen on validation users of MovieLens, to begin from where a library has no better."""

from __future__ import annotations

from dataclasses import replace

from mediatheque.recommend.models import (
    blend,
    config_to_json,
    content,
    ials,
    mixed_walk,
    ntk,
    popularity,
    wedlae,
)
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


def for_community(n_users: int) -> blend.Config:
    """What serves a community of so many people whose titles have a catalogue, before anything was validated there.

    One matrix of items carries most at every size: by content alone while nobody is there, by people more and more.
    Beside it popularity fades (it is the noise of a few people at first, and known to the others in the end), walks by
    way of genres, people and likeness fade too (of one person .191 → .200, of thirty nothing), and a space of tastes
    comes in. Chosen on the validation users of MovieLens-1M's first fold, with known people drawn
    by other seeds than the benchmark's; NDCG@100 is flat around all of these figures.
    """
    n = max(n_users, 1)
    items = wedlae.Config(
        ridge=round(200 + 100 * n / (n + 1000), 1),
        content=5.0,
        column_exponent=round(0.1 + 0.1 * n / (n + 1000), 3),
    )
    tastes = ials.Config(dimensions=32 if n < 200 else 64 if n < 2000 else 128, content_likes=10.0)
    weights = {
        "wedlae": 1.0,
        "content": 0.1 + 0.15 * 1000 / (1000 + n),
        "popularity": 0.15 * 30 / (30 + n),
        "mixed-walk": 0.4 * 10 / (10 + n),
        "ials": n / (n + 200),
    }
    configs = {
        "wedlae": items,
        "content": content.Config(),
        "popularity": popularity.Config(),
        "mixed-walk": mixed_walk.Config(),
        "ials": tastes,
    }
    return blend.Config(
        tuple(
            Member(name, name, config_to_json(configs[name]), round(weight, 4))
            for name, weight in weights.items()
        )
    )
