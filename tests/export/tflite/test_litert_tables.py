import json
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from keras_albert.export.tflite.litert_tables import (
    look_up_quantized,
    packed_in_bytes,
    quantized_rows,
    share_equal_buffers,
)
from tests.exported import artifact

pytestmark = pytest.mark.once


def test_rows_are_kept_to_half_a_step_each() -> None:
    generator = np.random.default_rng(0)
    table = generator.normal(size=(50, 16)) * np.logspace(-3, 1, 50)[:, np.newaxis]
    table[7] = 0
    values, scales = quantized_rows(table)
    assert (np.abs(values.astype(int)).max(axis=1) == np.where(np.arange(50) == 7, 0, 127)).all()
    assert (np.abs(values * scales - table) <= scales / 2 * 1.001).all()
    values, scales = quantized_rows(table, bits=6)
    assert np.abs(values).max() == 31
    assert (np.abs(values * scales - table) <= scales / 2 * 1.001).all()


@pytest.mark.parametrize("width", [8, 9])
def test_four_numbers_in_three_bytes_come_apart_again(width: int) -> None:
    values = np.random.default_rng(0).integers(-31, 32, (50, width)).astype(np.int8)
    packed = packed_in_bytes(values)
    assert packed.shape == (50, 3 * ((width + 3) // 4))
    assert packed.dtype == np.int8
    # Bits in their order stand in for the arithmetic that the graph does.
    thirds = np.stack(np.split((packed + np.int16(128)).astype(np.uint8), 3, axis=1), axis=-1)
    bits = np.unpackbits(thirds, axis=-1).reshape(50, -1, 4, 6)
    numbers = (bits @ (1 << np.arange(6)[::-1])).astype(int) - 32
    found = np.concatenate([numbers[:, :, part] for part in range(4)], axis=1)
    np.testing.assert_array_equal(found[:, :width], values)


def test_a_lookup_finds_what_it_was_given_in_six_bits() -> None:
    table = np.random.default_rng(0).normal(size=(40, 10)).astype(np.float32)
    embedding = SimpleNamespace(embeddings=tf.Variable(table), call=None)
    look_up_quantized(embedding, bits=6)
    ids = np.array([[3, 0], [39, 3]])
    values, scales = quantized_rows(table, bits=6)
    # The scales are kept in 16 bits.
    np.testing.assert_allclose(
        embedding.call(ids).numpy(), (values * scales)[ids], rtol=2e-4, atol=1e-6
    )


def test_a_tied_table_is_in_the_file_once() -> None:
    folder = artifact("pretrainer", "tflite", "int8")
    content = (folder / "model.tflite").read_bytes()
    # Shared already: nothing of any size is there twice.
    assert share_equal_buffers(content) == content
    card = json.loads((folder / "export.json").read_text())
    assert card["verified"]["outputs"]["masked_tokens"]["relative_rms_difference"] < 0.1
