"""WordPieceTokenizer against Google's code, transformers and KerasHub."""

import json
import pickle
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import keras_hub
import numpy as np
import pytest

from keras_albert.errors import InputError
from keras_albert.text import WordPieceTokenizer
from tests.text.google_wordpiece import google_tokens
from tests.text.hostile import HOSTILE, random_texts
from tests.text.tokenizers.test_tokenizer import TinyBackbone


def test_ids_are_googles(
    chinese_tokenizer: WordPieceTokenizer, chinese_paragraphs: list[str], paragraphs: list[str]
) -> None:
    vocabulary = chinese_tokenizer.get_vocabulary()
    texts = [*chinese_paragraphs, *paragraphs[::10], *HOSTILE, *random_texts(2_000, seed=3)]
    different = []
    for text, ids in zip(texts, chinese_tokenizer.encode(texts), strict=True):
        assert ids.dtype == np.int32
        expected = google_tokens(text, set(vocabulary))
        if [vocabulary[index] for index in ids] != expected:
            different.append(text)
    # A capital sigma that ends a word: Google writes the final form of the small letter.
    assert len(different) < 5
    assert all("\u03a3" in text for text in different)


def test_ids_are_those_of_transformers(
    chinese_tokenizer: WordPieceTokenizer,
    chinese_vocabulary: Path,
    chinese_paragraphs: list[str],
    paragraphs: list[str],
) -> None:
    """But for words of 101 to 200 characters, and written special pieces."""
    from transformers import BertTokenizer

    other = BertTokenizer.from_pretrained(str(chinese_vocabulary))
    names = ["pad", "unk", "cls", "sep", "mask"]
    assert [getattr(other, f"{name}_token_id") for name in names] == [
        getattr(chinese_tokenizer, f"{name}_token_id") for name in names
    ]
    texts = [*chinese_paragraphs, *paragraphs[::3]]
    assert len(texts) > 6_000
    theirs = other(texts, add_special_tokens=False).input_ids
    assert [ids.tolist() for ids in chinese_tokenizer.encode(texts)] == theirs
    word = "s" * 150
    assert other(word, add_special_tokens=False).input_ids == [chinese_tokenizer.unk_token_id]
    assert len(chinese_tokenizer.encode([word])[0]) == 150
    assert other("[MASK]", add_special_tokens=False).input_ids == [chinese_tokenizer.mask_token_id]
    assert len(chinese_tokenizer.encode(["[MASK]"])[0]) > 2


def test_special_pieces_are_found_by_name(chinese_tokenizer: WordPieceTokenizer) -> None:
    tokenizer = chinese_tokenizer
    names = ["pad", "unk", "cls", "sep", "mask"]
    assert [getattr(tokenizer, f"{name}_token_id") for name in names] == [0, 3, 4, 5, 6]
    assert tokenizer.special_token_ids == [0, 3, 4, 5, 6]
    reordered = WordPieceTokenizer(["[MASK]", "a", "[UNK]", "[SEP]", "[PAD]", "[CLS]"])
    assert (reordered.mask_token_id, reordered.pad_token_id) == (0, 4)


def test_no_text_yields_a_special_piece(chinese_tokenizer: WordPieceTokenizer) -> None:
    silent = set(chinese_tokenizer.special_token_ids) - {chinese_tokenizer.unk_token_id}
    texts = ["[MASK][CLS] [SEP] [PAD] [unused1]", *HOSTILE]
    assert all(silent.isdisjoint(ids.tolist()) for ids in chinese_tokenizer.encode(texts))


def test_decoding(chinese_tokenizer: WordPieceTokenizer) -> None:
    text = "\u7384\u5fb7\u66f0\uff1aThe  TABLES, \u5173\u516c"
    ids = chinese_tokenizer.encode([text])[0]
    expected = "\u7384\u5fb7\u66f0\uff1athe tables ,\u5173\u516c"
    assert chinese_tokenizer.decode(ids) == expected
    cls, sep = chinese_tokenizer.cls_token_id, chinese_tokenizer.sep_token_id
    assert chinese_tokenizer.decode([cls, *ids, sep, 0, 0]) == expected
    assert chinese_tokenizer.decode([]) == ""
    assert chinese_tokenizer.decode([chinese_tokenizer.unk_token_id]) == "[UNK]"
    for method in (chinese_tokenizer.decode, chinese_tokenizer.pieces):
        with pytest.raises(InputError, match="Id -1 is outside the vocabulary"):
            method([5, -1])


def test_offsets_cut_the_text_into_its_pieces(
    chinese_tokenizer: WordPieceTokenizer, chinese_paragraphs: list[str]
) -> None:
    for text in chinese_paragraphs[:50]:
        ids, pieces, offsets = chinese_tokenizer.encode_with_offsets(text)
        assert ids.tolist() == chinese_tokenizer.encode([text])[0].tolist()
        cut = [text[start:end] for start, end in offsets]
        assert cut == [piece.removeprefix("##") for piece in pieces]
    assert chinese_tokenizer.encode_with_offsets("").offsets.shape == (0, 2)


def test_a_word_begins_where_no_mark_is(chinese_tokenizer: WordPieceTokenizer) -> None:
    starts = chinese_tokenizer.word_starts
    pieces = chinese_tokenizer.get_vocabulary()
    assert [pieces[i] for i in np.flatnonzero(~starts)] == [p for p in pieces if p[:2] == "##"]


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["fine", "a\ud800b"], "Text 1 holds a lone surrogate .U.D800. at character 1"),
        ([5], "Text 0 is int, not a string"),
        ([None], "Text 0 is NoneType"),
        ([b"bytes"], "Text 0 is bytes"),
        ([["a", "b"]], "Text 0 is list"),
        ("one text", "for one text, pass"),
    ],
)
def test_texts_that_are_none_are_refused(
    chinese_tokenizer: WordPieceTokenizer, texts: Any, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        chinese_tokenizer.encode(texts)


def test_saving_keeps_options_and_fingerprint(
    chinese_tokenizer: WordPieceTokenizer, chinese_vocabulary: Path, tmp_path: Path
) -> None:
    content = (chinese_vocabulary / "vocab.txt").read_bytes()
    assert chinese_tokenizer.save(tmp_path / "a").read_bytes() == content
    cased = WordPieceTokenizer.load(chinese_vocabulary, lowercase=False, max_word_characters=100)
    cased.save(tmp_path / "b")
    again = WordPieceTokenizer.load(tmp_path / "b")
    assert (
        again.options()
        == cased.options()
        == {
            "lowercase": False,
            "strip_accents": False,
            "max_word_characters": 100,
        }
    )
    same = WordPieceTokenizer.load(tmp_path / "a" / "vocab.txt")
    assert same.fingerprint == chinese_tokenizer.fingerprint
    assert again.fingerprint == cased.fingerprint != same.fingerprint


def test_what_is_no_vocabulary_is_refused(chinese_vocabulary: Path, tmp_path: Path) -> None:
    good = (chinese_vocabulary / "vocab.txt").read_text("utf-8")
    for content, message in [
        (b"", "is not a WordPiece vocabulary"),
        (b"\x00\x01\x02", "not a vocabulary of one piece a line"),
        (b"\xff\xfe\xfd", "not a vocabulary of one piece a line"),
        (b"a\nb\n", "is not a WordPiece vocabulary"),
        (good.replace("[MASK]\n", "").encode(), "Cannot find special token.*MASK"),
        ((good + "the\n").encode(), "'the' stands twice"),
    ]:
        (tmp_path / "vocab.txt").write_bytes(content)
        with pytest.raises(InputError, match=message) as error:
            WordPieceTokenizer.load(tmp_path)
        assert str(tmp_path) in str(error.value)
        assert "\n" not in str(error.value)
    with pytest.raises(InputError, match="No vocabulary at"):
        WordPieceTokenizer.load(tmp_path / "missing")


def test_presets_round_trip(
    chinese_vocabulary: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WordPieceTokenizer, "backbone_cls", TinyBackbone)
    tokenizer = WordPieceTokenizer.load(chinese_vocabulary, strip_accents=False)
    tokenizer.save_to_preset(str(tmp_path))
    TinyBackbone().save_to_preset(str(tmp_path))
    config = json.loads((tmp_path / "tokenizer.json").read_text("utf-8"))
    assert config["registered_name"] == "keras_albert>WordPieceTokenizer"
    loaded = [
        WordPieceTokenizer.from_preset(str(tmp_path)),
        keras_hub.models.Tokenizer.from_preset(str(tmp_path)),
        WordPieceTokenizer.load(tmp_path),
    ]
    for other in loaded:
        assert type(other) is WordPieceTokenizer
        assert other.fingerprint == tokenizer.fingerprint
        assert other.cls_token_id == tokenizer.cls_token_id


def test_it_goes_to_another_process(chinese_tokenizer: WordPieceTokenizer) -> None:
    copy = pickle.loads(pickle.dumps(chinese_tokenizer))
    assert copy.fingerprint == chinese_tokenizer.fingerprint
    assert copy.encode(["A table."])[0].tolist() == (
        chinese_tokenizer.encode(["A table."])[0].tolist()
    )


WITHOUT_TENSORFLOW = """
import os, sys
os.environ["KERAS_BACKEND"] = "jax"
sys.modules["tensorflow"] = sys.modules["tensorflow_text"] = None
from keras_albert.text import WordPieceTokenizer
tokenizer = WordPieceTokenizer.load(sys.argv[1])
print(tokenizer.encode(["\u7384\u5fb7 the"])[0].tolist(), list(tokenizer(["\u7384\u5fb7 the"])[0]))
"""


def test_it_works_without_tensorflow(
    chinese_tokenizer: WordPieceTokenizer, chinese_vocabulary: Path
) -> None:
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT_TENSORFLOW, str(chinese_vocabulary)],
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    ids = chinese_tokenizer.encode(["\u7384\u5fb7 the"])[0].tolist()
    assert run.stdout.strip() == f"{ids} {ids}"


def test_most_of_the_sample_is_known(
    chinese_tokenizer: WordPieceTokenizer, chinese_paragraphs: list[str]
) -> None:
    """The vocabulary of these tests is made to leave something unknown, and not much."""
    ids = Counter(int(i) for row in chinese_tokenizer.encode(chinese_paragraphs) for i in row)
    assert 0 < ids[chinese_tokenizer.unk_token_id] < 0.1 * ids.total()
