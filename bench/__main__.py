"""Times ALBERT-base beside its peers on every backend installed, one process at a time.

    python -m bench [--backends jax,torch] [--rounds 5] [--only TEXT] [--output bench-output]

Writes `bench.json` and `bench.md`. Each figure is the median of several rounds; in a round every
contestant runs once on the same batches with the same weights, so that a slow minute of the
machine slows them all. Read the ratios, not the seconds.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

from bench.table import markdown

BACKENDS = ("jax", "tensorflow", "torch")


def main() -> None:
    """Reads the options and runs."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m bench")
    parser.add_argument("--backends", default=",".join(BACKENDS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="cases whose title has this in it")
    parser.add_argument("--output", type=Path, default=Path("bench-output"))
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)

    results = {
        "machine": {
            "processor": platform.processor() or platform.machine(),
            "cores": os.cpu_count(),
            "python": platform.python_version(),
        },
        "rounds": arguments.rounds,
        "backends": {},
    }
    for backend in arguments.backends.split(","):
        print(f"{backend} ...", flush=True)
        child = subprocess.run(
            [sys.executable, "-m", "bench.one_backend", str(arguments.rounds), arguments.only],
            env={**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"},
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if child.returncode:  # it has said why
            sys.exit(child.returncode)
        results["backends"][backend] = json.loads(child.stdout.splitlines()[-1])
        (arguments.output / "bench.json").write_text(json.dumps(results, indent=2) + "\n")
        table = markdown(results)
        (arguments.output / "bench.md").write_text(table)
    print(table)


if __name__ == "__main__":
    main()
