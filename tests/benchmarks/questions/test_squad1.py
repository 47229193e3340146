"""Squad1: the rules in which version 1.1 differs."""

import pytest

from keras_albert.benchmarks import task_named
from tests.benchmarks.passages import question, squad_file

pytestmark = pytest.mark.once


def test_every_question_has_an_answer(tmp_path):
    task = task_named("squad1")
    path = squad_file(tmp_path, question(1, "rows"), question(2, None))
    examples = task.read(path, skip_bad=True)
    assert len(examples) == 1 and "q2: it has no answer" in examples.skipped[0]
    # Version 1.1's script does not let two texts without words agree.
    assert task.exact("the", ["a"]) == 1.0 and task.f1("the", ["a"]) == 0.0
