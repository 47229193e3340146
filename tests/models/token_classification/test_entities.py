"""Entities against conlleval's own reading, and the cases seqeval's README publishes."""

import random

import pytest

# A port of the CoNLL shared tasks' `conlleval.pl`.
from conlleval import evaluate

from keras_albert.models.token_classification.entities import Entity, are_entity_tags, entities

pytestmark = pytest.mark.once


def _counts(gold: list[list[str]], predicted: list[list[str]]) -> tuple[int, int, int]:
    """Entities found in both, in the gold tags and among the predictions."""
    both = in_gold = in_predicted = 0
    for one, other in zip(gold, predicted, strict=True):
        first, second = set(entities(one)), set(entities(other))
        both, in_gold = both + len(first & second), in_gold + len(first)
        in_predicted += len(second)
    return both, in_gold, in_predicted


@pytest.mark.parametrize("prefixes", ["BI", "I", "BIES", "BIEO"])
def test_any_tags_are_read_as_conlleval_reads_them(prefixes: str) -> None:
    draw = random.Random(prefixes)
    tags = ["O", *(f"{p}-{kind}" for p in prefixes if p != "O" for kind in ("PER", "LOC"))]
    gold = [draw.choices(tags, k=draw.randint(1, 12)) for _ in range(300)]
    predicted = [
        [t if draw.random() < 0.7 else draw.choice(tags) for t in sentence] for sentence in gold
    ]
    lines = []
    for one, other in zip(gold, predicted, strict=True):
        lines += [f"w {a} {b}" for a, b in zip(one, other, strict=True)] + [""]
    theirs = evaluate(lines)["overall"]["chunks"]["evals"]
    both, in_gold, in_predicted = _counts(gold, predicted)
    assert in_gold > 100
    assert theirs["prec"] == pytest.approx(both / in_predicted)
    assert theirs["rec"] == pytest.approx(both / in_gold)


def test_the_case_of_seqevals_readme() -> None:
    gold = [["O", "O", "O", "B-MISC", "I-MISC", "I-MISC", "O"], ["B-PER", "I-PER", "O"]]
    predicted = [["O", "O", "B-MISC", "I-MISC", "I-MISC", "I-MISC", "O"], ["B-PER", "I-PER", "O"]]
    assert _counts(gold, predicted) == (1, 2, 2)


def test_iob1_and_iob2_of_the_same_text_are_the_same() -> None:
    iob1 = ["I-LOC", "I-LOC", "B-LOC", "O", "I-PER", "I-LOC"]
    iob2 = ["B-LOC", "I-LOC", "B-LOC", "O", "B-PER", "B-LOC"]
    ioses = ["B-LOC", "E-LOC", "S-LOC", "O", "S-PER", "S-LOC"]
    assert entities(iob1) == entities(iob2) == entities(ioses)
    assert entities(iob1)[0] == Entity("LOC", 0, 2)
    assert entities([]) == []


def test_part_of_speech_tags_are_no_entities() -> None:
    assert not are_entity_tags(["NOUN", "O", "B-PER"])
    assert not are_entity_tags(["O"])
    assert are_entity_tags(["O", "S-LOC"])
