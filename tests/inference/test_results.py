import numpy as np
import pytest

from keras_albert.inference.results import classifier_answers, fill, masked_answers

pytestmark = pytest.mark.once

TRUNCATED = np.array([False, True])


def test_single_label() -> None:
    outputs = {
        "scores": np.log([[0.25, 0.75], [0.5, 0.5]]),
        "probabilities": np.array([[0.25, 0.75], [0.5, 0.5]]),
        "truncated": TRUNCATED,
    }
    first, second = classifier_answers(
        ["x", "y"], outputs, {"problem": "single_label", "labels": ["no", "yes"]}
    )
    assert first == {
        "text": "x",
        "truncated": False,
        "label": "yes",
        "score": 0.75,
        "scores": {"no": 0.25, "yes": 0.75},
    }
    assert second["truncated"] is True


def test_several_labels_and_regression() -> None:
    outputs = {
        "scores": np.array([[1.5, -1.0]]),
        "probabilities": np.array([[0.8, 0.6]]),
        "truncated": TRUNCATED[:1],
    }
    (several,) = classifier_answers(
        ["x"], outputs, {"problem": "multi_label", "labels": ["a", "b"]}
    )
    assert several["labels"] == ["a", "b"]
    (values,) = classifier_answers(["x"], outputs, {"problem": "regression", "labels": ["a", "b"]})
    assert values["values"] == {"a": 1.5, "b": -1.0}


@pytest.mark.parametrize("problem", ["single_label", "multi_label", "regression"])
def test_there_is_a_label_for_each_score(problem: str) -> None:
    outputs = {name: np.ones((1, 3)) for name in ("scores", "probabilities")}
    outputs["truncated"] = TRUNCATED[:1]
    with pytest.raises(ValueError, match="3 scores and its description has 2 labels"):
        classifier_answers(["x"], outputs, {"problem": problem, "labels": ["a", "b"]})


def test_masks() -> None:
    pieces = ["<pad>", "\u2581index", "dated", "x", "[MASK]"]
    logits = np.full((1, 2, 5), -9.0)
    logits[0, 0, 1] = logits[0, 1, 2] = 9.0
    outputs = {
        "masked_tokens": logits,
        "token_ids": np.array([[2, 4, 3, 4]]),
        "segment_ids": np.array([[0, 0, 0, 1]]),
        "truncated": TRUNCATED[:1],
        "sentence_order": np.log([[0.9, 0.1]]),
    }
    (answer,) = masked_answers(
        [["An [MASK]", "up [MASK] and [MASK]"]], outputs, pieces.__getitem__, 4, 2
    )
    assert answer["filled"] == ["An index", "updated and [MASK]"]
    assert [masks[0]["token"] for masks in answer["masks"]] == ["\u2581index", "dated"]
    assert [len(masks) for masks in answer["masks"]] == [2, 2]
    assert answer["sentence_order"]["in_order"] == pytest.approx(0.9)


def test_fill() -> None:
    assert fill("The [MASK] is up[MASK].", ["\u2581index", "dated"]) == "The index is updated."
    assert fill("no mask", []) == "no mask"
    assert fill("The [MASK] [MASK][MASK]!", ["play", "##ed", "##"], "##") == "The played##!"
    assert (
        fill("\u4eca\u5929[MASK]\u6c14 [MASK]", ["\u5929"], "##")
        == "\u4eca\u5929\u5929\u6c14 [MASK]"
    )
