import pytest

from keras_albert.export.sample_texts import CALIBRATION_TEXTS, SAMPLE_TEXTS

pytestmark = pytest.mark.once


@pytest.mark.parametrize("texts", [SAMPLE_TEXTS, CALIBRATION_TEXTS])
def test_texts_differ_and_go_beyond_ascii(texts) -> None:
    assert len(set(texts)) == len(texts) >= 8
    assert any(not text.isascii() for text in texts)
    lengths = [len(text) for text in texts]
    assert max(lengths) > 5 * min(lengths)


def test_nothing_is_verified_on_what_it_was_calibrated_with() -> None:
    assert not set(SAMPLE_TEXTS) & set(CALIBRATION_TEXTS)
