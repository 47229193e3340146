import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from keras_albert.runtime.run_job import answer_job, check_inputs, example_row, peak_memory

pytestmark = pytest.mark.once

DESCRIPTION = {
    "task": "text_classifier",
    "depth": 4,
    "sequence_length": 16,
    "vocabulary_size": 9,
    "special_token_ids": {"cls": 2, "sep": 3, "mask": 4, "pad": 0},
    "inputs": {name: ["batch", "length"] for name in ("token_ids", "segment_ids", "padding_mask")},
}


class _Echo:
    description = DESCRIPTION

    def __init__(self, folder: str) -> None:
        assert folder == "A"

    def on_tokens(self, inputs, depth=None):
        return {"sum": inputs["token_ids"].sum(axis=1) * (depth or 4)}

    def on_texts(self, texts, second_texts=None, depth=None):
        return {"sum": np.array([len(text) for text in texts]), "label": np.array(["a"], object)}


def test_a_job_is_measured_and_answered(tmp_path: Path) -> None:
    np.savez(
        tmp_path / "in.npz", **{"0/token_ids": np.ones((1, 3)), "1/token_ids": np.ones((2, 5))}
    )
    job = {
        "artifact": "A",
        "inputs": str(tmp_path / "in.npz"),
        "texts": [[["abc"], None], None],
        "depths": [2],
        "measure": {"lengths": [8, 16], "depths": [None, 2]},
        "output": str(tmp_path / "out.npz"),
        "measured": str(tmp_path / "measured.json"),
    }
    answer_job(job, (), _Echo, ())
    with np.load(tmp_path / "out.npz") as archive:
        found = {name: value.tolist() for name, value in archive.items()}
    assert found == {
        "0/sum": [3],
        "0/tokens/sum": [12],
        "0/depth2/sum": [6],
        "1/tokens/sum": [20, 20],
        "1/depth2/sum": [10, 10],
    }
    measured = json.loads((tmp_path / "measured.json").read_text())
    assert {length: set(row) for length, row in measured["latency_ms"].items()} == {
        "8": {"4", "2"},
        "16": {"4", "2"},
    }
    assert measured["load_seconds"] >= 0
    with pytest.raises(ValueError, match="has loaded .'json'"):
        answer_job(job, (), _Echo, ("json",))


_ALLOCATE = """
import sys
import numpy as np
from keras_albert.runtime.run_job import peak_memory
before = peak_memory()
kept = np.ones(100_000_000, np.uint8)
print(before, peak_memory())
"""


def test_memory_is_a_process_s_own() -> None:
    if peak_memory() is None:
        assert not Path("/proc/self/status").exists()
        return
    # More than the process below has when it begins.
    kept = np.ones(300_000_000, np.uint8)
    printed = subprocess.run(
        [sys.executable, "-c", _ALLOCATE],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    before, after = map(int, printed.split())
    assert 0 < before < kept.nbytes <= peak_memory()
    assert 0.95e8 < after - before < 1.3e8


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"token_ids": np.zeros((1, 17))}, "17 tokens"),
        ({"token_ids": np.zeros(4)}, "shape"),
        ({"segment_ids": None}, "segment_ids is missing"),
    ],
)
def test_inputs_that_do_not_fit(change, message) -> None:
    inputs = example_row(DESCRIPTION, 16)
    check_inputs(inputs, DESCRIPTION)
    inputs = {name: v for name, v in {**inputs, **change}.items() if v is not None}
    with pytest.raises(ValueError, match=message):
        check_inputs(inputs, DESCRIPTION)


def test_an_example_has_the_axes_it_is_asked_for() -> None:
    axes = {**DESCRIPTION["inputs"], "mask_positions": ["batch", "places"]}
    row = example_row({**DESCRIPTION, "inputs": axes}, 12)
    assert {name: value.shape for name, value in row.items()} == {
        **dict.fromkeys(DESCRIPTION["inputs"], (1, 12)),
        "mask_positions": (1, 1),
    }
    assert row["token_ids"][0, [0, -1]].tolist() == [2, 3]
    choices = {"token_ids": ["batch", "choices", "length"]}
    assert example_row({**DESCRIPTION, "inputs": choices}, 5)["token_ids"].shape == (1, 2, 5)
