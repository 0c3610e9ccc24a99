"""Passages, tags and what was understood: kept per recording, shown to its owner alone, and not out of the trash."""

from __future__ import annotations

import pytest

from mediatheque.archive.queries import enrichment, media, passages, tags
from mediatheque.archive.queries.enrichment import Chapter, Enrichment, NewWorkMention
from mediatheque.archive.queries.passages import NewPassage
from mediatheque.archive.queries.tags import Tag, UsedTag
from mediatheque.kit.database import Connection
from mediatheque.kit.errors import Invalid
from mediatheque.library.queries.items import NewItem, add_items
from mediatheque.library.queries.merges import merge_items
from mediatheque.library.queries.users import User
from mediatheque.vocabulary import Kind, Work


def _recording(db: Connection, user: User, name: str = "talk.mp3") -> int:
    return media.add_media(db, media.NewMedia(user_id=user.id, origin="file", given=name))[0]


def _item(db: Connection, title: str) -> int:
    return add_items(db, [NewItem(work=Work(kind=Kind.FILM, title=title), title_keys=(title.lower(),))])[0]


def test_passages_take_the_place_of_those_before(db: Connection, ada: User, ben: User) -> None:
    recording = _recording(db, ada)
    passages.save_passages(db, recording, [NewPassage(0, 900, 0, "Old words")])
    ids = passages.save_passages(
        db, recording, [NewPassage(0, 1000, 0, "First words"), NewPassage(1000, 2500, None, "Café words")]
    )
    kept = passages.passages_of(db, ada.id, recording)
    assert [(p.id, p.position, p.start_ms, p.end_ms, p.speaker, p.text) for p in kept] == [
        (ids[0], 0, 0, 1000, 0, "First words"),
        (ids[1], 1, 1000, 2500, None, "Café words"),
    ]
    assert passages.passages_of(db, ben.id, recording) == []
    assert list(passages.passages_with_ids(db, ada.id, [ids[1], ids[0]])) == [ids[1], ids[0]]
    assert passages.passage_texts(db, recording) == [(ids[0], "First words"), (ids[1], "Café words")]


def test_what_is_in_the_trash_is_not_found(db: Connection, ada: User) -> None:
    recording = _recording(db, ada)
    ids = passages.save_passages(db, recording, [NewPassage(0, 1000, 0, "First words")])
    tags.set_persons_tags(db, ada.id, recording, add=["jazz"])
    enrichment.save_enrichment(db, recording, Enrichment(made_by="extractive", summary="Short."))
    enrichment.save_work_mentions(db, recording, [NewWorkMention(_item(db, "Heat"), 5, "Heat", 0.9)])
    media.put_in_trash(db, recording, ada.id)
    assert passages.passages_of(db, ada.id, recording) == []
    assert passages.passages_with_ids(db, ada.id, ids) == {}
    assert tags.tags_of(db, ada.id, recording) == []
    assert tags.all_tags(db, ada.id) == []
    assert enrichment.enrichment_of(db, ada.id, recording) is None
    assert enrichment.work_mentions_of(db, ada.id, recording) == []


def test_a_machine_never_puts_back_what_a_person_took_off(db: Connection, ada: User) -> None:
    recording = _recording(db, ada)
    tags.save_machine_tags(db, recording, ["jazz", "piano", "radio"])
    tags.set_persons_tags(db, ada.id, recording, add=["To  Write about", "Piano"], remove=["JAZZ"])
    tags.save_machine_tags(db, recording, ["Jazz", "piano", "harmony"])
    assert tags.tags_of(db, ada.id, recording) == [
        Tag("piano", "person"),
        Tag("To Write about", "person"),
        Tag("harmony", "machine"),
    ]
    tags.set_persons_tags(db, ada.id, recording, add=["jazz"])
    assert Tag("jazz", "person") in tags.tags_of(db, ada.id, recording)


def test_tags_of_others_cannot_be_changed_or_seen(db: Connection, ada: User, ben: User) -> None:
    recording = _recording(db, ada)
    tags.set_persons_tags(db, ben.id, recording, add=["mine now"])
    tags.save_machine_tags(db, recording, ["jazz"])
    tags.set_persons_tags(db, ben.id, recording, remove=["jazz"])
    assert tags.tags_of(db, ada.id, recording) == [Tag("jazz", "machine")]
    assert tags.tags_of(db, ben.id, recording) == []
    assert [tag.name for tag in tags.all_tags(db, ada.id)] == ["jazz"]


def test_all_tags_are_counted_and_those_elsewhere_found(db: Connection, ada: User) -> None:
    first, second = _recording(db, ada, "a.mp3"), _recording(db, ada, "b.mp3")
    tags.save_machine_tags(db, first, ["jazz", "radio"])
    tags.save_machine_tags(db, second, ["jazz"])
    assert tags.all_tags(db, ada.id) == [UsedTag("jazz", 2), UsedTag("radio", 1)]
    assert tags.tags_elsewhere(db, second) == ["jazz", "radio"]
    # What the machine put on this recording alone is no reason to put it there again.
    assert tags.tags_elsewhere(db, first) == ["jazz"]


def test_what_is_no_tag_is_refused(db: Connection, ada: User) -> None:
    recording = _recording(db, ada)
    with pytest.raises(Invalid, match="1 to 64"):
        tags.set_persons_tags(db, ada.id, recording, add=["x" * 65])
    with pytest.raises(Invalid, match="no tag"):
        tags.set_persons_tags(db, ada.id, recording, add=["  "])


def test_an_enrichment_is_read_as_it_was_kept(db: Connection, ada: User, ben: User) -> None:
    recording = _recording(db, ada)
    made = Enrichment(
        made_by="some-model",
        title="On bridges",
        summary="Bridges stand.",
        key_points=("They stand.",),
        chapters=(Chapter("Beginnings", 0), Chapter("Cables", 61_000)),
        people=("Ada Lovelace",),
    )
    enrichment.save_enrichment(db, recording, Enrichment(made_by="extractive", summary="Before."))
    enrichment.save_enrichment(db, recording, made)
    kept = enrichment.enrichment_of(db, ada.id, recording)
    assert kept is not None
    assert kept.made_at is not None
    assert (kept.made_by, kept.title, kept.summary, kept.key_points, kept.chapters, kept.people) == (
        made.made_by,
        made.title,
        made.summary,
        made.key_points,
        made.chapters,
        made.people,
    )
    assert enrichment.enrichment_of(db, ben.id, recording) is None


def test_a_work_that_was_merged_is_mentioned_as_what_it_became(db: Connection, ada: User, ben: User) -> None:
    recording = _recording(db, ada)
    own, listed = _item(db, "Heat 1995"), _item(db, "Heat")
    enrichment.save_work_mentions(
        db, recording, [NewWorkMention(own, 761_000, "Heat", 0.8), NewWorkMention(-1, 5, "Gone", 0.9)]
    )
    merge_items(db, own, listed, by="person")
    (mentioned,) = enrichment.work_mentions_of(db, ada.id, recording)
    assert (mentioned.item.id, mentioned.start_ms, mentioned.said) == (listed, 761_000, "Heat")
    (where,) = enrichment.mentions_of_item(db, ada.id, listed)
    assert (where.media_id, where.title, where.start_ms) == (recording, "talk.mp3", 761_000)
    assert enrichment.mentions_of_item(db, ben.id, listed) == []
