"""Our genres, and what the genres, categories, subjects and shelves of other catalogues are among them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mediatheque.vocabulary import Kind

GENRES: tuple[str, ...] = (
    "Action",
    "Adventure",
    "Animation",
    "Biography",
    "Children",
    "Classic",
    "Comedy",
    "Coming of Age",
    "Crime",
    "Documentary",
    "Drama",
    "Dystopia",
    "Essays",
    "Family",
    "Fantasy",
    "Graphic Novel",
    "Historical",
    "History",
    "Horror",
    "Literary Fiction",
    "Magical Realism",
    "Memoir",
    "Music",
    "Musical",
    "Mystery",
    "Nature",
    "Noir",
    "Philosophy",
    "Poetry",
    "Politics",
    "Psychology",
    "Reality",
    "Romance",
    "Satire",
    "Science",
    "Science Fiction",
    "Short Stories",
    "Society",
    "Sport",
    "Superhero",
    "Technology",
    "Thriller",
    "Travel",
    "War",
    "Western",
    "Young Adult",
)

#: Genres of TMDB by id, films and shows together: the ids are shared where the names are.
TMDB_NAME_BY_ID: dict[int, str] = {
    12: "Adventure",
    14: "Fantasy",
    16: "Animation",
    18: "Drama",
    27: "Horror",
    28: "Action",
    35: "Comedy",
    36: "History",
    37: "Western",
    53: "Thriller",
    80: "Crime",
    99: "Documentary",
    878: "Science Fiction",
    9648: "Mystery",
    10402: "Music",
    10749: "Romance",
    10751: "Family",
    10752: "War",
    10759: "Action & Adventure",
    10762: "Kids",
    10763: "News",
    10764: "Reality",
    10765: "Sci-Fi & Fantasy",
    10766: "Soap",
    10767: "Talk",
    10768: "War & Politics",
    10770: "TV Movie",
}

# Names that are not a genre of ours, folded (lower case, only letters and digits, single spaces).
# Names that say nothing about the content ("fiction", "tv movie", "to read") have no entry.
_ALIASES: dict[str, str] = {
    "Action": "action fiction; martial arts; swashbuckler; spy action",
    "Adventure": "adventure stories; adventure fiction; action adventure; adventurers; sea stories; "
    "voyages and travels fiction; survival",
    "Animation": "animated; anime; cartoons; animated films",
    "Biography": "biographies; biography autobiography; biographical; biopic; autobiography; autobiographies",
    "Children": "kids; childrens; children s; childrens books; children s books; childrens stories; "
    "children s stories; childrens literature; children s literature; juvenile fiction; "
    "juvenile literature; juvenile nonfiction; juvenile; picture books; picture book; middle grade; "
    "children s fiction; childrens fiction; fairy tales",
    "Classic": "classics; classic literature; classic fiction; classical literature",
    "Comedy": "comedies; humor; humour; humorous; humorous stories; humorous fiction; funny; stand up; "
    "stand up comedy; sitcom; wit and humor; romantic comedy; comic novel",
    "Coming of Age": "bildungsroman; bildungsromans; coming of age fiction; growing up; teen film",
    "Crime": "true crime; crime fiction; gangster; gangsters; detective; heist; police procedural; "
    "murder; organized crime; legal thriller; criminals fiction; hard boiled",
    "Documentary": "documentaries; docuseries; docudrama; documentary film",
    "Drama": "dramas; plays; theatre; theater; soap; soap opera; melodrama; tragedy; drama film; american drama; "
    "english drama; tragedies",
    "Dystopia": "dystopian; dystopias; dystopian fiction; post apocalyptic; postapocalyptic; apocalyptic; "
    "totalitarianism fiction; dystopic",
    "Essays": "essay; literary collections; american essays; english essays; literary essays",
    "Family": "family film; family friendly",
    "Fantasy": "fantasy fiction; high fantasy; epic fantasy; urban fantasy; dark fantasy; fantastic fiction; "
    "paranormal; magic fiction; sword and sorcery; mythology; supernatural; fantasy adventure",
    "Graphic Novel": "graphic novels; comics; comic books; comics graphic novels; manga; "
    "comic books strips etc; bandes dessinees",
    "Historical": "historical fiction; historical novel; historical drama; period drama; period piece; "
    "historical romance; history fiction; historical film; costume drama; historical novels",
    "History": "world history; european history; american history; ancient history; historia; geschichte; histoire",
    "Horror": "horror tales; horror fiction; horror stories; ghost stories; gothic; gothic fiction; "
    "vampires; zombies; slasher; psychological horror; occult fiction",
    "Literary Fiction": "literary; literary novel; literature fiction; contemporary fiction; "
    "psychological fiction; domestic fiction",
    "Magical Realism": "magic realism; magic realism literature; magical realist",
    "Memoir": "memoirs; personal memoirs; diaries; personal narratives; autobiographical memoir",
    "Music": "musicians; concert; concert film; rock music; jazz; music documentary",
    "Musical": "musicals; musical film; musical theater; musical theatre",
    "Mystery": "mysteries; mystery fiction; mystery detective; mystery and detective stories; whodunit; "
    "detective and mystery stories; detective stories; cozy mystery; mystery thriller; "
    "english detective and mystery stories; american detective and mystery stories; detective fiction",
    "Nature": "natural history; animals; environment; ecology; wildlife; gardening; nature documentary; "
    "environmental science; outdoors",
    "Noir": "film noir; neo noir; noir fiction; noir thriller",
    "Philosophy": "philosophical; ethics; stoicism; existentialism; philosophie; philosophical fiction",
    "Poetry": "poems; poesie; american poetry; english poetry; epic poetry; verse",
    "Politics": "political science; political; political fiction; politics and government; government; "
    "political thriller; political philosophy; politik",
    "Psychology": "self help; mental health; psychoanalysis; psychological; personal growth; cognitive science; "
    "psychologie",
    "Reality": "reality tv; reality television; game show; game shows; competition reality",
    "Romance": "romantic; love stories; romance fiction; contemporary romance; love story; romantic fiction; "
    "romantic drama; chick lit; romantic suspense",
    "Satire": "satirical; political satire; parody; spoof; satirical literature; black humor; dark comedy; satiric",
    "Science": "popular science; physics; mathematics; biology; astronomy; chemistry; evolution; "
    "natural science; medicine; cosmology; medical; neuroscience; life sciences",
    "Science Fiction": "sci fi; scifi; sf; american science fiction; english science fiction; cyberpunk; "
    "space opera; speculative fiction; time travel; steampunk; hard science fiction; robots fiction; "
    "life on other planets fiction; space warfare fiction; alternate history; science fiction science fiction",
    "Short Stories": "short story; short fiction; short stories single author; american short stories; "
    "english short stories; anthologies; stories; novellas; short story collections",
    "Society": "social science; sociology; social sciences; anthropology; feminism; culture; economics; news; "
    "business; business economics; education; religion; gender studies; current events; journalism; law; "
    "race; womens studies; women s studies",
    "Sport": "sports; football; soccer; baseball; basketball; boxing; sports recreation; athletics; "
    "sport fiction; sports fiction",
    "Superhero": "superheroes; superhero fiction; superhero comics",
    "Technology": "computers; computer science; programming; technology engineering; engineering; internet; "
    "software; artificial intelligence; computer programming",
    "Thriller": "thrillers; suspense; suspense fiction; psychological thriller; spy; espionage; spy stories; "
    "spy fiction; thriller suspense; espionage fiction; thrillers fiction",
    "Travel": "travel writing; travelogue; voyages and travels; description and travel; travel literature; adventure travel",
    "War": "war stories; war fiction; military; war film; war military; world war ii; world war 1939 1945; "
    "military fiction; war drama; world war 1914 1918; wwii; war story",
    "Western": "westerns; western stories; western fiction; spaghetti western",
    "Young Adult": "ya; teen; young adult fiction; young adult nonfiction; young adult literature; teen fiction; "
    "ya fiction; ya fantasy; young adult fantasy; teenagers fiction; new adult",
}

#: Names that say two things at once.
_PAIRS: dict[str, tuple[str, ...]] = {
    "action adventure": ("Action", "Adventure"),
    "biography autobiography": ("Biography",),
    "crime thriller": ("Crime", "Thriller"),
    "dark comedy": ("Comedy", "Satire"),
    "docudrama": ("Documentary", "Drama"),
    "gothic romance": ("Horror", "Romance"),
    "historical romance": ("Historical", "Romance"),
    "legal thriller": ("Crime", "Thriller"),
    "mystery thriller": ("Mystery", "Thriller"),
    "neo noir": ("Noir", "Crime"),
    "paranormal romance": ("Fantasy", "Romance"),
    "political satire": ("Politics", "Satire"),
    "political thriller": ("Politics", "Thriller"),
    "psychological horror": ("Horror",),
    "romantic comedy": ("Romance", "Comedy"),
    "romantic drama": ("Romance", "Drama"),
    "romantic suspense": ("Romance", "Thriller"),
    "sci fi fantasy": ("Science Fiction", "Fantasy"),
    "science fiction fantasy": ("Science Fiction", "Fantasy"),
    "true crime": ("Crime", "Documentary"),
    "war drama": ("War", "Drama"),
    "war politics": ("War", "Politics"),
    "young adult fantasy": ("Young Adult", "Fantasy"),
    "ya fantasy": ("Young Adult", "Fantasy"),
}

_NOT_A_WORD = re.compile(r"[\W_]+")
# Google Books writes "Fiction / Science Fiction / General", Open Library "Fiction, fantasy, epic".
_BETWEEN_PARTS = re.compile(r"\s*(?:/|,|;|--|\||>)\s*")


def _fold(name: str) -> str:
    return " ".join(_NOT_A_WORD.sub(" ", name.casefold().replace("&", " ")).split())


def _genre_by_name() -> dict[str, tuple[str, ...]]:
    by_name = {_fold(name): (genre,) for genre, names in _ALIASES.items() for name in names.split(";")}
    by_name.update({_fold(genre): (genre,) for genre in GENRES})
    return by_name | _PAIRS


_GENRES_BY_NAME = _genre_by_name()

# On a screen "history" is a story set in the past; only a documentary is history itself.
# A documentary genre is no genre of a book: true crime is just crime there.
_SCREEN_KINDS = frozenset({Kind.FILM, Kind.SHOW, Kind.EPISODE, Kind.VIDEO})


def genres_of(names: Iterable[str], kind: Kind) -> tuple[str, ...]:
    """Our genres for a source's names, in its order, each once; names that we do not know say nothing."""
    found: dict[str, None] = {}
    for name in names:
        found.update(dict.fromkeys(_genres_of_name(name)))
    if kind not in _SCREEN_KINDS:
        found.pop("Documentary", None)
    elif "History" in found and "Documentary" not in found:
        found = dict.fromkeys("Historical" if genre == "History" else genre for genre in found)
    return tuple(found)


def _genres_of_name(name: str) -> list[str]:
    whole = _GENRES_BY_NAME.get(_fold(name))
    if whole:
        return list(whole)
    parts = [_fold(part) for part in _BETWEEN_PARTS.split(name)]
    # In "Fiction / Historical" and "Fiction, history" the other part is a kind of fiction.
    is_fiction = "fiction" in parts and len(parts) > 1
    found: list[str] = []
    for part in parts:
        as_fiction = _GENRES_BY_NAME.get(f"{part} fiction") if is_fiction else None
        found += as_fiction or _GENRES_BY_NAME.get(part, ())
    return found


def tmdb_genres(ids: Iterable[object], kind: Kind) -> tuple[str, ...]:
    """Our genres for the genre ids of a TMDB listing."""
    known = (TMDB_NAME_BY_ID.get(number) for number in ids if isinstance(number, int))
    return genres_of((name for name in known if name), kind)
