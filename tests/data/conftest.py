"""Stores and data of random ids for the tests of this room."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import hypothesis
import numpy as np
import pytest

# For pytest and for the processes it starts, whatever import mode is set.
sys.path.insert(0, str(Path(__file__).parent))

from stub_tokenizer import FIRST_WORD, StubTokenizer

from keras_albert.data.pipeline import PretrainingData
from keras_albert.data.token_store import TokenStore
from keras_albert.data.token_store_writer import TokenStoreWriter

# Shared machines stall; a slow example is no failure.
hypothesis.settings.register_profile("unhurried", deadline=None, max_examples=60)
hypothesis.settings.load_profile("unhurried")

Documents = Sequence[Sequence[np.ndarray]]


def random_documents(count: int, seed: int = 0, max_sentences: int = 30) -> list[list[np.ndarray]]:
    generator = np.random.default_rng(seed)
    return [
        [
            generator.integers(FIRST_WORD, 1000, generator.integers(1, 30)).astype(np.int32)
            for _ in range(generator.integers(1, max_sentences))
        ]
        for _ in range(count)
    ]


def write_documents(directory: Path, documents: Documents, **options) -> TokenStore:
    tokenizer = StubTokenizer()
    with TokenStoreWriter(
        directory,
        tokenizer_fingerprint=tokenizer.fingerprint,
        vocabulary_size=tokenizer.vocabulary_size(),
        **options,
    ) as writer:
        for number, sentences in enumerate(documents):
            writer.write(f"document-{number}", sentences)
    return TokenStore(directory)


@pytest.fixture
def tokenizer() -> StubTokenizer:
    return StubTokenizer()


@pytest.fixture(scope="session")
def documents() -> list[list[np.ndarray]]:
    return random_documents(40)


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory, documents: Documents) -> TokenStore:
    return write_documents(tmp_path_factory.mktemp("stores") / "store", documents)


@pytest.fixture
def make_store(tmp_path: Path) -> Callable[..., TokenStore]:
    numbers = iter(range(1000))
    return lambda documents, **options: write_documents(
        tmp_path / f"store-{next(numbers)}", documents, **options
    )


@pytest.fixture
def make_data(store: TokenStore, tokenizer: StubTokenizer) -> Callable[..., PretrainingData]:
    def make(store: TokenStore = store, **options) -> PretrainingData:
        settings = {"sequence_length": 64, "batch_size": 4, "max_predictions": 10, "seed": 1}
        return PretrainingData(store, tokenizer, **(settings | options))

    return make
