"""`python -m tests.fuzz --cases 10000`: damaged files for every loader, and a table of outcomes."""

import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from tests.fuzz.cases import READABLE, REFUSED, WRONG, Bench

# Loads that take seconds get fewer of the cases.
SLOW = {"artifact, saved-model": 0.1, "artifact, openvino": 0.3}


def _work(cases: int, seed: int, start: list[int], only: str) -> None:
    """Runs cases, from number start[1] of loader start[0] on, a line of JSON each."""
    from tests.fuzz.loaders import loaders

    with tempfile.TemporaryDirectory() as folder:
        found = [loader for loader in loaders(Path(folder) / "sources") if only in loader.name]
        counts = [max(1, int(cases / len(found) * SLOW.get(loader.name, 1))) for loader in found]
        os.chdir(folder)
        for place, (loader, count) in enumerate(zip(found, counts, strict=True)):
            if place < start[0]:
                continue
            bench = Bench(loader, Path(folder) / f"bench-{place}")
            for number in range(start[1] if place == start[0] else 0, count):
                print(json.dumps(["begin", place, number, loader.name]), flush=True)
                name, outcome = bench.run(f"{seed}/{number}")
                print(
                    json.dumps(["end", loader.name, name, outcome.kind, outcome.what]), flush=True
                )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="a part of a loader's name")
    parser.add_argument("--start", type=int, nargs=2, default=[0, 0], help=argparse.SUPPRESS)
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        _work(options.cases, options.seed, options.start, options.only)
        return 0
    table: dict[str, collections.Counter[str]] = {}
    wrong, start, began = [], [0, 0], time.time()
    while True:
        # In a process of its own: what ends it is found out, and the next case goes on.
        command = [sys.executable, "-m", "tests.fuzz", "--work", "--only", options.only]
        command += ["--cases", str(options.cases), "--seed", str(options.seed)]
        command += ["--start", *map(str, start)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        last = None
        for line in process.stdout:
            if not line.startswith("["):
                continue
            what, *rest = json.loads(line)
            if what == "begin":
                last = rest
                continue
            loader, name, kind, text = rest
            last = None
            table.setdefault(loader, collections.Counter())[kind] += 1
            if kind == WRONG:
                wrong.append(f"{name}: {text}")
                print(wrong[-1], file=sys.stderr, flush=True)
        if process.wait() == 0:
            break
        if last is None:
            return process.returncode
        case = f"{last[2]} #{options.seed}/{last[1]}"
        wrong.append(f"{case}: ended the process with {process.returncode}")
        print(wrong[-1], file=sys.stderr, flush=True)
        table.setdefault(last[2], collections.Counter())[WRONG] += 1
        start = [last[0], last[1] + 1]
    print("| loader | cases | refused in plain words | still readable | wrong |")
    print("|---|---|---|---|---|")
    for loader, counts in table.items():
        numbers = [counts.total(), counts[REFUSED], counts[READABLE], counts[WRONG]]
        print(f"| {loader} | " + " | ".join(f"{number:,}" for number in numbers) + " |")
    total = sum(table.values(), collections.Counter())
    numbers = [total.total(), total[REFUSED], total[READABLE], total[WRONG]]
    print("| **all** | " + " | ".join(f"{number:,}" for number in numbers) + " |")
    print(f"{time.time() - began:.0f} s, seed {options.seed}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
