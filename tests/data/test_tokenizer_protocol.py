"""The stub of these tests and the real tokenizers keep what this room asks of a tokenizer."""

import numpy as np
import pytest
from stub_tokenizer import StubTokenizer

from keras_albert import AlbertTokenizer
from keras_albert.data.tokenizer_protocol import TokenizerProtocol

NAMES = {name for name in vars(TokenizerProtocol) if not name.startswith("_")}
TOKENIZERS = {"stub": StubTokenizer, "real": lambda: AlbertTokenizer.from_preset("albert_micro")}


@pytest.mark.parametrize("kind", sorted(TOKENIZERS))
def test_a_tokenizer_has_what_the_protocol_says(kind, tmp_path):
    tokenizer = TOKENIZERS[kind]()
    assert not {name for name in NAMES if not hasattr(tokenizer, name)}
    size = tokenizer.vocabulary_size()
    starts = np.asarray(tokenizer.word_starts)
    assert starts.dtype == bool and starts.shape == (size,) and 0 < starts.sum() < size
    special = set(tokenizer.special_token_ids)
    for name in ("cls", "sep", "mask", "pad"):
        assert getattr(tokenizer, f"{name}_token_id") in special
    (ids,) = tokenizer.encode(["A table has rows."])
    assert ids.dtype == np.int32 and ids.ndim == 1 and len(ids)
    assert not special & set(ids.tolist()) and ids.max() < size
    tokenizer.save(tmp_path)
    assert type(tokenizer).load(tmp_path).fingerprint == tokenizer.fingerprint
