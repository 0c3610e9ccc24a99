"""Fitting every member of a blend on the same interactions."""

from __future__ import annotations

from mediatheque.recommend.models import Array, config_from_json
from mediatheque.recommend.models.blend import Config, pack
from mediatheque.training.fitting import fit as fit_model
from mediatheque.training.interactions import Interactions


def fit(seen: Interactions, config: Config, *, threads: int = 1) -> dict[str, Array]:
    """The members' arrays under their names; their weights are the config's."""
    return pack(
        {
            member.name: fit_model(
                member.model, seen, config_from_json(member.model, member.config), threads=threads
            )
            for member in config.members
        }
    )
