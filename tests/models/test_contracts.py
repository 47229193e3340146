"""Every model and preprocessor against tests/contracts.py."""

import keras
import numpy as np
import pytest

from keras_albert import (
    AlbertBackbone,
    AlbertMaskedLM,
    AlbertMaskedLMPreprocessor,
    AlbertMultipleChoice,
    AlbertMultipleChoicePreprocessor,
    AlbertPretrainer,
    AlbertPretrainerPreprocessor,
    AlbertQuestionAnswerer,
    AlbertSentenceOrderClassifier,
    AlbertTextClassifier,
    AlbertTextClassifierPreprocessor,
    AlbertTextEmbedder,
    AlbertTokenClassifier,
    AlbertTokenClassifierPreprocessor,
)
from tests import contracts


def _backbone(dtype=None, **options):
    return AlbertBackbone(
        **{
            "vocabulary_size": 500,
            "num_layers": 2,
            "num_heads": 2,
            "embedding_dim": 8,
            "hidden_dim": 16,
            "intermediate_dim": 32,
            "max_sequence_length": 32,
            "initializer_range": 0.2,
            "dtype": dtype,
            **options,
        }
    )


MODELS = {
    "backbone": _backbone,
    "backbone_loop": lambda dtype=None: _backbone(dtype, unroll=False),
    "backbone_attention_shared": lambda dtype=None: _backbone(dtype, sharing="attention"),
    "backbone_groups": lambda dtype=None: _backbone(dtype, num_groups=2, num_inner_repetitions=2),
    "backbone_without_pooler": lambda dtype=None: _backbone(dtype, pooler=False),
    "pretrainer": lambda dtype=None: AlbertPretrainer(_backbone(dtype)),
    "masked_lm": lambda dtype=None: AlbertMaskedLM(_backbone(dtype)),
    "text_classifier": lambda dtype=None: AlbertTextClassifier(_backbone(dtype), num_classes=3),
    "token_classifier": lambda dtype=None: AlbertTokenClassifier(
        _backbone(dtype, pooler=False), num_classes=3
    ),
    "question_answerer": lambda dtype=None: AlbertQuestionAnswerer(_backbone(dtype, pooler=False)),
    "sentence_order": lambda dtype=None: AlbertSentenceOrderClassifier(_backbone(dtype)),
    "text_embedder": lambda dtype=None: AlbertTextEmbedder(_backbone(dtype), layer=1),
}
LABELS = {
    "pretrainer": {
        "masked_tokens": np.arange(8, dtype="int32").reshape(4, 2),
        "sentence_order": np.array([0, 1, 0, 1], "int32"),
    },
    "masked_lm": np.arange(8, dtype="int32").reshape(4, 2),
    "text_classifier": np.array([0, 1, 2, 0], "int32"),
    "token_classifier": np.arange(28, dtype="int32").reshape(4, 7) % 3,
    "sentence_order": np.array([0, 1, 1, 0], "int32"),
    "question_answerer": {
        "start": np.array([0, 1, 2, 0], "int32"),
        "end": np.array([3, 1, 4, 0], "int32"),
    },
}


def _inputs(name, length):
    return contracts.model_inputs(length, 2 if name in ("pretrainer", "masked_lm") else None)


@pytest.mark.parametrize("name", MODELS)
def test_a_model_survives_saving(name, tmp_path):
    contracts.check_serialisation(MODELS[name](), _inputs(name, 7), tmp_path)


@pytest.mark.parametrize("name", MODELS)
def test_a_model_takes_any_length_and_ignores_padding(name):
    contracts.check_lengths(MODELS[name](), lambda length: _inputs(name, length))


@pytest.mark.parametrize("name", MODELS)
def test_a_model_runs_in_mixed_precision(name):
    contracts.check_mixed_precision(MODELS[name], _inputs(name, 7))


@pytest.mark.parametrize("name", LABELS)
def test_a_task_learns(name):
    task = MODELS[name]()
    if name == "masked_lm":
        # The masked-token head reads the sequence: nothing reaches the pooler.
        task.backbone.pooler.trainable = False
    contracts.check_fit_step(
        task,
        _inputs(name, 7),
        LABELS[name],
        "spans/bias" if name == "question_answerer" else "",
    )


TASKS = {
    **{name: make for name, make in MODELS.items() if not name.startswith("backbone")},
    "multiple_choice": lambda: AlbertMultipleChoice(_backbone()),
}
# Biases that a softmax takes no notice of.
_WITHOUT_GRADIENT = ("spans/bias", "scores/bias")
NEW_LABELS = {
    **LABELS,
    "multiple_choice": np.array([1, 0], "int32"),
    "text_embedder": np.eye(16, dtype="float32")[:4],
}


def _task_inputs(name):
    x = _inputs(name, 7)
    if name != "multiple_choice":
        return x
    return {key: value.reshape(2, 2, 7) for key, value in x.items()}


@pytest.mark.parametrize(
    "name",
    [
        name if name == "text_classifier" else pytest.param(name, marks=pytest.mark.once)
        for name in TASKS
    ],
)
def test_lora_trains_its_own_weights_and_the_head_alone(name, tmp_path):
    task, x = TASKS[name](), _task_inputs(name)
    unadapted = {id(weight) for weight in task.weights}
    heads = {id(w) for w in task.weights} - {id(w) for w in task.backbone.weights}
    task.backbone.enable_lora(2)
    trained = {id(weight) for weight in task.trainable_weights}
    assert trained - unadapted == {
        id(w) for w in task.weights if w.path.rsplit("/", 1)[-1].startswith("lora_kernel")
    }
    assert trained & unadapted == heads
    frozen = [w for w in task.backbone.weights if id(w) in unadapted]
    moving = [w for w in task.trainable_weights if not w.path.endswith(_WITHOUT_GRADIENT)]
    before = {id(w): keras.ops.convert_to_numpy(w).copy() for w in [*frozen, *moving]}
    # Two steps are not worth their compilation.
    eagerly = keras.backend.backend() != "jax"
    task.compile(optimizer=keras.optimizers.Adam(1e-2), run_eagerly=eagerly)
    # The first matrix has no gradient before the second, which starts as zeros, has moved.
    task.fit(x, NEW_LABELS[name], epochs=2, verbose=0)
    for weight in frozen:
        np.testing.assert_array_equal(before[id(weight)], keras.ops.convert_to_numpy(weight))
    for weight in moving:
        assert not np.array_equal(before[id(weight)], keras.ops.convert_to_numpy(weight))
    expected = contracts.arrays(task(x))
    task.save_to_preset(str(tmp_path / "preset"))
    again = type(task).from_preset(tmp_path / "preset")
    for one, other in zip(expected, contracts.arrays(again(x)), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5, rtol=1e-5)


@pytest.mark.once
@pytest.mark.parametrize("name", TASKS)
def test_int8_stays_near(name):
    task, x = TASKS[name](), _task_inputs(name)
    before = contracts.arrays(task(x))
    task.quantize("int8")
    kernel = task.backbone.encoder.blocks[0].feed_forward.output_dense.kernel
    assert keras.backend.standardize_dtype(kernel.dtype) == "int8"
    for one, other in zip(before, contracts.arrays(task(x)), strict=True):
        assert 0 < np.abs(one - other).max() < 0.2 * max(1.0, np.abs(one).max())


@pytest.mark.parametrize(
    "make",
    [
        AlbertTextClassifierPreprocessor,
        AlbertMaskedLMPreprocessor,
        AlbertPretrainerPreprocessor,
    ],
)
def test_a_preprocessor_survives_saving(make, tokenizer, tmp_path):
    preprocessor = make(tokenizer, sequence_length=16)
    _backbone().save_to_preset(str(tmp_path))
    contracts.check_preprocessor(preprocessor, (["A table.", "Rows"], ["It", "is"]), tmp_path)


@pytest.mark.once
@pytest.mark.parametrize(
    ("make", "x"),
    [
        (AlbertTokenClassifierPreprocessor, [["A", "table"], ["Rows"]]),
        (AlbertMultipleChoicePreprocessor, [("A table.", "It is a _ .", ["table", "row"])]),
    ],
)
def test_a_preprocessor_of_words_or_choices_survives_saving(make, x, tokenizer, tmp_path):
    _backbone().save_to_preset(str(tmp_path))
    contracts.check_preprocessor(make(tokenizer, sequence_length=16), x, tmp_path)


@pytest.mark.once
def test_what_lora_learned_is_kept_apart(tmp_path):
    task, x = TASKS["text_classifier"](), _inputs("text_classifier", 7)
    task.save_to_preset(str(tmp_path / "preset"))
    task.backbone.enable_lora(2)
    task.fit(x, LABELS["text_classifier"], epochs=2, verbose=0)
    task.backbone.save_lora_weights(str(tmp_path / "learned.lora.h5"))
    again = AlbertTextClassifier.from_preset(tmp_path / "preset")
    before = contracts.arrays(again.backbone(x))
    again.backbone.load_lora_weights(str(tmp_path / "learned.lora.h5"))
    contracts.assert_same_outputs(again.backbone(x), task.backbone(x))
    assert any(
        np.abs(one - other).max() > 1e-3
        for one, other in zip(before, contracts.arrays(again.backbone(x)), strict=True)
    )


def test_every_public_class_is_registered():
    import keras_albert

    for name in keras_albert.__all__:
        public = getattr(keras_albert, name)
        if isinstance(public, type) and name != "InputError":
            assert keras.saving.get_registered_object(f"keras_albert>{name}") is public
