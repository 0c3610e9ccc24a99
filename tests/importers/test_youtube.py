"""YouTube's Takeout: the same history in every format and language is the same history."""

from __future__ import annotations

import json
import tracemalloc
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mediatheque.importers import Options, recognise, youtube
from mediatheque.importers._youtube_dates import moment
from mediatheque.importers._youtube_wording import Act, Wording
from mediatheque.kit.errors import Invalid
from mediatheque.kit.files import Upload
from mediatheque.vocabulary import EventKind, Kind, Record, Rejected, Role, Row, Skipped

SAMPLES = Path(__file__).parent / "samples"
relaxed = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def rows_of(path: Path, options: Options | None = None, name: str | None = None) -> list[Row]:
    with Upload.open(path, name) as upload:
        assert recognise(upload) == "youtube"
        return list(youtube.read(upload, options or Options()))


def written(tmp_path: Path, name: str, content: str, options: Options | None = None) -> list[Row]:
    path = tmp_path / "file"
    path.write_text(content, encoding="utf-8")
    return rows_of(path, options, name)


def takeout(tmp_path: Path) -> list[Row]:
    path, folder = tmp_path / "takeout.zip", SAMPLES / "youtube.takeout"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(p for p in folder.rglob("*") if p.is_file()):
            archive.write(file, file.relative_to(folder))
    return rows_of(path)


def records(rows: list[Row]) -> list[Record]:
    return [row for row in rows if isinstance(row, Record)]


def record(rows: list[Row], key: str) -> Record:
    return next(row for row in records(rows) if row.key == key)


def entry(**changes: Any) -> dict[str, Any]:
    return {
        "header": "YouTube",
        "title": "Watched Tides explained",
        "titleUrl": "https://www.youtube.com/watch?v=Tides000001",
        "time": "2024-03-09T20:15:42.318Z",
        **changes,
    }


# ---- the sample ----------------------------------------------------------------------------


def test_a_view_has_its_video_channel_and_second(tmp_path: Path) -> None:
    view = record(takeout(tmp_path), "Ab3dEf6hIj0@1710015342")
    assert view.work
    assert view.work.kind is Kind.VIDEO
    assert view.work.title == "How a lighthouse lens is ground"
    assert view.work.external_ids == {"youtube": "Ab3dEf6hIj0"}
    assert view.work.people(Role.CHANNEL) == ("Workshop Evenings",)
    assert [(e.kind, e.at) for e in view.events] == [
        (EventKind.WATCHED, datetime(2024, 3, 9, 20, 15, 42, tzinfo=UTC))
    ]


def test_a_view_repeated_with_another_fraction_is_the_same_row(tmp_path: Path) -> None:
    repeated = [r for r in records(takeout(tmp_path)) if r.key == "Ab3dEf6hIj0@1710015342"]
    assert len(repeated) == 2
    assert len({r.content_hash() for r in repeated}) == 1


def test_music_is_heard_not_watched(tmp_path: Path) -> None:
    heard = record(takeout(tmp_path), "Music_00001@1709881330")
    assert heard.work
    assert heard.work.kind is Kind.AUDIO
    assert heard.work.people(Role.CHANNEL) == ("The Ferry Clocks",)
    assert heard.events[0].kind is EventKind.LISTENED


def test_removed_videos_are_kept(tmp_path: Path) -> None:
    rows = takeout(tmp_path)
    named = record(rows, "Gone0000001@1700505000")
    assert named.work
    assert named.work.title == "Removed video Gone0000001"
    assert named.work.external_ids == {"youtube": "Gone0000001"}
    nameless = record(rows, "removed@1700503200")
    assert nameless.work is None
    assert nameless.events[0].kind is EventKind.WATCHED


def test_advertisements_and_posts_are_skipped_with_a_reason(tmp_path: Path) -> None:
    reasons = {row.why for row in takeout(tmp_path) if isinstance(row, Skipped)}
    assert reasons == {"an advertisement", "a post, not a video"}


def test_what_cannot_be_read_is_quoted(tmp_path: Path) -> None:
    why_by_file = {
        row.where.rpartition("/")[2]: row.why for row in takeout(tmp_path) if isinstance(row, Rejected)
    }
    assert "broken JSON" in why_by_file["watch-history.json:8"]
    assert "some day in June" in why_by_file["watch-history.json:10"]
    assert "not-an-id" in why_by_file["Liked videos.csv:6"]
    assert "yesterday" in why_by_file["Watch later-videos.csv:3"]
    assert "nobody" in why_by_file["subscriptions.csv:3"]


def test_searches_likes_playlists_and_subscriptions(tmp_path: Path) -> None:
    rows = takeout(tmp_path)
    search = record(rows, "searched:fresnel lens & lighthouse@1710015240")
    assert search.work is None
    assert search.events[0].properties == {"query": "fresnel lens & lighthouse"}
    assert record(rows, "liked:Ab3dEf6hIj0").events[0].kind is EventKind.LIKED
    assert record(rows, "saved:Later000001").events[0].kind is EventKind.SAVED
    added = record(rows, "added:Winter repairs:Kettle00001").events[0]
    assert (added.kind, added.properties) == (EventKind.ADDED, {"list": "Winter repairs"})
    subscribed = record(rows, "subscribed:UCworkshopevenings000001").events[0]
    assert subscribed.kind is EventKind.SUBSCRIBED
    assert subscribed.properties["channel"] == "Workshop Evenings"


def test_html_and_json_tell_the_same_rows_apart(tmp_path: Path) -> None:
    html = {r.key: (r.work, r.events) for r in records(rows_of(SAMPLES / "youtube.watch-history.html"))}
    both = {r.key: (r.work, r.events) for r in records(takeout(tmp_path)) if r.key in html}
    assert set(both) == {
        "Ab3dEf6hIj0@1710015342",
        "Music_00001@1709881330",
        "Gone0000001@1700505000",
        "removed@1700503200",
    }
    assert all(html[key] == both[key] for key in both)


def test_german_wording_is_removed_from_titles() -> None:
    titles = [r.work.title for r in records(rows_of(SAMPLES / "youtube.verlauf.json")) if r.work]
    assert titles == ["Ein Tag im Stellwerk", "Removed video Gone0000002", "Watched the Skies"]


# ---- dates ---------------------------------------------------------------------------------

EVENING = datetime(2023, 11, 20, 18, 17, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Nov 20, 2023, 7:17:20\u202fPM CET",
        "20 Nov 2023, 18:17:20 GMT",
        "20.11.2023, 19:17:20 MEZ",
        "20 nov. 2023, 19:17:20 CET",
        "20 nov. 2023 à 19:17:20 UTC+1",
        "20 nov 2023, 19:17:20 CET",
        "20 nov. 2023 12:17:20 p.\u00a0m. GMT-06:00",
        "20 de nov. de 2023, 15:17:20 BRT",
        "20/11/2023, 18:17:20 WET",
        "20 lis 2023, 19:17:20 CET",
        "20 nov. 2023 19:17:20 CET",
        "20. nov. 2023 19.17.20 CET",
        "20. nov. 2023, 19:17:20 CET",
        "20.11.2023 klo 20.17.20 EET",
        "20. 11. 2023 19:17:20 SEČ",
        "20 Kas 2023 21:17:20 TRT",
        "20 Kas 2023 ÖS 9:17:20 GMT+03:00",
        "20 нояб. 2023 г., 21:17:20 MSK",
        "20 лист. 2023 р., 20:17:20 EET",
        "2023/11/21 3:17:20 JST",
        "2023. 11. 21. 오전 3:17:20 KST",
        "2023. 11. 20. 오후 8:17:20 GMT+2",
        "2023年11月21日 02:17:20 CST",
        "2023年11月21日凌晨2:17:20 [CST]",
        "2023年11月20日 下午7:17:20 GMT+01:00",
        "2023. nov. 20. 19:17:20 CET",
        "Nov 20, 2023, 10:17:20 AM PST",
        "Nov 20, 2023, 12:17:20 PM CST",
        "20 Nov 2023, 23:47:20 IST",
        "2023-11-20 18:17:20 UTC",
    ],
)
def test_dates_of_many_languages(text: str) -> None:
    assert moment(text) == EVENING


@pytest.mark.parametrize(
    ("language", "months"),
    {
        "German": "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.",
        "French": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
        "Spanish": "ene feb mar abr may jun jul ago sept oct nov dic",
        "Italian": "gen feb mar apr mag giu lug ago set ott nov dic",
        "Portuguese": "jan. fev. mar. abr. mai. jun. jul. ago. set. out. nov. dez.",
        "Dutch": "jan feb mrt apr mei jun jul aug sep okt nov dec",
        "Polish": "sty lut mar kwi maj cze lip sie wrz paź lis gru",
        "Swedish": "jan. feb. mars apr. maj juni juli aug. sep. okt. nov. dec.",
        "Norwegian": "jan. feb. mars apr. mai juni juli aug. sep. okt. nov. des.",
        "Finnish": "tammik. helmik. maalisk. huhtik. toukok. kesäk. heinäk. elok. syysk. lokak. marrask. jouluk.",
        "Czech": "ledna února března dubna května června července srpna září října listopadu prosince",
        "Turkish": "Oca Şub Mar Nis May Haz Tem Ağu Eyl Eki Kas Ara",
        "Russian": "янв. февр. мар. апр. мая июн. июл. авг. сент. окт. нояб. дек.",
        "Ukrainian": "січ. лют. бер. квіт. трав. черв. лип. серп. вер. жовт. лист. груд.",
        "Greek": "Ιαν Φεβ Μαρ Απρ Μαΐ Ιουν Ιουλ Αυγ Σεπ Οκτ Νοε Δεκ",
        "Hungarian": "jan. febr. márc. ápr. máj. jún. júl. aug. szept. okt. nov. dec.",
    }.items(),
)
def test_months_of_many_languages(language: str, months: str) -> None:
    assert [moment(f"3 {month} 2021 10:00:00 UTC").month for month in months.split()] == list(range(1, 13))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("around noon", "no date format"),
        ("Nov 20, 2023", "no time of day"),
        ("Nov 31, 2023, 7:17:20 PM CET", "day"),
        ("Nov 20, 2023, 7:77:20 PM CET", "minute"),
        ("Nov 20, 1023, 7:17:20 PM CET", "year"),
        ("Nov 20, 2023, 7:17:20 PM XQZ", "unknown time zone “XQZ”"),
        ("9" * 500, "too long"),
    ],
)
def test_unreadable_dates_say_why(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        moment(text)


def test_the_time_zone_of_the_owner_settles_doubt() -> None:
    text = "Jul 20, 2023, 7:17:20 PM XQZ"
    assert moment(text, timezone_name="Europe/Berlin") == datetime(2023, 7, 20, 17, 17, 20, tzinfo=UTC)
    israel = moment("20 Nov 2023, 20:17:20 IST", timezone_name="Asia/Jerusalem")
    assert israel == EVENING


@relaxed
@given(st.text(max_size=60))
def test_any_text_is_a_moment_or_a_reason(text: str) -> None:
    try:
        at = moment(text)
    except (ValueError, OverflowError) as error:
        at = error
    assert str(at)


def test_an_unknown_time_zone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="Europe/Berlin"):
        written(tmp_path, "watch-history.json", json.dumps([entry()]), Options(timezone="Mars/Olympus"))


# ---- wording -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pattern",
    [
        "Watched {}",
        "{} angesehen",
        "Vous avez regardé {}",
        "Has visto {}",
        "Hai guardato {}",
        "Je hebt naar {} gekeken",
        "Tittade på {}",
        "Så {}",
        "Så på {}",
        "Obejrzano: {}",
        "{} katsottiin",
        "Zhlédli jste video {}",
        "{} adlı videoyu izlediniz",
        "Просмотрено видео {}",
        "Ви дивилися відео {}",
        "{} を視聴しました",
        "{} 을(를) 시청했습니다.",
    ],
)
def test_wordings_of_many_languages(pattern: str) -> None:
    titles = ["Tides", "Watched pots", "Liked by nobody angesehen", "A day out"]
    wording = Wording.of([(pattern.format(title), "https://x/watch?v=1") for title in titles])
    for title in titles:
        assert wording.read(pattern.format(title), has_video=True) == (Act.WATCHED, title)


def test_an_unknown_wording_is_learned_from_a_removed_video() -> None:
    url = "https://www.youtube.com/watch?v=Gone0000001"
    wording = Wording.of([(f"Ŝi spektis “{url}” hieraŭ", url)])
    assert wording.read("Ŝi spektis “Tajdoj” hieraŭ", has_video=True) == (Act.WATCHED, "Tajdoj")


def test_an_unknown_wording_is_learned_from_what_all_titles_share() -> None:
    titles = [f"{name} {n}" for n in range(15) for name in ("Tajdo", "Pano")]
    wording = Wording.of([(f"Spektita: {title} hodiaŭ", "https://x/watch?v=1") for title in titles])
    assert wording.read("Spektita: Maro hodiaŭ", has_video=True) == (Act.WATCHED, "Maro")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"title": "Liked Tides explained"}, EventKind.LIKED),
        ({"title": "Disliked Tides explained"}, EventKind.DISLIKED),
        ({"title": "Saved Tides explained"}, EventKind.SAVED),
        ({"title": "Commented on Tides explained"}, Skipped),
        (
            {"title": "Subscribed to Tides", "titleUrl": "https://www.youtube.com/channel/UCx"},
            EventKind.SUBSCRIBED,
        ),
        ({"title": "Visited Tides", "titleUrl": "https://www.youtube.com/@tides"}, Skipped),
        ({"title": "Used YouTube", "titleUrl": ""}, Skipped),
        ({"details": [{"name": "Von Google Anzeigen"}]}, EventKind.WATCHED),
        ({"details": [{"name": "Von Google Ads"}]}, Skipped),
        ({"titleUrl": "https://youtu.be/Tides000001?t=3"}, EventKind.WATCHED),
        ({"titleUrl": "https://music.youtube.com/watch?v=Tides000001"}, EventKind.LISTENED),
        ({"titleUrl": "https://www.youtube.com/watch?v="}, EventKind.WATCHED),
        ({"titleUrl": 7}, EventKind.WATCHED),
        ({"title": "Watched " + "x" * 2000}, Rejected),
        ({"title": ""}, Rejected),
        ({"time": "0001-01-01T00:00:00+23:00"}, Rejected),
    ],
)
def test_what_an_entry_of_all_activity_says(
    tmp_path: Path, changes: dict[str, Any], expected: EventKind | type
) -> None:
    row = written(tmp_path, "MyActivity.json", json.dumps([entry(), entry(**changes)]))[1]
    assert (row.events[0].kind if isinstance(row, Record) else type(row)) == expected


# ---- tables in other languages and of other years ------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        (
            "Mag ich-Videos.csv",
            "Video-ID,Zeitstempel\nTides000001,2024-01-15T19:45:10+00:00\n",
            EventKind.LIKED,
        ),
        (
            "Später ansehen-Videos.csv",
            "Video-ID,Zeit\nTides000001,2024-01-15T19:45:10+00:00\n",
            EventKind.SAVED,
        ),
        ("後で見る-動画.csv", "動画 ID,日時\nTides000001,2024-01-15T19:45:10+00:00\n", EventKind.SAVED),
        ("Watch later.csv", "Video Id,Time Added\nTides000001,2020-01-15 19:45:10 UTC\n", EventKind.SAVED),
        ("Liked videos.csv", "Video ID;Time\nTides000001;2020-01-15 19:45:10 UTC\n", EventKind.LIKED),
    ],
)
def test_playlists_of_other_languages(tmp_path: Path, name: str, content: str, kind: EventKind) -> None:
    (row,) = written(tmp_path, name, content)
    assert isinstance(row, Record)
    assert row.events[0].kind is kind
    assert row.events[0].at


def test_subscriptions_in_another_language(tmp_path: Path) -> None:
    content = 'Kanal-ID,Kanal-URL,Kanaltitel\nUCworkshopevenings000001,http://www.youtube.com/channel/UCw,"Mehl, Salz"\n'
    (row,) = written(tmp_path, "Abos.csv", content)
    assert isinstance(row, Record)
    assert row.events[0].properties["channel"] == "Mehl, Salz"


# ---- no row is lost ------------------------------------------------------------------------

anything = st.none() | st.integers() | st.text(max_size=12) | st.lists(st.integers(), max_size=2)
fields = st.fixed_dictionaries(
    {},
    optional={
        "header": st.sampled_from(["YouTube", "YouTube Music"]) | anything,
        "title": st.text(max_size=12).map("Watched {}".format) | anything,
        "titleUrl": st.sampled_from(
            ["https://www.youtube.com/watch?v=Tides000001", "https://[", "/results?search_query"]
        )
        | anything,
        "time": st.datetimes().map(lambda at: at.isoformat() + "Z") | anything,
        "subtitles": st.lists(st.fixed_dictionaries({"name": anything}), max_size=2) | anything,
        "details": st.lists(st.fixed_dictionaries({"name": anything}), max_size=2) | anything,
    },
)


@relaxed
@given(entries=st.lists(fields | anything, max_size=10))
def test_every_json_entry_has_an_outcome(tmp_path: Path, entries: list[Any]) -> None:
    rows = written(tmp_path, "watch-history.json", json.dumps([entry(), *entries]))
    assert len(rows) == 1 + len(entries)


@relaxed
@given(
    contents=st.lists(
        st.text(max_size=40) | st.sampled_from(["<a href=", "<br>", "<a href='x'>y</a><br>z"]), max_size=8
    )
)
def test_every_html_cell_has_an_outcome(tmp_path: Path, contents: list[str]) -> None:
    page = (SAMPLES / "youtube.watch-history.html").read_text()
    start = page.index('<div class="outer-cell')
    cell = page[start : page.index('<div class="outer-cell', start + 1)]
    begin = cell.index("Watched")
    end = cell.index("</div>", begin)
    cells = "".join(cell[:begin] + content + cell[end:] for content in contents)
    rows = written(tmp_path, "watch-history.html", page[:start] + cell + cells + "</div></body></html>")
    assert len(rows) == 1 + len(contents)
    assert isinstance(rows[0], Record)


@pytest.mark.parametrize("name", ["watch-history.json", "watch-history.html"])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name.endswith(".json"):
        path.write_text("[" + ",".join([json.dumps(entry())] * 12_000) + "]")
    else:
        page = (SAMPLES / "youtube.watch-history.html").read_text()
        start = page.index('<div class="outer-cell')
        cell = page[start : page.index('<div class="outer-cell', start + 1)]
        path.write_text(page[:start] + cell * 4_000 + "</div></body></html>")
    size = path.stat().st_size
    tracemalloc.start()
    with Upload.open(path) as upload:
        count = sum(isinstance(row, Record) for row in youtube.read(upload, Options()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == (12_000 if name.endswith(".json") else 4_000)
    assert peak < 5 << 20, f"{peak:,} bytes for a file of {size:,}"


def test_a_truncated_page_keeps_the_entries_before_the_break(tmp_path: Path) -> None:
    page = (SAMPLES / "youtube.watch-history.html").read_text()
    whole = written(tmp_path, "watch-history.html", page)
    cut = written(tmp_path, "watch-history.html", page[: page.index("Searched for") + 60])
    assert cut[:-1] == whole[:-1]
    assert isinstance(cut[-1], Rejected)
    assert "ends in the middle" in cut[-1].why


@relaxed
@given(
    lines=st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), max_size=30),
        max_size=8,
    )
)
def test_every_line_of_a_playlist_has_an_outcome(tmp_path: Path, lines: list[str]) -> None:
    content = "\n".join(["Video ID,Time Added", "Tides000001,2020-01-15 19:45:10 UTC", *lines])
    rows = written(tmp_path, "Road trip.csv", content)
    assert len(rows) == 1 + sum(bool(line.strip()) for line in lines)
