"""A vocabulary as the JSON that the page's tokenizer reads."""

import base64
import sys
import unicodedata
from typing import Any

from keras_albert.errors import InputError
from keras_albert.runtime.wordpiece import CHINESE, MAX_WORD_CHARACTERS, basic_character, is_chinese
from keras_albert.text.normalization import parse_model
from keras_albert.text.tokenizers.tokenizer import AlbertTokenizer
from keras_albert.text.tokenizers.wordpiece_tokenizer import WordPieceTokenizer

_UNIGRAM = 1
# Surrogates, which no text has; code points that are not assigned or for private use, which every
# step leaves as they are. They are three quarters of Unicode.
_SKIPPED = ("Cs", "Cn", "Co")


def web_vocabulary(tokenizer: AlbertTokenizer | WordPieceTokenizer) -> dict[str, Any]:
    """What `web_page/sentencepiece.js` or `web_page/wordpiece.js` is made with.

    Args:
        tokenizer: a model's.

    Returns:
        JSON: of SentencePiece, "pieces", "scores", "types" (as in its own format) and the
        normaliser's settings with its character map; of WordPiece, "pieces" and what becomes of
        each character, so that it does not depend on a browser's version of Unicode.

    Raises:
        InputError: the SentencePiece model is none of unigrams, or falls back to bytes.
    """
    if isinstance(tokenizer, WordPieceTokenizer):
        return _wordpiece(tokenizer)
    model = parse_model(tokenizer.processor.serialized_model_proto())
    if model.trainer_spec.model_type != _UNIGRAM or model.trainer_spec.byte_fallback:
        raise InputError(
            "The page segments with unigram models without byte fallback, as ALBERT's are; this "
            "vocabulary is another."
        )
    normalizer = model.normalizer_spec
    return {
        "kind": "sentencepiece",
        "pieces": [piece.piece for piece in model.pieces],
        "scores": [piece.score for piece in model.pieces],
        "types": [int(piece.type) for piece in model.pieces],
        "charsmap": base64.b64encode(normalizer.precompiled_charsmap).decode(),
        "add_dummy_prefix": normalizer.add_dummy_prefix,
        "remove_extra_whitespaces": normalizer.remove_extra_whitespaces,
        "escape_whitespaces": normalizer.escape_whitespaces,
        "treat_whitespace_as_suffix": model.trainer_spec.treat_whitespace_as_suffix,
    }


def _wordpiece(tokenizer: WordPieceTokenizer) -> dict[str, Any]:
    options = dict(tokenizer.description()["tokenizer_options"])
    table = {"lowercase": options["lowercase"], "strip_accents": options["strip_accents"]}
    characters = []
    for point in range(sys.maxunicode + 1):
        character = chr(point)
        if unicodedata.category(character) in _SKIPPED:
            continue
        written = basic_character(character, **table)
        if written != (f" {character} " if is_chinese(character) else character):
            characters.append([point, written])
    return {
        "kind": "wordpiece",
        "pieces": tokenizer.get_vocabulary(),
        "characters": characters,
        "chinese": [list(block) for block in CHINESE],
        "max_word_characters": options.get("max_word_characters", MAX_WORD_CHARACTERS),
        "unknown": options.get("unknown", "[UNK]"),
    }
