"""What a recording without a name is called: by how it begins, or by what it is about."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mediatheque.archive.sentences import Sentence

_GREETING = re.compile(
    r"(?i)(?:(?:hello|hi|hey|good (?:morning|evening|afternoon)|welcome|okay|ok|so|well|right|alright|um|uh|hallo|guten"
    r" (?:tag|morgen|abend)|bonjour|hola|note to self)\b[\s,.!:]*)+"
)
#: Up to so many words, a note is called by how it begins; a longer one by what it is about.
_SHORT_WORDS = 60
_MOST_WORDS = 9


def title_of(sentences: Sequence[Sentence], tags: Sequence[str]) -> str | None:
    """A title from what is said: the first words of a note, else the first tags; None where nothing is said."""
    if not sentences:
        return None
    words = sum(len(sentence.words) for sentence in sentences)
    if words > _SHORT_WORDS and tags:
        title = ", ".join([tags[0], *(tag for tag in tags[1:3])])
        return title[:1].upper() + title[1:]
    for sentence in sentences:
        said = _GREETING.sub("", sentence.text, count=1).strip(" ,.;:–—-") if sentence.text else ""
        if len(said.split()) >= 2 or len(said) > 8:
            return _first_words(said)
    return _first_words(sentences[0].text)


def _first_words(text: str) -> str:
    words = text.split()
    title = " ".join(words[:_MOST_WORDS])[:80].strip(" ,.;:")
    title = title[:1].upper() + title[1:]
    return f"{title} …" if len(words) > _MOST_WORDS else title
