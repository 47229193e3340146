"""`import keras_albert` is free, and its classes are there wherever Keras is."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.golden.make_saved_models import HERE as GOLDEN

PACKAGE = Path(__file__).parent.parent / "keras_albert"
REGISTERED = (
    "print('keras_albert>AlbertPretrainer' in keras.saving.get_custom_objects(),"
    " type(keras.__spec__.loader).__name__)"
)


def run(code: str) -> str:
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    return found.stdout.strip()


@pytest.mark.once
def test_importing_brings_no_framework_nor_numpy() -> None:
    code = (
        "import sys; before = set(sys.modules); import keras_albert\n"
        "print(sorted({name.split('.')[0] for name in set(sys.modules) - before}"
        " - set(sys.stdlib_module_names)))"
    )
    assert run(code) == "['keras_albert']"


@pytest.mark.once
@pytest.mark.parametrize(
    "imports",
    [
        "import keras_albert, keras",
        "import keras, keras_albert",
        "import keras_albert, keras_hub, keras",
        "from keras_albert.text.tokenizers.tokenizer import AlbertTokenizer; import keras",
    ],
)
def test_classes_are_registered_in_whatever_order_modules_come(imports: str) -> None:
    assert run(f"{imports}\n{REGISTERED}") == "True SourceFileLoader"


def test_a_fresh_process_loads_a_saved_model(tmp_path: Path) -> None:
    """In this test's backend, with nothing imported but the package and Keras."""
    import keras

    import keras_albert

    folder = GOLDEN / "saved_on_torch"
    model = keras_albert.AlbertPretrainer.from_preset(str(folder), preprocessor=None)
    path = tmp_path / "m.keras"
    model.save(path)
    assert isinstance(model, keras.Model)
    code = (
        "import keras_albert, keras\n"
        f"print(type(keras.saving.load_model({str(path)!r})).__module__)"
    )
    assert run(code) == type(model).__module__


@pytest.mark.once
@pytest.mark.parametrize("room", ["models", "layers", "optimizers", "text/tokenizers"])
def test_a_room_on_keras_imports_it_before_its_modules(room: str) -> None:
    """Else a module that is imported first brings Keras while it is half done itself."""
    tree = ast.parse((PACKAGE / room / "__init__.py").read_text("utf-8"))
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert isinstance(imports[0], ast.Import) and imports[0].names[0].name == "keras_hub"


@pytest.mark.once
def test_no_other_room_up_to_models_imports_keras() -> None:
    for room in ("runtime", "files", "errors", "fetching", "data", "convert", "presets_index"):
        for file in [*PACKAGE.glob(f"{room}.py"), *PACKAGE.glob(f"{room}/**/*.py")]:
            for node in ast.parse(file.read_text("utf-8")).body:
                names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
                names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
                assert not {n for n in names if n.split(".")[0] in ("keras", "keras_hub")}, file


@pytest.mark.once
def test_a_broken_keras_hub_leaves_keras_usable() -> None:
    code = (
        "import sys, warnings; sys.modules['keras_hub'] = None\n"
        "import keras_albert\n"
        "with warnings.catch_warnings(record=True) as caught:\n"
        "    warnings.simplefilter('always'); import keras\n"
        "print(sum('keras_albert are not available' in str(w.message) for w in caught))\n"
        "print(int(keras.ops.add(1, 1)))\n"
        "try: keras_albert.AlbertBackbone\n"
        "except ImportError as error: print('keras_hub' in str(error))"
    )
    lines = run(code).splitlines()
    assert lines == ["1", "2", "True"]
