"""Tags of words -> entities: IOB1, IOB2 and IOBES, read as conlleval reads them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_TAG = re.compile(r"([BIESLU])-(.+)", re.DOTALL)
OUTSIDE = "O"


@dataclass(frozen=True)
class Entity:
    """Some consecutive words that belong together.

    Attributes:
        label: what it is, a tag without its prefix.
        start: number of its first word.
        end: number of the word after its last.
    """

    label: str
    start: int
    end: int


def are_entity_tags(tags: Sequence[str]) -> bool:
    """Whether tags mark entities: "O" and a prefix with a type, such as "B-PER".

    Part-of-speech tags do not; with them, every word counts on its own.

    >>> are_entity_tags(["O", "B-PER", "I-PER"]), are_entity_tags(["NOUN", "VERB"])
    (True, False)
    """
    kinds = {tag for tag in tags if tag != OUTSIDE}
    return bool(kinds) and all(_TAG.fullmatch(tag) for tag in kinds)


def entities(tags: Sequence[str]) -> list[Entity]:
    """The entities of one sentence.

    An entity begins at B, S or U, where its type differs from the word's before, and at I after O
    or after the end of another; it ends at E, L, S and U and before the next beginning. So IOB1,
    IOB2 and IOBES (BILOU) are read alike, and tags that no scheme allows, which a model may well
    predict, are read as conlleval (`conlleval.pl`, CoNLL-2000 and later) and seqeval's default
    mode do.

    Args:
        tags: one a word; what has no known prefix is outside.

    Returns:
        In order, none overlapping.

    >>> entities(["I-LOC", "I-LOC", "O", "B-PER", "B-PER", "I-LOC"])[1:]
    [Entity(label='PER', start=3, end=4), Entity(label='PER', start=4, end=5), \
Entity(label='LOC', start=5, end=6)]
    """
    found: list[Entity] = []
    begun: tuple[str, int] | None = None
    for index, tag in enumerate([*tags, OUTSIDE]):
        match = _TAG.fullmatch(tag)
        prefix, kind = match.groups() if match else (OUTSIDE, "")
        if begun and (prefix in "BSUO" or kind != begun[0]):
            found.append(Entity(begun[0], begun[1], index))
            begun = None
        if prefix == OUTSIDE:
            continue
        if begun is None:
            begun = (kind, index)
        if prefix in "ELSU":
            found.append(Entity(begun[0], begun[1], index + 1))
            begun = None
    return found
