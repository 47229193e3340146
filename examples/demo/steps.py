"""Runs commands of `keras-albert`, one after the other or side by side, and times them."""

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

PROGRAM = Path(sys.executable).with_name("keras-albert")


class Steps:
    """The steps of the demo, with the time each took.

    Args:
        folder: where the commands run.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.started = datetime.now().strftime("%Y-%m-%d %H:%M")
        self.clock = time.monotonic()
        self.steps: list[dict[str, Any]] = []

    def run(self, *commands: str, environment: Mapping[str, str] | None = None) -> list[str]:
        """Runs `keras-albert COMMAND` for each, at once on as many as there are cores.

        Args:
            commands: without the program's name.
            environment: variables to set.

        Returns:
            What each printed.
        """
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(
                pool.map(
                    lambda command: self._run_one(command, environment or {}, len(commands) > 1),
                    commands,
                )
            )

    def _run_one(self, command: str, environment: Mapping[str, str], beside: bool) -> str:
        given = "".join(f"{name}={shlex.quote(value)} " for name, value in environment.items())
        print(f"\n$ {given}keras-albert {command}", flush=True)
        start = time.monotonic()
        words = shlex.split(command)
        name = words[words.index("--output" if "--output" in words else "--model") + 1]
        process = subprocess.Popen(
            [PROGRAM, *words],
            cwd=self.folder,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            # A progress bar wants the terminal for itself; beside others a step prints lines.
            stderr=subprocess.PIPE if beside else None,
            text=True,
        )
        with ThreadPoolExecutor(1) as reader:
            output = reader.submit(process.stdout.read)
            for line in process.stderr or ():
                print(f"{name}: {line}", end="", file=sys.stderr, flush=True)
            printed = output.result()
        if process.wait():
            raise SystemExit(f"keras-albert {command} ended with status {process.returncode}.")
        self.steps.append({"command": command, "seconds": time.monotonic() - start})
        return printed
