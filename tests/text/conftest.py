"""The PostgreSQL manual, a Chinese classic and small vocabularies made from them."""

import gzip
import io
import json
from collections import Counter
from pathlib import Path

import pytest
import sentencepiece

from keras_albert.text import AlbertTokenizer, WordPieceTokenizer, train_vocabulary
from tests.text.google_wordpiece import basic_tokens

SANGUO = Path(__file__).parents[2] / "examples" / "data" / "sanguo-sample.jsonl.gz"
MANUAL = Path(__file__).parents[2] / "examples" / "data" / "postgresql-manual.jsonl.gz"


@pytest.fixture(scope="session")
def manual() -> Path:
    return MANUAL


@pytest.fixture(scope="session")
def paragraphs() -> list[str]:
    """All paragraphs of the manual, in order."""
    with gzip.open(MANUAL, "rt", encoding="utf-8") as file:
        return [paragraph for line in file for paragraph in json.loads(line)["paragraphs"]]


@pytest.fixture(scope="session")
def vocabulary(paragraphs: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A vocabulary folder of 2,000 pieces, learnt from every sixth paragraph."""
    folder = tmp_path_factory.mktemp("vocabulary")
    train_vocabulary(paragraphs[::6], folder, size=2000)
    return folder


@pytest.fixture(scope="session")
def tokenizer(vocabulary: Path) -> AlbertTokenizer:
    return AlbertTokenizer.load(vocabulary)


@pytest.fixture(scope="session")
def digit_tokenizer(
    paragraphs: list[str], tmp_path_factory: pytest.TempPathFactory
) -> AlbertTokenizer:
    """A vocabulary with pieces like `1,`, and Google's rule for them switched on."""
    folder = tmp_path_factory.mktemp("digits")
    lists = [f"Rows 1, 2, {n}, {n % 7}0, and x{n % 9}, or 1,{n % 5}00,000." for n in range(300)]
    train_vocabulary(paragraphs[::50] + lists * 3, folder, size=600)
    return AlbertTokenizer.load(folder, google_digit_comma=True)


@pytest.fixture(scope="session")
def chinese_paragraphs() -> list[str]:
    """Ten chapters of the Romance of the Three Kingdoms, by paragraphs."""
    with gzip.open(SANGUO, "rt", encoding="utf-8") as file:
        return [paragraph for line in file for paragraph in json.loads(line)["paragraphs"]]


@pytest.fixture(scope="session")
def chinese_vocabulary(
    chinese_paragraphs: list[str], paragraphs: list[str], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A vocab.txt as the published ones are: unused pieces first, characters, words, suffixes."""
    words = Counter(word for text in paragraphs[::30] for word in basic_tokens(text))
    characters = Counter(word for text in chinese_paragraphs[::2] for word in basic_tokens(text))
    letters = [chr(point) for point in range(0x21, 0x7F) if not chr(point).isupper()]
    pieces = ["[PAD]", "[unused1]", "[unused2]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    pieces += [*letters, *(f"##{letter}" for letter in letters)]
    pieces += [*(word for word, _ in characters.most_common(1500))]
    pieces += [*(word for word, _ in words.most_common(700))]
    pieces += ["##ing", "##ed", "##er", "##s", "##ion", "##al", "\u03c2", "\u03c3", "##\u03c2"]
    pieces += ["##\u03c3", "\u03bf", "##\u03b4", "##\u03bf", "\u1112", "##\u1161"]
    folder = tmp_path_factory.mktemp("chinese")
    content = "".join(f"{piece}\n" for piece in dict.fromkeys(pieces))
    (folder / "vocab.txt").write_text(content, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def chinese_tokenizer(chinese_vocabulary: Path) -> WordPieceTokenizer:
    return WordPieceTokenizer.load(chinese_vocabulary)


@pytest.fixture(scope="session")
def published_model(paragraphs: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model as Google published it: nmt_nfkc, and text expected to be normalised before.

    Options as in google-research/albert, README, "SentencePiece".
    """
    written = io.BytesIO()
    lists = [f"rows 1, 2, {n}, {n % 7}0, and x{n % 9}, or 1,{n % 5}00,000." for n in range(300)]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([*(text.lower() for text in paragraphs[::9]), *lists * 3]),
        model_writer=written,
        vocab_size=2000,
        model_type="unigram",
        character_coverage=0.99995,
        normalization_rule_name="nmt_nfkc",
        pad_id=0,
        unk_id=1,
        bos_id=-1,
        eos_id=-1,
        control_symbols=["[CLS]", "[SEP]", "[MASK]"],
        user_defined_symbols=["(", ")", '"', "-", ".", "\u2013", "\u00a3", "\u20ac"],
        num_threads=2,
        minloglevel=2,
    )
    path = tmp_path_factory.mktemp("published") / "30k-clean.model"
    path.write_bytes(written.getvalue())
    return path
