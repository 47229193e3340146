"""The example on a tiny checkpoint of TensorFlow's own v1 saver, beside transformers' answer."""

import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertTokenizer

from examples import tf1_chinese_fill_mask
from tests.foreign import google_config, google_variables, hf_model, save_tf1

pytestmark = pytest.mark.once

TEXT = "玄德[MASK]孤，事母至[MASK]。"
PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"玄德幼孤事母至孝，。"]


@pytest.fixture(scope="module")
def model():
    return hf_model(vocab_size=len(PIECES), hidden_act="relu", initializer_range=0.5)


@pytest.fixture(scope="module")
def folder(model, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("zh") / "albert_tiny_zh"
    save_tf1(google_variables(model), google_config(model, "relu"), folder)
    (folder / "vocab_chinese.txt").write_text("\n".join(PIECES) + "\n", "utf-8")
    return folder


def test_the_answer_is_that_of_transformers(model, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "vocab.txt").write_text("\n".join(PIECES) + "\n", "utf-8")
    inputs = BertTokenizer.from_pretrained(str(tmp_path))(TEXT, return_tensors="pt")
    with torch.no_grad():
        logits = model(**inputs).prediction_logits[0]
    masked = inputs["input_ids"][0] == PIECES.index("[MASK]")
    expected = torch.softmax(logits[masked], dim=-1).numpy()
    answer = tf1_chinese_fill_mask.fill_masks(folder, TEXT, top_k=3)
    assert len(answer["masks"]) == 2
    for mask, probabilities in zip(answer["masks"], expected, strict=True):
        best = np.argsort(-probabilities)[:3]
        assert [m["token"] for m in mask] == [PIECES[i] for i in best]
        np.testing.assert_allclose([m["score"] for m in mask], probabilities[best], atol=1e-5)


def test_as_a_program(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setattr(sys, "argv", ["program", str(folder), TEXT])
    tf1_chinese_fill_mask.main()
    lines = capsys.readouterr().out.splitlines()
    assert [line[:2] for line in lines[:2]] == ["1:", "2:"]
    assert len(lines) == 3 and "孤，事母至" in lines[2]
