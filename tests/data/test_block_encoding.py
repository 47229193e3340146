"""What a process that tokenizes imports, and that its ids are the tokenizer's."""

import json
import pickle
import subprocess
import sys

import numpy as np
import pytest

from keras_albert.data.block_encoding import encode_block, encode_in_worker, take_encoder
from keras_albert.data.prepare import light_encoder
from keras_albert.errors import InputError
from keras_albert.text.tokenizers.chinese_tokenizer import ChineseTokenizer
from keras_albert.text.tokenizers.tokenizer import AlbertTokenizer

TEXTS = ["In 1999, 12, or x1, 2, 21,", "", "  Two   words ", "\u5929\u5730 caf\u00e9 2,5 ``x''"] * 3
# As a worker: it is handed the encoder as bytes, tokenizes, and says what it has imported.
WORKER = """
import pickle, sys
sys.argv[0] = "keras-albert"
from keras_albert.data.block_encoding import encode_in_worker, take_encoder
encoder, texts = pickle.loads(sys.stdin.buffer.read())
take_encoder(encoder)
block = encode_in_worker(["one"], [texts])
import json
heavy = ("keras", "keras_hub", "tensorflow", "jax", "torch", "tensorflow_text", "h5py", "scipy")
print(json.dumps({"ids": block.ids.tolist(), "heavy": [n for n in heavy if n in sys.modules]}))
"""


@pytest.fixture(scope="module", params=["sentencepiece", "digits and commas", "wordpiece"])
def tokenizer(request):
    if request.param == "wordpiece":
        special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
        return ChineseTokenizer([*special, "two", "word", "##s", "1", "##9", ",", "\u5929", "cafe"])
    google = request.param != "sentencepiece"
    shipped = AlbertTokenizer.from_preset("albert_micro")
    return AlbertTokenizer(shipped.proto, google_digit_comma=google)


def test_a_worker_imports_no_framework_and_gives_the_same_ids(tokenizer):
    encoder = light_encoder(tokenizer)
    finished = subprocess.run(
        [sys.executable, "-c", WORKER],
        input=pickle.dumps((encoder, TEXTS)),
        capture_output=True,
        check=True,
    )
    found = json.loads(finished.stdout)
    assert found["heavy"] == []
    assert finished.stderr == b""
    assert found["ids"] == np.concatenate(tokenizer.encode(TEXTS)).tolist()


def test_a_light_encoder_gives_a_tokenizers_blocks(tokenizer):
    documents = [TEXTS[:2], TEXTS[2:]]
    encoder = light_encoder(tokenizer)
    if getattr(tokenizer, "google_digit_comma", False):
        assert encoder._replacements
    ours = encode_block(encoder, ["a", "b"], documents)
    theirs = encode_block(tokenizer, ["a", "b"], documents)
    assert ours.names == theirs.names
    for one, other in zip(ours[1:], theirs[1:], strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)


def test_a_text_that_cannot_be_encoded_is_named_as_ever(tokenizer):
    take_encoder(light_encoder(tokenizer))
    with pytest.raises(InputError, match=r"Text 1 holds a lone surrogate"):
        encode_in_worker(["one"], [["fine", "\ud800"]])
