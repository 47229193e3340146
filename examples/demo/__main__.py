"""Runs the whole path on the PostgreSQL manual and writes a page of what came of it.

    make demo        (or: python -m examples.demo --output demo-output)

Every step is the command a person would type, and is printed before it runs. Steps that do not
need each other run side by side. A second run starts over.
"""

import argparse
import json
import os
import shlex
import shutil
import sys
from pathlib import Path

from examples.demo.baseline import bag_of_words
from examples.demo.corpus import write_split
from examples.demo.results import collect
from examples.demo.steps import Steps

SEEDS = (1, 2, 3)
FINETUNE = (
    "--task text-classification --epochs 3 --batch-size 32 --sequence-length 64 "
    "--learning-rate 0.001 " + " ".join(f"--seed {seed}" for seed in SEEDS)
)
SHIPPED = "albert_micro"
LABELLED = "--train data/parts_train.jsonl --validation data/parts_validation.jsonl"
# Products of matrices this small gain nothing from being split: each core as a device of its own,
# which takes its share of every batch, makes an update 1.4 times faster on two cores.
DEVICES = {"XLA_FLAGS": "--xla_force_host_platform_device_count=2"}
ONE_THREAD = {"XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false"}
# In a folder that the demo made, and may remove.
MARK = ".keras-albert-demo"


def run_all(folder: Path) -> None:
    """From the manual to the page."""
    steps = Steps(folder)
    rows = write_split(folder / "data")
    print(f"The manual, split by whole pages: {rows}")
    steps.run(
        "vocabulary --corpus data/train.jsonl --size 4000 --output vocabulary",
        f"prepare --corpus data/held_out.jsonl --vocabulary {_shipped_vocabulary()} "
        "--output store_shipped",
    )
    steps.run(
        "prepare --corpus data/train.jsonl --vocabulary vocabulary --output store_train",
        "prepare --corpus data/held_out.jsonl --vocabulary vocabulary --output store_held_out",
    )
    steps.run(
        "pretrain --recipe albert_nano --data store_train --output pretrained",
        environment=DEVICES,
    )
    steps.run(
        "evaluate --model pretrained --data store_held_out",
        f"evaluate --model {SHIPPED} --data store_shipped --output shipped.json",
    )
    steps.run(
        f"finetune --model pretrained {LABELLED} {FINETUNE} --output parts_pretrained",
        f"finetune --model pretrained {LABELLED} {FINETUNE} --from-scratch --output parts_scratch",
        environment=ONE_THREAD,
    )
    exports = ("saved-model", "tflite", "tflite --quantize int8")
    outputs = ("saved_model", "tflite", "tflite_int8")
    steps.run(
        *(
            f"export --model parts_pretrained --format {options} --output {output}"
            for options, output in zip(exports, outputs, strict=True)
        )
    )
    texts = _questions(folder)
    arguments = " ".join(f"--text {shlex.quote(row['text'])}" for row in texts)
    asked = ("saved_model", "tflite_int8")
    answered = steps.run(*(f"predict --model {name} {arguments}" for name in asked))
    answers = {
        name: [json.loads(line) for line in lines.splitlines()]
        for name, lines in zip(asked, answered, strict=True)
    }
    collect(steps, rows, texts, answers, bag_of_words(folder), SHIPPED)


def _shipped_vocabulary() -> str:
    from keras_albert import presets_index

    folder = presets_index.weights_folder(SHIPPED)
    if folder is None:
        sys.exit(f"The weights of {SHIPPED} are not there: run `make {SHIPPED}` first.")
    return shlex.quote(str(next(folder.rglob("*.spm"))))


def _questions(folder: Path) -> list[dict[str, str]]:
    """Six paragraphs of held-out pages, of different parts where there are as many."""
    lines = (folder / "data" / "parts_validation.jsonl").read_text("utf-8").splitlines()
    by_part: dict[str, dict[str, str]] = {}
    for row in map(json.loads, lines):
        if 120 <= len(row["text"]) <= 260:
            by_part.setdefault(row["label"], row)
    return list(by_part.values())[:6]


def main() -> None:
    """Reads the options and runs."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m examples.demo")
    parser.add_argument("--output", type=Path, default=Path("demo-output"))
    arguments = parser.parse_args()
    os.environ.setdefault("KERAS_BACKEND", "jax")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    run_all(emptied(arguments.output.resolve()))


def emptied(folder: Path) -> Path:
    """The folder without what an earlier demo left in it, and marked as a demo's.

    Raises:
        SystemExit: it holds what no demo made.
    """
    if folder.is_dir() and any(folder.iterdir()):
        if not (folder / MARK).is_file():
            sys.exit(f"{folder} holds something that is no demo; choose another --output.")
        shutil.rmtree(folder)
    elif folder.exists() and not folder.is_dir():
        sys.exit(f"{folder} is a file; choose another --output.")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()
    return folder


if __name__ == "__main__":
    main()
