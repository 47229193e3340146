"""A small corpus and what the first two commands make of it."""

import gzip
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from keras_albert.cli import main

MANUAL = Path(__file__).parents[2] / "examples" / "data" / "postgresql-manual.jsonl.gz"


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """40 pages of the manual as JSON lines."""
    path = tmp_path_factory.mktemp("corpus") / "corpus.jsonl"
    with gzip.open(MANUAL, "rt", encoding="utf-8") as pages, path.open("w") as file:
        file.writelines(itertools.islice(pages, 40))
    return path


@pytest.fixture(scope="session")
def vocabulary(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("vocabulary") / "V"
    assert (
        main(["vocabulary", "--corpus", str(corpus), "--size", "600", "--output", str(path)]) == 0
    )
    return path


@pytest.fixture(scope="session")
def store(corpus: Path, vocabulary: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store") / "STORE"
    arguments = ["--corpus", str(corpus), "--vocabulary", str(vocabulary), "--output", str(path)]
    assert main(["prepare", *arguments]) == 0
    return path


@pytest.fixture(scope="session")
def held_out(vocabulary: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of the next 3 pages."""
    folder = tmp_path_factory.mktemp("held_out")
    with gzip.open(MANUAL, "rt", encoding="utf-8") as pages:
        (folder / "pages.jsonl").write_text("".join(itertools.islice(pages, 40, 43)), "utf-8")
    corpus = ["--corpus", str(folder / "pages.jsonl"), "--vocabulary", str(vocabulary)]
    assert main(["prepare", *corpus, "--output", str(folder / "STORE")]) == 0
    return folder / "STORE"


@pytest.fixture
def run(capsys: Any) -> Callable[..., Any]:
    """Runs the command line in this process; returns its result from standard output."""

    def run(*arguments: object) -> Any:
        status = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        assert status == 0, captured.err
        if arguments[0] == "predict" and "--output" not in arguments:
            return [json.loads(line) for line in captured.out.splitlines()]
        return json.loads(captured.out)

    return run


@pytest.fixture
def refused(capsys: Any) -> Callable[..., str]:
    """Runs the command line, which must fail with status 2 and one line; returns the line."""

    def refused(*arguments: object) -> str:
        status = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        assert (status, captured.out) == (2, "")
        # Progress that was shown before the error is not part of it.
        lines = [line for line in captured.err.splitlines() if line.startswith("Error: ")]
        assert len(lines) == 1, captured.err
        assert captured.err.endswith(f"{lines[0]}\n")
        return lines[0]

    return refused


RECIPE: dict[str, Any] = {
    "name": "tiny",
    "source": "this test",
    "architecture": {
        "num_layers": 2,
        "num_heads": 2,
        "embedding_dim": 8,
        "hidden_dim": 16,
        "intermediate_dim": 32,
        "max_sequence_length": 32,
    },
    "data": {"sequence_length": 32, "batch_size": 4, "max_predictions": 5},
    "optimizer": {"name": "adamw", "learning_rate": 0.01, "warmup_steps": 1},
    "total_steps": 4,
    "seed": 0,
    "checkpoint_every": 2,
    "sources": dict.fromkeys(
        ["architecture", "data", "optimizer", "total_steps", "seed", "checkpoint_every"], "a test"
    ),
}


@pytest.fixture(scope="session")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recipe") / "tiny.json"
    path.write_text(json.dumps(RECIPE))
    return path


@pytest.fixture(scope="session")
def pretrained(recipe: Path, store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("run") / "RUN"
    arguments = ["--recipe", str(recipe), "--data", str(store), "--output", str(path)]
    assert main(["pretrain", *arguments]) == 0
    return path


@pytest.fixture(scope="session")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight labelled texts."""
    path = tmp_path_factory.mktemp("labelled") / "texts.jsonl"
    rows = [{"text": f"{word} number {i}", "label": word} for i in range(4) for word in "ab"]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


FINETUNE = ["--epochs", "1", "--batch-size", "4", "--sequence-length", "16"]


@pytest.fixture(scope="session")
def finetuned(pretrained: Path, labelled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("run2") / "RUN2"
    files = ["--train", str(labelled), "--validation", str(labelled), "--output", str(path)]
    task = ["--model", str(pretrained), "--task", "text-classification"]
    assert main(["finetune", *task, *files, *FINETUNE]) == 0
    return path
