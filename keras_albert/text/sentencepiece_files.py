"""A SentencePiece vocabulary that was found, as a tokenizer reads it."""

from collections.abc import Sequence
from typing import Any

from sentencepiece import sentencepiece_model_pb2

from keras_albert.errors import InputError
from keras_albert.files import read_json
from keras_albert.text.normalization import is_normalized, parse_model
from keras_albert.text.tokenizer_json import normalized_model
from keras_albert.text.vocabulary_files import (
    AddedTokens,
    VocabularyFile,
    added_to,
    check_switches,
    hugging_face_settings,
)

_USER_DEFINED = sentencepiece_model_pb2.ModelProto.SentencePiece.USER_DEFINED


def read_sentencepiece(
    tokenizer_class: Any,
    found: VocabularyFile,
    *,
    added_tokens: AddedTokens = "refuse",
    **kwargs: Any,
) -> Any:
    """Reads a SentencePiece vocabulary; see `load_tokenizer`.

    Args:
        tokenizer_class: `AlbertTokenizer`, or a class of its.
        found: where the vocabulary is.
        added_tokens: see `load_tokenizer`.
        **kwargs: constructor arguments, instead of those found.

    Raises:
        InputError: a file is damaged, or the model normalises text in a way that is not ALBERT's.
    """
    added = added_to(found, added_tokens)
    tokenizer = _read(tokenizer_class, found, **kwargs)
    if added:
        config = {name: getattr(tokenizer, name) for name in ("google_digit_comma",)}
        proto = _with_symbols(tokenizer.proto, added)
        return tokenizer_class.from_proto(proto, str(found.file), **{**config, **kwargs})
    return tokenizer


def _with_symbols(model_proto: bytes, symbols: Sequence[str]) -> bytes:
    """A model with further pieces, found in texts as they are written."""
    model = parse_model(model_proto)
    known = {piece.piece for piece in model.pieces}
    for symbol in symbols:
        if symbol not in known:
            model.pieces.add(piece=symbol, score=0.0, type=_USER_DEFINED)
    model.trainer_spec.vocab_size = len(model.pieces)
    return bytes(model.SerializeToString())


def _read(tokenizer_class: Any, found: VocabularyFile, **kwargs: Any) -> Any:
    file, folder = found.file, found.folder
    if found.in_json:
        proto = normalized_model(read_json(file), file)
        return tokenizer_class.from_proto(proto, str(file), **kwargs)
    try:
        normalized = is_normalized(parse_model(file.read_bytes()))
    except InputError as error:
        raise InputError(f"{file} is not a SentencePiece model.") from error
    if normalized:
        own_name = file.name == tokenizer_class.VOCABULARY_FILE or found.in_preset
        return tokenizer_class.load(folder if own_name else file, **kwargs)
    settings = hugging_face_settings(folder)
    if settings is None:
        return tokenizer_class.imported(file, "google", **kwargs)
    switches = {
        "lowercase": settings.get("do_lower_case", True),
        "keep_accents": settings.get("keep_accents", False),
    }
    check_switches(switches, folder)
    return tokenizer_class.imported(file, "hf", **{**switches, **kwargs})
