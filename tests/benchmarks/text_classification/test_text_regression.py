"""Files of numbers, and what is none."""

import pytest

from keras_albert.benchmarks import task_named
from keras_albert.errors import InputError

pytestmark = pytest.mark.once


def test_numbers_are_numbers_in_tables_and_json_lines(tmp_path):
    task = task_named("text-regression")
    (tmp_path / "f.tsv").write_text("text\tlabel\na\t-1.5\nb\t2e3\n")
    assert [e.label for e in task.read(tmp_path / "f.tsv").items] == [-1.5, 2000.0]


@pytest.mark.parametrize("label", ['"high"', "null", "true", "NaN", "Infinity", "[1]"])
def test_what_is_no_number_is_named(tmp_path, label):
    (tmp_path / "f.jsonl").write_text(f'{{"text": "a", "label": {label}}}\n')
    with pytest.raises(InputError, match="f.jsonl:1: .*expected a number"):
        task_named("text-regression").read(tmp_path / "f.jsonl")
