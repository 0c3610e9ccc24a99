"""The bundled starter catalogue: films, shows and books that are known without any network or key."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import resources
from types import TracebackType
from typing import Any, NamedTuple, Self

from mediatheque.enrich import reading
from mediatheque.enrich.sources import MAX_FOUND, SourceSettings, SyncPage, SyncPlan
from mediatheque.kit.errors import Invalid
from mediatheque.vocabulary import Claim, Credit, Kind, Original, Role, Work

TITLE = "Starter catalogue"
KINDS = frozenset({Kind.FILM, Kind.SHOW, Kind.BOOK})
needs_key = False

PAGE_SIZE = 200

_ROLE_BY_FIELD = {
    "directors": Role.DIRECTOR,
    "creators": Role.CREATOR,
    "authors": Role.AUTHOR,
    "cast": Role.CAST,
}


class Entry(NamedTuple):
    """One line of the catalogue: "films-1990s.jsonl:12" and the object that it holds."""

    where: str
    said: Mapping[str, Any]


class Catalogue:
    """The bundled files, read once they are asked for."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Nothing stays open."""

    @cached_property
    def claims(self) -> Mapping[str, Claim]:
        """Every entry by its key, in the files' order."""
        found = (claim_of(entry.said) for entry in entries())
        return {claim.source_key: claim for claim in found if claim}

    @cached_property
    def keys_by_title(self) -> Mapping[tuple[Kind, str], list[str]]:
        """Keys by kind and slug of each title that an entry has."""
        found: dict[tuple[Kind, str], list[str]] = {}
        for key, claim in self.claims.items():
            work = claim.work
            titles = (work.title, work.original_title or "", *work.alternative_titles)
            for slug in {slug_of(title) for title in titles} - {""}:
                found.setdefault((work.kind, slug), []).append(key)
        return found

    @cached_property
    def key_by_id(self) -> Mapping[tuple[Kind, str, str], str]:
        """Key by kind, scheme and external id."""
        return {
            (claim.work.kind, scheme, external_id): key
            for key, claim in self.claims.items()
            for scheme, external_id in claim.work.external_ids.items()
        }


def client(settings: SourceSettings) -> Catalogue:
    """Open the catalogue; there is nothing to set."""
    del settings
    return Catalogue()


def find(client: Catalogue, work: Work) -> list[Claim]:
    """By external id, else by any of its titles, the nearest year first."""
    kind = Kind.SHOW if work.kind is Kind.EPISODE else work.kind
    if work.kind is not Kind.EPISODE:  # an episode's ids are not its show's
        for scheme, external_id in work.external_ids.items():
            key = client.key_by_id.get((kind, scheme, external_id))
            if key:
                return [client.claims[key]]
    title = work.series_title if work.kind is Kind.EPISODE else work.title
    keys = client.keys_by_title.get((kind, slug_of(title or "")), [])
    found = [client.claims[key] for key in keys]
    if work.year and work.kind is not Kind.EPISODE:
        year = work.year
        found.sort(key=lambda claim: abs((claim.work.year or 0) - year))
    return found[:MAX_FOUND]


def fetch(client: Catalogue, source_key: str) -> Claim | None:
    """The entry "film:the-seventh-seal-1957"."""
    return client.claims.get(source_key)


def sync(client: Catalogue, plan: SyncPlan, after: str | None = None) -> Iterator[SyncPage]:
    """The whole catalogue, or its entries in the languages and genres that the plan names."""
    wanted = [claim for claim in client.claims.values() if _is_wanted(claim.work, plan)][: plan.limit]
    start = int(after) if after and after.isascii() and after.isdigit() else 0
    for first in range(start, len(wanted), PAGE_SIZE):
        page = wanted[first : first + PAGE_SIZE]
        yield SyncPage(tuple(page), str(first + len(page)))


def entries() -> Iterator[Entry]:
    """Every line of the bundled files; raises Invalid naming the first that is no JSON object."""
    folder = resources.files("mediatheque.enrich").joinpath("starter_catalogue")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".jsonl")), key=lambda f: f.name)
    for file in files:
        # Not splitlines(): a description may hold a character that it takes for a line's end.
        for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), start=1):
            if line.strip():
                yield Entry(f"{file.name}:{number}", _object(f"{file.name}:{number}", line))


def claim_of(said: Mapping[str, Any]) -> Claim | None:
    """What an entry says; None without a known kind or a title."""
    kind = next((kind for kind in KINDS if kind == said.get("kind")), None)
    title, year = reading.text(said.get("title")), said.get("year")
    if kind is None or title is None or not isinstance(year, int | None):
        return None  # nobody knows an epic's year, or it is negative: not a matter for reading.year
    work = Work(
        kind=kind,
        title=title,
        original_title=reading.text(said.get("original_title")),
        alternative_titles=reading.texts(said.get("alternative_titles")),
        year=year,
        language=reading.language(said.get("language")),
        genres=reading.texts(said.get("genres")),
        credits=tuple(
            Credit(name, role)
            for field, role in _ROLE_BY_FIELD.items()
            for name in reading.texts(said.get(field))
        ),
        runtime_minutes=reading.positive(said.get("runtime_minutes")),
        pages=reading.count(said.get("pages")),
        description=reading.text(said.get("description")),
        based_on=_originals(said.get("based_on")),
        series=reading.text(said.get("series")),
        series_position=reading.positive(said.get("series_position")),
        external_ids={
            scheme: found
            for scheme, value in reading.object_in(said.get("ids")).items()
            if (found := reading.identifier(value))
        },
    )
    # A "slug" of its own tells apart what has title and year in common: "emma-1996-mcgrath".
    slug = reading.text(said.get("slug")) or slug_of(f"{title} {year or ''}")
    return Claim("starter", f"{kind}:{slug}", work)


def _originals(said: Any) -> tuple[Original, ...]:
    """One {"author", "title"} or a list of them; without a title it is the work's own."""
    found = reading.objects(said) or [reading.object_in(said)]
    authored = ((reading.text(one.get("author")), reading.text(one.get("title"))) for one in found)
    return tuple(Original(author, title) for author, title in authored if author)


def slug_of(title: str) -> str:
    """Lower-case letters and digits of any script, without accents, joined by hyphens."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", title) if not unicodedata.combining(c))
    return "-".join(re.findall(r"[^\W_]+", plain.replace("'", "").replace("’", "").casefold()))


def _object(where: str, line: str) -> Mapping[str, Any]:
    try:
        said = json.loads(line)
    except ValueError as error:
        raise Invalid(f"{where} of the starter catalogue is no JSON ({error}): mend the line") from None
    if not isinstance(said, dict):
        raise Invalid(f"{where} of the starter catalogue is no JSON object: mend the line")
    return reading.object_in(said)


def _is_wanted(work: Work, plan: SyncPlan) -> bool:
    if work.kind not in plan.kinds or (plan.languages and work.language not in plan.languages):
        return False
    return not plan.genres or any(genre in plan.genres for genre in work.genres)
