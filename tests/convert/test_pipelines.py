"""Folders written for transformers, used as people use them there: by its pipelines."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import transformers

from keras_albert import AlbertMaskedLM, AlbertTextClassifier
from keras_albert.models.conversion import convert
from tests.exported import LABELS, SEQUENCE_LENGTH, model_folder, sentences

# Beyond the positions of the model, which is cut there: so it must be known to the tokenizer.
LONG = " ".join(sentences()[:12])
KINDS = {
    "masked_lm": "fill-mask",
    "chinese": "fill-mask",
    "classifier": "text-classification",
    "token_classifier": "token-classification",
}


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("for transformers")
    for kind in (*KINDS, "question_answerer"):
        convert(model_folder(kind), folder / kind, "huggingface")
    return {path.name: path for path in folder.iterdir()}


def pipeline(task: str, folder: Path, **options: Any) -> Any:
    return transformers.pipeline(
        task, model=str(folder), tokenizer=str(folder), device="cpu", **options
    )


def test_the_length_is_said(written) -> None:
    assert len(written) == 5
    for folder in written.values():
        tokenizer = transformers.AutoTokenizer.from_pretrained(str(folder))
        assert tokenizer.model_max_length == SEQUENCE_LENGTH
        assert len(tokenizer(LONG, truncation=True).input_ids) == SEQUENCE_LENGTH
        tokenizer.save_pretrained(str(folder / "again"))
        again = transformers.AutoTokenizer.from_pretrained(str(folder / "again"))
        assert again.model_max_length == SEQUENCE_LENGTH


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        ("masked_lm", ["The [MASK] is updated", f"A [MASK] {LONG}"]),
        ("chinese", ["\u4eca\u5929[MASK]\u6c14\u5f88\u597d\u3002", "the [MASK] a"]),
    ],
)
def test_fill_mask(written, kind, texts) -> None:
    ours = AlbertMaskedLM.from_preset(model_folder(kind))
    ours.preprocessor = AlbertMaskedLM.preprocessor_cls.from_preset(model_folder(kind))
    answers = pipeline("fill-mask", written[kind], tokenizer_kwargs={"truncation": True})(texts)
    for text, expected in zip(texts, answers, strict=True):
        ((found,),) = ours.fill_masks([text], top_k=5)
        assert [token["id"] for token in found] == [answer["token"] for answer in expected]
        np.testing.assert_allclose(
            [token["probability"] for token in found],
            [answer["score"] for answer in expected],
            atol=1e-5,
        )


def test_text_classification(written) -> None:
    texts = ["The index is read.", LONG, "a"]
    scores = pipeline("text-classification", written["classifier"], top_k=None)(
        texts, truncation=True
    )
    folder = model_folder("classifier")
    preprocessor = AlbertTextClassifier.preprocessor_cls.from_preset(folder)
    ours = AlbertTextClassifier.from_preset(folder, preprocessor=preprocessor)
    logits = np.asarray(ours.predict(texts, verbose=0))
    probabilities = np.exp(logits - logits.max(1, keepdims=True))
    probabilities /= probabilities.sum(1, keepdims=True)
    for row, expected in zip(probabilities, scores, strict=True):
        found = {answer["label"]: answer["score"] for answer in expected}
        np.testing.assert_allclose([found[label] for label in LABELS], row, atol=1e-5)


def test_token_classification(written) -> None:
    read = pipeline("token-classification", written["token_classifier"], ignore_labels=[])
    for text in ("The index is read by Anna.", LONG):
        answers = read(text)
        assert 3 < len(answers) <= SEQUENCE_LENGTH - 2
        assert {answer["entity"] for answer in answers} <= {"O", "B-PER", "I-PER"}
        for answer in answers:
            assert 0 <= answer["start"] <= answer["end"] <= len(text)


def test_question_answering(written) -> None:
    """A passage beyond the positions, in windows that transformers cuts by the length it knows."""
    folder = str(written["question_answerer"])
    if "question-answering" not in transformers.pipelines.SUPPORTED_TASKS:
        # transformers 5 has none: the model and the tokenizer are what its users are left with.
        model = transformers.AutoModelForQuestionAnswering.from_pretrained(folder).eval()
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
        batch = tokenizer(
            *("What is read?", LONG),
            truncation="only_second",
            stride=8,
            return_overflowing_tokens=True,
            padding=True,
            return_tensors="pt",
        )
        batch.pop("overflow_to_sample_mapping")
        assert batch.input_ids.shape[0] > 2 and batch.input_ids.shape[1] == SEQUENCE_LENGTH
        assert model(**batch).start_logits.shape == batch.input_ids.shape
        return
    answer = pipeline("question-answering", Path(folder))(question="What is read?", context=LONG)
    assert answer["answer"] in LONG
