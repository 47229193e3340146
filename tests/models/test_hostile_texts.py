"""Every task on what people really pass as text, and copied by Python's own ways."""

import copy
import pickle

import keras
import numpy as np
import pandas as pd
import pytest

from keras_albert import (
    AlbertJointQuestionAnswerer,
    AlbertMaskedLM,
    AlbertMaskedLMPreprocessor,
    AlbertMultipleChoice,
    AlbertMultipleChoicePreprocessor,
    AlbertQuestionAnswerer,
    AlbertQuestionAnswererPreprocessor,
    AlbertSentenceOrderClassifier,
    AlbertTextClassifier,
    AlbertTextClassifierPreprocessor,
    AlbertTextEmbedder,
    AlbertTextEmbedderPreprocessor,
    AlbertTokenClassifier,
    AlbertTokenClassifierPreprocessor,
)
from keras_albert.errors import InputError

pytestmark = pytest.mark.once

HOSTILE = [
    "a" * 100_000,
    "word " * 20_000,
    "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",  # right to left
    "\u202eabc\u202c",  # turned round
    "\U0001f469\u200d\U0001f469\u200d\U0001f467",  # joined
    "a\u0301\u0328b\u200bc\ufeff",
    "\x00\x01\x1f\x7f\x9f",
    "line\u2028line\x0bline\x85line",
    "[MASK] [CLS] [SEP] <pad>",
]


def _tasks(backbone, tokenizer):
    texts = AlbertTextClassifierPreprocessor(tokenizer, 16)
    reading = AlbertQuestionAnswererPreprocessor(tokenizer, 32, question_length=8, stride=8)
    words = AlbertTokenClassifierPreprocessor(tokenizer, 16)
    choices = AlbertMultipleChoicePreprocessor(tokenizer, 16)
    return {
        "classifier": AlbertTextClassifier(backbone, 3, texts),
        "order": AlbertSentenceOrderClassifier(backbone, texts),
        "embedder": AlbertTextEmbedder(backbone, AlbertTextEmbedderPreprocessor(tokenizer, 16)),
        "masked": AlbertMaskedLM(backbone, AlbertMaskedLMPreprocessor(tokenizer, 16)),
        "words": AlbertTokenClassifier(backbone, 3, words),
        "choices": AlbertMultipleChoice(backbone, choices),
        "questions": AlbertQuestionAnswerer(backbone, reading),
        "joint": AlbertJointQuestionAnswerer(backbone, reading),
    }


def _asked(name, task, texts):
    """A task's answers to texts, as numbers or plain values."""
    if name in ("words", "questions", "joint"):
        # They read all of a text, window by window.
        texts = [text[:2_000] for text in texts]
    if name == "order":
        return task.natural_order(texts, texts[::-1])
    if name == "words":
        return task.tag(texts)
    if name == "choices":
        return task.choose([(text, "?", ["a", text]) for text in texts])
    if name in ("questions", "joint"):
        return task.answer(["What?"] * len(texts), [f"{text} It is." for text in texts])
    if name == "masked":
        # Which pieces are hidden is drawn by the preprocessor.
        return [len(masks) for masks in task.fill_masks([f"[MASK] {text}" for text in texts])]
    return task.predict(texts, verbose=0)


def test_every_task_answers_hostile_texts(backbone, tokenizer):
    for name, task in _tasks(backbone, tokenizer).items():
        answers = _asked(name, task, HOSTILE)
        assert len(answers) == len(HOSTILE), name
        if isinstance(answers, np.ndarray):
            assert np.isfinite(answers).all(), name


def test_texts_in_a_list_an_array_and_a_column_are_the_same(backbone, tokenizer):
    texts = HOSTILE[2:]
    for name in ("classifier", "embedder"):
        task = _tasks(backbone, tokenizer)[name]
        expected = task.predict(texts, verbose=0)
        column = pd.Series(texts, index=range(len(texts), 0, -1))
        for same in (np.array(texts, object), column, tuple([texts])[0]):
            np.testing.assert_allclose(task.predict(same, verbose=0), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("texts", "message"),
    [([], "no texts|got none|no questions|empty"), (["a\ud800"], "surrogate|U\\+D800")],
    ids=["none", "surrogate"],
)
def test_nothing_and_half_characters_are_refused(backbone, tokenizer, texts, message):
    for name, task in _tasks(backbone, tokenizer).items():
        with pytest.raises(InputError, match=f"(?i){message}") as caught:
            _asked(name, task, texts)
        assert "\n" not in str(caught.value), name


def test_python_s_own_copies_answer_alike(backbone, tokenizer):
    for name, task in _tasks(backbone, tokenizer).items():
        expected = _asked(name, task, HOSTILE[2:5])
        for copied in (pickle.loads(pickle.dumps(task)), copy.deepcopy(task)):
            assert type(copied) is type(task)
            found = _asked(name, copied, HOSTILE[2:5])
            keras.tree.assert_same_structure(found, expected)
            for one, other in zip(
                keras.tree.flatten(found), keras.tree.flatten(expected), strict=True
            ):
                if isinstance(one, float | np.ndarray):
                    np.testing.assert_allclose(one, other, atol=1e-5)
                else:
                    assert one == other, name
