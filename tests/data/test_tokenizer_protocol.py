"""The stub of these tests and the real tokenizer both offer what this room asks for."""

import pytest

from keras_albert.data.tokenizer_protocol import TokenizerProtocol

NAMES = {name for name in vars(TokenizerProtocol) if not name.startswith("_")}


def test_the_protocol_asks_for_something():
    assert {"fingerprint", "word_starts", "encode", "vocabulary_size"} <= NAMES


@pytest.mark.parametrize("name", sorted(NAMES))
def test_both_tokenizers_have(name, tokenizer):
    from keras_albert.text.tokenizer import AlbertTokenizer

    assert hasattr(tokenizer, name)
    # KerasHub sets the ids of special pieces on the instance.
    assert hasattr(AlbertTokenizer, name) or name.endswith("_token_id")
