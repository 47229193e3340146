"""The PostgreSQL manual and a small vocabulary learnt from it."""

import gzip
import json
from pathlib import Path

import pytest

from keras_albert.text import AlbertTokenizer, train_vocabulary

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
