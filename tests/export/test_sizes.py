from types import SimpleNamespace

import numpy as np
import pytest

from keras_albert.errors import InputError
from keras_albert.export.sizes import check_size, expected_bytes

pytestmark = pytest.mark.once

TABLE = np.zeros((1000, 1000))


def _saved(kind: str) -> SimpleNamespace:
    embedding = SimpleNamespace(embeddings=TABLE)
    backbone = SimpleNamespace(token_embedding=embedding)
    task = SimpleNamespace(weights=[TABLE, np.zeros(1000)], backbone=backbone)
    return SimpleNamespace(kind=kind, task=task)


@pytest.mark.parametrize(
    ("actual", "quantize", "fine"),
    [
        (4_000_000 + 4_000, None, True),
        (8_000_000, None, False),
        (340_000, None, False),
        (2_000_000, "float16", True),
        (4_000_000, "float16", False),
        (1_000_000 + 4_000, "int8", True),
        (4_000_000, "int8", False),
    ],
)
def test_sizes(actual: int, quantize: str | None, fine: bool) -> None:
    if fine:
        check_size(actual, _saved("text_classifier"), quantize)
    else:
        with pytest.raises(InputError, match="bytes"):
            check_size(actual, _saved("text_classifier"), quantize)


def test_a_tied_table_may_be_there_twice_in_int8() -> None:
    check_size(2_000_000, _saved("masked_lm"), "int8")
    with pytest.raises(InputError, match="doubled"):
        check_size(2_000_000, _saved("text_classifier"), "int8")
    assert expected_bytes([(10, 10)], None) == (400, 400)
