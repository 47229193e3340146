"""A corpus made up from a seed, its vocabulary and its token store; a recipe of seconds."""

import json
import random

import pytest

from keras_albert.data.token_store_writer import TokenStoreWriter
from keras_albert.text.vocabulary import train_vocabulary
from keras_albert.training import Recipe, pretrain

VOCABULARY_SIZE = 70


def make_documents(seed, count=30):
    """Documents of a language of 60 words."""
    rng = random.Random(0)
    words = ["".join(rng.choices("abcdefghij", k=rng.randint(2, 6))) for _ in range(60)]
    rng = random.Random(seed)
    return [
        [" ".join(rng.choices(words, k=rng.randint(4, 9))) + "." for _ in range(rng.randint(4, 8))]
        for _ in range(count)
    ]


def write_store(folder, tokenizer, documents):
    with TokenStoreWriter(
        folder, tokenizer_fingerprint=tokenizer.fingerprint, vocabulary_size=VOCABULARY_SIZE
    ) as writer:
        for number, document in enumerate(documents):
            writer.write(f"document-{number}", tokenizer.encode(document))
    tokenizer.save(folder / "tokenizer")
    return folder


@pytest.fixture(scope="session")
def tokenizer(tmp_path_factory):
    sentences = [sentence for document in make_documents(1) for sentence in document]
    return train_vocabulary(sentences, tmp_path_factory.mktemp("v"), size=VOCABULARY_SIZE)


@pytest.fixture(scope="session")
def store(tokenizer, tmp_path_factory):
    return write_store(tmp_path_factory.mktemp("data") / "store", tokenizer, make_documents(1))


@pytest.fixture(scope="session")
def held_out_store(tokenizer, tmp_path_factory):
    folder = tmp_path_factory.mktemp("data") / "held-out"
    return write_store(folder, tokenizer, make_documents(2, 12))


@pytest.fixture(scope="session")
def recipe_content():
    """A recipe as a file holds it: dropout on, two batches an update."""
    content = {
        "name": "tiny",
        "source": "made for the tests",
        "architecture": {
            "num_layers": 2,
            "num_heads": 2,
            "embedding_dim": 8,
            "hidden_dim": 16,
            "intermediate_dim": 32,
            "dropout": 0.1,
            # About 1 / sqrt(hidden_dim): at 0.02 so narrow a network learns nothing in seconds.
            "initializer_range": 0.2,
            "max_sequence_length": 32,
        },
        "data": {"sequence_length": 32, "batch_size": 4, "max_predictions": 5},
        "optimizer": {"name": "lamb", "learning_rate": 0.01, "warmup_steps": 3},
        "total_steps": 16,
        "gradient_accumulation": 2,
        "seed": 7,
        "checkpoint_every": 3,
        "log_every": 4,
    }
    numbers = ["architecture", "data", "optimizer", "total_steps", "gradient_accumulation"]
    numbers += ["seed", "checkpoint_every", "log_every"]
    content["sources"] = dict.fromkeys(numbers, "made for the tests")
    return json.loads(json.dumps(content))


@pytest.fixture
def recipe(recipe_content):
    return Recipe.model_validate(recipe_content)


@pytest.fixture(scope="session")
def whole_run(recipe_content, store, tmp_path_factory):
    """A run never killed; its folder and its result."""
    output = tmp_path_factory.mktemp("runs") / "whole"
    return output, pretrain(Recipe.model_validate(recipe_content), store, output)
