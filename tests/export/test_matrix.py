"""Every artifact of every task, from the backend under test: written, verified, answering.

The README's table of artifacts says what works; this is what it says it by. Some hundred exports a
backend, so they have a command of their own: `make matrix`.
"""

import json

import pytest

from keras_albert.errors import InputError
from keras_albert.export.formats import FORMATS, INT6_EMBEDDINGS
from keras_albert.inference import load_predictor
from keras_albert.runtime.task_kinds import TASK_KINDS
from tests.exported import artifact, model_folder
from tests.inference.test_task_answers import ITEMS

pytestmark = pytest.mark.matrix

# Our name for a small model -> its kind.
MODELS = {"classifier" if kind == "text_classifier" else kind: kind for kind in TASK_KINDS}
TEXTS = ["A table has [MASK] rows.", ["It is.", "An [MASK] is updated. " * 20]]
CELLS = [
    (name, quantize, {})
    for name, made in FORMATS.items()
    for quantize in (None, *made.quantizations)
]
CELLS += [
    ("saved-model", None, {"tokens_only": True}),
    ("tflite", None, {"lengths": (16, 64)}),
]


@pytest.mark.parametrize(
    ("artifact_format", "quantize", "options"),
    CELLS,
    ids=["-".join([name, str(quantize), *options]) for name, quantize, options in CELLS],
)
@pytest.mark.parametrize("model", MODELS)
def test_it_is_verified_and_answers(model, artifact_format, quantize, options):
    if quantize == "int8-full" and model in ("multiple_choice", "joint_question_answerer"):
        with pytest.raises(InputError, match="one range for all scores"):
            artifact(model, artifact_format, quantize)
        return
    if quantize == INT6_EMBEDDINGS and model in ("masked_lm", "pretrainer"):
        with pytest.raises(InputError, match="6 bits and in 8"):
            artifact(model, artifact_format, quantize)
        return
    folder = artifact(model, artifact_format, quantize, **options)
    card = json.loads((folder / "export.json").read_text())
    assert card["task"] == MODELS[model]
    items = ITEMS.get(model, TEXTS if model != "masked_lm" else TEXTS[:1])
    predictor, keras = load_predictor(folder), load_predictor(model_folder(model))
    for item in items:
        (answer,), (expected,) = predictor.predict([item]), keras.predict([item])
        assert list(answer) == list(expected)
