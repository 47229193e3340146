"""Trains `albert_micro` and puts its weights and vocabulary into presets/weights/.

    make albert_micro      (or: python -m examples.train_albert_micro --output micro-output)

About an hour on two cores. Stopped, it goes on where it was. The pages that the demo holds out are
held out here too. Expected on them: see presets/weights/albert_micro/evaluation.json, which this
writes.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from examples.demo.corpus import write_split
from keras_albert.files import read_json, write_directory_aside, write_json

NAME = "albert_micro"
WEIGHTS = Path(__file__).parent.parent / "presets" / "weights" / NAME


def run(folder: Path, command: str) -> None:
    """`keras-albert COMMAND` in `folder`."""
    print(f"$ keras-albert {command}", flush=True)
    program = Path(sys.executable).with_name("keras-albert")
    subprocess.run([program, *command.split()], cwd=folder, check=True)


def main() -> None:
    """Reads the options and runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("micro-output"))
    folder = parser.parse_args().output.resolve()
    os.environ.setdefault("KERAS_BACKEND", "jax")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    write_split(folder / "data")
    if not (folder / "vocabulary").exists():
        run(folder, "vocabulary --corpus data/train.jsonl --size 4000 --output vocabulary")
    for name in ("train", "held_out"):
        if not (folder / f"store_{name}").exists():
            run(
                folder,
                f"prepare --corpus data/{name}.jsonl --vocabulary vocabulary --output store_{name}",
            )
    run(folder, f"pretrain --recipe {NAME} --data store_train --output run")
    run(folder, "evaluate --model run --data store_held_out")
    with write_directory_aside(WEIGHTS, replace=True) as aside:
        shutil.copytree(folder / "run" / "model", aside, dirs_exist_ok=True)
        write_json(aside / "evaluation.json", read_json(folder / "run" / "evaluation.json"))
        for name in ("recipe.json", "versions.json"):
            shutil.copy(folder / "run" / name, aside / name)
    print(f"The weights are in {WEIGHTS}")


if __name__ == "__main__":
    main()
