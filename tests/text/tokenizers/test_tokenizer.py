"""AlbertTokenizer against sentencepiece, transformers and Google's code."""

import hashlib
import json
import pickle
import shutil
import subprocess
import sys
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import keras
import keras_hub
import numpy as np
import pytest
import sentencepiece
from sentencepiece import sentencepiece_model_pb2

from keras_albert.errors import InputError
from keras_albert.text import AlbertTokenizer, load_tokenizer
from tests.text.hostile import HOSTILE, random_texts


@pytest.fixture(scope="module")
def processor(vocabulary: Path) -> sentencepiece.SentencePieceProcessor:
    return sentencepiece.SentencePieceProcessor(model_file=str(vocabulary / "spiece.model"))


def test_ids_are_those_of_sentencepiece(
    tokenizer: AlbertTokenizer,
    processor: sentencepiece.SentencePieceProcessor,
    paragraphs: list[str],
) -> None:
    texts = paragraphs[::5] + HOSTILE
    encoded = tokenizer.encode(texts)
    assert {ids.dtype for ids in encoded} == {np.dtype(np.int32)}
    assert [ids.tolist() for ids in encoded] == processor.Encode(texts)
    singly = [tokenizer.encode([text])[0] for text in texts[:200] + HOSTILE]
    assert all(map(np.array_equal, singly, encoded[:200] + encoded[-len(HOSTILE) :]))
    threaded = tokenizer.encode(texts, num_threads=2)
    assert all(map(np.array_equal, encoded, threaded))


def test_ids_against_transformers(tokenizer: AlbertTokenizer, paragraphs: list[str]) -> None:
    """Over the same pieces and scores, transformers 5 differs where it rewrites quotes, and
    on ties."""
    from transformers import AlbertTokenizer as TransformersTokenizer

    model = sentencepiece_model_pb2.ModelProto.FromString(tokenizer.proto)
    other = TransformersTokenizer(
        vocab=[(piece.piece, piece.score) for piece in model.pieces],
        _spm_precompiled_charsmap=model.normalizer_spec.precompiled_charsmap,
    )
    texts = [text[:300] for text in paragraphs[::5]]
    assert len(texts) > 3000
    theirs = other(texts, add_special_tokens=False).input_ids
    quotes = ties = 0
    for text, ours, expected in zip(texts, tokenizer.encode(texts), theirs, strict=True):
        if ours.tolist() == expected:
            continue
        if "''" in text or "``" in text:
            rewritten = text.replace("``", '"').replace("''", '"')
            assert tokenizer.encode([rewritten])[0].tolist() == expected
            quotes += 1
        else:
            assert Counter(ours.tolist()) == Counter(expected), text
            ties += 1
    assert 0 < quotes < 20
    assert ties < 10


def test_transformers_reads_the_vocabulary_file(
    tokenizer: AlbertTokenizer, vocabulary: Path, paragraphs: list[str], tmp_path: Path
) -> None:
    """Read from the file, transformers 5 puts a word mark after each user symbol, which
    SentencePiece does not: the two agree on text without those symbols."""
    from transformers import AlbertTokenizer as TransformersTokenizer

    shutil.copy(vocabulary / "spiece.model", tmp_path)
    other = TransformersTokenizer.from_pretrained(str(tmp_path))
    words = [
        "".join(character for character in text if character.isalnum() or character == " ")
        for text in paragraphs[::20]
    ]
    theirs = other(words, add_special_tokens=False).input_ids
    pairs = zip(tokenizer.encode(words), theirs, strict=True)
    different = [1 for ours, expected in pairs if Counter(ours.tolist()) != Counter(expected)]
    assert not different
    assert other.convert_tokens_to_ids(["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"]) == [
        tokenizer.pad_token_id,
        tokenizer.unk_token_id,
        tokenizer.cls_token_id,
        tokenizer.sep_token_id,
        tokenizer.mask_token_id,
    ]
    assert "\u2581" in other.tokenize("(see")[-1]
    assert "\u2581" not in tokenizer.pieces(tokenizer.encode(["(see"])[0])[-1]


def google_encode_pieces(processor: sentencepiece.SentencePieceProcessor, text: str) -> list[str]:
    """`encode_pieces` of google-research/albert, tokenization.py, in Python 3, no sampling."""
    new_pieces = []
    for piece in processor.Encode(text, return_type=str):
        if len(piece) > 1 and piece[-1] == "," and piece[-2].isdigit():
            cur_pieces = processor.Encode(piece[:-1].replace("\u2581", ""), return_type=str)
            if piece[0] != "\u2581" and cur_pieces[0][0] == "\u2581":
                if len(cur_pieces[0]) == 1:
                    cur_pieces = cur_pieces[1:]
                else:
                    cur_pieces[0] = cur_pieces[0][1:]
            cur_pieces.append(piece[-1])
            new_pieces.extend(cur_pieces)
        else:
            new_pieces.append(piece)
    return new_pieces


def test_digit_comma_rule_is_googles(
    digit_tokenizer: AlbertTokenizer, paragraphs: list[str]
) -> None:
    tokenizer = digit_tokenizer
    processor = sentencepiece.SentencePieceProcessor(model_proto=tokenizer.proto)
    texts = [text for text in paragraphs if any(f"{digit}," in text for digit in range(10))]
    changed = 0
    for text, ids in zip(texts, tokenizer.encode(texts), strict=True):
        expected = [processor.PieceToId(p) for p in google_encode_pieces(processor, text)]
        assert ids.tolist() == expected
        changed += processor.Encode(text) != expected
    assert changed > 20
    assert [list(row) for row in tokenizer(texts[:9])] == [
        ids.tolist() for ids in tokenizer.encode(texts[:9])
    ]
    assert np.array_equal(tokenizer(texts[0]), tokenizer.encode(texts)[0])


def google_normalized(text: str) -> str:
    """`preprocess_text` of google-research/albert, tokenization.py, with lower-casing."""
    text = unicodedata.normalize("NFKD", " ".join(text.strip().split()))
    return "".join(c for c in text if not unicodedata.combining(c)).lower()


def test_an_imported_model_reads_as_googles_code(
    published_model: Path, paragraphs: list[str]
) -> None:
    """Quotes stay as they are, and the digits-and-comma rule is on."""
    tokenizer = AlbertTokenizer.imported(published_model, "google")
    processor = sentencepiece.SentencePieceProcessor(model_file=str(published_model))
    texts = [*paragraphs[::2], *HOSTILE, *random_texts(3_000, seed=8)]
    assert len(texts) > 12_000
    commas, different = 0, []
    for text, ids in zip(texts, tokenizer.encode(texts), strict=True):
        normalized = google_normalized(text)
        expected = google_encode_pieces(processor, normalized)
        commas += processor.Encode(normalized, return_type=str) != expected
        if ids.tolist() != [processor.PieceToId(piece) for piece in expected]:
            different.append(text)
    assert commas > 20
    # A mark between two letters that join once it is gone, and the final sigma: see normalization.
    assert len(different) < 30
    assert all(any(map(unicodedata.combining, text)) or "\u03a3" in text for text in different), (
        different
    )
    assert different == [text for text in different if text not in paragraphs]


@pytest.mark.parametrize("as_file", [False, True])
def test_an_imported_model_reads_as_transformers(
    published_model: Path, paragraphs: list[str], tmp_path: Path, as_file: bool
) -> None:
    """The mode "hf"; from the file, and from what transformers writes. Ties may differ."""
    from transformers import AlbertTokenizer as TransformersTokenizer

    model = sentencepiece_model_pb2.ModelProto.FromString(published_model.read_bytes())
    other = TransformersTokenizer(
        vocab=[(piece.piece, piece.score) for piece in model.pieces],
        _spm_precompiled_charsmap=model.normalizer_spec.precompiled_charsmap,
    )
    other.save_pretrained(str(tmp_path))
    if as_file:
        tokenizer = AlbertTokenizer.imported(published_model, "hf")
    else:
        tokenizer = load_tokenizer(tmp_path)
    assert not tokenizer.google_digit_comma
    texts = [text[:300] for text in paragraphs[::3]]
    texts += ["``quoted'' and '''x''''", "Caf\u00e9 \ufb01 \u00bd \u2460", "a\ufe0fb \u0e01\u0e31"]
    assert any("''" in text for text in texts[:-3])
    theirs = other(texts, add_special_tokens=False).input_ids
    pairs = list(zip(tokenizer.encode(texts), theirs, strict=True))
    assert all(Counter(ours.tolist()) == Counter(expected) for ours, expected in pairs)
    assert sum(ours.tolist() != expected for ours, expected in pairs) < 10


def test_the_quotes_are_in_the_model(published_model: Path) -> None:
    """So that the graph has them too."""
    import tensorflow as tf

    tokenizer = AlbertTokenizer.imported(published_model, "hf")
    google = AlbertTokenizer.imported(published_model, "google")
    texts = ["he said ``no'' twice", "it's ''' `` ` '", "\uff07\uff07"]
    plain = [text.replace("``", '"').replace("''", '"') for text in texts]
    encoded = [ids.tolist() for ids in tokenizer.encode(texts)]
    assert encoded == [ids.tolist() for ids in google.encode(plain)]
    assert encoded[0] != google.encode(texts)[0].tolist()
    ids, splits = tokenizer.in_graph()(tf.constant(texts))
    assert [part.tolist() for part in np.split(ids.numpy(), splits.numpy()[1:-1])] == encoded
    text = "a ``b''"
    offsets = tokenizer.encode_with_offsets(text).offsets
    assert [2, 4] in offsets.tolist() and [5, 7] in offsets.tolist()


def test_importing_what_is_none_is_refused(
    published_model: Path, vocabulary: Path, tmp_path: Path
) -> None:
    (tmp_path / "noise.model").write_bytes(b"no model")
    for path, mode, message in [
        (tmp_path / "noise.model", "google", "not a SentencePiece model"),
        (tmp_path / "missing", "google", "is not a file"),
        (tmp_path, "google", "is not a file"),
        (published_model, "facebook", "mode=.facebook. is unknown"),
        (vocabulary / "spiece.model", "hf", "normalises text already"),
    ]:
        with pytest.raises(InputError, match=message) as error:
            AlbertTokenizer.imported(path, mode)  # type: ignore[arg-type]
        assert "\n" not in str(error.value)


@pytest.mark.parametrize("options", [{"sequence_length": 8}, {"dtype": "string"}])
def test_digit_comma_refuses_a_fixed_length(vocabulary: Path, options: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="google_digit_comma"):
        AlbertTokenizer.load(vocabulary, google_digit_comma=True, **options)


def test_decoding_gives_the_normalised_text(
    tokenizer: AlbertTokenizer, paragraphs: list[str]
) -> None:
    text = "The caf\u00e9 costs  5."
    ids = tokenizer.encode([text])[0]
    assert tokenizer.decode(ids) == "the cafe costs 5."
    assert tokenizer.decode([2, *ids, 3, 0, 0]) == "the cafe costs 5."
    assert tokenizer.decode([]) == ""
    assert "".join(tokenizer.pieces(ids)) == "\u2581the\u2581cafe\u2581costs\u25815."


def test_special_pieces(tokenizer: AlbertTokenizer) -> None:
    names = ["pad", "unk", "cls", "sep", "mask"]
    assert [getattr(tokenizer, f"{name}_token_id") for name in names] == [0, 1, 2, 3, 4]
    assert tokenizer.special_token_ids == [0, 1, 2, 3, 4]
    assert tokenizer.id_to_token(4) == "[MASK]"
    assert tokenizer.token_to_id("[MASK]") == 4
    assert tokenizer.word_starts.shape == (tokenizer.vocabulary_size(),)
    assert tokenizer.word_starts[:5].all()


@pytest.mark.parametrize("wrong", [-1, 2000, 10**6])
def test_ids_beyond_the_vocabulary_are_refused(tokenizer: AlbertTokenizer, wrong: int) -> None:
    for method in (tokenizer.decode, tokenizer.pieces):
        with pytest.raises(InputError, match=f"Id {wrong} is outside the vocabulary of 2000"):
            method([5, wrong])


def test_sampling_follows_its_seed(tokenizer: AlbertTokenizer, paragraphs: list[str]) -> None:
    texts = paragraphs[:50]
    best = tokenizer.encode(texts)

    def sample(seed: int, **options: float) -> list[list[int]]:
        rows = tokenizer.encode(texts, sample=True, seed=seed, **options)  # type: ignore[arg-type]
        assert {row.dtype for row in rows} == {np.dtype(np.int32)}
        return [row.tolist() for row in rows]

    first = sample(1)
    tokenizer.encode(texts, sample=True, seed=9)
    assert sample(1) == first
    assert sample(2) != first
    assert first != [ids.tolist() for ids in best]
    assert [tokenizer.decode(row) for row in first] == [tokenizer.decode(row) for row in best]
    # A larger alpha stays nearer to the likeliest segmentation.
    lengths = [sum(map(len, sample(3, alpha=alpha))) for alpha in (0.01, 0.3, 1.0)]
    assert lengths[0] > lengths[1] > lengths[2] > sum(map(len, best))
    assert sample(4, nbest=5) == sample(4, nbest=5)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["fine", "a\ud800b"], "Text 1 holds a lone surrogate .U.D800. at character 1"),
        ([5], "Text 0 is int, not a string"),
        ([None], "Text 0 is NoneType"),
        ([["a", "b"]], "Text 0 is list"),
        ("one text", "for one text, pass"),
    ],
)
def test_texts_that_are_none_are_refused(
    tokenizer: AlbertTokenizer, texts: Any, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        tokenizer.encode(texts)


def test_sampling_without_a_seed_is_refused(tokenizer: AlbertTokenizer) -> None:
    with pytest.raises(InputError, match="seed=0"):
        tokenizer.encode(["a"], sample=True)


def test_fingerprint_is_that_of_the_file(
    tokenizer: AlbertTokenizer, vocabulary: Path, tmp_path: Path
) -> None:
    content = (vocabulary / "spiece.model").read_bytes()
    assert tokenizer.fingerprint == hashlib.sha256(content).hexdigest()
    assert tokenizer.save(tmp_path / "new").read_bytes() == content
    for path in (vocabulary / "spiece.model", tmp_path / "new", str(tmp_path / "new")):
        assert AlbertTokenizer.load(path).fingerprint == tokenizer.fingerprint


def test_the_digit_comma_rule_is_saved_and_told(tokenizer: AlbertTokenizer, tmp_path: Path) -> None:
    splitting = AlbertTokenizer(tokenizer.proto, google_digit_comma=True)
    assert splitting.fingerprint != tokenizer.fingerprint
    splitting.save(tmp_path)
    again = AlbertTokenizer.load(tmp_path)
    assert again.google_digit_comma
    assert again.fingerprint == splitting.fingerprint
    assert not AlbertTokenizer.load(tmp_path, google_digit_comma=False).google_digit_comma
    tokenizer.save(tmp_path)
    assert AlbertTokenizer.load(tmp_path).fingerprint == tokenizer.fingerprint
    assert [path.name for path in tmp_path.iterdir()] == ["spiece.model"]


def test_a_new_model_replaces_what_was_derived_from_the_old(
    tokenizer: AlbertTokenizer, vocabulary: Path
) -> None:
    changed = AlbertTokenizer(None)
    with pytest.raises(ValueError, match="No vocabulary"):
        _ = changed.fingerprint
    changed.set_proto(str(vocabulary / "spiece.model"))
    assert changed.fingerprint == tokenizer.fingerprint
    assert changed.cls_token_id == 2


def _foreign_model(path: Path) -> None:
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["a b c d"] * 9),
        model_prefix=str(path.with_suffix("")),
        vocab_size=20,
        hard_vocab_limit=False,
        minloglevel=2,
    )


def test_what_is_no_vocabulary_is_refused(tmp_path: Path) -> None:
    (tmp_path / "noise.model").write_bytes(b"no model at all")
    (tmp_path / "empty.model").write_bytes(b"")
    _foreign_model(tmp_path / "foreign.model")
    for name, message in [
        ("missing", "No vocabulary at"),
        ("", "expected a SentencePiece model file or a folder with spiece.model"),
        ("noise.model", "is not a SentencePiece model"),
        ("empty.model", "is not a SentencePiece model"),
        ("foreign.model", "is not an ALBERT vocabulary: Cannot find special token"),
    ]:
        with pytest.raises(InputError, match=message) as error:
            AlbertTokenizer.load(tmp_path / name)
        assert str(tmp_path / name) in str(error.value)
        assert "\n" not in str(error.value)


@keras.saving.register_keras_serializable("tests")
class TinyBackbone(keras_hub.models.Backbone):
    """A model to keep a tokenizer company: KerasHub finds a preset by its backbone."""

    def __init__(self, **kwargs: Any):
        inputs = keras.Input((2,))
        super().__init__(inputs=inputs, outputs=keras.layers.Dense(1)(inputs), **kwargs)

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name}


@pytest.mark.parametrize("google_digit_comma", [False, True])
def test_presets_round_trip(
    vocabulary: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    google_digit_comma: bool,
) -> None:
    monkeypatch.setattr(AlbertTokenizer, "backbone_cls", TinyBackbone)
    tokenizer = AlbertTokenizer.load(vocabulary, google_digit_comma=google_digit_comma)
    tokenizer.save_to_preset(str(tmp_path))
    TinyBackbone().save_to_preset(str(tmp_path))
    config = json.loads((tmp_path / "tokenizer.json").read_text("utf-8"))
    assert config["registered_name"] == "keras_albert>AlbertTokenizer"
    loaded = [
        AlbertTokenizer.from_preset(str(tmp_path)),
        keras_hub.models.Tokenizer.from_preset(str(tmp_path)),
        AlbertTokenizer.load(tmp_path),
    ]
    for other in loaded:
        assert type(other) is AlbertTokenizer
        assert other.fingerprint == tokenizer.fingerprint
        assert other.google_digit_comma == google_digit_comma
        assert other.encode(["In 1, 2,"])[0].tolist() == tokenizer.encode(["In 1, 2,"])[0].tolist()


def test_as_a_layer_it_gives_the_same_ids(vocabulary: Path, tokenizer: AlbertTokenizer) -> None:
    texts = ["The caf\u00e9", "", "tables and rows"]
    expected = [ids.tolist() for ids in tokenizer.encode(texts)]
    assert [list(row) for row in tokenizer(texts)] == expected
    padded = AlbertTokenizer.load(vocabulary, sequence_length=4)(texts)
    for row, ids in zip(keras.ops.convert_to_numpy(padded).tolist(), expected, strict=True):
        assert row == (ids + [0] * 4)[:4]


def test_it_goes_to_another_process(tokenizer: AlbertTokenizer) -> None:
    copy = pickle.loads(pickle.dumps(tokenizer))
    assert copy.fingerprint == tokenizer.fingerprint
    assert copy.encode(["A table."])[0].tolist() == tokenizer.encode(["A table."])[0].tolist()


WITHOUT_TENSORFLOW = """
import os, sys
os.environ["KERAS_BACKEND"] = "jax"
sys.modules["tensorflow"] = sys.modules["tensorflow_text"] = None
from keras_albert.text import AlbertTokenizer
tokenizer = AlbertTokenizer.load(sys.argv[1])
print(tokenizer.encode(["The caf\u00e9"])[0].tolist(), list(tokenizer(["The caf\u00e9"])[0]))
"""


def test_it_works_without_tensorflow(tokenizer: AlbertTokenizer, vocabulary: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT_TENSORFLOW, str(vocabulary)],
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    ids = tokenizer.encode(["The caf\u00e9"])[0].tolist()
    assert run.stdout.strip() == f"{ids} {ids}"
