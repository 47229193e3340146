import pytest

from keras_albert.export.sample_texts import SAMPLE_TEXTS

pytestmark = pytest.mark.once


def test_texts_differ_and_go_beyond_ascii() -> None:
    assert len(set(SAMPLE_TEXTS)) == len(SAMPLE_TEXTS) >= 8
    assert any(not text.isascii() for text in SAMPLE_TEXTS)
    lengths = [len(text) for text in SAMPLE_TEXTS]
    assert max(lengths) > 5 * min(lengths)
