"""The Movie Database (TMDB), API v3 with a bearer token: films and shows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from mediatheque.enrich import reading
from mediatheque.enrich.certificates import minimum_age
from mediatheque.enrich.genres import genres_of, tmdb_genres
from mediatheque.enrich.lanes import Lane, Listing, lanes, walk
from mediatheque.enrich.sources import MAX_FOUND, SourceSettings, SyncPage, SyncPlan, http_client
from mediatheque.kit.errors import Invalid, NotFound
from mediatheque.kit.http import HttpClient
from mediatheque.vocabulary import Claim, Credit, Kind, Original, Role, Work, service_name

TITLE = "The Movie Database"
KINDS = frozenset({Kind.FILM, Kind.SHOW})
needs_key = True

BASE_URL = "https://api.themoviedb.org/3"
RATE = 20.0  # TMDB's own ceiling is about 40 a second, and may change
LAST_PAGE = 500  # listings end there, whatever total_pages says

_PAGE_URL = "https://www.themoviedb.org"
_IMAGE_URL = "https://image.tmdb.org/t/p/w500"
_MOST_CAST, _MOST_TITLES, _MOST_ORIGINALS = 12, 30, 5
_PATH = {Kind.FILM: "movie", Kind.SHOW: "tv"}
_DETAILS = {
    Kind.FILM: "credits,external_ids,alternative_titles,release_dates,watch/providers",
    Kind.SHOW: "aggregate_credits,external_ids,alternative_titles,content_ratings,watch/providers",
}
#: Ways to watch without paying for the one title; nearly everything can be rented somewhere.
_STREAMED = ("flatrate", "free", "ads")
_WRITING_JOBS = frozenset({"Screenplay", "Writer", "Author", "Teleplay"})
#: Who wrote what the film was made from; what that is called, TMDB does not say.
_ORIGINAL_JOBS = frozenset(
    {
        "Novel",
        "Book",
        "Short Story",
        "Comic Book",
        "Graphic Novel",
        "Theatre Play",
        "Author",
        "Original Story",
    }
)
#: "The Matrix Collection" is what everybody else calls The Matrix.
_COLLECTION = re.compile(r"\s+(?:[-–]\s+)?Collection$")


class TmdbClient(HttpClient):
    """TMDB, asked on behalf of a country."""

    region: str = "US"


def client(settings: SourceSettings) -> TmdbClient:
    """Open TMDB; it needs an API read access token."""
    mend = (
        "set MEDIATHEQUE_TMDB_TOKEN to the API read access token from themoviedb.org → Settings → API "
        "(the long one, not the short key)"
    )
    if not settings.token:
        raise Invalid(f"TMDB needs a token: {mend}")
    opened = http_client(
        settings,
        "TMDB",
        TmdbClient,
        base_url=BASE_URL,
        rate=RATE,
        mend=mend,
        headers={"Authorization": f"Bearer {settings.token}"},
        params={"language": settings.language},
    )
    opened.region = settings.region
    return opened


def find(client: TmdbClient, work: Work) -> list[Claim]:
    """By TMDB, IMDb or TVDB id where the work has one, else by title and year."""
    by_id = _find_by_id(client, work)
    return by_id or [_detailed(client, claim) for claim in _search(client, work)]


def fetch(client: TmdbClient, source_key: str) -> Claim | None:
    """The entry "film:603" or "show:1399" with credits, external ids and alternative titles."""
    kind, number = _parse_key(source_key)
    try:
        found = client.get_json(f"/{_PATH[kind]}/{number}", {"append_to_response": _DETAILS[kind]})
    except NotFound:
        return None
    return claim_of(found, kind, client.region)


def sync(client: TmdbClient, plan: SyncPlan, after: str | None = None) -> Iterator[SyncPage]:
    """Popular films and shows, or the most popular ones of each language and genre."""
    wanted = [kind for kind in _PATH if kind in plan.kinds]
    ids = {kind: _genre_ids(client, kind) if plan.genres else {} for kind in wanted}
    for genre in plan.genres:
        if not any(genre in ids[kind] for kind in wanted):
            known = sorted({name for kind in wanted for name in ids[kind]})
            raise Invalid(f"TMDB lists no genre '{genre}'; it has {', '.join(known)}")
    found = [
        lane
        for lane in lanes(wanted, plan.languages, plan.genres)
        if lane.genre is None or lane.genre in ids[lane.kind]
    ]
    detail = partial(_detailed, client) if plan.is_detailed else None
    yield from walk(found, plan.limit, after, partial(_list, client, ids), detail)


def claim_of(entry: Any, kind: Kind, region: str = "US") -> Claim | None:
    """What TMDB says in an entry of a listing or in the details; None without id and title."""
    said = reading.object_in(entry)
    number = reading.count(said.get("id"))
    title = reading.text(said.get("title" if kind is Kind.FILM else "name"))
    if number is None or title is None:
        return None
    poster = reading.text(said.get("poster_path"))
    work = Work(
        kind=kind,
        title=title,
        original_title=reading.text(said.get("original_title" if kind is Kind.FILM else "original_name")),
        alternative_titles=_alternative_titles(said),
        year=reading.year(said.get("release_date" if kind is Kind.FILM else "first_air_date")),
        language=reading.language(said.get("original_language")),
        genres=_genres(said, kind),
        credits=_film_credits(said) if kind is Kind.FILM else _show_credits(said),
        runtime_minutes=_runtime(said),
        description=reading.prose(said.get("overview")),
        url=f"{_PAGE_URL}/{_PATH[kind]}/{number}",
        image_url=f"{_IMAGE_URL}{poster}" if poster else None,
        popularity=reading.positive(said.get("popularity")),
        average_rating=reading.rating(said.get("vote_average"), best=10),
        rating_count=reading.count(said.get("vote_count")),
        minimum_age=minimum_age(_certificates(said), region),
        services=_services(said, region),
        based_on=_originals(said),
        series=_collection(said),
        external_ids=_external_ids(said, number),
    )
    return Claim("tmdb", f"{kind}:{number}", work)


def _parse_key(source_key: str) -> tuple[Kind, str]:
    matched = re.fullmatch(r"(film|show):(\d{1,10})", source_key, re.ASCII)
    if not matched:
        raise Invalid(f"'{source_key}' is no key of TMDB; they read film:603 or show:1399")
    return Kind(matched[1]), matched[2]


def _find_by_id(client: TmdbClient, work: Work) -> list[Claim]:
    kind = Kind.SHOW if work.kind is Kind.EPISODE else work.kind
    number = work.external_ids.get("tmdb", "")
    if kind in _PATH and work.kind in _PATH and re.fullmatch(r"\d{1,10}", number, re.ASCII):
        claim = fetch(client, f"{kind}:{number}")
        return [claim] if claim else []
    for scheme, external_source in (("imdb", "imdb_id"), ("tvdb", "tvdb_id")):
        external_id = work.external_ids.get(scheme, "")
        if not re.fullmatch(r"\w{1,20}", external_id, re.ASCII):
            continue
        found = reading.object_in(
            client.get_json(f"/find/{external_id}", {"external_source": external_source})
        )
        claims = _claims(found.get("movie_results"), Kind.FILM) + _claims(found.get("tv_results"), Kind.SHOW)
        if claims:
            return [_detailed(client, claim) for claim in claims[:MAX_FOUND]]
    return []


def _search(client: TmdbClient, work: Work) -> list[Claim]:
    """By kind and year first; without an answer, both kinds and any year: exports err in both."""
    title = work.series_title if work.kind is Kind.EPISODE else work.title
    if not title:
        return []
    asked: dict[str, str | int] = {"query": title, "include_adult": "false"}
    kind = Kind.SHOW if work.kind is Kind.EPISODE else work.kind
    if kind in _PATH:
        of_year: dict[str, str | int] = {}
        if work.year and work.kind is not Kind.EPISODE:  # an episode's year is not its show's first
            of_year = {"year" if kind is Kind.FILM else "first_air_date_year": work.year}
        found = reading.object_in(client.get_json(f"/search/{_PATH[kind]}", asked | of_year))
        claims = _claims(found.get("results"), kind)
        if claims:
            return claims[:MAX_FOUND]
    found = reading.object_in(client.get_json("/search/multi", asked))
    claims: list[Claim] = []
    for entry in reading.objects(found.get("results")):  # people are among them
        for kind, media_type in _PATH.items():
            if entry.get("media_type") == media_type:
                claims += _claims([entry], kind)
    return claims[:MAX_FOUND]


def _claims(entries: Any, kind: Kind) -> list[Claim]:
    found = (claim_of(entry, kind) for entry in reading.objects(entries))
    return [claim for claim in found if claim]


def _detailed(client: TmdbClient, claim: Claim) -> Claim:
    return fetch(client, claim.source_key) or claim


def _genre_ids(client: TmdbClient, kind: Kind) -> dict[str, int]:
    """TMDB's genre id by our genre, as TMDB lists them today."""
    found = reading.object_in(client.get_json(f"/genre/{_PATH[kind]}/list"))
    ids: dict[str, int] = {}
    for entry in reading.objects(found.get("genres")):
        number, name = reading.count(entry.get("id")), reading.text(entry.get("name"))
        if number and name:
            for genre in genres_of([name], kind):
                ids.setdefault(genre, number)
    return ids


def _list(client: TmdbClient, ids: Mapping[Kind, Mapping[str, int]], lane: Lane, page: int) -> Listing:
    if page > LAST_PAGE:
        return Listing((), has_more=False)
    path, params = f"/{_PATH[lane.kind]}/popular", dict[str, str | int](page=page)
    if lane.language or lane.genre:
        path = f"/discover/{_PATH[lane.kind]}"
        params |= {"sort_by": "popularity.desc", "include_adult": "false"}
    if lane.language:
        params["with_original_language"] = lane.language
    if lane.genre:
        params["with_genres"] = ids[lane.kind][lane.genre]
    found = reading.object_in(client.get_json(path, params))
    entries = reading.objects(found.get("results"))
    has_more = bool(entries) and page < min(LAST_PAGE, reading.count(found.get("total_pages")) or 0)
    return Listing(_claims(entries, lane.kind), has_more)


def _alternative_titles(said: Mapping[str, Any]) -> tuple[str, ...]:
    # Films have them under "titles", shows under "results".
    block = reading.object_in(said.get("alternative_titles"))
    entries = reading.objects(block.get("titles")) + reading.objects(block.get("results"))
    return reading.texts([entry.get("title") for entry in entries])[:_MOST_TITLES]


def _genres(said: Mapping[str, Any], kind: Kind) -> tuple[str, ...]:
    named = reading.texts([entry.get("name") for entry in reading.objects(said.get("genres"))])
    return genres_of(named, kind) or tmdb_genres(reading.listed(said.get("genre_ids")), kind)


def _runtime(said: Mapping[str, Any]) -> float | None:
    """A film's own; a show's first stated episode length, else that of its latest episode."""
    stated = [said.get("runtime"), *reading.listed(said.get("episode_run_time"))]
    stated.append(reading.object_in(said.get("last_episode_to_air")).get("runtime"))
    return next((found for found in map(reading.positive, stated) if found), None)


def _certificates(said: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """By country: a film may have one for each way it was released, a show has one."""
    found: dict[str, tuple[str, ...]] = {}
    for entry in reading.objects(reading.object_in(said.get("release_dates")).get("results")):
        releases = reading.objects(entry.get("release_dates"))
        country = reading.text(entry.get("iso_3166_1")) or ""
        found[country] = reading.texts([release.get("certification") for release in releases])
    for entry in reading.objects(reading.object_in(said.get("content_ratings")).get("results")):
        country = reading.text(entry.get("iso_3166_1")) or ""
        found[country] = found.get(country, ()) + reading.texts([entry.get("rating")])
    return found


def _services(said: Mapping[str, Any], region: str) -> tuple[str, ...]:
    """Where it streams in the region, by name: TMDB's own order changes from day to day."""
    countries = reading.object_in(reading.object_in(said.get("watch/providers")).get("results"))
    ways = reading.object_in(countries.get(region))
    entries = [entry for way in _STREAMED for entry in reading.objects(ways.get(way))]
    named = {service_name(name) for name in reading.texts([entry.get("provider_name") for entry in entries])}
    return tuple(sorted(named - {""}))


def _film_credits(said: Mapping[str, Any]) -> tuple[Credit, ...]:
    block = reading.object_in(said.get("credits"))
    crew = reading.objects(block.get("crew"))
    directors = _people((p for p in crew if p.get("job") == "Director"), Role.DIRECTOR)
    writers = _people((p for p in crew if p.get("job") in _WRITING_JOBS), Role.WRITER)
    return (*directors, *writers, *_cast(block))


def _show_credits(said: Mapping[str, Any]) -> tuple[Credit, ...]:
    creators = _people(reading.objects(said.get("created_by")), Role.CREATOR)
    return (*creators, *_cast(reading.object_in(said.get("aggregate_credits"))))


def _originals(said: Mapping[str, Any]) -> tuple[Original, ...]:
    """A film's crew has one job each, a show's aggregate crew a list of them."""
    crew = reading.objects(reading.object_in(said.get("credits")).get("crew"))
    crew += reading.objects(reading.object_in(said.get("aggregate_credits")).get("crew"))
    authors = [
        entry.get("name")
        for entry in crew
        if not _ORIGINAL_JOBS.isdisjoint(
            reading.texts([entry.get("job"), *(job.get("job") for job in reading.objects(entry.get("jobs")))])
        )
    ]
    return tuple(Original(name) for name in reading.texts(authors))[:_MOST_ORIGINALS]


def _collection(said: Mapping[str, Any]) -> str | None:
    name = reading.text(reading.object_in(said.get("belongs_to_collection")).get("name"))
    return (_COLLECTION.sub("", name) or name) if name else None


def _people(entries: Iterator[Mapping[str, Any]] | list[Mapping[str, Any]], role: Role) -> list[Credit]:
    return [Credit(name, role) for name in reading.texts([entry.get("name") for entry in entries])]


def _cast(block: Mapping[str, Any]) -> list[Credit]:
    billed = sorted(
        (entry for entry in reading.objects(block.get("cast")) if reading.text(entry.get("name"))),
        key=lambda entry: reading.number(entry.get("order")) or 0.0,
    )
    by_name: dict[str, Credit] = {}
    for entry in billed:
        name = reading.text(entry.get("name")) or ""
        roles = reading.objects(entry.get("roles"))  # a show's aggregate credits: most episodes first
        character = reading.text(entry.get("character")) or next(
            (found for found in (reading.text(role.get("character")) for role in roles) if found), None
        )
        by_name.setdefault(name, Credit(name, Role.CAST, character))
    return list(by_name.values())[:_MOST_CAST]


def _external_ids(said: Mapping[str, Any], number: int) -> dict[str, str]:
    block = reading.object_in(said.get("external_ids"))
    stated = {
        "tmdb": str(number),
        "imdb": reading.text(block.get("imdb_id")) or reading.text(said.get("imdb_id")),
        "tvdb": reading.identifier(block.get("tvdb_id")),
        "wikidata": reading.text(block.get("wikidata_id")),
    }
    return {scheme: external_id for scheme, external_id in stated.items() if external_id}
