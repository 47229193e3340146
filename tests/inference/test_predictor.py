import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from keras_albert.errors import InputError
from keras_albert.inference import load_predictor
from tests.exported import CHINESE_TEXTS, LABELS, artifact, model_folder, sentences
from tests.runners import edit_description

RUNTIMES = {
    "keras": lambda: model_folder("classifier"),
    "saved-model": lambda: artifact("classifier", "saved-model"),
    "tflite": lambda: artifact("classifier", "tflite"),
}


def _texts() -> list[str]:
    return ["", "A.", *sentences()[:38], "caf\u00e9 \ufb01 \u6570\u636e \U0001f418 [MASK] [CLS]"]


# An export takes a while: per backend one SavedModel and one TFLite (the pretrainer's, below).
ONCE = pytest.mark.once


@pytest.mark.parametrize("runtime", ["saved-model", pytest.param("tflite", marks=ONCE)])
def test_every_runtime_answers_as_keras_does(runtime: str) -> None:
    source = load_predictor(RUNTIMES["keras"]())
    artifact_predictor = load_predictor(RUNTIMES[runtime]())
    assert artifact_predictor.runtime == runtime
    texts = _texts()
    for asked in (texts, list(zip(texts, texts[::-1], strict=True))):
        expected, actual = source.predict(asked), artifact_predictor.predict(asked)
        assert [a["label"] for a in actual] == [e["label"] for e in expected]
        assert [a["truncated"] for a in actual] == [e["truncated"] for e in expected]
        assert {a["truncated"] for a in actual} == {True, False}
        assert set(actual[0]["scores"]) == set(LABELS)
        for a, e in zip(actual, expected, strict=True):
            np.testing.assert_allclose(
                list(a["scores"].values()), list(e["scores"].values()), atol=1e-5
            )
        json.dumps(actual)


@pytest.mark.once
def test_order_and_batching_do_not_matter() -> None:
    predictor = load_predictor(RUNTIMES["tflite"]())
    texts = _texts()
    together = predictor.predict(texts)
    assert [answer["text"] for answer in together] == texts
    for number in (0, 5, len(texts) - 1):
        (alone,) = predictor.predict([texts[number]])
        assert alone["score"] == pytest.approx(together[number]["score"], abs=1e-5)


def test_masks_are_filled() -> None:
    text = "The [MASK] is updated by the [MASK]."
    by_keras = load_predictor(model_folder("pretrainer")).predict([text], top_k=3)[0]
    by_litert = load_predictor(artifact("pretrainer", "tflite")).predict([text], top_k=3)[0]
    assert [[m["token"] for m in ms] for ms in by_litert["masks"]] == [
        [m["token"] for m in ms] for ms in by_keras["masks"]
    ]
    assert [len(ms) for ms in by_litert["masks"]] == [3, 3]
    assert "[MASK]" not in by_litert["filled"]
    pair = load_predictor(artifact("pretrainer", "tflite")).predict([("A [MASK].", "B [MASK].")])[0]
    assert sum(pair["sentence_order"].values()) == pytest.approx(1.0)
    assert len(pair["filled"]) == 2


@pytest.mark.once
@pytest.mark.parametrize("runtime", ["saved-model", "tflite"])
def test_a_chinese_vocabulary_answers_alike_everywhere(runtime: str) -> None:
    expected = load_predictor(model_folder("chinese")).predict(CHINESE_TEXTS)
    actual = load_predictor(artifact("chinese", runtime)).predict(CHINESE_TEXTS)
    assert [len(answer["masks"]) for answer in actual] == [1, 1, 0, 2]
    for ours, theirs in zip(actual, expected, strict=True):
        assert ours["filled"] == theirs["filled"]
        for mask, other in zip(ours["masks"], theirs["masks"], strict=True):
            assert [m["token"] for m in mask] == [m["token"] for m in other]
            scores = [m["score"] for m in other]
            np.testing.assert_allclose([m["score"] for m in mask], scores, atol=1e-5)


def test_a_regression_answers_with_values() -> None:
    (answer,) = load_predictor(model_folder("regression")).predict(["A text."])
    assert list(answer["values"]) == ["0"]


@pytest.mark.parametrize("runtime", ["keras", "saved-model", pytest.param("tflite", marks=ONCE)])
def test_what_is_no_text_is_refused(runtime: str) -> None:
    predictor = load_predictor(RUNTIMES[runtime]())
    assert predictor.predict([]) == []
    for bad, message in [
        ("one string", "list"),
        ([b"bytes"], "bytes"),
        (["a", ("b", "c")], "mixed"),
        (["lone \ud800 surrogate"], "surrogate"),
        ([3], "int"),
    ]:
        with pytest.raises(InputError, match=message) as caught:
            predictor.predict(bad)  # type: ignore[arg-type]
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("runtime", "damaged"),
    [
        pytest.param("tflite", "model.tflite", marks=ONCE),
        pytest.param("tflite", "spiece.model", marks=ONCE),
        pytest.param("tflite", "model.json", marks=ONCE),
        ("saved-model", "saved_model.pb"),
        ("saved-model", "variables/variables.data-00000-of-00001"),
        ("saved-model", "assets.extra/model.json"),
        ("keras", "task.weights.h5"),
        ("keras", "config.json"),
    ],
)
@pytest.mark.parametrize("how", ["truncated", "missing"])
def test_hostile_artifacts_are_one_clear_line(
    runtime: str, damaged: str, how: str, tmp_path: Path
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(RUNTIMES[runtime](), folder)
    file = folder / damaged
    if how == "missing":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(InputError) as caught:
        load_predictor(folder)
    assert "\n" not in str(caught.value)


@pytest.mark.once
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"depth": None}, "nothing of depth"),
        ({"options": []}, "options="),
        ({"problem": None}, "nothing of problem"),
        ({"labels": None}, "nothing of labels"),
        ({"labels": ["sql", "server"]}, "3 scores and its description has 2 labels"),
        ({"inputs": {"token_ids": ["batch", "length"]}}, "of two exports"),
        ({"depth_is_input": False}, "of two exports"),
        ({"task": "masked_lm"}, "of two exports"),
        ({"task": "token_classifier"}, "of two exports"),
        ({"options": {"lengths": [16]}}, "does not load"),
        ({"special_token_ids": {"pad": 0, "cls": 999, "sep": 3, "mask": 4}}, "does not answer"),
    ],
)
def test_a_description_that_was_edited_is_one_clear_line(
    change: dict[str, Any], message: str, tmp_path: Path
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(RUNTIMES["tflite"](), folder)
    edit_description(folder / "model.json", **change)
    with pytest.raises(InputError, match=message) as caught:
        load_predictor(folder).predict(["A text."])
    assert "\n" not in str(caught.value)


def test_a_wrong_path_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        load_predictor(tmp_path)
    with pytest.raises(InputError):
        load_predictor(tmp_path / "nothing")
    with pytest.raises(InputError, match="is a file"):
        load_predictor(model_folder("classifier") / "config.json")


@pytest.mark.once
@pytest.mark.parametrize("runtime", ["saved-model", "tflite"])
def test_a_depth_can_be_asked_for_at_call_time(runtime: str) -> None:
    texts = _texts()[:6]
    for depth in (1, 2, 3):
        by_keras = load_predictor(RUNTIMES["keras"](), depth).predict(texts)
        by_artifact = load_predictor(RUNTIMES[runtime](), depth).predict(texts)
        for one, other in zip(by_artifact, by_keras, strict=True):
            np.testing.assert_allclose(
                list(one["scores"].values()), list(other["scores"].values()), atol=1e-5
            )
    for name in ("keras", runtime):
        for bad in (0, 4, -1):
            with pytest.raises(InputError, match="3 layers"):
                load_predictor(RUNTIMES[name](), bad)
