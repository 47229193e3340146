"""A person sees only what this package says: commands as processes, without a GPU."""

import os
import subprocess
import sys
from pathlib import Path

COMMAND = "import sys; sys.argv[0] = 'keras-albert'; from keras_albert.cli import main; "
COMMAND += "sys.exit(main())"


def stderr_of(backend: str, *arguments: object) -> list[str]:
    environment = {**os.environ, "KERAS_BACKEND": backend}
    environment.pop("TF_CPP_MIN_LOG_LEVEL", None)
    finished = subprocess.run(
        [sys.executable, "-c", COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environment,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stderr.splitlines()


def test_workers_that_tokenize_say_nothing(corpus: Path, vocabulary: Path, tmp_path: Path) -> None:
    arguments = ["--corpus", corpus, "--vocabulary", vocabulary, "--output", tmp_path / "S"]
    lines = stderr_of("torch", "prepare", *arguments, "--workers", 2)
    assert all("Tokenizing" in line for line in lines if line.strip()), lines
    assert (tmp_path / "S" / "manifest.json").exists()


def test_a_model_that_answers_says_nothing(pretrained: Path) -> None:
    assert stderr_of("tensorflow", "predict", "--model", pretrained, "--text", "a [MASK]") == []
