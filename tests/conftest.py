"""Settings every test shares, and which tests run once and which on every backend."""

import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

# Before anything imports Keras: the backend is fixed at its first import.
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Compiling is most of the tests' time on JAX, and they check values, not speed.
os.environ.setdefault(
    "XLA_FLAGS",
    "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"
    " --xla_cpu_use_fusion_emitters=false",
)

import pytest

TESTS = Path(__file__).parent

# Rooms that are plain Python and NumPy.
BACKEND_INDEPENDENT_FOLDERS = {"text", "data", "cli", "convert", "fetching"}
BACKEND_INDEPENDENT_FILES = {
    "test_errors.py",
    "test_files.py",
    "test_packaging.py",
    "test_presets_index.py",
    "test_public_names.py",
    "test_structure.py",
}


# What tests with a mark take beside Python.
PROGRAMS = {"node": ("node",), "browser": ("node", "npm", "chromium")}
_LEFT_OUT: list[str] = []


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for line in _LEFT_OUT:
        terminalreporter.write_line(line, yellow=True)


@pytest.fixture(autouse=True)
def _seeded() -> None:
    """A test draws the same weights and inputs every time, alone or among others.

    TensorFlow's generator is left as it is: nothing here draws from it, and with its seed go all
    kernels, so that a step already compiled takes another second.
    """
    if "keras" in sys.modules:
        with mock.patch("tensorflow.random.set_seed", lambda seed: None):
            sys.modules["keras"].utils.set_random_seed(0)


@pytest.fixture(autouse=True, scope="module")
def _memory_is_tidied() -> Iterator[None]:
    """JAX keeps every program it compiled, which comes to ten gigabytes over all tests."""
    yield
    if "jax" in sys.modules and os.environ["KERAS_BACKEND"] == "jax":
        sys.modules["jax"].clear_caches()
    _freeze()


def _freeze() -> None:
    """Takes what is there to stay, millions of the frameworks' objects, out of collection's sight.

    A garbage collection takes a second otherwise, and Keras asks for one at every attribute it
    deletes.
    """
    gc.collect()
    gc.freeze()


def pytest_configure(config: pytest.Config) -> None:
    """Gives the workers of a run a folder in common, for what is slow to make."""
    if not hasattr(config, "workerinput"):
        shared = tempfile.mkdtemp(prefix="keras-albert-shared-")
        os.environ["KERAS_ALBERT_TESTS_SHARED"] = shared
        # A program that one test compiled on JAX serves all, in workers and child processes too;
        # the smallest as well, which are the most.
        os.environ["JAX_COMPILATION_CACHE_DIR"] = str(Path(shared) / "jax")
        os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop("KERAS_ALBERT_TESTS_SHARED"), ignore_errors=True)


def pytest_collection_finish() -> None:
    _freeze()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Marks each test `once` or `per_backend` by where it stands, unless it says so itself.

    Tests of the page take programs that pip does not bring. Where these are missing the tests are
    left out and the summary says so; in the gate, which installs them, that is an error.
    """
    for mark, programs in PROGRAMS.items():
        missing = [program for program in programs if shutil.which(program) is None]
        affected = [item for item in items if item.get_closest_marker(mark)] if missing else []
        if affected and os.environ.get("CI"):
            raise pytest.UsageError(f"{len(affected)} tests need {', '.join(missing)}.")
        if affected:
            items[:] = [item for item in items if item not in affected]
            config.hook.pytest_deselected(items=affected)
            _LEFT_OUT.append(f"{len(affected)} tests were left out: no {', '.join(missing)} here.")
    for item in items:
        if any(item.get_closest_marker(name) for name in ("once", "per_backend", "matrix")):
            continue
        path = item.path.relative_to(TESTS)
        once = path.parts[0] in BACKEND_INDEPENDENT_FOLDERS | BACKEND_INDEPENDENT_FILES
        item.add_marker(pytest.mark.once if once else pytest.mark.per_backend)
