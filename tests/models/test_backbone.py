"""AlbertBackbone: what a backbone promises beside what test_pretrainer.py compares."""

import re

import keras
import numpy as np
import pytest

from keras_albert.errors import InputError
from keras_albert.models import AlbertBackbone

SMALL = {
    "vocabulary_size": 60,
    "num_layers": 3,
    "num_heads": 2,
    "embedding_dim": 8,
    "hidden_dim": 16,
    "intermediate_dim": 32,
    "max_sequence_length": 24,
}


def _batch(length=10, rows=2):
    rng = np.random.default_rng(0)
    return {
        "token_ids": rng.integers(5, 60, (rows, length)).astype("int32"),
        "segment_ids": np.zeros((rows, length), "int32"),
        "padding_mask": np.ones((rows, length), "int32"),
    }


def test_outputs_have_their_shapes_at_every_length():
    backbone = AlbertBackbone(**SMALL)
    for length in (1, 7, 24):
        outputs = backbone(_batch(length))
        assert tuple(outputs["sequence_output"].shape) == (2, length, 16)
        assert tuple(outputs["pooled_output"].shape) == (2, 16)


def test_padding_changes_nothing():
    backbone = AlbertBackbone(**SMALL, initializer_range=0.2)
    batch = _batch(10)
    longer = {name: np.pad(value, ((0, 0), (0, 6))) for name, value in batch.items()}
    longer["token_ids"][:, 10:] = 17
    short = keras.ops.convert_to_numpy(backbone(batch)["sequence_output"])
    long = keras.ops.convert_to_numpy(backbone(longer)["sequence_output"])
    np.testing.assert_allclose(long[:, :10], short, atol=1e-5)


def test_config_round_trip_keeps_every_argument():
    options = {
        **SMALL,
        "num_groups": 3,
        "num_inner_repetitions": 2,
        "sharing": "attention",
        "activation": "relu",
        "hidden_dropout": 0.1,
        "attention_dropout": 0.2,
        "layer_norm_epsilon": 1e-6,
        "initializer_range": 0.05,
        "embedding_projection": True,
        "num_segments": 3,
    }
    backbone = AlbertBackbone(**options)
    config = AlbertBackbone.from_config(backbone.get_config()).get_config()
    assert {name: config[name] for name in options} == options


def test_dropout_sets_both_rates_where_they_are_not_given():
    config = AlbertBackbone(**SMALL, dropout=0.3, attention_dropout=0.0).get_config()
    assert (config["hidden_dropout"], config["attention_dropout"]) == (0.3, 0.0)


def test_a_sequence_past_the_positions_is_refused():
    backbone = AlbertBackbone(**SMALL)
    with pytest.raises((InputError, ValueError), match="25 positions and the model learned 24"):
        backbone(_batch(25))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sharing": "atention"}, "Did you mean 'attention'"),
        ({"activation": "gelu_neu"}, "Did you mean 'gelu_new'"),
        ({"num_groups": 4}, "do not fit together"),
        ({"num_heads": 3}, "cannot be split into 3 heads"),
        ({"unroll": False, "sharing": "none"}, "unroll"),
        ({"embedding_projection": False}, "a projection is needed"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        AlbertBackbone(**{**SMALL, **options})


def test_keras_file_round_trip(tmp_path):
    backbone = AlbertBackbone(**SMALL, sharing="feedforward")
    backbone.save(tmp_path / "backbone.keras")
    loaded = keras.saving.load_model(tmp_path / "backbone.keras")
    assert isinstance(loaded, AlbertBackbone)
    batch = _batch()
    np.testing.assert_array_equal(
        keras.ops.convert_to_numpy(loaded(batch)["pooled_output"]),
        keras.ops.convert_to_numpy(backbone(batch)["pooled_output"]),
    )


def test_lora_trains_the_fused_product_alone():
    backbone = AlbertBackbone(**SMALL)
    backbone.enable_lora(2)
    assert {v.name for v in backbone.trainable_variables if "lora" in v.name} == {
        "lora_kernel_a",
        "lora_kernel_b",
    }


def test_int8_quantisation_stays_near():
    backbone = AlbertBackbone(**SMALL)
    batch = _batch()
    before = keras.ops.convert_to_numpy(backbone(batch)["sequence_output"])
    backbone.quantize("int8")
    after = keras.ops.convert_to_numpy(backbone(batch)["sequence_output"])
    assert 0 < np.abs(after - before).max() < 0.2


@pytest.mark.once
@pytest.mark.parametrize(
    "wrong",
    [
        *({"num_layers": value} for value in (0, -1, "2", 2.0, True, None)),
        {"num_heads": 0},
        {"vocabulary_size": "60"},
        *({"hidden_dropout": value} for value in (1.0, -0.1, 10, "0.1", float("nan"))),
        {"dropout": 1},
        {"attention_dropout": 2},
    ],
)
def test_sizes_and_rates_out_of_range_are_named(wrong):
    ((name, value),) = wrong.items()
    with pytest.raises(InputError, match=re.escape(f"{name}={value!r} is not a ")):
        AlbertBackbone(**{**SMALL, **wrong})


def test_dropout_applies_where_attention_scores_are_asked_for():
    backbone = AlbertBackbone(**SMALL, hidden_dropout=0.5)
    calm = backbone.encoder(np.ones((1, 4, 16), "float32"), return_attention_scores=True)
    wild = backbone.encoder(
        np.ones((1, 4, 16), "float32"), return_attention_scores=True, training=True
    )
    difference = keras.ops.convert_to_numpy(calm["sequence_output"] - wild["sequence_output"])
    assert np.abs(difference).max() > 1e-3
