"""What a sentence-transformers folder says beside the weights: pooling, normalisation, length.

Source: huggingface/sentence-transformers, `SentenceTransformer.save` of 0.3 to 5.x: `modules.json`
lists what a text goes through; `1_Pooling/config.json`, `sentence_bert_config.json` and
`config_sentence_transformers.json` hold the settings.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from keras_albert.errors import InputError
from keras_albert.files import read_json, write_json

MODULES_FILE = "modules.json"
_LENGTH_FILE = "sentence_bert_config.json"
_PROMPTS_FILE = "config_sentence_transformers.json"
# Theirs -> ours, of 0.3 to 5.2, a switch each, and since, one name.
_SWITCHES = {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "cls"}
_POOLINGS = {"mean": "mean", "cls": "cls"}


class SentenceVectors(NamedTuple):
    """How vectors of texts are made of the last layer.

    Attributes:
        pooling: "mean" or "cls".
        normalize: whether they are divided by their length.
        sequence_length: S, where longer texts are cut, special pieces counted; None: not said.
        problem: what of it this package cannot do, a sentence; or None.
    """

    pooling: str
    normalize: bool
    sequence_length: int | None = None
    problem: str | None = None


def transformer_folder(folder: Path) -> Path:
    """Where the network of a folder lies: in it or, of sentence-transformers, below it.

    Raises:
        InputError: `modules.json` is damaged or begins with no transformer.
    """
    if not (folder / MODULES_FILE).is_file():
        return folder
    kind, path = _modules(folder / MODULES_FILE)[0]
    if kind != "Transformer":
        raise InputError(
            f"{folder / MODULES_FILE} begins with {kind}; expected a Transformer, which has the "
            "network."
        )
    return path


def read_sentence_vectors(folder: Path) -> SentenceVectors | None:
    """How a sentence-transformers folder makes vectors; None where it is none.

    Raises:
        InputError: a file is missing or damaged.
    """
    file = folder / MODULES_FILE
    if not file.is_file():
        return None
    modules = _modules(file)
    problem = None
    kinds = [kind for kind, _ in modules]
    if kinds[1:] not in (["Pooling"], ["Pooling", "Normalize"]):
        problem = (
            f"{file} sends texts through {', '.join(kinds)}; Transformer, Pooling and Normalize "
            "are read."
        )
    pooling = "mean"
    for kind, path in modules:
        if kind == "Pooling":
            names = _poolings(path / "config.json")
            pooling = _POOLINGS.get(names[0], pooling)
            if (len(names) > 1 or names[0] not in _POOLINGS) and problem is None:
                problem = (
                    f"{path / 'config.json'} pools by {' and '.join(names)}; expected one of "
                    f"{', '.join(_POOLINGS)}."
                )
    length, lowers = _length(modules[0][1])
    if lowers and problem is None:
        problem = (
            f"{modules[0][1] / _LENGTH_FILE} lowers texts before a tokenizer that keeps capitals; "
            "say do_lower_case in tokenizer_config.json instead."
        )
    prompts = _object(folder / _PROMPTS_FILE)
    if prompts.get("default_prompt_name") is not None and problem is None:
        problem = (
            f"{folder / _PROMPTS_FILE} puts the prompt {prompts['default_prompt_name']!r} before "
            "every text. Take default_prompt_name out, and write the prompt into the texts."
        )
    return SentenceVectors(pooling, "Normalize" in kinds, length, problem)


def write_sentence_vectors(folder: Path, vectors: SentenceVectors, width: int) -> None:
    """Writes what makes a folder of transformers one of sentence-transformers.

    Args:
        folder: with the network.
        vectors: without a problem.
        width: H.
    """
    steps = ["Transformer", "Pooling", *(["Normalize"] if vectors.normalize else [])]
    modules = []
    for number, kind in enumerate(steps):
        path = f"{number}_{kind}" if number else ""
        (folder / path).mkdir(exist_ok=True)
        modules.append(
            {
                "idx": number,
                "name": str(number),
                "path": path,
                "type": f"sentence_transformers.models.{kind}",
            }
        )
    write_json(folder / MODULES_FILE, modules)
    others = ("pooling_mode_max_tokens", "pooling_mode_mean_sqrt_len_tokens")
    switches = {key: name == vectors.pooling for key, name in _SWITCHES.items()}
    write_json(
        folder / "1_Pooling" / "config.json",
        {"word_embedding_dimension": width, **switches, **dict.fromkeys(others, False)},
    )
    if vectors.sequence_length is not None:
        content = {"max_seq_length": vectors.sequence_length, "do_lower_case": False}
        write_json(folder / _LENGTH_FILE, content)


def _modules(file: Path) -> list[tuple[str, Path]]:
    """The steps in order: the last part of the class's name, and the folder of its settings."""
    content = read_json(file)
    modules: list[tuple[str, Path]] = []
    for entry in content if isinstance(content, list) else ():
        kind = entry.get("type") if isinstance(entry, Mapping) else None
        path = entry.get("path") if isinstance(entry, Mapping) else None
        if not isinstance(kind, str) or not isinstance(path, str):
            modules = []
            break
        if Path(path).is_absolute() or ".." in Path(path).parts:
            modules = []
            break
        modules.append((kind.rsplit(".", 1)[-1], file.parent / path))
    if not modules:
        raise InputError(
            f"{file} is not a list of modules, each with a type and a path below the folder."
        )
    return modules


def _object(file: Path) -> dict[str, Any]:
    content = read_json(file) if file.is_file() else {}
    if not isinstance(content, dict):
        raise InputError(f"{file} is not an object of settings.")
    return content


def _poolings(file: Path) -> list[str]:
    """What is pooled by; several are put side by side."""
    if not file.is_file():
        raise InputError(f"{file} is missing, which says how vectors are pooled. Fetch it too.")
    content = _object(file)
    named = content.get("pooling_mode")
    if isinstance(named, str):
        return [named]
    if isinstance(named, list) and named:
        return [str(name) for name in named]
    found = [
        _SWITCHES.get(key, key.removeprefix("pooling_mode_"))
        for key, value in content.items()
        if key.startswith("pooling_mode_") and value is True
    ]
    if not found:
        raise InputError(f"{file} names no pooling, such as pooling_mode_mean_tokens: true.")
    return found


def _length(folder: Path) -> tuple[int | None, bool]:
    """Where texts are cut, and whether they are lowered although the tokenizer would not."""
    content = _object(folder / _LENGTH_FILE)
    tokenizer = _object(folder / "tokenizer_config.json")
    length = content.get("max_seq_length")
    if length is None:
        length = tokenizer.get("model_max_length")
        # transformers writes 10**30 where no length is known.
        length = length if type(length) is int and 2 < length <= 1 << 24 else None
    elif type(length) is not int or length < 3:
        raise InputError(
            f"{folder / _LENGTH_FILE} says max_seq_length={length!r}; expected a whole number of 3 "
            "or more."
        )
    lowers = content.get("do_lower_case") is True and tokenizer.get("do_lower_case") is False
    return length, lowers
