"""A vocabulary learnt from the manual, and networks small enough for every test."""

import gzip
import itertools
import json
import re
import warnings
from pathlib import Path

import pytest

from keras_albert import AlbertBackbone, AlbertTokenizer, WordPieceTokenizer
from keras_albert.benchmarks.questions.passage_question import PassageQuestion
from keras_albert.benchmarks.questions.squad_files import read_squad
from keras_albert.text import train_vocabulary

CMRC = Path(__file__).parents[2] / "examples" / "data" / "cmrc2018_trial.squad.json.gz"
MANUAL = Path(__file__).parents[2] / "examples" / "data" / "postgresql-manual.jsonl.gz"


@pytest.fixture(scope="session")
def paragraphs() -> list[str]:
    with gzip.open(MANUAL, "rt", encoding="utf-8") as file:
        return [p for line in itertools.islice(file, 40) for p in json.loads(line)["paragraphs"]]


@pytest.fixture(scope="session")
def tokenizer(paragraphs, tmp_path_factory) -> AlbertTokenizer:
    folder = tmp_path_factory.mktemp("vocabulary")
    train_vocabulary(paragraphs, folder, size=500)
    return AlbertTokenizer.load(folder)


@pytest.fixture
def backbone() -> AlbertBackbone:
    return AlbertBackbone(
        vocabulary_size=500,
        num_layers=2,
        num_heads=2,
        embedding_dim=8,
        hidden_dim=16,
        intermediate_dim=32,
        max_sequence_length=32,
        initializer_range=0.2,
    )


@pytest.fixture(scope="session")
def cmrc() -> list[PassageQuestion]:
    """The 1,002 questions of CMRC 2018's trial set."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # five answers are one character off
        return read_squad(CMRC).items


@pytest.fixture(scope="session")
def cmrc_tokenizer(cmrc) -> WordPieceTokenizer:
    """Every character of the passages, and the Latin words and numbers of them, as one piece."""
    texts = [question.passage.lower() for question in cmrc]
    characters = {c for text in texts for c in text if not c.isspace()} | set("何时几甲乙丙")
    words = sorted({w for text in texts for w in re.findall("[a-z]+|[0-9]+", text) if len(w) > 1})
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    return WordPieceTokenizer([*special, *sorted(characters), *words])
