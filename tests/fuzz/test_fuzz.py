"""Damaged files are refused in plain words, or read; nothing else happens."""

import collections
from pathlib import Path

import pytest

from tests.fuzz.cases import READABLE, REFUSED, WRONG, Bench, Loader
from tests.fuzz.loaders import loaders
from tests.fuzz.mutations import mutations_of, pickled

pytestmark = pytest.mark.once

# `make fuzz` takes ten thousand. Of the loaders that take long, fewer.
CASES = 10
FEW = {"artifact, saved-model": 2, "artifact, openvino": 3}


@pytest.fixture(scope="module")
def sources(tmp_path_factory) -> list[Loader]:
    return loaders(tmp_path_factory.mktemp("sources"))


def test_every_loader(sources, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    wrong, counts = [], collections.Counter()
    for number, loader in enumerate(sources):
        bench = Bench(loader, tmp_path / f"{number}")
        loader.load(bench.path)  # what is not damaged
        for case in range(FEW.get(loader.name, CASES)):
            name, outcome = bench.run(f"0/{case}")
            counts[outcome.kind] += 1
            if outcome.kind == WRONG:
                wrong.append(f"{name}: {outcome.what}")
    assert not wrong, "\n".join(wrong)
    assert counts[REFUSED] > 200 and counts[READABLE] > 50


def test_a_pickle_that_runs_something_is_refused(sources, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    hostile = [loader for loader in sources if "pickle" in loader.name]
    assert len(hostile) == 2
    for number, loader in enumerate(hostile):
        bench = Bench(loader, tmp_path / f"{number}")
        (file,) = (path for path in bench.files if path.suffix == ".bin")
        import random

        content = pickled(bench.contents[file], random.Random(0), [])
        file.unlink()
        file.write_bytes(content)
        outcome = bench._outcome()
        assert outcome.kind == REFUSED, outcome


class _Files:
    """Loaders that do what none may, so that the harness itself is known to see it."""

    @staticmethod
    def raises(path: Path) -> None:
        raise KeyError("config")

    @staticmethod
    def names_nothing(path: Path) -> None:
        raise ValueError("it is damaged")

    @staticmethod
    def several_lines(path: Path) -> None:
        raise ValueError(f"{path}\nis damaged")

    @staticmethod
    def starts(path: Path) -> None:
        import subprocess

        subprocess.run(["true"], check=True)

    @staticmethod
    def does_not_end(path: Path) -> None:
        import time

        time.sleep(100)

    @staticmethod
    def refuses(path: Path) -> None:
        raise ValueError(f"{path} is damaged")


@pytest.mark.parametrize(
    ("name", "kind", "what"),
    [
        ("raises", WRONG, "KeyError"),
        ("names_nothing", WRONG, "names no file"),
        ("several_lines", WRONG, "several lines"),
        ("starts", WRONG, "it ran"),
        ("does_not_end", WRONG, "does not end"),
        ("refuses", REFUSED, "is damaged"),
    ],
)
def test_what_is_wrong_is_seen(name, kind, what, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("tests.fuzz.cases.HANGS_AFTER_SECONDS", 1)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "source.json").write_text("{}")
    load = getattr(_Files, name)
    bench = Bench(
        Loader(name, tmp_path / "source.json", load, ValueError, ("source.json",)),
        tmp_path / "copy",
    )
    _, outcome = bench.run("0")
    assert outcome.kind == kind and what in outcome.what


def test_cases_are_the_same_each_time(tmp_path) -> None:
    """So that a number given in a report is the case that others see."""
    (tmp_path / "source.json").write_text('{"a": [1, 2], "b": "text"}')
    seen = []
    loader = Loader(
        "same", tmp_path / "source.json", lambda path: seen.append(path.read_bytes()), ValueError
    )
    for folder in ("one", "two"):
        bench = Bench(loader, tmp_path / folder)
        for number in range(20):
            if "gone" not in (done := bench.run(f"{number}"))[0]:
                assert done[1].kind == READABLE
    assert seen[: len(seen) // 2] == seen[len(seen) // 2 :] and len(set(seen)) > 8
    assert len(mutations_of("x.json")) > len(mutations_of("x.h5"))
