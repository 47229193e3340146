"""The `tokenizer.json` of the tokenizers library: transformers 5 writes nothing else."""

import base64
import binascii
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sentencepiece import sentencepiece_model_pb2

from keras_albert.errors import InputError
from keras_albert.text.normalization import HUGGINGFACE, Normalization
from keras_albert.text.vocabulary import USER_SYMBOLS

_PIECE = sentencepiece_model_pb2.ModelProto.SentencePiece
_SPECIAL = ("<pad>", "[CLS]", "[SEP]", "[MASK]")
_WORDPIECE_SPECIAL = ("<unk>", "[PAD]", "[UNK]")


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


def check_added(added: Iterable[str], path: Path) -> None:
    """Checks the pieces that were added to a vocabulary after its training.

    Special pieces and Google's user symbols are in the vocabulary anyway. (transformers 5, where it
    reads a `spiece.model`, also puts a word mark behind each user symbol. SentencePiece and
    Google's code do not, and neither does this package.)

    Raises:
        InputError: there are others, whose ids the model's vocabulary does not have.
    """
    known = {*_SPECIAL, *_WORDPIECE_SPECIAL, *USER_SYMBOLS}
    if others := [piece for piece in added if piece not in known]:
        raise InputError(
            f"{path} adds {len(others)} pieces to its vocabulary, {others[0]!r} first. Added "
            "pieces are not read: ids would differ from those the model was trained with."
        )


def _added(content: dict[str, Any]) -> list[str]:
    tokens = content.get("added_tokens") or []
    return [str(token.get("content")) for token in tokens if isinstance(token, dict)]


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
    check_added(_added(content), path)
    steps = _normalizers(content.get("normalizer"))
    found = {str(step.get("type")) for step in steps}
    replaced = {_pattern(step) for step in steps if step.get("type") == "Replace"}
    charsmaps = [step for step in steps if step.get("type") == "Precompiled"]
    unknown = found - {"Replace", "NFKD", "StripAccents", "Lowercase", "Precompiled"}
    if unknown or not replaced <= {("``", '"'), ("''", '"'), (" {2,}", " ")}:
        raise InputError(
            f"{path} normalises text in a way that is not ALBERT's: "
            f"{', '.join(sorted(unknown)) or sorted(replaced)}."
        )
    if ("NFKD" in found) != ("StripAccents" in found):
        raise InputError(f"{path} decomposes text or drops accents, and not both as ALBERT does.")
    model = sentencepiece_model_pb2.ModelProto()
    try:
        unknown_id = int(content["model"]["unk_id"])
        for index, (piece, score) in enumerate(content["model"]["vocab"]):
            added = model.pieces.add(piece=piece, score=float(score))
            if index == unknown_id:
                added.type = _PIECE.UNKNOWN
            elif piece in _SPECIAL:
                added.type = _PIECE.CONTROL
        model.normalizer_spec.precompiled_charsmap = b"".join(
            base64.b64decode(step["precompiled_charsmap"], validate=True) for step in charsmaps
        )
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise InputError(f"{path} is not a complete Unigram tokenizer: {error!r}.") from error
    model.trainer_spec.model_type = sentencepiece_model_pb2.TrainerSpec.UNIGRAM
    model.trainer_spec.vocab_size = len(model.pieces)
    model.trainer_spec.unk_id = unknown_id
    model.trainer_spec.unk_piece = model.pieces[unknown_id].piece
    model.trainer_spec.bos_id = model.trainer_spec.eos_id = -1
    model.normalizer_spec.add_dummy_prefix = True
    model.normalizer_spec.remove_extra_whitespaces = True
    model.normalizer_spec.escape_whitespaces = True
    return bytes(model.SerializeToString()), Normalization(
        lowercase="Lowercase" in found,
        accents=HUGGINGFACE.accents if "StripAccents" in found else "keep",
        quotes=("''", '"') in replaced,
    )


def wordpiece_vocabulary(content: dict[str, Any], path: Path) -> tuple[list[str], dict[str, Any]]:
    """A WordPiece tokenizer's pieces by id, and its options for `ChineseTokenizer`.

    Args:
        content: the file's JSON.
        path: the file, to name it.

    Returns:
        The V pieces; "lowercase" and "strip_accents". The longest word is not among them: Google's
        code says 200 characters where transformers leaves the tokenizers library's default of 100.

    Raises:
        InputError: the file lacks a part or has one that is not understood.
    """
    check_added(_added(content), path)
    model = content["model"]
    normalizer = content.get("normalizer")
    if not isinstance(normalizer, dict) or normalizer.get("type") != "BertNormalizer":
        raise InputError(f"{path}: expected a BertNormalizer, found {normalizer!r}.")
    if not normalizer.get("clean_text") or not normalizer.get("handle_chinese_chars"):
        raise InputError(f"{path}: its BertNormalizer leaves out steps that ALBERT's code takes.")
    if model.get("continuing_subword_prefix", "##") != "##":
        raise InputError(f"{path}: pieces that continue a word are not marked with ##.")
    vocabulary = model.get("vocab")
    if not isinstance(vocabulary, dict) or sorted(vocabulary.values()) != list(
        range(len(vocabulary))
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
        return [step for part in normalizer["normalizers"] for step in _normalizers(part)]
    return [normalizer]


def _pattern(step: dict[str, Any]) -> tuple[str, str]:
    pattern = step.get("pattern") or {}
    text = next(iter(pattern.values()), "") if isinstance(pattern, dict) else str(pattern)
    return str(text), str(step.get("content"))
