"""Titles that are one title get one key; titles that are two keep two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediatheque.resolve.normalise import KEY_LENGTH, KEYS_KEPT, name_key, read_title, title_key, title_keys
from mediatheque.vocabulary import Kind, Work

SAME_KEY = [
    ("The Godfather Part II", "The Godfather: Part 2"),
    ("The Godfather, Part Two", "Godfather II"),
    ("Kill Bill: Vol. 2", "Kill Bill: Volume Two"),
    ("Rocky V", "Rocky 5"),
    ("Fast & Furious", "Fast and Furious"),
    ("Romeo + Juliet", "Romeo & Juliet"),
    ("Amélie", "AMELIE"),
    ("Les Misérables", "les miserables"),
    ("Łódź", "Lodz"),
    ("Straße", "STRASSE"),
    ("Солярис", "солярис"),
    ("Ёлки", "Елки"),
    ("WALL·E", "WALL-E"),
    ("S.W.A.T.", "SWAT"),
    ("M*A*S*H", "MASH"),
    ("E.T. the Extra-Terrestrial", "ET: The Extra Terrestrial"),
    ("Alien³", "Alien 3"),
    ("One Hundred and One Dalmatians", "101 Dalmatians"),
    ("Twenty Thousand Leagues Under the Sea", "20,000 Leagues under the Sea"),
    ("Twenty-One Jump Street", "21 Jump Street"),
    ("Nineteen Eighty-Four", "Nineteen eighty four"),
    ("Matrix, The", "The Matrix"),
    ("Le Monde", "Monde"),
    ("Schindler’s List", "Schindlers List"),
    ("The Thing (1982)", "The Thing"),
    ("House of Cards (1990 – 1995)", "House of Cards"),
    ("Blade Runner (Director's Cut)", "Blade Runner"),
    ("Blade Runner: The Final Cut", "Blade Runner"),
    ("The Two Towers [Extended Edition]", "The Two Towers"),
    ("Chernobyl (TV Mini Series)", "Chernobyl"),
    ("The Queen's Gambit: Limited Series", "The Queen's Gambit"),
    ("The Office (U.S.)", "The Office"),
    ("The Two Towers (The Lord of the Rings, #2)", "The Two Towers"),
    ("Dune (2021) [4K]", "Dune"),
    ("ＡＫＩＲＡ", "Akira"),
    ("Kramer vs. Kramer", "Kramer versus Kramer"),
]

OTHER_KEY = [
    ("Rocky", "Rocky II"),
    ("La La Land", "The Land"),
    ("The A-Team", "The Team"),
    ("Die Hard", "Hard"),
    ("(500) Days of Summer", "Days of Summer"),
    ("V for Vendetta", "5 for Vendetta"),
    ("1917", "2012"),
    ("Kill Bill: Vol. 1", "Kill Bill: Vol. 2"),
    ("が", "か"),  # voicing is no accent
    ("कल", "कला"),  # nor are vowel signs
    ("الف", "الفا"),
]


@pytest.mark.parametrize(("a", "b"), SAME_KEY)
def test_two_spellings_of_a_title_share_a_key(a: str, b: str) -> None:
    assert title_key(a) == title_key(b) != ""


@pytest.mark.parametrize(("a", "b"), OTHER_KEY)
def test_two_titles_keep_two_keys(a: str, b: str) -> None:
    assert title_key(a) != title_key(b)


@pytest.mark.parametrize(
    "title", ["千と千尋の神隠し", "기생충", "हिन्दी मीडियम", "ความรัก", "Сталкер", "الرسالة", "Ταξίδι"]
)
def test_other_scripts_stay_readable(title: str) -> None:
    key = title_key(title)
    assert key
    assert not key.isascii()


@pytest.mark.parametrize("title", ["???", "$", "…", "(!)", "—"])
def test_a_title_of_signs_is_its_own_key(title: str) -> None:
    assert title_key(title)


TITLES = st.one_of(
    st.text(max_size=200),
    st.lists(
        st.sampled_from(
            [
                "the",
                "a",
                "la",
                "die",
                "part",
                "vol",
                "i",
                "ii",
                "v",
                "x",
                "one",
                "two",
                "twenty",
                "hundred",
                "thousand",
                "and",
                "&",
                "1",
                "2004",
                "9",
                ":",
                "-",
                "(",
                ")",
                "[",
                "#1",
                "tv",
                "series",
                "director's",
                "cut",
                ",",
                "the",
                "é",
                "ß",
                "千",
                "神",
                "кино",
                "*",
                ".",
                "+",
                "'",
                "s.w.",
                "x-men",
                "U.S.",
                "'",
                "us",
                "limited",
            ]
        ),
        max_size=14,
    ).map(" ".join),
)


@given(TITLES)
def test_a_key_of_a_key_is_the_key(title: str) -> None:
    key = title_key(title)
    assert title_key(key) == key
    assert len(key) <= KEY_LENGTH


@given(TITLES)
def test_case_and_outer_blanks_do_not_matter(title: str) -> None:
    assert title_key(f"  {title.casefold()} ") == title_key(title)


@given(TITLES, TITLES, st.lists(TITLES, max_size=20))
def test_keys_of_a_work_are_few_distinct_and_bounded(title: str, original: str, others: list[str]) -> None:
    work = Work(kind=Kind.FILM, title=title, original_title=original, alternative_titles=tuple(others))
    keys = title_keys(work)
    assert keys == title_keys(work)
    assert len(set(keys)) == len(keys) <= KEYS_KEPT
    assert all(0 < len(key) <= KEY_LENGTH for key in keys)
    assert not title_key(title) or title_key(title) == keys[0]


@pytest.mark.parametrize(
    ("title", "found_as"),
    [
        ("Star Wars: Episode IV - A New Hope", "A New Hope"),
        ("The Lord of the Rings: The Two Towers", "The Two Towers"),
        ("Dr. Strangelove or: How I Learned to Stop Worrying and Love the Bomb", "Dr Strangelove"),
        ("Birdman or (The Unexpected Virtue of Ignorance)", "Birdman"),
        ("Spider-Man: Far from Home", "Spiderman Far from Home"),
        ("WALL·E", "Wall E"),
        ("Marvel's Jessica Jones", "Jessica Jones"),
        ("Parasite (Gisaengchung)", "Parasite"),
        ("Sapiens: A Brief History of Humankind", "Sapiens"),
        ("Mission: Impossible – Fallout", "Mission Impossible"),
        ("Fear Street Part One: 1994", "Fear Street 1"),
    ],
)
def test_titles_are_found_by_their_parts(title: str, found_as: str) -> None:
    keys = title_keys(Work(kind=Kind.FILM, title=title))
    assert set(title_keys(Work(kind=Kind.FILM, title=found_as))) & set(keys)


def test_parts_that_are_no_title_are_no_key() -> None:
    keys = title_keys(Work(kind=Kind.FILM, title="Dune: Part Two"))
    assert keys == ("dune 2", "dune")


def test_a_title_tells_its_year_and_country() -> None:
    assert read_title("House of Cards (1990)").year == 1990
    assert read_title("The Office (U.S.)").country == "us"
    assert read_title("2012").year is None


def test_what_was_cut_off_leaves_its_number() -> None:
    head = next(f for f in read_title("Kill Bill: Vol. 2").forms if f.part == "head")
    assert (head.key, head.numbers) == ("kill bill", ("2",))


def test_names_are_turned_round() -> None:
    assert name_key("Tolkien, J.R.R.") == name_key("J. R. R. Tolkien")
