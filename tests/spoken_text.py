"""Texts as transcripts: a line a sentence, at the pace at which people speak."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mediatheque.archive.queries.transcript import Line
from mediatheque.archive.sentences import Sentence, sentences_of

_MS_A_WORD = 400


def lines_from(text: str, *, speakers: Sequence[int] = (), start_ms: int = 0) -> list[Line]:
    """A line for each sentence of the text."""
    lines: list[Line] = []
    at = start_ms
    for position, sentence in enumerate(re.split(r"(?<=[.!?])\s+", " ".join(text.split()))):
        end = at + _MS_A_WORD * len(sentence.split())
        lines.append(
            Line(
                position=position,
                start_ms=at,
                end_ms=end,
                text=sentence,
                machine_text=sentence,
                speaker=speakers[position % len(speakers)] if speakers else None,
            )
        )
        at = end + 200
    return lines


def sentences_from(text: str, *, speakers: Sequence[int] = ()) -> list[Sentence]:
    """The sentences of the text."""
    return sentences_of(lines_from(text, speakers=speakers), language="en")


BRIDGES = """
Good morning and welcome to our walk along the river. A suspension bridge hangs its deck from steel cables.
The cables run over two towers and are anchored in the rock on both sides. Every suspension bridge moves in the wind,
and the engineers want it to move a little. When the deck is too stiff, the cables tear at their anchors.
The first engineer of this bridge was a woman called Hedda Brandt, who drew the towers by hand.
She wrote that a bridge is a sentence between two banks. The steel cables were spun in place from nine thousand wires.
Each wire is as thin as a pencil, and together they carry the weight of forty trains. In the winter of the third year
the river froze and the workers walked across. The towers are filled with stones from the old quarry.
Painters begin at one end of the bridge, and when they arrive at the other end, they begin again.
The paint keeps the steel cables from rusting. A suspension bridge needs inspection every spring.
The inspectors climb into the anchors and listen to the wires. A wire that breaks sounds like a bell.
Last year they heard four bells. Thank you for coming along.
"""
BAKING = """
Now to something else, the bread. A sourdough starter is flour and water and patience. You feed the starter with rye
flour every evening. The yeast in the starter makes the dough rise slowly. A slow dough tastes better than a quick one.
Knead the dough until it stops sticking to your fingers. Then let the dough rest under a cloth in a warm kitchen.
The oven must be hot before the loaf goes in. Steam in the oven gives the loaf a shining crust. I throw ice cubes
into the oven to make steam. A loaf is done when it sounds hollow. Rye bread wants to wait for a day before it is cut.
The crust of a sourdough loaf keeps it fresh for a week. My grandmother baked with the same starter for fifty years.
"""
STARS = """
And at night we look at the stars. A telescope gathers light with a curved mirror. The mirror of our telescope is as
wide as a door. Jupiter shows four moons and its stripes, even in a small telescope. The rings of Saturn are ice and
dust. A star that explodes can outshine its galaxy for weeks. The galaxy next to ours comes nearer every second.
Astronomers measure the distance of a star with the orbit of the earth. The light of that galaxy is older than mankind.
Clouds are the enemy of every astronomer. In the desert the sky is dark and dry. The telescope in the desert is
driven by two motors. They turn it against the turning of the earth, so that a star stands still in the picture.
"""
