"""The ways in which tags mark entities, recognised and converted to one (IOB2)."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from keras_albert.errors import InputError
from keras_albert.models.token_classification.entities import OUTSIDE, entities

WORDS = "words"
"""Name of what is no scheme: every tag counts by itself, as parts of speech do."""

# Letters of a scheme, and those of `entities` for them.
_SCHEMES = {
    "IOB": "BI",
    "BIOES": "BIES",
    "BILOU": "BILU",
    "BMES": "BMES",
    "BMEWO": "BMEW",
}
_LETTERS = {"M": "I", "W": "S"}
# Where the letter stands. A type may hold anything.
_FORMS = {
    "B-TYPE": re.compile(r"(?P<letter>[BIMELSUW])-(?P<type>.+)", re.DOTALL),
    "B_TYPE": re.compile(r"(?P<letter>[BIMELSUW])_(?P<type>.+)", re.DOTALL),
    "B:TYPE": re.compile(r"(?P<letter>[BIMELSUW]):(?P<type>.+)", re.DOTALL),
    "TYPE-B": re.compile(r"(?P<type>.+)-(?P<letter>[BIMELSUW])", re.DOTALL),
    "TYPE_B": re.compile(r"(?P<type>.+)_(?P<letter>[BIMELSUW])", re.DOTALL),
    "B": re.compile(r"(?P<letter>[BIMELSUW])(?P<type>)"),
}
BARE_TYPE = "ENTITY"
"""The type of entities whose tags have none."""


@dataclass(frozen=True)
class TagScheme:
    """How tags mark entities.

    Attributes:
        name: "IOB1", "IOB2" (or both at once, "IOB"), "IO", "BIOES", "BILOU", "BMES", "BMEWO".
        form: where the letter stands: "B-TYPE", "B_TYPE", "B:TYPE", "TYPE-B", "TYPE_B" or "B".
    """

    name: str
    form: str

    def __str__(self) -> str:
        return f"{self.name} {self.form}"

    @classmethod
    def named(cls, text: str) -> "TagScheme | None":
        """The scheme that `str` wrote; None for "words".

        Raises:
            InputError: there is none of that name.
        """
        if text == WORDS:
            return None
        name, _, form = text.partition(" ")
        form = form or "B-TYPE"
        if (name not in _SCHEMES and name not in ("IOB1", "IOB2", "IO")) or form not in _FORMS:
            raise InputError(
                f"tag_scheme={text!r}: expected {WORDS!r}, or one of IOB1, IOB2, IO, "
                f"{', '.join(_SCHEMES)} and, behind a space, one of {', '.join(_FORMS)}."
            )
        return cls(name, form)

    def letter_and_type(self, tag: str) -> tuple[str, str] | None:
        """What a tag says, such as ("B", "PER"); None for what is no tag of the scheme."""
        if tag == OUTSIDE:
            return OUTSIDE, ""
        match = _FORMS[self.form].fullmatch(tag)
        letters = _SCHEMES.get(self.name, "BI")
        if match is None or match["letter"] not in letters:
            return None
        return match["letter"], match["type"] or BARE_TYPE

    def converted(self, tags: Sequence[str]) -> list[str]:
        """A sentence's tags as IOB2.

        Entities are those that `entities` (and so conlleval) finds. What is no tag of the scheme
        is outside.

        >>> TagScheme("BMES", "TYPE_B").converted(["LOC_B", "LOC_M", "LOC_E", "O", "PER_S"])
        ['B-LOC', 'I-LOC', 'I-LOC', 'O', 'B-PER']
        """
        canonical = []
        for tag in tags:
            letter, kind = self.letter_and_type(tag) or (OUTSIDE, "")
            letter = _LETTERS.get(letter, letter)
            canonical.append(OUTSIDE if letter == OUTSIDE else f"{letter}-{kind}")
        found = [OUTSIDE] * len(tags)
        for entity in entities(canonical):
            for number in range(entity.start, entity.end):
                found[number] = f"{'B' if number == entity.start else 'I'}-{entity.label}"
        return found


@dataclass(frozen=True)
class OddTag:
    """A tag unlike the others.

    Attributes:
        tag: the tag.
        scheme: what the others are.
    """

    tag: str
    scheme: TagScheme


def recognised(tags: Iterable[Sequence[str]]) -> TagScheme | OddTag | None:
    """The scheme of a file's tags.

    Args:
        tags: of sentences.

    Returns:
        The scheme; or a tag that does not fit it, where at least half of all different tags do;
        or None where tags do not mark entities.
    """
    sentences = [list(sentence) for sentence in tags]
    counts = Counter(tag for sentence in sentences for tag in sentence)
    kinds = [tag for tag in counts if tag != OUTSIDE]
    best: tuple[int, TagScheme] | None = None
    for form, pattern in _FORMS.items():
        matches = [match for tag in kinds if (match := pattern.fullmatch(tag))]
        letters = {match["letter"] for match in matches}
        name = _scheme_of(letters, counts, pattern)
        outside = OUTSIDE in counts
        if name is None or not letters & {"B", "I"} or not ("B" in letters or outside):
            continue
        if form == "B" and not _bare(letters, outside):
            continue
        scheme = TagScheme(name, form)
        fitting = sum(scheme.letter_and_type(tag) is not None for tag in kinds)
        if best is None or fitting > best[0]:
            best = fitting, scheme
    if best is None or 2 * best[0] < len(kinds):
        return None
    fitting, scheme = best
    if fitting == len(kinds):
        return _with_beginnings(scheme, sentences)
    if OUTSIDE not in counts and fitting < 3:
        return None
    odd = min(
        (tag for tag in kinds if scheme.letter_and_type(tag) is None), key=lambda tag: counts[tag]
    )
    return OddTag(odd, scheme)


def _scheme_of(letters: set[str], counts: Counter[str], pattern: re.Pattern[str]) -> str | None:
    """The scheme with most tags of these letters; the first where several have all."""
    if not letters:
        return None
    seen: Counter[str] = Counter()
    for tag, count in counts.items():
        if match := pattern.fullmatch(tag):
            seen[match["letter"]] += count
    return max(_SCHEMES, key=lambda name: sum(seen[letter] for letter in _SCHEMES[name]))


def _bare(letters: set[str], outside: bool) -> bool:
    """Whether single letters are a scheme: parts of speech may have such names, too."""
    if outside:
        return letters <= set("BI") or "B" in letters
    return letters in ({"B", "I"}, set("BMES"), set("BIES"), set("BMEW"), set("BILU"))


def _with_beginnings(scheme: TagScheme, sentences: Sequence[Sequence[str]]) -> TagScheme:
    """Tells IOB1 from IOB2 by how entities begin."""
    if scheme.name != "IOB":
        return scheme
    inside = behind_same = begun = 0
    for sentence in sentences:
        before: tuple[str, str] = (OUTSIDE, "")
        for tag in sentence:
            now = scheme.letter_and_type(tag) or (OUTSIDE, "")
            same = before[0] != OUTSIDE and before[1] == now[1]
            if now[0] == "B":
                begun += 1
                behind_same += same
            elif now[0] == "I" and not same:
                inside += 1
            before = now
    name = "IOB2" if not inside else "IO" if not begun else "IOB1"
    if inside and begun > behind_same:
        name = "IOB"
    return TagScheme(name, scheme.form)
