"""The tokenizer of any ALBERT folder, by what the folder holds."""

from pathlib import Path
from typing import Any

from keras_albert.errors import InputError
from keras_albert.files import read_json
from keras_albert.text.chinese_tokenizer import ChineseTokenizer
from keras_albert.text.normalization import is_normalized, parse_model, with_normalization
from keras_albert.text.options_file import OPTIONS_FILE
from keras_albert.text.tokenizer import AlbertTokenizer
from keras_albert.text.tokenizer_json import (
    check_added,
    model_kind,
    unigram_model,
    wordpiece_vocabulary,
)

TOKENIZER_JSON = "tokenizer.json"
TOKENIZER_CONFIG = "tokenizer_config.json"
ADDED_TOKENS = "added_tokens.json"
PRESET_ASSETS = "assets/tokenizer"
# transformers' longest word, where Google's code has 200 characters.
_BERT_LONGEST = 100
# Ours and transformers' names, those of Google's archives and of its TF-Hub modules, KerasHub's.
_MODELS = (
    "spiece.model",
    "30k-clean.model",
    "assets/30k-clean.model",
    f"{PRESET_ASSETS}/vocabulary.spm",
)
_LISTS = (
    "vocab.txt",
    "vocab_chinese.txt",
    "assets/vocab_chinese.txt",
    f"{PRESET_ASSETS}/vocabulary.txt",
)


def load_tokenizer(path: str | Path, **kwargs: Any) -> AlbertTokenizer | ChineseTokenizer:
    """Reads the tokenizer of a folder, or a vocabulary's file.

    - What `save` or `save_to_preset` of our tokenizers wrote is read as it is.
    - A SentencePiece model without ALBERT's normalisation gets it: in the mode "hf" where the
      folder is Hugging Face's (it holds `tokenizer_config.json` or `tokenizer.json`, whose
      `do_lower_case` and `keep_accents` hold), else in the mode "google" (a TF1 checkpoint's
      folder, KerasHub's own preset, a file alone). See `AlbertTokenizer.imported`.
    - A `vocab.txt` becomes a `ChineseTokenizer`, with `do_lower_case` and `strip_accents` of a
      `tokenizer_config.json` beside it; in a BERT of transformers, words of more than 100
      characters are unknown, as there, elsewhere of more than 200.
    - A Hugging Face folder with nothing but a `tokenizer.json` is read from that.

    Where there are several, the first in this order counts: SentencePiece model, list of pieces,
    `tokenizer.json`. `remove_space` changes nothing: the model itself collapses spaces.

    Args:
        path: the folder or the file.
        **kwargs: constructor arguments of the tokenizer, instead of those found.

    Raises:
        InputError: there is no tokenizer, or a file is damaged or of another kind.
    """
    path = Path(path)
    if path.is_file() and path.name.endswith((".tar.gz", ".tgz", ".tar", ".zip")):
        raise InputError(
            f"{path} is an archive. Unpack it, or convert it (keras-albert convert), and pass the "
            "folder."
        )
    if path.is_file():
        in_preset = path.parent.as_posix().endswith(PRESET_ASSETS)
        return _from_file(path, path.parents[2] if in_preset else path.parent, kwargs)
    for name in (*_MODELS, *_LISTS, TOKENIZER_JSON):
        if (path / name).is_file():
            return _from_file(path / name, path, kwargs)
    if path.is_dir():
        raise InputError(
            f"{path} holds no tokenizer: expected one of spiece.model, 30k-clean.model, vocab.txt, "
            f"{TOKENIZER_JSON}, or a preset with {PRESET_ASSETS}/ in it."
        )
    raise InputError(f"No vocabulary at {path}: there is no such file or folder.")


def _from_file(
    file: Path, folder: Path, kwargs: dict[str, Any]
) -> AlbertTokenizer | ChineseTokenizer:
    if file.name == TOKENIZER_JSON:
        return _from_tokenizer_json(file, kwargs)
    if file.suffix == ".txt":
        return _wordpiece(file, folder, kwargs)
    return _sentencepiece(file, folder, kwargs)


def _sentencepiece(file: Path, folder: Path, kwargs: dict[str, Any]) -> AlbertTokenizer:
    try:
        normalized = is_normalized(parse_model(file.read_bytes()))
    except InputError as error:
        raise InputError(f"{file} is not a SentencePiece model.") from error
    if normalized:
        own_name = file.name == AlbertTokenizer.VOCABULARY_FILE or PRESET_ASSETS in file.as_posix()
        return AlbertTokenizer.load(folder if own_name else file, **kwargs)
    settings = _hugging_face_settings(folder)
    if settings is None:
        return AlbertTokenizer.imported(file, "google", **kwargs)
    found = {
        "lowercase": settings.get("do_lower_case", True),
        "keep_accents": settings.get("keep_accents", False),
    }
    _check_switches(found, folder)
    return AlbertTokenizer.imported(file, "hf", **{**found, **kwargs})


def _wordpiece(file: Path, folder: Path, kwargs: dict[str, Any]) -> ChineseTokenizer:
    if PRESET_ASSETS in file.as_posix():
        return ChineseTokenizer.load(folder, **kwargs)
    found: dict[str, Any] = {}
    if _is_bert_of_transformers(folder):
        kwargs = {"max_word_characters": _BERT_LONGEST, **kwargs}
    if not (folder / OPTIONS_FILE).is_file():
        settings = _hugging_face_settings(folder) or {}
        found = {"lowercase": settings.get("do_lower_case", True)}
        accents = settings.get("strip_accents")
        found["strip_accents"] = found["lowercase"] if accents is None else accents
        _check_switches(found, folder)
        if settings.get("tokenize_chinese_chars", True) is not True:
            raise InputError(
                f"{folder / TOKENIZER_CONFIG} says tokenize_chinese_chars=false; here every "
                "Chinese character is a word."
            )
    return ChineseTokenizer.load(file, **{**found, **kwargs})


def _from_tokenizer_json(file: Path, kwargs: dict[str, Any]) -> AlbertTokenizer | ChineseTokenizer:
    content = read_json(file)
    if isinstance(content, dict) and "registered_name" in content:
        raise InputError(
            f"{file.parent} is a preset that is not complete: {PRESET_ASSETS}/ has no vocabulary."
        )
    if model_kind(content, file) == "WordPiece":
        pieces, options = wordpiece_vocabulary(content, file)
        if _is_bert_of_transformers(file.parent):
            options["max_word_characters"] = _BERT_LONGEST
        return ChineseTokenizer.from_pieces(pieces, str(file), **{**options, **kwargs})
    proto, steps = unigram_model(content, file)
    return AlbertTokenizer.from_proto(with_normalization(proto, steps), str(file), **kwargs)


def _hugging_face_settings(folder: Path) -> dict[str, Any] | None:
    """The settings of a Hugging Face folder; None where it is none."""
    if (folder / ADDED_TOKENS).is_file():
        check_added(read_json(folder / ADDED_TOKENS), folder / ADDED_TOKENS)
    if (folder / TOKENIZER_CONFIG).is_file():
        settings = read_json(folder / TOKENIZER_CONFIG)
        if not isinstance(settings, dict):
            raise InputError(f"{folder / TOKENIZER_CONFIG} is not an object of settings.")
        return settings
    if (folder / TOKENIZER_JSON).is_file():
        content = read_json(folder / TOKENIZER_JSON)
        return {} if isinstance(content, dict) and "registered_name" not in content else None
    return None


def _is_bert_of_transformers(folder: Path) -> bool:
    if not (folder / "config.json").is_file():
        return False
    content = read_json(folder / "config.json")
    return isinstance(content, dict) and content.get("model_type") == "bert"


def _check_switches(found: dict[str, Any], folder: Path) -> None:
    for name, value in found.items():
        if not isinstance(value, bool):
            raise InputError(
                f"{folder / TOKENIZER_CONFIG}: {name} is {value!r}, neither true nor false."
            )
