import json

import numpy as np
import pytest

from keras_albert.export.litert_tables import quantized_rows, share_equal_buffers
from tests.exported import artifact

pytestmark = pytest.mark.once


def test_rows_are_kept_to_half_a_step_each() -> None:
    generator = np.random.default_rng(0)
    table = generator.normal(size=(50, 16)) * np.logspace(-3, 1, 50)[:, np.newaxis]
    table[7] = 0
    values, scales = quantized_rows(table)
    assert (np.abs(values.astype(int)).max(axis=1) == np.where(np.arange(50) == 7, 0, 127)).all()
    assert (np.abs(values * scales - table) <= scales / 2 * 1.001).all()


def test_a_tied_table_is_in_the_file_once() -> None:
    folder = artifact("pretrainer", "tflite", "int8")
    content = (folder / "model.tflite").read_bytes()
    # Shared already: nothing of any size is there twice.
    assert share_equal_buffers(content) == content
    card = json.loads((folder / "export.json").read_text())
    assert card["verified"]["outputs"]["masked_tokens"]["relative_rms_difference"] < 0.1
