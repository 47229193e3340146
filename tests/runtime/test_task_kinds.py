"""One record a kind of task: complete, true, and the one place that names it."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import keras_albert
from keras_albert.models.saved_task import SavedTask
from keras_albert.runtime.task_kinds import (
    TASK_KINDS,
    TaskKind,
    kind_named,
    kind_of_class,
    load_named,
)
from tests.exported import model_folder

pytestmark = pytest.mark.once
PACKAGE = Path(keras_albert.__file__).parent
# Folders where the same words name something else: heads in a checkpoint, what pretraining
# predicts, and layers.
OTHER_WORDS = (
    "convert",
    "data",
    "models/masked_tokens",
    "models/presets",
    "models/sentence_order",
    "reports",
    "training",
)
# Where an output's or a label's name is the kind's.
OUTPUTS_OF_THAT_NAME = {
    "export/onnx_graph/onnx_heads.py": {"sentence_order"},
    "inference/results.py": {"sentence_order"},
    "inference/task_answers.py": {"sentence_order"},
}


@pytest.mark.parametrize("kind", TASK_KINDS.values(), ids=lambda kind: kind.name)
def test_everything_a_record_names_is_there(kind: TaskKind) -> None:
    model = kind.model_class
    assert kind_of_class(model) is kind and kind_named(kind.name) is kind
    for path in (kind.answers, kind.onnx_head, kind.held_out, kind.benchmark):
        assert path is None or callable(load_named(path))
    assert set(kind.along) <= set(kind.outputs) and set(kind.whole) <= set(kind.outputs)


@pytest.mark.parametrize("kind", TASK_KINDS.values(), ids=lambda kind: kind.name)
def test_a_record_agrees_with_its_model(kind: TaskKind) -> None:
    """What fitting knows of outputs along tokens is what runners know."""
    folder = "classifier" if kind.has_problem else kind.name
    task = SavedTask.load(model_folder(folder)).task
    along = task.outputs_along_tokens
    named = set(kind.outputs) if along is True else set(along or ()) & set(kind.outputs)
    assert set(kind.along_tokens) == named
    if kind.along_tokens:
        assert kind.padding == task.padding_output
    assert set(kind.gold_inputs) <= set(task._input_names())
    for attribute in (*kind.heads.values(), *kind.settings):
        assert hasattr(task, attribute)


def test_a_class_of_another_kind_is_none() -> None:
    class Mine(TASK_KINDS["text_embedder"].model_class):  # type: ignore[misc]
        """A user's own."""

    assert kind_of_class(Mine) is None
    found = kind_of_class(Mine, parents=True)
    assert found is not None and found.name == "text_embedder"
    assert kind_of_class(dict, parents=True) is None
    for bad in ("weather", None, ["masked_lm"]):
        with pytest.raises(ValueError, match="is not known"):
            kind_named(bad)


def test_records_take_no_keras() -> None:
    code = (
        "import json, sys; import keras_albert.runtime.task_kinds; "
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"keras", "numpy", "torch", "jax", "tensorflow"} & set(json.loads(run.stdout))


def _strings(path: Path) -> list[str]:
    """The string constants of a module that are no docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
    ]


def test_a_kind_stands_as_a_string_in_its_record_alone() -> None:
    """There were 130 such strings in 20 files, in about 25 tables and 45 branches."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if name.startswith(tuple(f"{folder}/" for folder in OTHER_WORDS)):
            continue
        kinds = [text for text in _strings(path) if text in TASK_KINDS]
        kinds = [kind for kind in kinds if kind not in OUTPUTS_OF_THAT_NAME.get(name, ())]
        if kinds:
            found[name] = kinds
    assert found.keys() == {"runtime/task_kinds.py"}
    names = [kind.name for kind in TASK_KINDS.values()]
    assert len(names) == 9 and set(found["runtime/task_kinds.py"]) == set(names)
    page = PACKAGE / "export" / "web" / "web_page"
    assert not [file for file in page.glob("encoder.js") if "masked_lm" in file.read_text("utf-8")]


def test_models_and_their_tasks_do_not_import_each_other_for_a_table() -> None:
    for name in ("saved_task", "conversion"):
        text = (PACKAGE / "models" / f"{name}.py").read_text("utf-8")
        rooms = [path.name for path in (PACKAGE / "models").iterdir() if path.is_dir()]
        rooms = [room for room in rooms if room not in ("presets", "__pycache__")]
        assert len(rooms) >= 8
        assert not [room for room in rooms if f"keras_albert.models.{room}" in text]
