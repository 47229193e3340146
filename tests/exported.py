"""Small models saved from the backend under test and their exports, each made once a run."""

import gzip
import hashlib
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import keras
from filelock import FileLock

from keras_albert import (
    AlbertBackbone,
    AlbertJointQuestionAnswerer,
    AlbertMaskedLM,
    AlbertMultipleChoice,
    AlbertPretrainer,
    AlbertQuestionAnswerer,
    AlbertSentenceOrderClassifier,
    AlbertTextClassifier,
    AlbertTextEmbedder,
    AlbertTokenClassifier,
)
from keras_albert.export import child_process, exporting, worker
from keras_albert.export.exporting import export
from keras_albert.files import write_json
from keras_albert.runtime.run_saved_model import SavedModelRunner
from keras_albert.text.tokenizers.tokenizer import AlbertTokenizer
from keras_albert.text.tokenizers.wordpiece_tokenizer import WordPieceTokenizer
from keras_albert.text.vocabulary import train_vocabulary

MANUAL = Path(__file__).parents[1] / "examples" / "data" / "postgresql-manual.jsonl.gz"
LABELS = ["sql", "server", "internals"]
SEQUENCE_LENGTH = 64
_ROOT = tempfile.TemporaryDirectory(prefix="keras-albert-tests-")
# What a test makes for itself.
ROOT = Path(_ROOT.name)
# What pytest-xdist's workers have in common; see `conftest.pytest_configure`.
SHARED = Path(os.environ.get("KERAS_ALBERT_TESTS_SHARED", ROOT))


def _made(name: str, make: Callable[[Path], object]) -> Path:
    """SHARED/name, which one worker makes while any other that asks for it waits."""
    path = SHARED / name
    with FileLock(SHARED / f"{name}.lock"):
        if not path.exists():
            aside = SHARED / f"{name}.making"
            make(aside)
            aside.rename(path)
    return path


@cache
def sentences() -> list[str]:
    with gzip.open(MANUAL, "rt", encoding="utf-8") as file:
        pages = [json.loads(next(file)) for _ in range(20)]
    return [paragraph for page in pages for paragraph in page["paragraphs"]][:400]


@cache
def tokenizer() -> AlbertTokenizer:
    # The same bytes in every worker.
    return train_vocabulary(sentences(), ROOT / "vocabulary", size=300)


CHINESE_TEXTS = [
    "\u4eca\u5929[MASK]\u6c14\u5f88\u597d\u3002",
    "The [MASK]s, caf\u00e9!",
    "",
    "\u6570\u636e\u5e93[MASK]\u4e00\u4e2a\u96c6\u5408\uff0c\u4e0d\u662fA[MASK]\u3002",
]


@cache
def chinese_tokenizer() -> WordPieceTokenizer:
    """A WordPiece vocabulary whose special pieces do not stand first."""
    pieces = ["[PAD]", "[unused1]", "a", "the", "##s", "cafe", ",", "!", "[UNK]", "[CLS]", "[SEP]"]
    characters = [c for text in CHINESE_TEXTS for c in text if not c.isascii() and c != "\u00e9"]
    return WordPieceTokenizer(list(dict.fromkeys([*pieces, "[MASK]", *characters])))


@cache
def model_folder(kind: str) -> Path:
    """A preset folder.

    "classifier", "regression", "pretrainer", "masked_lm", "chinese", "token_classifier",
    "multiple_choice", "sentence_order", "text_embedder", "question_answerer" or
    "joint_question_answerer".
    """
    return _made(kind, lambda aside: _save_model(kind, aside))


def _save_model(kind: str, folder: Path) -> None:
    keras.utils.set_random_seed(5)
    vocabulary: Any = chinese_tokenizer() if kind == "chinese" else tokenizer()
    backbone = AlbertBackbone(
        vocabulary_size=vocabulary.vocabulary_size(),
        num_layers=3,
        num_heads=4,
        embedding_dim=16,
        hidden_dim=32,
        intermediate_dim=64,
        max_sequence_length=SEQUENCE_LENGTH,
        # Large weights, so that outputs differ from text to text.
        initializer_range=0.2,
    )
    task: Any
    if kind == "classifier":
        task = AlbertTextClassifier(backbone, num_classes=3)
    elif kind == "regression":
        task = AlbertTextClassifier(backbone, num_classes=1, problem="regression")
    elif kind == "pretrainer":
        task = AlbertPretrainer(backbone)
    elif kind == "token_classifier":
        task = AlbertTokenClassifier(backbone, num_classes=3)
    elif kind == "multiple_choice":
        task = AlbertMultipleChoice(backbone)
    elif kind == "sentence_order":
        task = AlbertSentenceOrderClassifier(backbone)
    elif kind == "text_embedder":
        task = AlbertTextEmbedder(backbone)
    elif kind == "question_answerer":
        task = AlbertQuestionAnswerer(backbone)
    elif kind == "joint_question_answerer":
        task = AlbertJointQuestionAnswerer(backbone)
    else:
        task = AlbertMaskedLM(backbone)
    task.save_to_preset(str(folder))
    vocabulary.save_to_preset(str(folder))
    if kind == "classifier":
        (folder / "labels.json").write_text(json.dumps(LABELS))
    if kind == "token_classifier":
        (folder / "labels.json").write_text(json.dumps(["O", "B-PER", "I-PER"]))


def _short(value: Any) -> str:
    return str(value) if len(str(value)) < 40 else hashlib.sha256(str(value).encode()).hexdigest()


@cache
def _tensorflow_process() -> ProcessPoolExecutor:
    """A process that has imported TensorFlow, for all exports of this run."""
    pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))
    # The environment of its start is that of the first job, as `run_child` sets it.
    with mock.patch.dict(os.environ, KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3"):
        pool.submit(os.getpid).result()
    return pool


_RUNTIME = """
import importlib, json, sys
from pathlib import Path
module = importlib.import_module(sys.argv[1])
for line in sys.stdin:
    module.main(json.loads(Path(line.strip()).read_text("utf-8")))
    print("answered", flush=True)
"""


@cache
def _runtime_process(runner: str, reads_strings: bool) -> subprocess.Popen[str]:
    """A process that has a runner's runtime and nothing else, for all jobs it is asked for."""
    return subprocess.Popen(
        [sys.executable, "-c", _RUNTIME, runner],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _run_child(
    command: list[str], job: dict[str, Any], scratch: Path, log: Path, *rest: Any
) -> None:
    """`run_child`, with one process for all that TensorFlow writes (this one, where it is the
    backend) and one for all it answers: each would import it for ten seconds.

    `export/test_saved_model.py` exports as a user does. What needs no TensorFlow runs in a process
    of its own here, too.
    """
    scratch.mkdir(parents=True)
    job_file, error = scratch / "job.json", scratch / "error.json"
    write_json(job_file, {**job, "error": str(error)})
    if command == ["-m", worker.__name__]:
        if keras.backend.backend() == "tensorflow":
            status = worker.main(str(job_file))
        else:
            status = _tensorflow_process().submit(worker.main, str(job_file)).result()
        assert status == 0, error.read_text()
    elif command[1].endswith(".run_saved_model"):
        description = Path(job["artifact"], SavedModelRunner.description_file)
        options = json.loads(description.read_text("utf-8"))["options"]
        process = _runtime_process(command[1], not options.get("tokens_only", False))
        assert process.stdin is not None and process.stdout is not None
        print(job_file, file=process.stdin, flush=True)
        assert process.stdout.readline() == "answered\n", "see what the process wrote"
    else:
        child_process.run_child(command, job, scratch, log, *rest)


@cache
def artifact(kind: str, artifact_format: str, quantize: str | None = None, **asked: Any) -> Path:
    """An export of that model; its card is export.json in it."""
    name = "-".join([kind, artifact_format, str(quantize), *map(_short, asked.values())])
    name = "".join(letter for letter in name if letter.isalnum() or letter in "-_")
    texts = [text.replace("[MASK]", "") or "a" for text in CHINESE_TEXTS]
    settings: Any = {"texts": texts} if kind == "chinese" else {}
    settings |= {
        name: asked.pop(name) for name in ("depth", "data", "calibration") if name in asked
    }
    options = {key: list(v) if isinstance(v, tuple) else v for key, v in asked.items()}

    def make(aside: Path) -> None:
        with mock.patch.object(exporting, "run_child", _run_child):
            export(
                artifact_format,
                model_folder(kind),
                aside,
                quantize=quantize,
                options=options,
                **settings,
            )

    return _made(name, make)
