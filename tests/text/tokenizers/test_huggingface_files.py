"""What transformers makes of a tokenizer that was written for it."""

from collections import Counter
from pathlib import Path

import pytest

from keras_albert.text.tokenizers.find_tokenizer import load_tokenizer
from keras_albert.text.tokenizers.huggingface_files import write_huggingface_tokenizer
from keras_albert.text.tokenizers.tokenizer import AlbertTokenizer
from keras_albert.text.tokenizers.wordpiece_tokenizer import WordPieceTokenizer

pytestmark = pytest.mark.once


def test_sentencepiece_gives_the_same_ids(
    tokenizer: AlbertTokenizer, paragraphs: list[str], tmp_path: Path
) -> None:
    """But for cuts of a word that are equally likely."""
    from transformers import AutoTokenizer

    assert write_huggingface_tokenizer(tokenizer, tmp_path) == []
    other = AutoTokenizer.from_pretrained(str(tmp_path))
    texts = [text[:300] for text in paragraphs[::5]]
    texts += ["  two  spaces ", "It``s '' quoted", "(a) \u2013 \u20ac5.", "\u1eb0 \uff21 \u2126"]
    theirs = other(texts, add_special_tokens=False).input_ids
    different = [
        (ours, expected)
        for ours, expected in zip(tokenizer.encode(texts), theirs, strict=True)
        if ours.tolist() != expected
    ]
    assert len(texts) > 3000 and len(different) < 10
    assert all(Counter(ours.tolist()) == Counter(expected) for ours, expected in different)
    assert load_tokenizer(tmp_path).fingerprint == tokenizer.fingerprint


def test_special_tokens_and_pairs(tokenizer: AlbertTokenizer, tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    write_huggingface_tokenizer(tokenizer, tmp_path)
    other = AutoTokenizer.from_pretrained(str(tmp_path))
    first, second = (ids.tolist() for ids in tokenizer.encode(["a table", "two rows of it"]))
    cls, sep = tokenizer.cls_token_id, tokenizer.sep_token_id
    pair = other("a table", "two rows of it", padding="max_length", max_length=20)
    length = len(first) + len(second) + 3
    assert pair.input_ids[:length] == [cls, *first, sep, *second, sep]
    assert pair.token_type_ids[:length] == [0] * (len(first) + 2) + [1] * (len(second) + 1)
    assert set(pair.input_ids[length:]) == {tokenizer.pad_token_id}
    masked = other("a [MASK] of rows", add_special_tokens=False).input_ids
    assert masked[masked.index(other.mask_token_id) - 1] == tokenizer.encode(["a"])[0][-1]
    assert other.mask_token_id == tokenizer.mask_token_id
    assert other.decode(first) == "a table"


def test_the_digit_comma_rule_is_named(tokenizer: AlbertTokenizer, tmp_path: Path) -> None:
    google = AlbertTokenizer(tokenizer.proto, google_digit_comma=True)
    (note,) = write_huggingface_tokenizer(google, tmp_path)
    assert "digit and a comma" in note
    assert load_tokenizer(tmp_path).google_digit_comma


@pytest.mark.parametrize("lowercase", [True, False])
def test_wordpiece_keeps_its_case(tmp_path: Path, lowercase: bool) -> None:
    from transformers import AutoTokenizer

    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "A", "a", "\u4e2d", "\u00e9", "e"]
    ours = WordPieceTokenizer.from_pieces(
        pieces, "a list", lowercase=lowercase, strip_accents=lowercase
    )
    assert write_huggingface_tokenizer(ours, tmp_path) == []
    other = AutoTokenizer.from_pretrained(str(tmp_path))
    for text in ("A a", "\u4e2dA", "\u00e9 e"):
        expected = ours.encode([text])[0].tolist()
        assert other(text, add_special_tokens=False).input_ids == expected
    assert other.pad_token_id == 0 and other.mask_token_id == 4
    assert load_tokenizer(tmp_path).fingerprint == ours.fingerprint
