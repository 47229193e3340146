import pytest
from sentencepiece import SentencePieceProcessor

from keras_albert.export.web.web_vocabulary import web_vocabulary
from keras_albert.runtime.wordpiece import basic_character
from tests.exported import chinese_tokenizer, tokenizer

pytestmark = pytest.mark.once


def test_a_sentencepiece_model_is_all_there() -> None:
    vocabulary = web_vocabulary(tokenizer())
    processor = SentencePieceProcessor(model_proto=tokenizer().processor.serialized_model_proto())
    size = processor.GetPieceSize()
    assert vocabulary["pieces"] == [processor.IdToPiece(i) for i in range(size)]
    assert vocabulary["scores"] == [processor.GetScore(i) for i in range(size)]
    assert [i for i, kind in enumerate(vocabulary["types"]) if kind == 2] == [processor.unk_id()]


def test_characters_that_change_are_listed() -> None:
    vocabulary = web_vocabulary(chinese_tokenizer())
    written = dict(vocabulary["characters"])
    for character in "\u00c9\t,\ufffd\u1e9e\uac00":
        assert written[ord(character)] == basic_character(character)
    # A rule covers these, and the rest stay as they are.
    assert not {ord("a"), 0x4E2D} & set(written)
