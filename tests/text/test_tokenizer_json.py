"""Files of the tokenizers library, written by transformers and broken by hand."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import sentencepiece

from keras_albert.errors import InputError
from keras_albert.text.normalization import HUGGINGFACE
from keras_albert.text.tokenizer_json import (
    added_pieces,
    check_added,
    model_kind,
    unigram_model,
    wordpiece_vocabulary,
)

PATH = Path("folder/tokenizer.json")
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


@pytest.fixture(scope="module")
def unigram(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    from transformers import AlbertTokenizer

    folder = tmp_path_factory.mktemp("unigram")
    special = [(piece, 0.0) for piece in ("<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]")]
    AlbertTokenizer(vocab=[*special, ("\u2581a", -1.0), ("b", -2.0)]).save_pretrained(str(folder))
    return json.loads((folder / "tokenizer.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def wordpiece(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    from transformers import BertTokenizer

    folder = tmp_path_factory.mktemp("wordpiece")
    pieces = {piece: index for index, piece in enumerate([*SPECIAL, "a", "##b"])}
    BertTokenizer(vocab=pieces, do_lower_case=False).save_pretrained(str(folder))
    return json.loads((folder / "tokenizer.json").read_text("utf-8"))


def test_a_unigram_model_is_read(unigram: dict[str, Any]) -> None:
    assert model_kind(unigram, PATH) == "Unigram"
    proto, steps = unigram_model(unigram, PATH)
    assert steps == HUGGINGFACE
    processor = sentencepiece.SentencePieceProcessor(model_proto=proto)
    assert processor.Encode("ab", return_type=str) == ["\u2581a", "b"]
    assert (processor.unk_id(), processor.IsControl(2), processor.IsControl(5)) == (1, True, False)


def test_a_wordpiece_model_is_read(wordpiece: dict[str, Any]) -> None:
    assert model_kind(wordpiece, PATH) == "WordPiece"
    pieces, options = wordpiece_vocabulary(wordpiece, PATH)
    assert pieces == [*SPECIAL, "a", "##b"]
    assert options == {"lowercase": False, "strip_accents": False}


@pytest.mark.parametrize("content", [None, [], {}, {"model": 3}, {"model": {"type": "BPE"}}])
def test_another_kind_is_refused(content: Any) -> None:
    with pytest.raises(InputError, match="ALBERT's are Unigram"):
        model_kind(content, PATH)


def test_added_pieces_are_refused(unigram: dict[str, Any], wordpiece: dict[str, Any]) -> None:
    """But for those that are in every vocabulary."""
    for content in (unigram, wordpiece):
        added = [*content["added_tokens"], {"content": "("}, {"content": "\u20ac"}]
        check_added(added_pieces({"added_tokens": added}), PATH)
        added = [*content["added_tokens"], {"id": 7, "content": "<new>"}]
        with pytest.raises(InputError, match="adds 1 pieces to its vocabulary, '<new>' first"):
            check_added(added_pieces({"added_tokens": added}), PATH)


def changed(content: dict[str, Any], *keys: str, value: Any) -> dict[str, Any]:
    content = copy.deepcopy(content)
    part = content
    for key in keys[:-1]:
        part = part[key]
    part[keys[-1]] = value
    return content


@pytest.mark.parametrize(
    ("keys", "value", "message"),
    [
        (("model", "unk_id"), None, "not a complete Unigram"),
        (("model", "vocab"), [["a"]], "not a complete Unigram"),
        (("model", "vocab"), [["a", "much"]], "not a complete Unigram"),
        (("normalizer",), {"type": "NFC"}, "not ALBERT's: NFC"),
        (("normalizer",), {"type": "NFKD"}, "and not both"),
        (
            ("normalizer",),
            {"type": "Sequence", "normalizers": [{"type": "NFKC"}, {"type": "Lowercase"}]},
            "in an order that SentencePiece cannot: NFKC, Lowercase",
        ),
        (("pre_tokenizer",), {"type": "ByteLevel"}, "not SentencePiece's.*ByteLevel"),
        (("pre_tokenizer",), None, "not SentencePiece's"),
        (
            ("pre_tokenizer",),
            {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "never"},
            "not SentencePiece's.*never",
        ),
        (
            ("normalizer",),
            {"type": "Replace", "pattern": {"String": "a"}, "content": "b"},
            "not ALBERT's",
        ),
        (("normalizer",), {"type": "Precompiled", "precompiled_charsmap": "?"}, "not a complete"),
    ],
)
def test_a_broken_unigram_file_is_refused(
    unigram: dict[str, Any], keys: tuple[str, ...], value: Any, message: str
) -> None:
    with pytest.raises(InputError, match=message) as error:
        unigram_model(changed(unigram, *keys, value=value), PATH)
    assert str(PATH) in str(error.value)


@pytest.mark.parametrize(
    ("keys", "value", "message"),
    [
        (("normalizer",), None, "expected a BertNormalizer"),
        (("normalizer", "clean_text"), False, "leaves out steps"),
        (("normalizer", "handle_chinese_chars"), False, "leaves out steps"),
        (("model", "continuing_subword_prefix"), "@@", "not marked with ##"),
        (("model", "vocab"), ["a"], "does not number"),
        (("model", "vocab"), {"a": 0, "b": 2}, "does not number"),
    ],
)
def test_a_broken_wordpiece_file_is_refused(
    wordpiece: dict[str, Any], keys: tuple[str, ...], value: Any, message: str
) -> None:
    with pytest.raises(InputError, match=message) as error:
        wordpiece_vocabulary(changed(wordpiece, *keys, value=value), PATH)
    assert str(PATH) in str(error.value)
