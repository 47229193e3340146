"""The stand-alone encoder beside the package's own tokenizer and packing."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from keras_albert.models.text_packing import pack
from keras_albert.runtime.text_encoder import TextEncoder
from keras_albert.text.tokenizers.tokenizer import AlbertTokenizer
from keras_albert.text.tokenizers.wordpiece_tokenizer import WordPieceTokenizer
from tests.exported import CHINESE_TEXTS, chinese_tokenizer, sentences, tokenizer
from tests.text.hostile import HOSTILE

pytestmark = pytest.mark.once


def _description(**changes: Any) -> dict[str, Any]:
    return {
        "task": "text_classifier",
        "sequence_length": 24,
        "truncate": "longest_first",
        "vocabulary_size": tokenizer().vocabulary_size(),
        "special_token_ids": {"pad": 0, "unk": 1, "cls": 2, "sep": 3, "mask": 4},
        "id_replacements": {},
        **changes,
    }


@pytest.mark.parametrize("truncate", ["longest_first", "waterfall"])
def test_equal_to_the_preprocessors(truncate: str) -> None:
    encoder = TextEncoder(tokenizer().proto, _description(truncate=truncate))
    texts = ["", "A.", *sentences()[:40], "caf\u00e9 \ufb01 \u6570\u636e \U0001f418 [MASK] [CLS]"]
    words = tokenizer().encode(texts)
    for first, second in [(texts, None), (texts, texts[::-1])]:
        arrays, cut = encoder(first, second)
        expected = pack(
            [words] if second is None else [words, words[::-1]],
            sequence_length=24,
            truncate=truncate,
            cls_token_id=2,
            sep_token_id=3,
            pad_token_id=0,
        )
        for name, array in expected.items():
            np.testing.assert_array_equal(arrays[name], array[:, : arrays[name].shape[1]])
        whole = np.array([len(ids) for ids in words])
        whole = whole if second is None else whole + whole[::-1]
        np.testing.assert_array_equal(cut, whole > (22 if second is None else 21))
        assert cut.any()


def test_google_digit_comma_goes_along() -> None:
    splitting = AlbertTokenizer(tokenizer().proto, google_digit_comma=True)
    encoder = TextEncoder(
        splitting.vocabulary_bytes, _description(sequence_length=512, **splitting.description())
    )
    texts = ["In 1,024 and 3,000, of 10, 20, 30, or 1, 2, 3, there are 15, in 2015, too."]
    arrays, _ = encoder(texts)
    assert arrays["token_ids"][0, 1:-1].tolist() == splitting.encode(texts)[0].tolist()


@pytest.mark.parametrize("options", [{}, {"lowercase": False}, {"max_word_characters": 2}])
def test_a_chinese_vocabulary_goes_along(options: dict[str, Any]) -> None:
    chinese = WordPieceTokenizer(chinese_tokenizer().get_vocabulary(), **options)
    encoder = TextEncoder(chinese.vocabulary_bytes, _chinese_description(chinese))
    texts = [*CHINESE_TEXTS, *HOSTILE[:30], "A the THES \u4eca\u5929"]
    arrays, _ = encoder(texts)
    for text, row, mask in zip(texts, arrays["token_ids"], arrays["padding_mask"], strict=True):
        parts = [ids.tolist() for ids in chinese.encode(text.split("[MASK]"))]
        expected = [i for part in parts for i in [chinese.mask_token_id, *part]][1:]
        assert row[: mask.sum()].tolist() == [9, *expected[:22], 10]
    assert [encoder.piece(i) for i in (2, 4, 11)] == ["a", "##s", "[MASK]"]
    assert encoder.suffix_mark == "##"


def _chinese_description(chinese: WordPieceTokenizer) -> dict[str, Any]:
    return _description(
        task="masked_lm",
        vocabulary_size=chinese.vocabulary_size(),
        special_token_ids={"pad": 0, "unk": 8, "cls": 9, "sep": 10, "mask": 11},
        **chinese.description(),
    )


WITHOUT_KERAS = """
import json, sys
from keras_albert.runtime.text_encoder import TextEncoder
arrays, _ = TextEncoder(open(sys.argv[1], "rb").read(), json.loads(sys.argv[2]))([sys.argv[3]])
print(arrays["token_ids"].tolist())
print([name for name in ("keras", "keras_albert.errors", "sentencepiece") if name in sys.modules])
"""


def test_a_chinese_vocabulary_needs_numpy_alone(tmp_path: Path) -> None:
    chinese = chinese_tokenizer()
    file = chinese.save(tmp_path / "vocabulary")
    description = json.dumps(_chinese_description(chinese))
    command = [sys.executable, "-c", WITHOUT_KERAS, file, description]
    run = subprocess.run([*command, CHINESE_TEXTS[0]], capture_output=True, text=True)
    expected, _ = TextEncoder(file.read_bytes(), json.loads(description))(CHINESE_TEXTS[:1])
    assert run.stdout.splitlines() == [str(expected["token_ids"].tolist()), "[]"], run.stderr


def test_masks_where_the_model_predicts_them() -> None:
    encoder = TextEncoder(tokenizer().proto, _description(task="pretrainer"))
    arrays, _ = encoder(["a [MASK] b [MASK]", "none"])
    ids, positions = arrays["token_ids"], arrays["mask_positions"]
    assert (ids[0, positions[0]] == 4).all()
    assert positions[1].tolist() == [0, 0]
    plain, _ = TextEncoder(tokenizer().proto, _description())(["a [MASK]"])
    assert 4 not in plain["token_ids"] and "mask_positions" not in plain


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="SentencePiece"):
        TextEncoder(b"nonsense", _description())
    with pytest.raises(ValueError, match="not complete"):
        TextEncoder(tokenizer().proto, {"sequence_length": 24})
    chinese = _chinese_description(chinese_tokenizer())
    for content in (b"\xff", b"\0", b"a\nb"):
        with pytest.raises(ValueError, match="not a WordPiece vocabulary"):
            TextEncoder(content, chinese)
    with pytest.raises(ValueError, match="pieces"):
        TextEncoder(tokenizer().proto, _description(vocabulary_size=7))
    encoder = TextEncoder(tokenizer().proto, _description())
    for texts, second in [([], None), (["a"], ["b", "c"]), ([None], None), (["\ud800"], None)]:
        with pytest.raises(ValueError):
            encoder(texts, second)  # type: ignore[arg-type]
