"""The things there are to draw, and the words for them.

An emoji is found by its CLDR short name ("automobile"); captions call it what people call it ("car").
CLDR: annotations/en.xml and annotationsDerived/en.xml of the Unicode Common Locale Data Repository.
"""

import os
import random
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

THINGS = Path(__file__).with_name("things.txt")
CLDR = Path(os.environ.get("CLDR", "/usr/share/unicode/cldr/common"))
CROWN = " + crown"
RINGS = ("* ", "+ ", "- ")  # before the names of core things, of common ones and of further ones

MASS_NOUNS = set(
    "bacon, beer, blueberries, books, bread, broccoli, cheese, cherries, coffee, corn, crossed swords, dice, earth, "
    "fire, fireworks, footprints, french fries, garlic, glasses, gloves, grapes, headphones, honey, ice, jeans, milk, "
    "mount fuji, mrs claus, nesting dolls, pancakes, peanuts, popcorn, santa, santa claus, saturn, scissors, socks, "
    "space, sunglasses, sushi, thumbs up, tokyo tower, wood".split(", ")
)


@dataclass(frozen=True)
class Thing:
    """An emoji, the nouns captions use for it, and its ring: 0 the core, 1 common, 2 further, 3 the rest."""

    emoji: str
    nouns: tuple[str, ...]
    ring: int
    crowned: bool

    @property
    def core(self) -> bool:
        return self.ring == 0

    @property
    def name(self) -> str:
        return self.nouns[0]

    def noun(self, rng: random.Random) -> str:
        """The first noun in seven captions out of ten, any of them in the others."""
        return self.name if rng.random() < 0.7 else rng.choice(self.nouns)


def emoji_by_name(cldr: Path = CLDR) -> dict[str, str]:
    """Every emoji under its CLDR short name (the annotations of type 'tts'), apostrophes made plain."""
    names = {}
    for part in ("annotations", "annotationsDerived"):
        for entry in ElementTree.parse(cldr / part / "en.xml").iter("annotation"):
            if entry.get("type") == "tts":
                names.setdefault(entry.text.replace("’", "'"), entry.get("cp"))
    return names


def things(rings: int, cldr: Path = CLDR) -> list[Thing]:
    """The things of the innermost rings of things.txt in its order, which is also the order of their labels."""
    emoji = emoji_by_name(cldr)
    found = []
    for line in THINGS.read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        ring = RINGS.index(line[:2]) if line[:2] in RINGS else len(RINGS)
        name, _, words = line.removeprefix(RINGS[ring] if ring < len(RINGS) else "").partition(": ")
        nouns = tuple(words.lower().split(", ")) if words else (name.lower(),)
        thing = Thing(emoji[name.removesuffix(CROWN)], nouns, ring, name.endswith(CROWN))
        if ring < rings:
            found.append(thing)
    return found


def with_article(phrase: str) -> str:
    """'a car', 'an owl', 'a unicorn', 'fire'."""
    if phrase in MASS_NOUNS:
        return phrase
    first = phrase.split()[0]
    vowel = first == "hourglass" or (first[0] in "aeiou" and not first.startswith(("uni", "ufo")))
    return f"{'an' if vowel else 'a'} {phrase}"
