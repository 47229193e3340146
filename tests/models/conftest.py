"""A vocabulary learnt from the manual, and networks small enough for every test."""

import gzip
import itertools
import json
from pathlib import Path

import pytest

from keras_albert import AlbertBackbone, AlbertTokenizer
from keras_albert.text import train_vocabulary

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
