"""TMDB, Google Books and Open Library as a local server, answering in the shapes that they document."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "t0k3n-of-the-fake-0123456789"

Query = dict[str, str]
Answer = tuple[int, Any]


class FakeApi:
    """A server for one API; `faults` are answers (status, headers, body) that come before the true ones."""

    def __init__(self, answer: Callable[[str, Query, dict[str, str]], Answer]) -> None:
        self.asked: list[str] = []
        self.faults: list[dict[str, Any]] = []
        self.not_modified = 0
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # else every answer waits 40 ms for an acknowledgement

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                api.asked.append(self.path)
                fault = api.faults.pop(0) if api.faults else None
                if fault:
                    time.sleep(fault.get("delay", 0))
                    self.reply(fault.get("status", 500), fault.get("body", b"{}"), fault.get("headers", {}))
                    return
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                status, said = answer(parts.path, query, dict(self.headers))
                body = json.dumps(said).encode()
                etag = f'W/"{hashlib.sha256(body).hexdigest()[:16]}"'
                if status == 200 and self.headers.get("If-None-Match") == etag:
                    api.not_modified += 1
                    status, body = 304, b""
                self.reply(status, body, {"ETag": etag, "Content-Type": "application/json;charset=utf-8"})

            def reply(self, status: int, body: bytes, headers: dict[str, str]) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if status != 304:
                    self.send_header("Content-Length", str(len(body)))
                with contextlib.suppress(OSError):  # the client may have given up
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


# --- TMDB ------------------------------------------------------------------------------------------

_FILM_COUNT = 47
_GENRES = {
    "movie": [
        {"id": 28, "name": "Action"},
        {"id": 18, "name": "Drama"},
        {"id": 878, "name": "Science Fiction"},
    ],
    "tv": [{"id": 10759, "name": "Action & Adventure"}, {"id": 18, "name": "Drama"}],
}


def _listed_film(number: int) -> dict[str, Any]:
    if number == 603:
        said = _film_603()
        return {k: said[k] for k in said if k not in ("genres", "runtime", "imdb_id")} | {
            "genre_ids": [28, 878]
        }
    return {
        "adult": False,
        "backdrop_path": None,
        "genre_ids": [18] if number % 2 else [28, 878],
        "id": number,
        "original_language": "fr" if number % 3 == 0 else "en",
        "original_title": f"Film {number}",
        "overview": "",
        "popularity": 100.0 - number,
        "poster_path": None,
        "release_date": "" if number % 5 == 0 else f"{1970 + number}-05-04",
        "title": f"Film {number}",
        "video": False,
        "vote_average": 0.0,
        "vote_count": 0,
    }


def _film_603() -> dict[str, Any]:
    return {
        "adult": False,
        "backdrop_path": "/back.jpg",
        "belongs_to_collection": {"id": 2344, "name": "The Matrix Collection"},
        "genres": [{"id": 28, "name": "Action"}, {"id": 878, "name": "Science Fiction"}],
        "id": 603,
        "imdb_id": "tt0133093",
        "original_language": "en",
        "original_title": "The Matrix",
        "overview": "A programmer learns that the world around him is a simulation, and joins those who fight it.",
        "popularity": 83.7,
        "poster_path": "/poster.jpg",
        "release_date": "1999-03-31",
        "runtime": 136,
        "title": "The Matrix",
        "vote_average": 8.2,
        "vote_count": 25000,
    }


def _release(certification: str, type_: int) -> dict[str, Any]:
    return {
        "certification": certification,
        "descriptors": [],
        "iso_639_1": "",
        "note": "",
        "release_date": "1999-03-31T00:00:00.000Z",
        "type": type_,
    }


def _provider(number: int, name: str) -> dict[str, Any]:
    return {
        "logo_path": f"/{number}.jpg",
        "provider_id": number,
        "provider_name": name,
        "display_priority": number % 50,
    }


_FILM_603_APPENDED = {
    "credits": {
        "cast": [
            {"name": "Laurence Fishburne", "character": "Morpheus", "order": 1},
            {"name": "Keanu Reeves", "character": "Neo", "order": 0},
            {"name": "", "character": "Nobody", "order": 2},
        ],
        "crew": [
            {"name": "Lana Wachowski", "job": "Director", "department": "Directing"},
            {"name": "Lilly Wachowski", "job": "Director", "department": "Directing"},
            {"name": "Lana Wachowski", "job": "Writer", "department": "Writing"},
            {"name": "Zach Staenberg", "job": "Editor", "department": "Editing"},
        ],
    },
    "external_ids": {"imdb_id": "tt0133093", "wikidata_id": "Q83495", "facebook_id": None},
    "alternative_titles": {
        "titles": [
            {"iso_3166_1": "IT", "title": "Matrix", "type": ""},
            {"iso_3166_1": "DE", "title": "Matrix", "type": ""},
            {"iso_3166_1": "CN", "title": "黑客帝国", "type": ""},
        ]
    },
    "release_dates": {
        "results": [
            {"iso_3166_1": "US", "release_dates": [_release("", 1), _release("R", 3), _release("NR", 5)]},
            {"iso_3166_1": "DE", "release_dates": [_release("16", 3)]},
            {"iso_3166_1": "GB", "release_dates": [_release("15", 3), _release("18", 5)]},
            {"iso_3166_1": "XK", "release_dates": [_release("TURTLE", 3)]},
        ]
    },
    "watch/providers": {
        "results": {
            "US": {
                "link": "https://www.themoviedb.org/movie/603/watch?locale=US",
                "flatrate": [_provider(1899, "HBO Max"), _provider(1825, "HBO Max Amazon Channel")],
                "ads": [_provider(73, "Tubi TV")],
                "rent": [_provider(2, "Apple TV")],
                "buy": [_provider(10, "Amazon Video")],
            },
            "DE": {
                "link": "https://www.themoviedb.org/movie/603/watch?locale=DE",
                "flatrate": [
                    _provider(9, "Amazon Prime Video"),
                    _provider(2100, "Amazon Prime Video with Ads"),
                    _provider(337, "Disney Plus"),
                ],
            },
        }
    },
}

_SHOW_1399 = {
    "created_by": [{"id": 1, "name": "David Benioff"}, {"id": 2, "name": "D. B. Weiss"}],
    "episode_run_time": [],
    "first_air_date": "2011-04-17",
    "genres": [{"id": 10765, "name": "Sci-Fi & Fantasy"}, {"id": 18, "name": "Drama"}],
    "id": 1399,
    "last_episode_to_air": {"id": 9, "runtime": 80, "season_number": 8},
    "name": "Game of Thrones",
    "number_of_episodes": 73,
    "number_of_seasons": 8,
    "original_language": "en",
    "original_name": "Game of Thrones",
    "overview": "Families scheme and fight for a throne while winter comes nearer.",
    "popularity": 300.5,
    "poster_path": "/throne.jpg",
    "vote_average": 8.4,
    "vote_count": 22000,
    "aggregate_credits": {
        "cast": [
            {
                "name": "Peter Dinklage",
                "order": 0,
                "total_episode_count": 67,
                "roles": [{"character": "Tyrion Lannister", "episode_count": 67}],
            }
        ],
        "crew": [
            {"name": "Bernadette Caulfield", "jobs": [{"job": "Executive Producer", "episode_count": 60}]},
            {
                "name": "George R. R. Martin",
                "jobs": [{"job": "Writer", "episode_count": 4}, {"job": "Novel", "episode_count": 73}],
            },
        ],
    },
    "external_ids": {"imdb_id": "tt0944947", "tvdb_id": 121361, "wikidata_id": "Q23572"},
    "alternative_titles": {"results": [{"iso_3166_1": "FR", "title": "Le Trône de fer", "type": ""}]},
    "content_ratings": {
        "results": [
            {"descriptors": [], "iso_3166_1": "US", "rating": "TV-MA"},
            {"descriptors": [], "iso_3166_1": "DE", "rating": "16"},
        ]
    },
    "watch/providers": {"results": {"US": {"flatrate": [_provider(1899, "HBO Max")]}}},
}


def _listed_show() -> dict[str, Any]:
    return {k: v for k, v in _SHOW_1399.items() if isinstance(v, str | int | float)} | {
        "genre_ids": [10765, 18]
    }


def _page(entries: list[Any], query: Query, size: int = 20) -> dict[str, Any]:
    page = int(query.get("page", "1"))
    return {
        "page": page,
        "results": entries[(page - 1) * size : page * size],
        "total_pages": -(-len(entries) // size),
        "total_results": len(entries),
    }


def tmdb(path: str, query: Query, headers: dict[str, str]) -> Answer:
    if headers.get("Authorization") != f"Bearer {TOKEN}":
        return 401, {"status_code": 7, "status_message": "Invalid API key.", "success": False}
    films = [_listed_film(n) for n in (603, *range(1, _FILM_COUNT))]
    if path == "/movie/popular":
        return 200, _page(films, query)
    if path == "/tv/popular":
        return 200, _page([_listed_show()], query)
    if path == "/discover/movie":
        language, genre = query.get("with_original_language"), query.get("with_genres")
        found = [f for f in films if language in (None, f["original_language"])]
        return 200, _page([f for f in found if genre is None or int(genre) in f["genre_ids"]], query)
    if path == "/discover/tv":
        return 200, _page([], query)
    if path in ("/search/movie", "/search/tv", "/search/multi"):
        return 200, _page(_tmdb_search(path, query, films), query)
    if matched := re.fullmatch(r"/genre/(movie|tv)/list", path):
        return 200, {"genres": _GENRES[matched[1]]}
    if matched := re.fullmatch(r"/find/(\w+)", path):
        empty: dict[str, Any] = {"movie_results": [], "tv_results": [], "person_results": []}
        if (matched[1], query.get("external_source")) == ("tt0133093", "imdb_id"):
            return 200, empty | {"movie_results": [_listed_film(603)]}
        if (matched[1], query.get("external_source")) == ("121361", "tvdb_id"):
            return 200, empty | {"tv_results": [_listed_show()]}
        return 200, empty
    if path == "/movie/603":
        return 200, _film_603() | (_FILM_603_APPENDED if "credits" in query["append_to_response"] else {})
    if path == "/tv/1399":
        return 200, _SHOW_1399
    if (matched := re.fullmatch(r"/movie/(\d+)", path)) and 1 <= int(matched[1]) < _FILM_COUNT:
        number = int(matched[1])
        if number == 7:  # listed, and gone meanwhile
            return 404, {"status_code": 34, "status_message": "not found", "success": False}
        return 200, _listed_film(number) | {"runtime": None if number % 2 else 90, "imdb_id": None}
    return 404, {"status_code": 34, "status_message": "The resource could not be found.", "success": False}


def _tmdb_search(path: str, query: Query, films: list[dict[str, Any]]) -> list[dict[str, Any]]:
    wanted = query["query"].casefold()
    found = [f | {"media_type": "movie"} for f in films if wanted in f["title"].casefold()]
    if "year" in query:
        found = [f for f in found if f["release_date"].startswith(query["year"])]
    shows = [_listed_show() | {"media_type": "tv"}] if wanted in "game of thrones" else []
    if "first_air_date_year" in query and query["first_air_date_year"] != "2011":
        shows = []
    if path == "/search/multi":
        return [{"media_type": "person", "id": 5, "name": query["query"]}, *found, *shows]
    return found if path == "/search/movie" else shows


# --- Google Books ----------------------------------------------------------------------------------


def _volume(number: int) -> dict[str, Any]:
    volume: dict[str, Any] = {"title": f"Volume {number}", "language": "fr" if number % 3 == 0 else "en"}
    if number % 4:
        volume |= {"authors": [f"Author {number}"], "publishedDate": "19--" if number % 5 == 0 else "1987-06"}
    return {"kind": "books#volume", "id": f"vol{number:09d}", "volumeInfo": volume}


DUNE = {
    "kind": "books#volume",
    "id": "B1hSG45JCX4C",
    "volumeInfo": {
        "title": "Dune",
        "maturityRating": "NOT_MATURE",
        "subtitle": "A Novel",
        "authors": ["Frank Herbert"],
        "publishedDate": "2003-08-26",
        "description": "<p>On a <b>desert</b> world, a young heir &amp; his mother flee.<br>He comes back.</p>",
        "industryIdentifiers": [
            {"type": "ISBN_10", "identifier": "0441013597"},
            {"type": "ISBN_13", "identifier": "9780441013593"},
            {"type": "OTHER", "identifier": "UOM:39015"},
        ],
        "pageCount": 0,
        "categories": ["Fiction / Science Fiction / General", "Fiction / Classics"],
        "averageRating": 4.5,
        "ratingsCount": 120,
        "imageLinks": {"thumbnail": "http://books.google.com/books/content?id=B1hSG45JCX4C&zoom=1"},
        "language": "en-GB",
        "canonicalVolumeLink": "https://books.google.com/books/about/Dune.html?id=B1hSG45JCX4C",
    },
}


def google_books(path: str, query: Query, headers: dict[str, str]) -> Answer:
    if query.get("key") not in (None, TOKEN):
        return 403, {"error": {"code": 403, "message": "API key not valid."}}
    if path == f"/volumes/{DUNE['id']}":
        return 200, DUNE
    if path != "/volumes":
        return 404, {"error": {"code": 404, "message": "The volume ID could not be found."}}
    asked = query["q"]
    if asked in ("isbn:9780441013593", 'intitle:"Dune" inauthor:"Frank Herbert"', 'intitle:"Dune"'):
        return 200, {"kind": "books#volumes", "totalItems": 1, "items": [DUNE]}
    if asked.startswith("subject:"):
        first, size = int(query["startIndex"]), int(query["maxResults"])
        language = query.get("langRestrict")
        shift = 50 * (len(asked) % 3)  # subjects overlap
        every = [
            v
            for v in map(_volume, range(shift, shift + 90))
            if language in (None, v["volumeInfo"]["language"])
        ]
        items = every[first : first + size]
        # An empty answer has no "items" at all.
        return 200, {"kind": "books#volumes", "totalItems": 1000} | ({"items": items} if items else {})
    return 200, {"kind": "books#volumes", "totalItems": 0}


# --- Open Library ----------------------------------------------------------------------------------


def _doc(number: int) -> dict[str, Any]:
    doc: dict[str, Any] = {"key": f"/works/OL{number}W", "title": f"Work {number}"}
    if number % 2:
        doc |= {"author_name": [f"Author {number}"], "first_publish_year": 1900 + number % 100}
    return doc


LEFT_HAND = {
    "key": "/works/OL59800W",
    "title": "The Left Hand of Darkness",
    "author_name": ["Ursula K. Le Guin"],
    "first_publish_year": 1969,
    "isbn": ["0441478123", "9780441478125", "9783453311909", "not an isbn"],
    "language": ["eng", "ger", "fre"],
    "subject": ["Science fiction", "Fiction, science fiction, general", "Accessible book", "Protected DAISY"],
    "number_of_pages_median": 304,
    "ratings_average": 4.05,
    "ratings_count": 210,
    "readinglog_count": 3100,
    "cover_i": 8500000,
}


def open_library(path: str, query: Query, headers: dict[str, str]) -> Answer:
    if "Mediatheque" not in headers.get("User-Agent", ""):
        return 403, {"error": "say who you are"}
    size, page = int(query.get("limit", "100")), int(query.get("page", "1"))
    if path == "/search.json":
        return 200, _open_library_search(query, size, page)
    if path == "/works/OL59800W.json":
        text = {
            "type": "/type/text",
            "value": "An envoy walks across the ice\nof a world without men or women.",
        }
        return 200, {"key": "/works/OL59800W", "title": LEFT_HAND["title"], "description": text}
    if path == "/works/OL59800W/editions.json":
        titles = [
            "The Left Hand of Darkness",
            "Die linke Hand der Dunkelheit",
            "La main gauche de la nuit",
            None,
        ]
        return 200, {
            "size": 4,
            "entries": [{"key": f"/books/OL{n}M", "title": t} for n, t in enumerate(titles)],
        }
    if matched := re.fullmatch(r"/works/OL(\d+)W\.json", path):
        if int(matched[1]) % 10 == 0:
            return 404, {"error": "notfound"}
        return 200, {"key": path.removesuffix(".json"), "description": f"About work {matched[1]}."}
    if path == "/trending/yearly.json":
        works = [_doc(n) for n in range(1, 121)]
        return 200, {"query": "/trending/yearly", "works": works[(page - 1) * size : page * size]}
    if path == "/subjects/science_fiction.json":
        first = int(query["offset"])
        works = [
            {"key": f"/works/OL{n}W", "title": f"Work {n}", "authors": [{"key": "/authors/OL1A", "name": "A. B."}],
             "cover_id": 77, "first_publish_year": 1950, "subject": ["Science fiction"]}
            for n in range(500, 560)
        ]  # fmt: skip
        return 200, {"name": "science fiction", "work_count": 60, "works": works[first : first + size]}
    return 404, {"error": "notfound", "key": path}


def _open_library_search(query: Query, size: int, page: int) -> dict[str, Any]:
    docs: list[dict[str, Any]] = []
    asked_one = (
        query.get("isbn") in ("9780441478125", "9783453311909")
        or query.get("q") == 'key:"/works/OL59800W"'
        or (query.get("title"), query.get("author", "Ursula K. Le Guin"))
        == ("The Left Hand of Darkness", "Ursula K. Le Guin")
    )
    if asked_one:
        docs = [LEFT_HAND]
    elif "language:fre" in query.get("q", ""):
        docs = [_doc(n) for n in range(800, 860)]
    wanted = query["fields"].split(",")
    found = [{k: v for k, v in doc.items() if k in wanted} for doc in docs[(page - 1) * size : page * size]]
    return {"numFound": len(docs), "start": (page - 1) * size, "numFoundExact": True, "docs": found}


FAKES: dict[str, Callable[[str, Query, dict[str, str]], Answer]] = {
    "tmdb": tmdb,
    "google-books": google_books,
    "open-library": open_library,
}
