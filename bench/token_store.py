"""Measures the token store: memory against the size of the corpus, and sentences a second.

    python bench/token_store.py [--times 100] [--output bench-output/token_store.json]

Writes JSON. Memory is the peak resident size of a fresh process that prepares (or reads) a corpus,
and of one that does so with the same corpus repeated; if memory grew with the corpus, the second
would hold the text and the ids of all of it. Speeds are medians of interleaved rounds over the
same sentences. About five minutes on two cores.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from keras_albert.data.pipeline import PretrainingData
from keras_albert.data.prepare import prepare
from keras_albert.data.token_store import TokenStore
from keras_albert.files import write_json
from keras_albert.text import AlbertTokenizer, read_documents, train_vocabulary

MANUAL = Path(__file__).parent.parent / "examples" / "data" / "postgresql-manual.jsonl.gz"


def forget_peak() -> float:
    """Starts the peak anew and returns the resident size now, in MB (Linux)."""
    Path("/proc/self/clear_refs").write_text("5")
    return peak_megabytes()


def peak_megabytes() -> float:
    """The largest resident size since `forget_peak`, in MB (Linux).

    Not `getrusage`: its figure begins with the size of the process that started this one.
    """
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def in_fresh_process(*arguments: str) -> dict[str, float]:
    """Runs one of the steps below in a process of its own and returns what it printed."""
    command = [sys.executable, __file__, *arguments]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(run.stdout.splitlines()[-1])


def step_prepare(corpus: str, vocabulary: str, store: str) -> dict[str, float]:
    """Prepares a corpus and says what it took."""
    tokenizer = AlbertTokenizer.load(vocabulary)
    tokenizer.encode(["warm up"])
    before = forget_peak()
    start = time.perf_counter()
    counts = prepare([corpus], tokenizer, store, split="lines")["counts"]
    seconds = time.perf_counter() - start
    return {
        "sentences": counts["sentences"],
        "tokens": counts["tokens"],
        "seconds": round(seconds, 2),
        "sentences_per_second": round(counts["sentences"] / seconds),
        "mb_before": round(before, 1),
        "peak_mb": round(peak_megabytes(), 1),
        "store_mb": round(sum(f.stat().st_size for f in Path(store).iterdir()) / 2**20, 1),
        "corpus_mb": round(Path(corpus).stat().st_size / 2**20, 1),
    }


def step_read(store: str, vocabulary: str) -> dict[str, float]:
    """Makes a hundred batches from a store and says what they took."""
    tokenizer = AlbertTokenizer.load(vocabulary)
    _ = tokenizer.word_starts
    before = forget_peak()
    opened = TokenStore(store, tokenizer.fingerprint)
    data = PretrainingData(
        opened, tokenizer, sequence_length=128, batch_size=32, max_predictions=20, seed=0
    )
    iterator = iter(data)
    next(iterator)
    count = 100
    start = time.perf_counter()
    for _ in range(count):
        next(iterator)
    seconds = time.perf_counter() - start
    return {
        "instances_an_epoch": data.num_instances,
        "instances_per_second": round(count * 32 / seconds),
        "mb_before": round(before, 1),
        "peak_mb": round(peak_megabytes(), 1),
    }


def write_lines(path: Path, documents: list[list[str]], times: int) -> None:
    """Plain text: a sentence a line, a blank line between documents."""
    with path.open("w", encoding="utf-8") as file:
        for _ in range(times):
            for sentences in documents:
                file.write("\n".join(sentences) + "\n\n")


def keras_hub_in_tf_data(path: Path, vocabulary: Path, batch_size: int) -> int:
    """KerasHub's own tokenizer over the lines of a file; returns the number of sentences."""
    import keras_hub
    import tensorflow as tf

    tokenizer = keras_hub.tokenizers.SentencePieceTokenizer(str(vocabulary / "spiece.model"))
    lines = tf.data.TextLineDataset(str(path)).filter(lambda line: tf.strings.length(line) > 0)
    batches = lines.batch(batch_size).map(tokenizer, num_parallel_calls=tf.data.AUTOTUNE)
    return sum(int(batch.nrows()) for batch in batches.prefetch(tf.data.AUTOTUNE))


def speeds(path: Path, vocabulary: Path, rounds: int) -> dict[str, float]:
    """Sentences a second of each way, medians of interleaved rounds."""
    tokenizer = AlbertTokenizer.load(vocabulary)
    sentences = [s for d in read_documents([str(path)], split="lines") for s in d.sentences]
    folders = iter(range(10**6))

    def prepared(workers: int) -> int:
        with tempfile.TemporaryDirectory() as folder:
            output = Path(folder) / str(next(folders))
            manifest = prepare([str(path)], tokenizer, output, workers=workers, split="lines")
        return manifest["counts"]["sentences"]

    ways: dict[str, Callable[[], int]] = {
        "ours: prepare, file to finished store, 1 process": lambda: prepared(1),
        "ours: tokenizer.encode alone": lambda: len(tokenizer.encode(sentences)),
        "KerasHub in tf.data, batches of 64": lambda: keras_hub_in_tf_data(path, vocabulary, 64),
        "KerasHub in tf.data, batches of 256": lambda: keras_hub_in_tf_data(path, vocabulary, 256),
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            start = time.perf_counter()
            count = way()
            taken[name].append(count / (time.perf_counter() - start))
            assert count == len(sentences), (name, count, len(sentences))
    return {name: round(statistics.median(values)) for name, values in taken.items()}


def main() -> None:
    """Measures everything and writes the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", default=str(MANUAL))
    parser.add_argument("--documents", type=int, default=115, help="how many of the corpus")
    parser.add_argument("--times", type=int, default=100, help="how often the long corpus has them")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", default="bench-output/token_store.json")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        read = read_documents([arguments.corpus])
        documents = [d.sentences for d, _ in zip(read, range(arguments.documents), strict=False)]
        vocabulary = folder / "vocabulary"
        train_vocabulary((s for d in documents for s in d), vocabulary, size=3000)
        small, large = folder / "small.txt", folder / "large.txt"
        write_lines(small, documents, 1)
        write_lines(large, documents, arguments.times)
        result: dict[str, object] = {"times": arguments.times, "prepare": {}, "read": {}}
        for label, path in (("small", small), ("large", large)):
            store = str(folder / label)
            result["prepare"][label] = in_fresh_process(
                "--step", "prepare", str(path), str(vocabulary), store
            )
            result["read"][label] = in_fresh_process("--step", "read", store, str(vocabulary))
        medium = folder / "medium.txt"
        write_lines(medium, documents, 10)
        result["sentences_per_second"] = speeds(medium, vocabulary, arguments.rounds)
    write_json(arguments.output, result)
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--step"]:
        step = {"prepare": step_prepare, "read": step_read}[sys.argv[2]]
        print(json.dumps(step(*sys.argv[3:])))
    else:
        main()
