from typing import Any

import pytest

from keras_albert.export.named_outputs import input_axes
from keras_albert.models.saved_task import SavedTask
from keras_albert.runtime.descriptions import (
    check_description,
    check_ports,
    described_ports,
)
from keras_albert.runtime.task_kinds import TASK_KINDS
from tests.export_rows import expected_outputs, random_inputs
from tests.exported import model_folder

pytestmark = pytest.mark.once

DESCRIPTION = {
    "task": "text_classifier",
    "sequence_length": 64,
    "truncate": "longest_first",
    "vocabulary_size": 300,
    "special_token_ids": {"pad": 0, "unk": 1, "cls": 2, "sep": 3, "mask": 4},
    "inputs": {name: ["batch", "length"] for name in ("token_ids", "segment_ids", "padding_mask")},
    "num_layers": 12,
    "depth": 8,
    "depth_is_input": True,
    "options": {},
    "problem": "single_label",
    "labels": ["a", "b"],
}


@pytest.mark.parametrize("kind", [*sorted(TASK_KINDS), "regression"])
def test_the_tables_are_what_tasks_take_and_give(kind: str) -> None:
    saved = SavedTask.load(model_folder("classifier" if kind == "text_classifier" else kind))
    described = {
        **saved.description(),
        "inputs": {name: list(axes) for name, axes in input_axes(saved).items()},
        "depth": 3,
    }
    check_description(described, "model.json")
    inputs = random_inputs(saved, 2, 9)
    outputs = expected_outputs(saved, inputs, 3)
    taken, given = ({n: a.ndim for n, a in arrays.items()} for arrays in (inputs, outputs))
    assert described_ports(described) == (taken, given)
    check_ports({**described, "depth_is_input": True}, "m", {**taken, "depth": 0}, given)


@pytest.mark.parametrize("key", ["task", "sequence_length", "truncate", "vocabulary_size"])
def test_what_every_task_needs_is_asked_for(key: str) -> None:
    left = {name: value for name, value in DESCRIPTION.items() if name != key}
    with pytest.raises(ValueError, match=f"m/model.json says nothing of {key}; expected"):
        check_description(left, "m/model.json")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"task": "text_clasifier"}, "task='text_clasifier'; expected one of text_classifier,"),
        ({"task": ["text_classifier"]}, "task="),
        ({"task": "question_answerer"}, "nothing of max_answer_tokens"),
        ({"sequence_length": "64"}, "sequence_length='64'; expected a number of tokens"),
        ({"sequence_length": float("inf")}, "sequence_length=inf"),
        ({"vocabulary_size": True}, "vocabulary_size=True"),
        ({"vocabulary_size": 2**31}, "vocabulary_size=2147483648"),
        ({"special_token_ids": [0, 1, 2, 3]}, "expected the ids of pad, cls, sep, mask"),
        ({"special_token_ids": {"pad": 0, "cls": 2, "sep": 3}}, "special_token_ids="),
        ({"inputs": {}}, "inputs="),
        ({"inputs": {"token_ids": 2}}, "inputs="),
        ({"depth": 0}, "depth=0 and num_layers=12"),
        ({"depth": 13}, "depth=13 and num_layers=12"),
        ({"depth": None}, "depth=None"),
        ({"depth_is_input": "no"}, "depth_is_input='no'"),
        ({"options": []}, "options="),
        ({"options": {"lengths": ["16"]}}, "options="),
        ({"problem": "regresion"}, "problem="),
        ({"labels": "ab"}, "labels='ab'"),
        ({"labels": ["a", "a"]}, "labels="),
        ({"tokenizer": "bytes"}, "expected sentencepiece or wordpiece"),
        ({"id_replacements": {"a": [1]}}, "id_replacements="),
        ({"preprocessor": [1] * 100}, "preprocessor="),
    ],
)
def test_what_is_of_another_type_is_named(change: dict[str, Any], message: str) -> None:
    check_description(DESCRIPTION, "model.json")
    with pytest.raises(ValueError, match=message) as caught:
        check_description({**DESCRIPTION, **change}, "model.json")
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 320


@pytest.mark.parametrize(
    ("taken", "given", "message"),
    [
        ({"mask_positions": 2}, {}, "reads depth .0., mask_positions .2., padding_mask"),
        ({"token_ids": 3}, {}, "reads .* token_ids .3. where its model.json says .* token_ids .2."),
        ({}, {"embedding": 2}, "gives embedding .2., probabilities .2., scores .2. where"),
        ({}, {"scores": 3}, "gives probabilities .2., scores .3. where"),
    ],
)
def test_a_model_that_is_another_is_named(
    taken: dict[str, int], given: dict[str, int], message: str
) -> None:
    inputs, outputs = described_ports(DESCRIPTION)
    check_ports(DESCRIPTION, "model.onnx", inputs, {**outputs, "scores": None})
    with pytest.raises(ValueError, match=f"model.onnx {message}"):
        check_ports(DESCRIPTION, "model.onnx", {**inputs, **taken}, {**outputs, **given})
    with pytest.raises(ValueError, match="gives nothing where"):
        check_ports(DESCRIPTION, "model.onnx", inputs, {})
