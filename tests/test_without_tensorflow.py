"""JAX and PyTorch do without TensorFlow, until text runs in a graph or an export asks for it."""

import os
import subprocess
import sys

import keras
import pytest

# KerasHub imports TensorFlow wherever it is installed. Nothing else here does.
WHO = """
import builtins, sys
first, original = [], builtins.__import__
def watching(name, globals=None, *rest, **named):
    if name.split(".")[0] == "tensorflow" and not first and "tensorflow" not in sys.modules:
        first.append((globals or {}).get("__name__"))
    return original(name, globals, *rest, **named)
builtins.__import__ = watching
import keras_albert.models, keras_albert.optimizers, keras_albert.training, keras_albert.inference
print(first)
"""

ALL_TASKS = """
import sys
sys.modules["tensorflow"] = sys.modules["tensorflow_text"] = None
import keras_albert as ka
texts = ["It works.", "It does not."]
classifier = ka.AlbertTextClassifier.from_preset("albert_micro", num_classes=2)
classifier.fit(texts, [1, 0], batch_size=2, verbose=0)
classifier.save_to_preset(sys.argv[1])
ka.AlbertTextClassifier.from_preset(sys.argv[1]).predict(texts, verbose=0)
ka.AlbertMaskedLM.from_preset("albert_micro").fill_masks(["The [MASK] is."])
tagger = ka.AlbertTokenClassifier.from_preset("albert_micro", num_classes=3)
tagger.fit([["a", "b"]], [[0, 1]], verbose=0)
ka.AlbertTextEmbedder.from_preset("albert_micro").predict(texts, verbose=0)
ka.AlbertQuestionAnswerer.from_preset("albert_micro").answer("What?", "A table has rows.")
print(sorted(name for name in ("tensorflow", "tensorflow_text") if sys.modules.get(name)))
"""


def run(code: str, *arguments: str) -> str:
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.once
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_kerashub_alone_imports_tensorflow(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "KERAS_BACKEND", backend)
    assert run(WHO) == "['keras_hub.src.utils.tensor_utils']"


def test_every_task_works_without_tensorflow(tmp_path) -> None:
    if keras.config.backend() == "tensorflow":
        # There it is the backend: nothing to do without.
        assert "tensorflow" in sys.modules
        return
    assert run(ALL_TASKS, str(tmp_path / "preset")) == "[]"
