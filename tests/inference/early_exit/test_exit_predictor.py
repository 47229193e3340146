"""Answers with a depth: those that the task gives at that depth."""

import gzip
import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from keras_albert import (
    AlbertMaskedLM,
    AlbertMaskedLMPreprocessor,
    AlbertMultipleChoice,
    AlbertMultipleChoicePreprocessor,
    AlbertSentenceOrderClassifier,
    AlbertTextClassifier,
    AlbertTextClassifierPreprocessor,
    AlbertTokenizer,
)
from keras_albert.errors import InputError
from keras_albert.inference.early_exit.exit_predictor import ExitPredictor
from keras_albert.inference.early_exit.exit_rule import ExitRule
from keras_albert.text import train_vocabulary
from tests.inference.early_exit.test_early_exit import LAYERS, backbone

pytestmark = pytest.mark.once
MANUAL = Path(__file__).parents[3] / "examples" / "data" / "postgresql-manual.jsonl.gz"
TEXTS = ["A table has rows.", "Locks wait.", "", "An index is a table of rows, sorted."] * 3
RULE = ExitRule("patience", 1)


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    folder = tmp_path_factory.mktemp("vocabulary")
    with gzip.open(MANUAL, "rt", encoding="utf-8") as file:
        pages = [json.loads(line) for line in itertools.islice(file, 20)]
    train_vocabulary([p for page in pages for p in page["paragraphs"]], folder, size=400)
    return AlbertTokenizer.load(folder)


def _classifier(tokenizer, **options):
    return AlbertTextClassifier(
        backbone(), 3, AlbertTextClassifierPreprocessor(tokenizer, 16), **options
    )


@pytest.mark.parametrize("problem", ["single_label", "multi_label", "regression"])
def test_texts_are_answered_at_their_depth(tokenizer, tmp_path, problem):
    task = _classifier(tokenizer, problem=problem)
    task.save_to_preset(str(tmp_path))
    RULE.save(tmp_path)
    answers = ExitPredictor(tmp_path).predict(TEXTS)
    assert [answer["text"] for answer in answers] == TEXTS
    for text, answer in zip(TEXTS, answers, strict=True):
        assert 1 <= answer["depth"] <= LAYERS
        scores = task.predict([text], depth=answer["depth"], verbose=0)[0].astype("float64")
        if problem == "single_label":
            expected = np.exp(scores) / np.exp(scores).sum()
        else:
            expected = 1 / (1 + np.exp(-scores)) if problem == "multi_label" else scores
        found = answer["values" if problem == "regression" else "scores"]
        np.testing.assert_allclose(list(found.values()), expected, atol=1e-4)
    if problem == "regression":
        with pytest.raises(InputError, match="patience"):
            ExitPredictor(tmp_path, ExitRule())


def test_orders_and_choices_have_a_depth(tokenizer, tmp_path):
    order = AlbertSentenceOrderClassifier(
        backbone(), AlbertTextClassifierPreprocessor(tokenizer, 16)
    )
    order.save_to_preset(str(tmp_path / "order"))
    never = ExitRule(min_depth=LAYERS)
    pairs = [["A table has rows.", "Locks wait."], ["Roles own.", "An index is sorted."]]
    found = ExitPredictor(tmp_path / "order", never).predict(pairs)
    expected = order.natural_order(*map(list, zip(*pairs, strict=True)))
    for answer, other in zip(found, expected, strict=True):
        assert answer["depth"] == LAYERS
        assert answer["in_order"] == pytest.approx(other["in_order"], abs=1e-5)
    choice = AlbertMultipleChoice(backbone(), AlbertMultipleChoicePreprocessor(tokenizer, 16))
    choice.save_to_preset(str(tmp_path / "choice"))
    asked = {"context": "A table has rows.", "question": "What has?", "options": ["table", "rows"]}
    (found,) = ExitPredictor(tmp_path / "choice", never).predict([asked])
    (expected,) = choice.choose([asked])
    assert found["probabilities"] == pytest.approx(expected["probabilities"], abs=1e-5)


def test_what_cannot_leave_early_is_named(tokenizer, tmp_path):
    _classifier(tokenizer).save_to_preset(str(tmp_path / "model"))
    with pytest.raises(InputError, match="tune-exit"):
        ExitPredictor(tmp_path / "model")
    predictor = ExitPredictor(tmp_path / "model", ExitRule())
    assert predictor.predict([]) == []
    with pytest.raises(InputError, match="mixed"):
        predictor.predict(["a", ["b", "c"]])
    masked = AlbertMaskedLM(backbone(), AlbertMaskedLMPreprocessor(tokenizer, 16))
    masked.save_to_preset(str(tmp_path / "masked"))
    with pytest.raises(InputError, match="depth=4"):
        ExitPredictor(tmp_path / "masked", ExitRule())
    (tmp_path / "artifact").mkdir()
    (tmp_path / "artifact" / "model.json").write_text("{}")
    with pytest.raises(InputError, match="exported"):
        ExitPredictor(tmp_path / "artifact")
