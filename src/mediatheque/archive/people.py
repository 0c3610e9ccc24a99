"""Who is spoken of: names that the words around them say are names, since capital letters alone do not."""

from __future__ import annotations

import re
from collections.abc import Sequence

_MOST = 12
_NAME = r"(?:[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ'’]+(?:-[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]+)?|[A-ZÀ-ÖØ-Þ]\.)"
_FULL = rf"{_NAME}(?: (?:van|von|de|der|den|del|di|da|la|le|bin|al))?(?: {_NAME}){{1,3}}"
#: What comes before a name and nothing else.
_BEFORE = re.compile(
    r"\b(?:(?:[Mm]y name is|[Mm]y (?:guest|friend|colleague)(?: today)? is|[Ii] am|[Ii]'m|[Jj]oined (?:today )?by|[Tt]alk(?:ing)? (?:to|with)"
    r"|[Ii]nterview(?:ed|ing)? (?:with )?|[Ww]ritten by|[Dd]irected by|[Dd]irector|[Aa]uthor|[Pp]rofessor|[Pp]hysicist|[Cc]omposer"
    r"|[Ww]riter|[Pp]resident|[Aa]ctor|[Aa]ctress|[Ss]cientist|[Pp]hilosopher|[Mm]athematician|[Ee]ngineer|[Ss]inger|[Pp]oet|[Pp]ainter"
    r"|[Ss]enator|[Jj]udge|[Mm]in(?:i)?ster|Dr\.?|Prof\.?|Mr\.?|Mrs\.?|Ms\.?|Sir|Dame"
    r"|[Mm]ein Name ist|[Ii]ch bin|Herr|Frau|Regisseur(?:in)?|Autor(?:in)?|Professor(?:in)?|Schriftsteller(?:in)?|Komponist(?:in)?"
    r"|[Jj]e m'appelle|[Mm]e llamo)[ ,]+(?:(?:and|und|the great|the late) )?)"
    rf"({_FULL})"
)
#: What comes after a name and nothing else.
_AFTER = re.compile(
    rf"({_FULL})(?:,? who)? (?:said|says|wrote|writes|told|tells|argues|argued|thinks|thought|believes|believed|directed|explains"
    r"|explained|composed|invented|discovered|was born|sagt|sagte|schrieb|schreibt|erzählt|meint|erfand)\b"
)
#: Capital letters that no person has in their name.
_NO_NAMES = frozenset(
    {
        *("The", "This", "That", "These", "Those", "What", "When", "Where", "Why", "How", "And", "But", "Or", "So", "If"),
        *("New", "North", "South", "East", "West", "United", "Great", "World", "War", "Street", "Road", "River", "Lake"),
        *("University", "College", "School", "Institute", "Museum", "Church", "City", "State", "States", "Kingdom"),
        *("Company", "Corporation", "Bank", "Times", "Post", "News", "Radio", "House", "Park", "Island", "Ocean"),
        *("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "January", "February", "March"),
        *("April", "June", "July", "August", "September", "October", "November", "December", "American", "British"),
        *("English", "French", "German", "Spanish", "European", "God", "Internet", "In", "At", "On", "For", "With"),
        *("Die", "Der", "Das", "Ein", "Eine", "Wir", "Ich", "Sie", "Er", "Es", "Deutschland", "Europa", "We", "I"),
    }
)  # fmt: skip


def people_in(text: str, named_speakers: Sequence[str] = ()) -> list[str]:
    """Full names, the speakers' first and then as they are spoken of, each once; better none than a place."""
    found: dict[str, str] = {}
    for name in named_speakers:
        found.setdefault(_key(name), name)
    spoken = sorted(
        (match.start(1), match[1]) for pattern in (_BEFORE, _AFTER) for match in pattern.finditer(text)
    )
    for _, written in spoken:
        name = written.removesuffix("'s").removesuffix("’s")
        if not _NO_NAMES.intersection(name.split()):
            found.setdefault(_key(name), name)
    return list(found.values())[:_MOST]


def _key(name: str) -> str:
    return " ".join(name.casefold().split())
