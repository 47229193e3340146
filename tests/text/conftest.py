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


@pytest.fixture(scope="session")
def digit_tokenizer(
    paragraphs: list[str], tmp_path_factory: pytest.TempPathFactory
) -> AlbertTokenizer:
    """A vocabulary with pieces like `1,`, and Google's rule for them switched on."""
    folder = tmp_path_factory.mktemp("digits")
    lists = [f"Rows 1, 2, {n}, {n % 7}0, and x{n % 9}, or 1,{n % 5}00,000." for n in range(300)]
    train_vocabulary(paragraphs[::50] + lists * 3, folder, size=600)
    return AlbertTokenizer.load(folder, google_digit_comma=True)
