"""Conversion from path to path, in any direction."""

from pathlib import Path
from typing import Any

from keras_albert.convert import (
    Checkpoint,
    is_foreign,
    local_path,
    open_checkpoint,
    write_huggingface,
    write_keras_hub,
)
from keras_albert.convert.h5_file import read_h5
from keras_albert.convert.stored_tensor import FLOATS
from keras_albert.convert.tokenizer_files import find_tokenizer_files
from keras_albert.errors import InputError, suggest
from keras_albert.files import read_json, write_directory_aside, write_json
from keras_albert.models.backbone import AlbertBackbone
from keras_albert.models.presets.foreign_weights import from_checkpoint
from keras_albert.models.presets.from_preset import (
    CONFIG_FILE,
    PREPROCESSOR_FILE,
    TASK_FILE,
    preset_folder,
    saved_class,
)
from keras_albert.models.presets.variable_names import heads_of, model_checkpoint
from keras_albert.models.saved_task import LABELS_FILE
from keras_albert.runtime.task_kinds import TASK_KINDS, kind_of_class
from keras_albert.text.tokenizers.find_tokenizer import load_tokenizer

FORMATS = ("keras", "huggingface", "keras-hub")


def convert(
    source: str | Path,
    destination: str | Path,
    target: str,
    *,
    without: tuple[str, ...] = (),
    head: str | None = None,
    num_heads: int | None = None,
    replace: bool = False,
) -> dict[str, Any]:
    """Writes a model in another implementation's form.

    Args:
        source: what `open_checkpoint` reads, what `local_path` fetches, or a preset or run of this
            package.
        destination: the folder to make.
        target: "keras" (a preset of this package), "huggingface" or "keras-hub".
        without: heads to leave out.
        head: see `open_checkpoint`.
        num_heads: see `open_checkpoint`.
        replace: whether an existing folder gives way.

    Returns:
        What was read and written: see `describe`, with "format" and "notes".

    Raises:
        InputError: the source is damaged, or the target cannot express it.
    """
    if target not in FORMATS:
        raise InputError(
            f"Unknown format {target!r}; expected one of {', '.join(FORMATS)}."
            + suggest(str(target), FORMATS)
        )
    source = local_path(source)
    foreign = is_foreign(source)
    if not foreign and target == "keras":
        raise InputError(f"{source} is of this package already; choose another format.")
    if foreign:
        opened = open_checkpoint(source, head=head, num_heads=num_heads)
    else:
        if head is not None or num_heads is not None:
            raise InputError("A head and a number of heads are given for foreign files alone.")
        opened = _own(source)
    with opened as checkpoint:
        for name in without:
            checkpoint = checkpoint.without_head(name)
        if target == "huggingface":
            notes = write_huggingface(checkpoint, destination, replace=replace)
        elif target == "keras-hub":
            notes = write_keras_hub(checkpoint, destination, replace=replace)
        else:
            notes = _write_keras(checkpoint, Path(destination), replace)
        return {**_description(checkpoint), "format": target, "notes": notes}


def describe(path: str | Path, *, head: str | None = None) -> dict[str, Any]:
    """What a path holds, without reading weights.

    Args:
        path: what `open_checkpoint` reads, what `local_path` fetches, or a preset or run of this
            package.
        head: see `open_checkpoint`.

    Returns:
        "source", "path", "backbone" (constructor arguments), "heads" (name -> settings), "labels",
        "tokenizer" (kind and file, or None), "parameters" (part -> number) and "warnings".

    Raises:
        InputError: the path is no model, or a part is damaged.
    """
    path = local_path(path)
    if is_foreign(path):
        with open_checkpoint(path, head=head) as checkpoint:
            return _description(checkpoint)
    folder = _own_folder(path)
    content = read_json(folder / CONFIG_FILE)
    if saved_class(folder / CONFIG_FILE) is not AlbertBackbone or "config" not in content:
        raise InputError(f"{folder} holds no ALBERT of this package: see its {CONFIG_FILE}.")
    task = saved_class(folder / TASK_FILE)
    heads = heads_of(task) if task is not None else {}
    settings = read_json(folder / TASK_FILE)["config"] if task is not None else {}
    names = ("num_classes", "problem", "dropout")
    files = {"backbone": "model.weights.h5", **{head: "task.weights.h5" for head in heads}}
    if len(heads) > 1:
        files = {"backbone": "model.weights.h5", "heads": "task.weights.h5"}
    return {
        "source": "keras",
        "path": str(folder),
        "backbone": {
            k: v for k, v in content["config"].items() if k not in ("name", "trainable", "dtype")
        },
        "heads": {h: {k: settings[k] for k in names if k in settings} for h in heads},
        "labels": read_json(folder / LABELS_FILE) if (folder / LABELS_FILE).is_file() else None,
        "tokenizer": _tokenizer(folder),
        "parameters": {part: _numbers(folder / file) for part, file in files.items()},
        "warnings": [],
    }


def _numbers(file: Path) -> int:
    total = 0
    for name, tensor in read_h5(file).items():
        # States of optimizers and of seed generators are no weights.
        if not name.startswith("optimizer/") and tensor.dtype in FLOATS:
            size = 1
            for length in tensor.shape:
                size *= length
            total += size
    return total


def _tokenizer(folder: Path) -> dict[str, str] | None:
    files = find_tokenizer_files(folder)
    return None if files is None else {"kind": files.kind, "file": files.path.name}


def _description(checkpoint: Checkpoint) -> dict[str, Any]:
    files = checkpoint.tokenizer
    return {
        "source": checkpoint.source,
        "path": str(checkpoint.path),
        "backbone": checkpoint.backbone,
        "heads": checkpoint.heads,
        "labels": checkpoint.labels,
        "tokenizer": None if files is None else {"kind": files.kind, "file": files.path.name},
        "parameters": {
            "backbone": checkpoint.parameters(),
            **{head: checkpoint.parameters(head) for head in checkpoint.heads},
        },
        "warnings": checkpoint.warnings,
    }


def _own_folder(path: str | Path) -> Path:
    preset = preset_folder(path)
    if preset is None or "://" in preset:
        raise InputError(f"{str(path)!r} names no folder with weights; pass a local path.")
    return Path(preset)


def _own(path: str | Path) -> Checkpoint:
    """A preset of this package, loaded whole."""
    folder = _own_folder(path)
    model_class: Any = saved_class(folder / TASK_FILE) or saved_class(folder / CONFIG_FILE)
    is_ours = model_class is AlbertBackbone or (model_class and kind_of_class(model_class))
    if not is_ours:
        raise InputError(f"{folder} holds no ALBERT of this package.")
    options = {} if model_class is AlbertBackbone else {"preprocessor": None, "compile": False}
    model = model_class.from_preset(folder, **options)
    labels = read_json(folder / LABELS_FILE) if (folder / LABELS_FILE).is_file() else None
    checkpoint = model_checkpoint(model, find_tokenizer_files(folder), labels)
    checkpoint.path = folder
    vectors = checkpoint.sentence_vectors
    if vectors is not None and (folder / PREPROCESSOR_FILE).is_file():
        length = read_json(folder / PREPROCESSOR_FILE)["config"].get("sequence_length")
        checkpoint.sentence_vectors = vectors._replace(sequence_length=length)
    return checkpoint


def _class_with(heads: set[str]) -> Any:
    """The class that has just these heads; what has none is written as a backbone."""
    if not heads:
        return AlbertBackbone
    found = (kind for kind in TASK_KINDS.values() if set(kind.heads) == heads)
    kind = next(found, None)
    return None if kind is None else kind.model_class


def _write_keras(checkpoint: Checkpoint, destination: Path, replace: bool) -> list[str]:
    """A preset of the class that has just the checkpoint's heads."""
    notes = []
    model_class = _class_with(set(checkpoint.heads))
    vectors = checkpoint.sentence_vectors
    if model_class is AlbertBackbone and vectors is not None:
        if vectors.problem is None:
            model_class = next(
                kind.model_class for kind in TASK_KINDS.values() if "embedding" in kind.outputs
            )
        else:
            notes.append(f"Written without a pooling: {vectors.problem}")
    if model_class is None:
        raise InputError(
            f"No class of this package has the heads {', '.join(checkpoint.heads)} alone; leave "
            "one out (convert --without HEAD)."
        )
    with write_directory_aside(destination, replace=replace) as aside:
        model = from_checkpoint(model_class, checkpoint)
        model.save_to_preset(aside)
        if model_class is AlbertBackbone and checkpoint.tokenizer is not None:
            load_tokenizer(checkpoint.tokenizer.path).save_to_preset(str(aside))
        if checkpoint.labels is not None:
            write_json(aside / LABELS_FILE, checkpoint.labels)
    return notes
