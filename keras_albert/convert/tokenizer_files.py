"""Finding the tokenizer beside the weights."""

from pathlib import Path
from typing import Any

from keras_albert.convert.checkpoint import TokenizerFiles
from keras_albert.errors import InputError
from keras_albert.files import read_json

# In the order of preference: transformers' name, that of Google's archives, KerasHub's asset.
SENTENCEPIECE_FILES = (
    "spiece.model",
    "30k-clean.model",
    "assets/30k-clean.model",
    "assets/tokenizer/vocabulary.spm",
)
# Google's and CLUE's names for the Chinese vocabulary.
WORDPIECE_FILES = (
    "vocab.txt",
    "vocab_chinese.txt",
    "assets/vocab_chinese.txt",
    "assets/tokenizer/vocabulary.txt",
)
# Of the tokenizers library: read where there is nothing else.
TOKENIZER_JSON = "tokenizer.json"
# What transformers' tokenizer_config.json says that changes ids.
_OPTIONS = ("do_lower_case", "keep_accents", "remove_space", "tokenize_chinese_chars")


def find_tokenizer_files(folder: Path) -> TokenizerFiles | None:
    """The tokenizer in a folder, or None where there is none that can be read.

    Args:
        folder: of transformers, of Google's archives or a KerasHub preset.

    Raises:
        InputError: its configuration is no JSON.
    """
    for kind, names in (("sentencepiece", SENTENCEPIECE_FILES), ("wordpiece", WORDPIECE_FILES)):
        for name in names:
            if (folder / name).is_file():
                return TokenizerFiles(kind, folder / name, _options(folder))
    file = folder / TOKENIZER_JSON
    # KerasHub's presets have a file of this name too, which is no tokenizer by itself.
    if file.is_file():
        content = read_json(file)
        if not isinstance(content, dict):
            raise InputError(f"{file} is not a tokenizer: expected a JSON object.")
        if "registered_name" not in content:
            return TokenizerFiles("tokenizer.json", file, _options(folder))
    return None


def _options(folder: Path) -> dict[str, Any]:
    file = folder / "tokenizer_config.json"
    content = read_json(file) if file.is_file() else {}
    if not isinstance(content, dict):
        content = {}
    return {name: content[name] for name in _OPTIONS if name in content}
