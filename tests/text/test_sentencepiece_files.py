"""Folders of transformers 5, of the tokenizers library, and with pieces added."""

import shutil
from collections import Counter
from pathlib import Path

import pytest

from keras_albert import load_tokenizer
from keras_albert.errors import InputError
from keras_albert.text.tokenizers.huggingface_files import write_huggingface_tokenizer
from keras_albert.text.tokenizers.tokenizer import AlbertTokenizer

SPECIAL = ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"]
TEXTS = [
    "  two  spaces ",
    "It``s '' quoted",
    "(a) \u2013 \u20ac5.",
    "\u1eb0 \uff21 \u2126 Caf\u00e9",
]


def different(ours, theirs, texts) -> int:
    """In how many texts the ids differ, cuts of a word that are equally likely left out."""
    expected = theirs(texts, add_special_tokens=False).input_ids
    return sum(
        Counter(ids.tolist()) != Counter(other)
        for ids, other in zip(ours.encode(texts), expected, strict=True)
    )


@pytest.fixture
def written(tokenizer: AlbertTokenizer, tmp_path: Path) -> Path:
    """A folder of ours for transformers."""
    (tmp_path / "written").mkdir()
    write_huggingface_tokenizer(tokenizer, tmp_path / "written")
    return tmp_path / "written"


def test_through_transformers_and_back(written, tokenizer, paragraphs, tmp_path) -> None:
    """Opened and saved by transformers: a tokenizer.json alone."""
    from transformers import AutoTokenizer

    AutoTokenizer.from_pretrained(str(written)).save_pretrained(str(tmp_path / "again"))
    assert not (tmp_path / "again" / "spiece.model").exists()
    texts = [*TEXTS, *(text[:300] for text in paragraphs[::20])]
    expected = [ids.tolist() for ids in tokenizer.encode(texts)]
    (written / "spiece.model").unlink()
    for folder in (tmp_path / "again", written):
        found = load_tokenizer(folder)
        assert [ids.tolist() for ids in found.encode(texts)] == expected
        # And it is written for itself as what it is.
        found.save(tmp_path / "saved")
        assert load_tokenizer(tmp_path / "saved").fingerprint == found.fingerprint


@pytest.mark.parametrize("form", ["unigram", "lower case", "transformers"])
def test_tokenizers_of_the_tokenizers_library(form, paragraphs, tmp_path) -> None:
    import tokenizers
    from tokenizers import normalizers
    from transformers import AlbertTokenizer as TransformersTokenizer
    from transformers import PreTrainedTokenizerFast

    trained = tokenizers.SentencePieceUnigramTokenizer()
    if form == "lower case":
        trained.normalizer = normalizers.Sequence(
            [
                *(normalizers.NFKD(), normalizers.StripAccents(), normalizers.Lowercase()),
                *(normalizers.Nmt(), normalizers.NFKC()),
                *(normalizers.Strip(), normalizers.Replace(tokenizers.Regex(" {2,}"), " ")),
            ]
        )
    trained.train_from_iterator(
        [text[:400] for text in paragraphs[::40]],
        vocab_size=400,
        special_tokens=SPECIAL,
        unk_token="<unk>",
        show_progress=False,
    )
    theirs = PreTrainedTokenizerFast(tokenizer_object=trained, pad_token="<pad>")
    if form == "transformers":
        import json

        pieces = json.loads(trained.to_str())["model"]["vocab"]
        theirs = TransformersTokenizer(vocab=[(piece, score) for piece, score in pieces])
    theirs.save_pretrained(str(tmp_path / "theirs"))
    ours = load_tokenizer(tmp_path / "theirs")
    # Without Strip, theirs leaves a word mark where a text ends in a space; SentencePiece does not.
    texts = [text[:300].strip() for text in [*TEXTS, *paragraphs[1::20]]]
    assert len(texts) > 200 and different(ours, theirs, texts) == 0
    ours.save(tmp_path / "saved")
    assert load_tokenizer(tmp_path / "saved").fingerprint == ours.fingerprint


def test_added_tokens(written, tokenizer, tmp_path) -> None:
    from transformers import AutoTokenizer

    theirs = AutoTokenizer.from_pretrained(str(written))
    assert theirs.add_tokens(["<e1>", "</e1>"]) == 2
    theirs.save_pretrained(str(tmp_path / "added"))
    size = tokenizer.vocabulary_size()
    with pytest.raises(InputError, match="adds 2 pieces.*'<e1>' first.*added_tokens"):
        load_tokenizer(tmp_path / "added")
    without = load_tokenizer(tmp_path / "added", added_tokens="leave")
    assert without.vocabulary_size() == size
    found = load_tokenizer(tmp_path / "added", added_tokens="symbols")
    assert found.pieces([size, size + 1]) == ["<e1>", "</e1>"]
    texts = ["A <e1> table </e1> of rows.", "the <e1> <e1> end </e1>", "nothing"]
    expected = theirs(texts, add_special_tokens=False).input_ids
    assert [ids.tolist() for ids in found.encode(texts)] == expected
    # The same beside a spiece.model, which does not say it.
    shutil.copy(written / "spiece.model", tmp_path / "added")
    with pytest.raises(InputError, match="adds 2 pieces"):
        load_tokenizer(tmp_path / "added")
    beside = load_tokenizer(tmp_path / "added", added_tokens="symbols")
    assert [ids.tolist() for ids in beside.encode(texts)] == expected
