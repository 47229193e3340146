"""The `tokenizer.json` of the tokenizers library: transformers 5 writes nothing else."""

import base64
import binascii
import functools
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import sentencepiece
from sentencepiece import sentencepiece_model_pb2

from keras_albert.errors import InputError
from keras_albert.text.normalization import HUGGINGFACE, Normalization, with_steps
from keras_albert.text.pieces import USER_SYMBOLS, WORD_MARK

_PIECE = sentencepiece_model_pb2.ModelProto.SentencePiece
_SPECIAL = ("<pad>", "[CLS]", "[SEP]", "[MASK]")
_WORDPIECE_SPECIAL = ("<unk>", "[PAD]", "[UNK]")
_LITERALS = {("``", '"'), ("''", '"')}
_SPACES = (" {2,}", " ")
# Steps that may go before a character map, and those that are one. Steps that collapse spaces are
# taken together with the map by SentencePiece.
_BEFORE = {"Replace", "NFKD", "StripAccents", "Lowercase"}
_MAPS = {"Precompiled", "Nmt", "NFKC"}


def model_kind(content: Any, path: Path) -> str:
    """Which model a tokenizer.json holds: "Unigram" or "WordPiece".

    Args:
        content: the file's JSON.
        path: the file, to name it.

    Raises:
        InputError: it is neither.
    """
    model = content.get("model") if isinstance(content, dict) else None
    kind = model.get("type") if isinstance(model, dict) else None
    if kind not in ("Unigram", "WordPiece"):
        raise InputError(
            f"{path} holds a tokenizer of the kind {kind!r}; ALBERT's are Unigram (SentencePiece) "
            "and WordPiece."
        )
    return str(kind)


def is_known(piece: str) -> bool:
    """Whether every vocabulary has a piece: special ones, and Google's user symbols."""
    return piece in {*_SPECIAL, *_WORDPIECE_SPECIAL, *USER_SYMBOLS}


def check_added(added: Iterable[str], path: Path) -> None:
    """Checks the pieces that were added to a vocabulary after its training.

    Special pieces and Google's user symbols are in the vocabulary anyway. (transformers 5, where it
    reads a `spiece.model`, also puts a word mark behind each user symbol. SentencePiece and
    Google's code do not, and neither does this package.)

    Raises:
        InputError: there are others, whose ids the model's vocabulary does not have.
    """
    if others := [piece for piece in added if not is_known(piece)]:
        raise InputError(
            f"{path} adds {len(others)} pieces to its vocabulary, {others[0]!r} first. "
            'load_tokenizer(PATH, added_tokens="symbols") finds them in texts, as SentencePiece\'s '
            'own symbols; "leave" reads texts without them. Give the model the preprocessor of '
            "such a tokenizer."
        )


def added_pieces(content: dict[str, Any]) -> dict[str, Any]:
    """The pieces that a tokenizer.json lists as added, special ones among them, and their ids."""
    tokens = content.get("added_tokens") or []
    if not isinstance(tokens, list):
        return {}
    return {str(token.get("content")): token.get("id") for token in tokens if type(token) is dict}


def unigram_model(content: dict[str, Any], path: Path) -> tuple[bytes, Normalization]:
    """A Unigram tokenizer as a SentencePiece model, and the steps that go before its map.

    Args:
        content: the file's JSON.
        path: the file, to name it.

    Returns:
        The serialised model, with the character map that the file holds and no steps in it yet;
        the steps that the file lists.

    Raises:
        InputError: the file lacks a part or has one that is not understood.
    """
    _check_split(content.get("pre_tokenizer"), path)
    before, charsmap, collapses = _read_steps(_normalizers(content.get("normalizer")), path)
    collapses |= "WhitespaceSplit" in str(content["pre_tokenizer"])
    model = sentencepiece_model_pb2.ModelProto()
    try:
        unknown_id = int(content["model"]["unk_id"])
        for index, (piece, score) in enumerate(content["model"]["vocab"]):
            added = model.pieces.add(piece=piece, score=float(score))
            if index == unknown_id:
                added.type = _PIECE.UNKNOWN
            elif piece in _SPECIAL:
                added.type = _PIECE.CONTROL
        model.normalizer_spec.precompiled_charsmap = charsmap
        model.trainer_spec.unk_id = unknown_id
        model.trainer_spec.unk_piece = model.pieces[unknown_id].piece
    except (KeyError, TypeError, ValueError, IndexError, UnicodeError) as error:
        raise InputError(f"{path} is not a complete Unigram tokenizer: {error!r}.") from error
    model.trainer_spec.model_type = sentencepiece_model_pb2.TrainerSpec.UNIGRAM
    model.trainer_spec.vocab_size = len(model.pieces)
    model.trainer_spec.bos_id = model.trainer_spec.eos_id = -1
    model.normalizer_spec.add_dummy_prefix = True
    model.normalizer_spec.remove_extra_whitespaces = collapses
    model.normalizer_spec.escape_whitespaces = True
    return bytes(model.SerializeToString()), before


def normalized_model(content: dict[str, Any], path: Path) -> bytes:
    """A Unigram tokenizer as a SentencePiece model that does all of the file's steps.

    Args:
        content: the file's JSON.
        path: the file, to name it.

    Raises:
        InputError: see `unigram_model`.
    """
    proto, steps = unigram_model(content, path)
    try:
        return with_steps(proto, steps)
    except (RuntimeError, ValueError) as error:
        raise InputError(
            f"{path} is not a complete Unigram tokenizer: its character map is damaged."
        ) from error


def _read_steps(steps: list[dict[str, Any]], path: Path) -> tuple[Normalization, bytes, bool]:
    """The steps before the map, the map (empty: none), and whether spaces are collapsed."""
    found = {str(step.get("type")) for step in steps}
    literals = {_pattern(step) for step in steps if step.get("type") == "Replace"} - {_SPACES}
    unknown = found - _BEFORE - _MAPS - {"Strip"}
    if unknown or not literals <= _LITERALS:
        raise InputError(
            f"{path} normalises text in a way that is not ALBERT's: "
            f"{', '.join(sorted(unknown)) or sorted(literals)}."
        )
    if ("NFKD" in found) != ("StripAccents" in found):
        raise InputError(f"{path} decomposes text or drops accents, and not both as ALBERT does.")
    kinds = [str(step.get("type")) for step in steps if _pattern(step) != _SPACES]
    first_map = min((kinds.index(kind) for kind in _MAPS & found), default=len(kinds))
    maps = [kind for kind in kinds if kind in _MAPS]
    known: tuple[list[str], ...] = ([], ["Precompiled"], ["NFKC"], ["Nmt", "NFKC"])
    if set(kinds[first_map:]) & _BEFORE or maps not in known:
        raise InputError(
            f"{path} normalises text in an order that SentencePiece cannot: {', '.join(kinds)}."
        )
    charsmap = b""
    try:
        for step in steps:
            if step.get("type") == "Precompiled":
                charsmap = base64.b64decode(step["precompiled_charsmap"], validate=True)
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise InputError(f"{path} is not a complete Unigram tokenizer: {error!r}.") from error
    if "NFKC" in maps:
        charsmap = _named_map("nmt_nfkc" if "Nmt" in maps else "nfkc")
    before = Normalization(
        lowercase="Lowercase" in found,
        accents=HUGGINGFACE.accents if "StripAccents" in found else "keep",
        quotes=("''", '"') in literals,
    )
    collapses = "Strip" in found or any(_pattern(step) == _SPACES for step in steps)
    return before, charsmap, collapses


@functools.cache
def _named_map(name: str) -> bytes:
    """The character map of one of SentencePiece's own rules."""
    normalizer = sentencepiece.SentencePieceNormalizer(rule_name=name)
    spec = sentencepiece_model_pb2.NormalizerSpec()
    spec.ParseFromString(normalizer.serialized_normalizer_spec())
    return bytes(spec.precompiled_charsmap)


def _check_split(pre_tokenizer: Any, path: Path) -> None:
    """Words are split at spaces and each gets its mark, as SentencePiece does."""
    nested = isinstance(pre_tokenizer, dict) and pre_tokenizer.get("type") == "Sequence"
    parts = pre_tokenizer.get("pretokenizers") if nested else [pre_tokenizer]
    parts = [part if isinstance(part, dict) else {} for part in parts or [{}]]
    # Before tokenizers 0.15 the scheme was a switch.
    marks = [
        part.get("replacement") == WORD_MARK
        and part.get("prepend_scheme", "always") in ("always", "first")
        and ("prepend_scheme" in part or part.get("add_prefix_space", True) is True)
        for part in parts
        if part.get("type") == "Metaspace"
    ]
    others = [part for part in parts if part.get("type") not in ("Metaspace", "WhitespaceSplit")]
    if others or not marks or not all(marks):
        raise InputError(
            f"{path} splits text in a way that is not SentencePiece's: expected Metaspace with "
            f"{WORD_MARK!r} in front of every text, found {str(pre_tokenizer)[:200]}."
        )


def wordpiece_vocabulary(content: dict[str, Any], path: Path) -> tuple[list[str], dict[str, Any]]:
    """A WordPiece tokenizer's pieces by id, and its options for `WordPieceTokenizer`.

    Args:
        content: the file's JSON.
        path: the file, to name it.

    Returns:
        The V pieces; "lowercase" and "strip_accents". The longest word is not among them: Google's
        code says 200 characters where transformers leaves the tokenizers library's default of 100.

    Raises:
        InputError: the file lacks a part or has one that is not understood.
    """
    model = content["model"]
    normalizer = content.get("normalizer")
    if not isinstance(normalizer, dict) or normalizer.get("type") != "BertNormalizer":
        raise InputError(f"{path}: expected a BertNormalizer, found {normalizer!r}.")
    if not normalizer.get("clean_text") or not normalizer.get("handle_chinese_chars"):
        raise InputError(f"{path}: its BertNormalizer leaves out steps that ALBERT's code takes.")
    if model.get("continuing_subword_prefix", "##") != "##":
        raise InputError(f"{path}: pieces that continue a word are not marked with ##.")
    vocabulary = model.get("vocab")
    if not isinstance(vocabulary, dict) or (
        {type(index) for index in vocabulary.values()} - {int}
        or sorted(vocabulary.values()) != list(range(len(vocabulary)))
    ):
        raise InputError(f"{path}: its vocabulary does not number its pieces from 0 up.")
    lowercase = bool(normalizer.get("lowercase", True))
    accents = normalizer.get("strip_accents")
    return sorted(vocabulary, key=vocabulary.__getitem__), {
        "lowercase": lowercase,
        "strip_accents": lowercase if accents is None else bool(accents),
    }


def _normalizers(normalizer: Any) -> list[dict[str, Any]]:
    """The steps in a row, however they are nested."""
    if not isinstance(normalizer, dict):
        return []
    if normalizer.get("type") == "Sequence":
        parts = normalizer.get("normalizers")
        return [step for part in parts or () for step in _normalizers(part)]
    return [normalizer]


def _pattern(step: dict[str, Any]) -> tuple[str, str]:
    pattern = step.get("pattern") or {}
    text = next(iter(pattern.values()), "") if isinstance(pattern, dict) else str(pattern)
    return str(text), str(step.get("content"))
