"""Runs the whole path on the PostgreSQL manual and writes a page of what came of it.

    make demo        (or: python -m examples.demo --output demo-output)

Every step is the command a person would type, and is printed before it runs. A second run starts
over.
"""

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from examples.demo.baseline import bag_of_words
from examples.demo.corpus import write_split
from examples.demo.results import collect

SEEDS = (1, 2, 3)
FINETUNE = (
    "--task text-classification --epochs 4 --batch-size 32 --sequence-length 64 "
    "--learning-rate 0.001 " + " ".join(f"--seed {seed}" for seed in SEEDS)
)
SHIPPED = "albert_micro"


class Demo:
    """The steps, in order, with the time each took."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.started = datetime.now().strftime("%Y-%m-%d %H:%M")
        self.clock = time.monotonic()
        self.steps: list[dict[str, Any]] = []

    def run(self, command: str) -> str:
        """Runs `keras-albert COMMAND` in the demo's folder; returns what it printed."""
        print(f"\n$ keras-albert {command}", flush=True)
        start = time.monotonic()
        done = subprocess.run(
            [Path(sys.executable).with_name("keras-albert"), *shlex.split(command)],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.exit(done.returncode)
        self.steps.append({"command": command, "seconds": time.monotonic() - start})
        return done.stdout

    def all_steps(self) -> None:
        """From the manual to the page."""
        rows = write_split(self.folder / "data")
        print(f"The manual, split by whole pages: {rows}")
        self.run("vocabulary --corpus data/train.jsonl --size 4000 --output vocabulary")
        for name in ("train", "held_out"):
            self.run(
                f"prepare --corpus data/{name}.jsonl --vocabulary vocabulary --output store_{name}"
            )
        self.run("pretrain --recipe albert_nano --data store_train --output pretrained")
        self.run("evaluate --model pretrained --data store_held_out")
        shipped = self._shipped_vocabulary()
        self.run(
            f"prepare --corpus data/held_out.jsonl --vocabulary {shipped} --output store_shipped"
        )
        self.run(f"evaluate --model {SHIPPED} --data store_shipped --output shipped.json")
        labelled = "--train data/parts_train.jsonl --validation data/parts_validation.jsonl"
        for name, extra in (("pretrained", ""), ("scratch", "--from-scratch")):
            self.run(
                f"finetune --model pretrained {labelled} {FINETUNE} {extra} --output parts_{name}"
            )
        self.run("export --model parts_pretrained --format saved-model --output saved_model")
        self.run("export --model parts_pretrained --format tflite --output tflite")
        self.run(
            "export --model parts_pretrained --format tflite --quantize int8 --output tflite_int8"
        )
        texts = self._questions()
        arguments = " ".join(f"--text {shlex.quote(row['text'])}" for row in texts)
        answers = {
            name: json.loads(self.run(f"predict --model {name} {arguments}"))
            for name in ("saved_model", "tflite_int8")
        }
        baseline = bag_of_words(self.folder)
        collect(self, rows, texts, answers, baseline, SHIPPED)

    def _shipped_vocabulary(self) -> str:
        from keras_albert import presets_index

        folder = presets_index.weights_folder(SHIPPED)
        if folder is None:
            sys.exit(f"The weights of {SHIPPED} are not there: run `make {SHIPPED}` first.")
        return shlex.quote(str(next(folder.rglob("*.spm"))))

    def _questions(self) -> list[dict[str, str]]:
        """Six paragraphs of held-out pages, of different parts where there are as many."""
        lines = (self.folder / "data" / "parts_validation.jsonl").read_text("utf-8").splitlines()
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
    folder = arguments.output.resolve()
    if folder.exists():
        if any(folder.iterdir()) and not (folder / "data").is_dir():
            sys.exit(f"{folder} holds something that is no demo; choose another --output.")
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    Demo(folder).all_steps()


if __name__ == "__main__":
    main()
