"""What a vocabulary file does not say of its tokenizer, kept beside it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from keras_albert.errors import InputError
from keras_albert.files import read_json, write_json

OPTIONS_FILE = "tokenizer_options.json"


def write_options(folder: str | Path, options: Mapping[str, Any]) -> None:
    """Writes a tokenizer's options into its vocabulary's folder; without any, no file stays."""
    path = Path(folder) / OPTIONS_FILE
    if options:
        write_json(path, dict(options))
    else:
        path.unlink(missing_ok=True)


def read_options(folder: str | Path, allowed: Mapping[str, type]) -> dict[str, Any]:
    """Reads the options beside a vocabulary; none where there is no such file.

    Args:
        folder: the vocabulary's folder.
        allowed: which options there may be, and of what type each is.

    Raises:
        InputError: the file is not JSON, or an option is unknown or of another type.
    """
    path = Path(folder) / OPTIONS_FILE
    if not path.is_file():
        return {}
    options = read_json(path)
    if not isinstance(options, dict):
        raise InputError(f"{path} is not an object of options.")
    check_options(options, allowed, path)
    return options


def check_options(options: Mapping[str, Any], allowed: Mapping[str, type], path: Path) -> None:
    """Checks a tokenizer's options.

    Args:
        options: by name.
        allowed: see `read_options`.
        path: the file they are from, to name it.

    Raises:
        InputError: an option is unknown or of another type.
    """
    for name, value in options.items():
        # A bool is an int to Python; here they are not the same.
        if name not in allowed or type(value) is not allowed[name]:
            raise InputError(
                f"{path}: {name}={value!r} is not an option of this vocabulary's tokenizer; it has "
                f"{', '.join(f'{n} ({t.__name__})' for n, t in allowed.items())}."
            )
