"""The sentences around titles in Google's exports ("Watched …", "… angesehen"), in each language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Act(StrEnum):
    """What an entry says was done."""

    WATCHED = "watched"
    LIKED = "liked"
    DISLIKED = "disliked"
    SAVED = "saved"
    SUBSCRIBED = "subscribed"
    OTHER = "other"  # a visit, a vote, a comment: nothing about a work


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands before and after the title."""

    before: str
    after: str = ""

    def title_in(self, sentence: str) -> str | None:
        """The framed title, or None if the sentence is framed otherwise."""
        if not (sentence.startswith(self.before) and sentence.endswith(self.after)):
            return None
        if len(sentence) <= len(self.before) + len(self.after):
            return None
        return sentence[len(self.before) : len(sentence) - len(self.after)]


#: Longer frames first, because "Så på X" also begins with "Så ".
_WATCHED = sorted(
    (
        Frame("Watched "),
        Frame("", " angesehen"),
        Frame("Angesehen: "),
        Frame("Vous avez regardé "),
        Frame("Has visto "),
        Frame("Hai guardato "),
        Frame("Você assistiu a "),
        Frame("Assistiu a "),
        Frame("Viu "),
        Frame("Je hebt naar ", " gekeken"),
        Frame("Je hebt ", " bekeken"),
        Frame("Bekeken: "),
        Frame("Tittade på "),
        Frame("Du har tittat på "),
        Frame("Så "),
        Frame("Så på "),
        Frame("Obejrzano: "),
        Frame("", " katsottiin"),
        Frame("Zhlédli jste video "),
        Frame("", " adlı videoyu izlediniz"),
        Frame("", " izlendi"),
        Frame("Просмотрено видео "),
        Frame("Ви дивилися відео "),
        Frame("Ați vizionat "),
        Frame("", " を視聴しました"),
        Frame("", " 을(를) 시청했습니다."),
        Frame("", "을(를) 시청했습니다."),
        Frame("观看了 "),
        Frame("已观看 "),
        Frame("已觀看 "),
        Frame("觀看了 "),
    ),
    key=lambda frame: -len(frame.before) - len(frame.after),
)

#: Wordings of other acts; only exports of all activity hold them.
_OTHERS: tuple[tuple[Frame, Act], ...] = (
    (Frame("Liked "), Act.LIKED),
    (Frame("Disliked "), Act.DISLIKED),
    (Frame("Saved "), Act.SAVED),
    (Frame("Subscribed to "), Act.SUBSCRIBED),
    (Frame("", " abonniert"), Act.SUBSCRIBED),
    (Frame("Vous vous êtes abonné à "), Act.SUBSCRIBED),
    *(
        (Frame(verb), Act.OTHER)
        for verb in (
            "Visited ",
            "Viewed ",
            "Used ",
            "Answered ",
            "Voted on ",
            "Commented on ",
            "Shared ",
            "Reacted to ",
            "Played ",
            "Joined ",
            "Unsubscribed from ",
        )
    ),
)

#: In "a video that has been removed", for entries that name no video at all.
_REMOVED = (
    "removed", "private video", "entfernt", "supprimé", "eliminado", "rimosso", "removido", "verwijderd",
    "tagits bort", "borttag", "fjernet", "usunię", "odstran", "poistett", "kaldırıl", "удален", "удалён",
    "видален", "削除", "삭제", "移除", "删除", "刪除", "eliminat",
)  # fmt: skip

_ENOUGH_TO_LEARN = 20  # titles that share a wording by chance are fewer
_SHARE_THAT_DECIDES = 0.6


class Wording:
    """How one file words its views; `read` takes its sentences apart."""

    def __init__(self, watched: Frame | None = None) -> None:
        self._watched = (watched, *_WATCHED) if watched else tuple(_WATCHED)

    @classmethod
    def of(cls, views: Iterable[tuple[str, str]]) -> Wording:
        """Learn from some of a file's views, given as (sentence, address of the video)."""
        seen = [(sentence, url) for sentence, url in views if sentence]
        return cls(_around_addresses(seen) or _known([s for s, _ in seen]) or _shared([s for s, _ in seen]))

    def read(self, sentence: str, *, has_video: bool) -> tuple[Act, str]:
        """What was done, and to what title."""
        watched, *others = self._watched
        if (title := watched.title_in(sentence)) is not None:
            return Act.WATCHED, title
        for frame, act in _OTHERS:
            if (title := frame.title_in(sentence)) is not None:
                return act, title
        for frame in others:
            if (title := frame.title_in(sentence)) is not None:
                return Act.WATCHED, title
        return (Act.WATCHED if has_video else Act.OTHER), sentence


def says_removed(sentence: str) -> bool:
    """Whether an entry without address speaks of a video that is no longer there."""
    lowered = sentence.lower()
    return any(word in lowered for word in _REMOVED)


def _around_addresses(views: Sequence[tuple[str, str]]) -> Frame | None:
    """Of a video that is gone, the title is its address: what stands around it is the frame."""
    for sentence, url in views:
        before, found, after = sentence.partition(url)
        if found and url.startswith("http") and (before or after):
            return Frame(before, after)
    return None


def _known(sentences: Sequence[str]) -> Frame | None:
    """The known frame that most sentences have."""
    for frame in _WATCHED:
        fitting = sum(frame.title_in(sentence) is not None for sentence in sentences)
        if fitting and fitting >= _SHARE_THAT_DECIDES * len(sentences):
            return frame
    return None


def _shared(sentences: Sequence[str]) -> Frame | None:
    """What all of many sentences begin and end with, in a language not known here."""
    distinct = list(dict.fromkeys(sentences))
    if len(distinct) < _ENOUGH_TO_LEARN:
        return None
    before = _common_beginning(distinct)
    after = _common_beginning([sentence[::-1] for sentence in distinct])[::-1]
    # A title may begin with the same letter throughout; words end at a space or a quote.
    before = before[: max((i + 1 for i, c in enumerate(before) if not c.isalnum()), default=0)]
    after = after[min((i for i, c in enumerate(after) if not c.isalnum()), default=len(after)) :]
    return Frame(before, after) if before or after else None


def _common_beginning(texts: Sequence[str]) -> str:
    first, last = min(texts), max(texts)
    for i, (a, b) in enumerate(zip(first, last, strict=False)):
        if a != b:
            return first[:i]
    return first
