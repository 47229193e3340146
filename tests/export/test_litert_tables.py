import json

import numpy as np
import pytest

from keras_albert.export.litert_tables import packed_in_bytes, quantized_rows, share_equal_buffers
from tests.exported import artifact

pytestmark = pytest.mark.once


def test_rows_are_kept_to_half_a_step_each() -> None:
    generator = np.random.default_rng(0)
    table = generator.normal(size=(50, 16)) * np.logspace(-3, 1, 50)[:, np.newaxis]
    table[7] = 0
    values, scales = quantized_rows(table)
    assert (np.abs(values.astype(int)).max(axis=1) == np.where(np.arange(50) == 7, 0, 127)).all()
    assert (np.abs(values * scales - table) <= scales / 2 * 1.001).all()
    values, scales = quantized_rows(table, bits=4)
    assert np.abs(values).max() == 7
    assert (np.abs(values * scales - table) <= scales / 2 * 1.001).all()


@pytest.mark.parametrize("width", [6, 7])
def test_two_numbers_a_byte_come_apart_again(width: int) -> None:
    values = np.random.default_rng(0).integers(-7, 8, (50, width)).astype(np.int8)
    packed = packed_in_bytes(values)
    assert packed.shape == (50, (width + 1) // 2)
    assert packed.dtype == np.int8
    # NumPy's shifts of signed bytes stand in for the arithmetic that the graph does.
    both = np.concatenate([packed >> 4, (packed & 15) - 8], axis=1)
    np.testing.assert_array_equal(both[:, :width], values)


def test_a_tied_table_is_in_the_file_once() -> None:
    folder = artifact("pretrainer", "tflite", "int8")
    content = (folder / "model.tflite").read_bytes()
    # Shared already: nothing of any size is there twice.
    assert share_equal_buffers(content) == content
    card = json.loads((folder / "export.json").read_text())
    assert card["verified"]["outputs"]["masked_tokens"]["relative_rms_difference"] < 0.1
