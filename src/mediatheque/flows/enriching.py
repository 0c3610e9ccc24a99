"""Own items look for their catalogue entry: the sources are asked about each, and what they claim joins the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field

from mediatheque.enrich import Failure, OpenSource, SourceSettings, find_everywhere, open_source, sources
from mediatheque.flows.catalogue import add_to_catalogue
from mediatheque.kit.database import Database
from mediatheque.kit.errors import Invalid
from mediatheque.library.queries import items
from mediatheque.resolve.compare import compare
from mediatheque.resolve.decide import decide
from mediatheque.vocabulary import Claim, Item, Verdict, Work

#: Called after each item with how many were asked about.
OnProgress = Callable[[int], None]


@dataclass(slots=True)
class Enriched:
    """What asking the sources brought."""

    asked: int = 0
    claims: int = 0
    matched: int = 0
    failures: list[Failure] = field(default_factory=list[Failure])


def enrich_own_items(
    database: Database,
    user_id: int,
    settings_of: Callable[[str], SourceSettings],
    *,
    names: tuple[str, ...] = ("tmdb",),
    limit: int = 1000,
    on_progress: OnProgress | None = None,
) -> Enriched:
    """Ask the named sources about a user's own films, shows and books, the most recent first.

    Only sources whose key is set are asked; one that fails is reported and never stops the rest.
    """
    enriched = Enriched()
    with ExitStack() as stack:
        opened = [stack.enter_context(source) for name in names if (source := _open(name, settings_of(name)))]
        if not opened:
            return enriched
        with database.transaction() as db:
            own = items.unasked_own_items(db, user_id, limit)
        for item in own:
            said, failures = find_everywhere(opened, item.work)
            with database.transaction() as db:
                added = add_to_catalogue(db, [claim for claim in said if _may_be(item.work, claim)])
                if len(failures) < len(opened):
                    items.mark_asked(db, item.id)
            enriched.asked += 1
            enriched.claims += added.new_claims
            enriched.matched += added.matched
            enriched.failures += failures
            if on_progress:
                on_progress(enriched.asked)
            if len(failures) == len(opened) and enriched.asked >= 5 and not enriched.claims:
                break  # nobody answers: the next import asks again
    return enriched


def _may_be(work: Work, claim: Claim) -> bool:
    """Whether a claim is worth keeping: a search also returns what merely sounds alike."""
    near = compare(work, Item(id=0, work=claim.work))
    return decide(work, [near]).verdict is not Verdict.NEW


def _open(name: str, settings: SourceSettings) -> OpenSource | None:
    """The source, or None when it has not been given the key that it needs."""
    if sources.source(name).needs_key and not settings.token:
        return None
    try:
        return open_source(name, settings)
    except Invalid:
        return None
