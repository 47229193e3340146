"""A file of answers goes on where it was broken off, and loses no line."""

import json
from pathlib import Path
from typing import Any

import pytest

from keras_albert.errors import InputError
from keras_albert.inference import prediction_file
from keras_albert.inference.prediction_file import answered, predict_to_file
from keras_albert.inference.request_lines import Request

pytestmark = pytest.mark.once


class Echo:
    """Stands for a predictor; breaks off at a text that says so."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def predict(self, items: list[Any], top_k: int) -> list[dict[str, Any]]:
        if "crash" in items:
            raise RuntimeError("killed")
        if "refused" in items:
            raise InputError(f"Text {items.index('refused')} is refused.")
        self.asked += items
        return [{"answer": item} for item in items]


REQUESTS: list[Any] = [
    Request(1, "one", "first"),
    Request(2, ["a", "pair"]),
    (4, InputError("f:4: bad")),
    Request(5, {"context": "c"}),
    Request(6, "two"),
]
EXPECTED = [
    {"line": 1, "id": "first", "answer": "one"},
    {"line": 2, "answer": ["a", "pair"]},
    {"line": 4, "error": "f:4: bad"},
    {"line": 5, "answer": {"context": "c"}},
    {"line": 6, "answer": "two"},
]


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prediction_file, "BLOCK", 2)


def _lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_answers_come_in_the_order_of_the_lines(tmp_path: Path) -> None:
    blocks = list(answered(Echo(), REQUESTS, 5, True))
    assert [answer for block in blocks for answer in block] == EXPECTED
    seen: list[int] = []
    result = predict_to_file(
        Echo(), REQUESTS, tmp_path / "o", settings={}, skip_bad=True, progress=seen.append
    )
    assert result == {"answered": 4, "skipped": 1, "resumed": 0} and seen == [2, 4, 5]
    assert _lines(tmp_path / "o") == EXPECTED
    assert sorted(path.name for path in tmp_path.iterdir()) == ["o"]
    with pytest.raises(InputError, match="already exists"):
        predict_to_file(Echo(), REQUESTS, tmp_path / "o", settings={})


def test_it_goes_on_after_a_crash(tmp_path: Path) -> None:
    crashing = [*REQUESTS[:4], Request(6, "crash")]
    with pytest.raises(RuntimeError, match="killed"):
        predict_to_file(Echo(), crashing, tmp_path / "o", settings={"a": (1,)}, skip_bad=True)
    assert not (tmp_path / "o").exists()
    # The machine stopped in the middle of a line.
    with (tmp_path / "o.unfinished").open("a") as file:
        file.write('{"line": 6, "ans')
    with pytest.raises(InputError, match="begun with another a"):
        predict_to_file(Echo(), REQUESTS, tmp_path / "o", settings={"a": [2]})
    echo = Echo()
    result = predict_to_file(echo, REQUESTS, tmp_path / "o", settings={"a": [1]}, skip_bad=True)
    assert result == {"answered": 4, "skipped": 1, "resumed": 4}
    assert echo.asked == ["two"]
    assert _lines(tmp_path / "o") == EXPECTED


def test_a_bad_line_stops_it_after_what_came_before(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="f:4: bad"):
        predict_to_file(Echo(), REQUESTS, tmp_path / "o", settings={})
    assert _lines(tmp_path / "o.unfinished") == EXPECTED[:2]


def test_what_only_the_model_refuses_is_a_bad_line_too(tmp_path: Path) -> None:
    requests: list[Any] = [
        Request(1, "one", where="f:1"),
        Request(2, "refused", where="f:2"),
        Request(3, "two", where="f:3"),
    ]
    error = "f:2: Text 0 is refused."
    result = predict_to_file(Echo(), requests, tmp_path / "o", settings={}, skip_bad=True)
    assert result == {"answered": 2, "skipped": 1, "resumed": 0}
    assert _lines(tmp_path / "o")[1] == {"line": 2, "error": error}
    with pytest.raises(InputError, match=error):
        predict_to_file(Echo(), requests, tmp_path / "p", settings={})
    assert _lines(tmp_path / "p.unfinished") == [{"line": 1, "answer": "one"}]
