"""Where a folder, a name or an address has its tokenizer, and what the files beside it say."""

from pathlib import Path
from typing import Any, Literal, NamedTuple

from keras_albert import presets_index
from keras_albert.errors import InputError, suggest
from keras_albert.fetching.addresses import is_address, local_path
from keras_albert.fetching.archives import SUFFIXES
from keras_albert.files import read_json
from keras_albert.text.options_file import check_options
from keras_albert.text.tokenizer_json import added_pieces, check_added, is_known, model_kind

TOKENIZER_JSON = "tokenizer.json"
TOKENIZER_CONFIG = "tokenizer_config.json"
ADDED_TOKENS = "added_tokens.json"
PRESET_ASSETS = "assets/tokenizer"
# In the order of preference: ours and transformers' names, those of Google's archives and of its
# TF-Hub modules, KerasHub's.
SENTENCEPIECE_FILES = (
    "spiece.model",
    "30k-clean.model",
    "assets/30k-clean.model",
    f"{PRESET_ASSETS}/vocabulary.spm",
)
# Google's and CLUE's names for the Chinese vocabulary among them.
WORDPIECE_FILES = (
    "vocab.txt",
    "vocab_chinese.txt",
    "assets/vocab_chinese.txt",
    f"{PRESET_ASSETS}/vocabulary.txt",
)
# A run leaves its preset here.
_MODEL_FOLDER = "model"
# Of a tokenizer's configuration in a preset, what it takes beside the options that change ids.
_LAYER_SETTINGS = ("sequence_length", "dtype")

Kind = Literal["sentencepiece", "wordpiece"]


class VocabularyFile(NamedTuple):
    """A vocabulary that was found.

    Attributes:
        kind: "sentencepiece" or "wordpiece".
        file: it; or the `tokenizer.json` that holds it.
        folder: the folder that it belongs to, whose other files say how it is read.
    """

    kind: Kind
    file: Path
    folder: Path

    @property
    def in_preset(self) -> bool:
        """Whether it is an asset of a preset."""
        return PRESET_ASSETS in self.file.as_posix()

    @property
    def in_json(self) -> bool:
        """Whether it is the tokenizers library's `tokenizer.json`."""
        return self.file.name == TOKENIZER_JSON


def find_vocabulary(source: str | Path) -> VocabularyFile:
    """The vocabulary of a folder or a file, of a preset's name or of an address.

    Where a folder holds several, the first in this order counts: SentencePiece model, list of
    pieces, `tokenizer.json`.

    Args:
        source: see `load_tokenizer`.

    Raises:
        InputError: there is none, or it cannot be told what it is.
    """
    path = _local(source)
    if path.is_file() and path.name.endswith(SUFFIXES):
        raise InputError(
            f"{path} is an archive. Unpack it, or convert it (keras-albert convert), and pass the "
            "folder."
        )
    if path.is_file():
        in_preset = path.parent.as_posix().endswith(PRESET_ASSETS)
        return VocabularyFile(_kind(path), path, path.parents[2] if in_preset else path.parent)
    for folder in (path, path / _MODEL_FOLDER):
        for name in (*SENTENCEPIECE_FILES, *WORDPIECE_FILES, TOKENIZER_JSON):
            if (folder / name).is_file():
                return VocabularyFile(_kind(folder / name), folder / name, folder)
    if path.is_dir():
        raise InputError(
            f"{path} holds no tokenizer: expected one of spiece.model, 30k-clean.model, vocab.txt, "
            f"{TOKENIZER_JSON}, or a preset with {PRESET_ASSETS}/ in it."
        )
    names = presets_index.names()
    raise InputError(
        f"No vocabulary at {path}: there is no such file or folder, and no preset of that name."
        f"{suggest(str(source), names)}"
    )


def _local(source: str | Path) -> Path:
    name = str(source)
    if name in presets_index.names():
        shipped = presets_index.weights_folder(name)
        if shipped is not None:
            return shipped
        if not is_address(name):
            raise InputError(
                f"The preset {name!r} has no tokenizer. Load a vocabulary: "
                "keras_albert.load_tokenizer(PATH)."
            )
    return Path(local_path(source))


def _kind(file: Path) -> Kind:
    if file.name != TOKENIZER_JSON:
        return "wordpiece" if file.suffix == ".txt" else "sentencepiece"
    content = read_json(file)
    if isinstance(content, dict) and "registered_name" in content:
        raise InputError(
            f"{file.parent} is a preset that is not complete: {PRESET_ASSETS}/ has no vocabulary."
        )
    return "wordpiece" if model_kind(content, file) == "WordPiece" else "sentencepiece"


AddedTokens = Literal["refuse", "symbols", "leave"]


def hugging_face_settings(folder: Path) -> dict[str, Any] | None:
    """The settings of a Hugging Face folder; None where it is none.

    Raises:
        InputError: they are damaged.
    """
    if (folder / TOKENIZER_CONFIG).is_file():
        settings = read_json(folder / TOKENIZER_CONFIG)
        if not isinstance(settings, dict):
            raise InputError(f"{folder / TOKENIZER_CONFIG} is not an object of settings.")
        return settings
    if (folder / TOKENIZER_JSON).is_file():
        content = read_json(folder / TOKENIZER_JSON)
        return {} if isinstance(content, dict) and "registered_name" not in content else None
    return None


def added_to(found: VocabularyFile, added_tokens: AddedTokens) -> list[str]:
    """The pieces that transformers added to a vocabulary after its training, in order of their ids.

    Special pieces and Google's user symbols, which every vocabulary has, are none of them.

    Args:
        found: the vocabulary.
        added_tokens: "refuse" any; list them as "symbols"; or "leave" them, so that none is listed.

    Raises:
        InputError: there are some, and they are refused; or a file is damaged, or the argument is.
    """
    if added_tokens not in ("refuse", "symbols", "leave"):
        raise InputError(f"added_tokens={added_tokens!r}: expected 'refuse', 'symbols' or 'leave'.")
    if found.in_preset or added_tokens == "leave":
        return []
    pieces: dict[str, Any] = {}
    for name in (ADDED_TOKENS, TOKENIZER_JSON):
        file = found.folder / name
        if not file.is_file():
            continue
        content = read_json(file)
        if not isinstance(content, dict):
            raise InputError(f"{file} is not an object of pieces and their ids.")
        if "registered_name" in content:
            continue
        listed = dict(content) if name == ADDED_TOKENS else added_pieces(content)
        if added_tokens == "refuse":
            check_added(listed, file)
        pieces |= {piece: index for piece, index in listed.items() if not is_known(piece)}
    if any(type(index) is not int for index in pieces.values()):
        raise InputError(f"{found.folder}: the ids of its added pieces are not whole numbers.")
    return sorted(pieces, key=pieces.__getitem__)


def check_switches(found: dict[str, Any], folder: Path) -> None:
    """Checks that settings of a Hugging Face folder are true or false.

    Raises:
        InputError: one is not.
    """
    for name, value in found.items():
        if not isinstance(value, bool):
            raise InputError(
                f"{folder / TOKENIZER_CONFIG}: {name} is {value!r}, neither true nor false."
            )


def preset_options(folder: Path, allowed: dict[str, type]) -> dict[str, Any]:
    """What a preset's `tokenizer.json` says of a tokenizer, as constructor arguments.

    Args:
        folder: the preset.
        allowed: the options that the ids depend on, and of what type each is.

    Returns:
        The arguments; none where there is no such file, or one of KerasHub's own classes.

    Raises:
        InputError: it is damaged.
    """
    file = folder / TOKENIZER_JSON
    if not file.is_file():
        return {}
    content = read_json(file)
    config = content.get("config") if isinstance(content, dict) else None
    if not isinstance(config, dict):
        raise InputError(f"{file} is not a tokenizer's configuration: it has no config.")
    if str(content.get("registered_name")).startswith(("keras_hub>", "keras_nlp>")):
        # What KerasHub's own class saved is read as a foreign vocabulary.
        return {}
    options = {name: config[name] for name in allowed if name in config}
    check_options(options, allowed, file)
    kept = {name: config[name] for name in _LAYER_SETTINGS if config.get(name)}
    dtype = kept.get("dtype", "int32")
    if isinstance(dtype, dict):
        policy = dtype.get("config")
        kept["dtype"] = dtype = policy.get("name") if isinstance(policy, dict) else None
    if dtype != "string" and not str(dtype).startswith(("int", "uint")):
        raise InputError(f"{file}: dtype={dtype!r} is not a type of ids, nor 'string'.")
    length = kept.get("sequence_length", 1)
    if type(length) is not int or length < 1:
        raise InputError(f"{file}: sequence_length={length!r} is not a whole number of 1 or more.")
    return {**options, **kept}
