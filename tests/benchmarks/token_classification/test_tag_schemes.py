"""Schemes: entities written in each by rule and in each form come back, as conlleval counts."""

import random

import pytest
from conlleval import evaluate

from keras_albert.benchmarks.token_classification.tag_schemes import (
    BARE_TYPE,
    OddTag,
    TagScheme,
    recognised,
)
from keras_albert.errors import InputError
from keras_albert.models.token_classification.entities import Entity, entities

pytestmark = pytest.mark.once
FORMS = {
    "B-TYPE": "{letter}-{type}",
    "B_TYPE": "{letter}_{type}",
    "B:TYPE": "{letter}:{type}",
    "TYPE-B": "{type}-{letter}",
    "TYPE_B": "{type}_{letter}",
    "B": "{letter}",
}
# What each scheme calls the first, middle, last and only word of an entity.
LETTERS = {
    "IOB2": "BIIB",
    "IO": "IIII",
    "BIOES": "BIES",
    "BILOU": "BILU",
    "BMES": "BMES",
    "BMEWO": "BMEW",
}


def letters(scheme: str, entity: Entity, before: Entity | None) -> str:
    length = entity.end - entity.start
    if scheme == "IOB1":
        beside = before and before.end == entity.start and before.label == entity.label
        return ("B" if beside else "I") + "I" * (length - 1)
    first, middle, last, only = LETTERS[scheme]
    return only if length == 1 else first + middle * (length - 2) + last


def sentences(seed: str, types: list[str], apart: bool = False) -> list[tuple[int, list[Entity]]]:
    """Lengths and entities; apart, where a scheme cannot tell neighbours from one."""
    draw = random.Random(seed)
    made = []
    for _ in range(60):
        at, found = draw.randint(0, 2), []
        while at < 12:
            length = draw.randint(1, 4)
            found.append(Entity(draw.choice(types), at, at + length))
            at += length + (draw.randint(1, 2) if apart else draw.choice([0, 0, 1, 2]))
        made.append((at + 4, found))
    return made


def written(scheme: str, form: str, length: int, found: list[Entity]) -> list[str]:
    tags = ["O"] * length
    for before, entity in zip([None, *found], found, strict=False):
        for offset, letter in enumerate(letters(scheme, entity, before)):
            tags[entity.start + offset] = FORMS[form].format(letter=letter, type=entity.label)
    return tags


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("scheme", ["IOB1", *LETTERS])
def test_every_scheme_in_every_form_is_recognised_and_loses_nothing(scheme, form):
    types = [BARE_TYPE] if form == "B" else ["PER", "a-b_C:d", "地名"]
    made = sentences(scheme + form, types, apart=scheme == "IO")
    tagged = [written(scheme, form, length, found) for length, found in made]
    taken = recognised(tagged)
    assert taken == TagScheme(scheme, form)
    assert TagScheme.named(str(taken)) == taken
    for (_, found), tags in zip(made, tagged, strict=True):
        converted = taken.converted(tags)
        assert entities(converted) == found
        assert {tag[0] for tag in converted} <= set("BIO")


@pytest.mark.parametrize("form", ["B-TYPE", "TYPE-B"])
@pytest.mark.parametrize("scheme", ["IOB1", "IOB2", "BIOES"])
def test_conlleval_counts_the_same_before_and_after(scheme, form):
    """Of predictions that follow no rule, too."""
    draw = random.Random(scheme)
    gold = [written(scheme, "B-TYPE", *one) for one in sentences(scheme, ["PER", "LOC"])]
    known = sorted({tag for tags in gold for tag in tags})
    guesses = [[t if draw.random() < 0.7 else draw.choice(known) for t in one] for one in gold]

    def counted(gold, guesses):
        pairs = zip(gold, guesses, strict=True)
        rows = [[*map("w {} {}".format, one, other), ""] for one, other in pairs]
        return evaluate([line for row in rows for line in row])["overall"]["chunks"]["evals"]

    def turned(tags):
        return tags if form == "B-TYPE" else ["-".join(tag.split("-")[::-1]) for tag in tags]

    name = "IOB" if scheme.startswith("IOB") else scheme
    taken = TagScheme(name, form)
    ours = counted(*([taken.converted(turned(one)) for one in side] for side in (gold, guesses)))
    assert 0.1 < ours["f1"] < 0.9
    assert ours == counted(gold, guesses)


@pytest.mark.parametrize(
    "tags",
    [
        ["NOUN", "VERB", "O"],
        ["NN", "VB", "-LRB-", "S", "X"],
        ["O"],
        ["N-S", "V-I", "N-P", "V-B-x"],
        ["B", "S", "X"],
        ["S", "O", "V"],
        ["0", "1"],
        ["positive", "B-side"],
    ],
)
def test_other_tags_are_no_scheme(tags):
    assert recognised([tags]) is None


@pytest.mark.parametrize(
    ("tags", "odd"),
    [
        (["O", "B-PER", "I-PER", "PER"], "PER"),
        (["O", "B-PER", "I-PER", "o"], "o"),
        (["O", "B-PER", "I_PER", "I-PER"], "I_PER"),
        (["O", "B-PER", "I-PER", "B-"], "B-"),
        (["B-PER", "I-PER", "B-LOC", "0"], "0"),
        (["O", "B-PER", "B-PER", "E-PER", "I-PER", "L-PER", "E-PER"], "L-PER"),
        (["O", "B", "I", "B", "I", "B-PER"], "B-PER"),
        (["O", "PER_B", "PER_I", "LOC"], "LOC"),
    ],
)
def test_one_odd_tag_is_found(tags, odd):
    found = recognised([tags])
    assert isinstance(found, OddTag) and found.tag == odd


def test_segmentation_needs_no_outside():
    assert recognised([["B", "M", "E", "S"]]) == TagScheme("BMES", "B")
    assert TagScheme("BMES", "B").converted(["B", "E", "S"]) == [
        "B-ENTITY",
        "I-ENTITY",
        "B-ENTITY",
    ]


def test_names_of_schemes():
    assert TagScheme.named("words") is None
    assert TagScheme.named("BIOES") == TagScheme("BIOES", "B-TYPE")
    for name in ("IOB3", "BIOES TYPE"):
        with pytest.raises(InputError, match="tag_scheme=.*expected"):
            TagScheme.named(name)
