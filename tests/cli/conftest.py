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


@pytest.fixture
def run(capsys: Any) -> Callable[..., Any]:
    """Runs the command line in this process; returns its result from standard output."""

    def run(*arguments: object) -> Any:
        status = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        assert status == 0, captured.err
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
