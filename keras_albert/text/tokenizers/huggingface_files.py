"""A tokenizer as the files that transformers loads."""

import base64
from pathlib import Path
from typing import Any

from sentencepiece import sentencepiece_model_pb2

from keras_albert.files import write_json
from keras_albert.text.normalization import parse_model
from keras_albert.text.tokenizers.tokenizer import AlbertTokenizer
from keras_albert.text.tokenizers.wordpiece_tokenizer import WordPieceTokenizer

_UNKNOWN = sentencepiece_model_pb2.ModelProto.SentencePiece.UNKNOWN
_WORD_MARK = "\u2581"


def write_huggingface_tokenizer(
    tokenizer: AlbertTokenizer | WordPieceTokenizer, folder: Path, *, max_length: int | None = None
) -> list[str]:
    """Writes a tokenizer into a folder of transformers.

    SentencePiece is written twice: as `spiece.model`, for this package and others that run it, and
    as a `tokenizer.json` with the model's own character map and nothing else. transformers' own
    reading of a `spiece.model` would normalise twice and put word marks behind punctuation.
    WordPiece is written as `vocab.txt`.

    Args:
        tokenizer: what to write.
        folder: where to; it is there.
        max_length: how many tokens the model has positions for, where texts are to be cut
            (`truncation=True`); without it, transformers cuts nothing.

    Returns:
        What transformers does otherwise, one line each.
    """
    special = {
        "pad_token": tokenizer.pad_token_id,
        "unk_token": tokenizer.unk_token_id,
        "cls_token": tokenizer.cls_token_id,
        "sep_token": tokenizer.sep_token_id,
        "mask_token": tokenizer.mask_token_id,
    }
    names = {name: str(tokenizer.id_to_token(index)) for name, index in special.items()}
    settings: dict[str, Any] = {**names, "padding_side": "right"}
    if max_length is not None:
        settings["model_max_length"] = max_length
    tokenizer.save(folder)
    if isinstance(tokenizer, WordPieceTokenizer):
        # Chinese ALBERT has BERT's tokenizer.
        settings |= {
            "tokenizer_class": "BertTokenizer",
            "do_lower_case": tokenizer.lowercase,
            "strip_accents": tokenizer.strip_accents,
            "tokenize_chinese_chars": True,
        }
        write_json(folder / "tokenizer_config.json", settings)
        return []
    settings |= {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": names["cls_token"],
        "eos_token": names["sep_token"],
        "model_input_names": ["input_ids", "token_type_ids", "attention_mask"],
    }
    write_json(folder / "tokenizer_config.json", settings)
    write_json(
        folder / "tokenizer.json", _unigram(tokenizer, {names[n]: special[n] for n in names})
    )
    if tokenizer.google_digit_comma:
        return [
            "transformers does not split pieces that end in a digit and a comma, as Google's code "
            "and this package do."
        ]
    return []


def _unigram(tokenizer: AlbertTokenizer, special: dict[str, int]) -> dict[str, Any]:
    """The content of a tokenizer.json for a SentencePiece model.

    Args:
        tokenizer: its model normalises by its character map.
        special: the special pieces' ids.
    """
    model = parse_model(tokenizer.proto)
    charsmap = base64.b64encode(model.normalizer_spec.precompiled_charsmap).decode()
    space = {"type": "Metaspace", "replacement": _WORD_MARK, "prepend_scheme": "always"}
    space["split"] = True  # type: ignore[assignment]
    cls, sep = tokenizer.cls_token_id, tokenizer.sep_token_id
    names = {index: piece for piece, index in special.items()}

    def token(index: int, segment: int) -> dict[str, Any]:
        return {"SpecialToken": {"id": names[index], "type_id": segment}}

    def text(name: str, segment: int) -> dict[str, Any]:
        return {"Sequence": {"id": name, "type_id": segment}}

    single = [token(cls, 0), text("A", 0), token(sep, 0)]
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {
                "id": index,
                "content": piece,
                "single_word": False,
                # A mask stands for a word, and the mark of a word is part of it.
                "lstrip": index == tokenizer.mask_token_id,
                "rstrip": False,
                "normalized": False,
                "special": True,
            }
            for piece, index in sorted(special.items(), key=lambda item: item[1])
        ],
        "normalizer": {
            "type": "Sequence",
            "normalizers": [
                {"type": "Precompiled", "precompiled_charsmap": charsmap},
                # What SentencePiece calls extra spaces.
                {"type": "Strip", "strip_left": True, "strip_right": True},
                {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
            ],
        },
        "pre_tokenizer": space,
        "post_processor": {
            "type": "TemplateProcessing",
            "single": single,
            "pair": [*single, text("B", 1), token(sep, 1)],
            "special_tokens": {
                names[index]: {"id": names[index], "ids": [index], "tokens": [names[index]]}
                for index in (cls, sep)
            },
        },
        "decoder": space,
        "model": {
            "type": "Unigram",
            "unk_id": next(i for i, p in enumerate(model.pieces) if p.type == _UNKNOWN),
            "vocab": [[piece.piece, piece.score] for piece in model.pieces],
            "byte_fallback": False,
        },
    }
