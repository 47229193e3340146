"""`from_preset` on weights of other implementations: build the model, assign the weights."""

import contextlib
import inspect
import warnings
from pathlib import Path
from typing import Any

from keras_albert.convert import Checkpoint, open_checkpoint
from keras_albert.convert.name_tables import CLASSIFIER_HEADS
from keras_albert.errors import InputError
from keras_albert.layers.initialization import weights_assigned_later
from keras_albert.models.presets.variable_names import backbone_variables, head_variables, heads_of
from keras_albert.text.tokenizers.find_tokenizer import load_tokenizer

# Heads that read the pooled vector.
_POOLED = {"sentence_order", "classifier", "multiple_choice"}
# Heads that pretraining learns. A fresh one of these answers nothing, and nobody fine-tunes it.
_PRETRAINED = {
    "masked_tokens": "AlbertBackbone, or a task to fine-tune",
    "sentence_order": "AlbertMaskedLM, or AlbertBackbone",
}


def from_foreign(model_class: Any, path: str | Path, load_weights: bool, **kwargs: Any) -> Any:
    """`from_preset` for another implementation's files.

    Args:
        model_class: `AlbertBackbone` or a task.
        path: see `open_checkpoint`.
        load_weights: False leaves the weights random.
        **kwargs: see `from_checkpoint`; and "num_heads", see `open_checkpoint`.

    Raises:
        InputError: the files are damaged or do not fit the class or the arguments.
    """
    hint = next((head for head in heads_of(model_class) if head in CLASSIFIER_HEADS), None)
    num_heads = kwargs.pop("num_heads", None)
    with open_checkpoint(path, head=hint, num_heads=num_heads) as checkpoint:
        for warning in checkpoint.warnings:
            # 3: past this function and the classmethod, to who called from_preset.
            warnings.warn(warning, stacklevel=3)
        return from_checkpoint(model_class, checkpoint, load_weights, **kwargs)


def from_checkpoint(
    model_class: Any, checkpoint: Checkpoint, load_weights: bool = True, **kwargs: Any
) -> Any:
    """Builds a model of this package and assigns a checkpoint's weights to it.

    Heads that the class does not have are left. A head of fine-tuning that the checkpoint does not
    have is made with random weights, for training; heads of pretraining must be there.

    Args:
        model_class: `AlbertBackbone` or a task.
        checkpoint: what to build.
        load_weights: False leaves the weights random.
        **kwargs: constructor arguments of the class, and of its backbone (`dtype`, `unroll`,
            `hidden_dropout`, ...), instead of the checkpoint's.

    Raises:
        InputError: a weight is damaged, or does not fit the class or the arguments.
    """
    loaded: set[str] = set()
    if hasattr(model_class, "preprocessor_cls"):
        model, loaded = _task(model_class, checkpoint, load_weights, kwargs)
    else:
        arguments = dict(checkpoint.backbone)
        if "dropout" in kwargs:
            # It stands for both, which the checkpoint has apart.
            del arguments["hidden_dropout"], arguments["attention_dropout"]
        with weights_assigned_later() if load_weights else contextlib.nullcontext():
            model = model_class(**{**arguments, **kwargs})
    if load_weights:
        _assign(model, checkpoint, loaded)
    return model


def _task(
    task_class: Any,
    checkpoint: Checkpoint,
    load_weights: bool,
    kwargs: dict[str, Any],
) -> tuple[Any, set[str]]:
    """A task with random weights, and the heads to load into it."""
    heads = heads_of(task_class)
    loaded = set(heads) & set(checkpoint.heads)
    missing = [head for head in heads if head not in loaded]
    for head in missing:
        if load_weights and head in _PRETRAINED:
            raise InputError(
                f"{checkpoint.path} has no {head.replace('_', '-')} weights, which "
                f"{task_class.__name__} needs. Load it as {_PRETRAINED[head]}."
            )
    parameters = inspect.signature(task_class.__init__).parameters
    for head in loaded:
        settings = checkpoint.heads[head]
        given = kwargs.get("num_classes")
        if load_weights and given not in (None, settings.get("num_classes")):
            raise InputError(
                f"{checkpoint.path} has a head of {settings.get('num_classes')} classes, and "
                f"num_classes={given} was asked for. Leave num_classes out, or put a new head on "
                f"its backbone: {task_class.__name__}(AlbertBackbone.from_preset(PATH), "
                f"num_classes={given})."
            )
        kwargs = {**{k: v for k, v in settings.items() if k in parameters}, **kwargs}
    if checkpoint.sentence_vectors is not None and "pooling" in parameters:
        vectors = checkpoint.sentence_vectors
        if vectors.problem is not None:
            raise InputError(vectors.problem)
        kwargs = {"pooling": vectors.pooling, "normalize": vectors.normalize, **kwargs}
    if "num_classes" in parameters and "num_classes" not in kwargs:
        raise InputError(
            f"{checkpoint.path} has no head for {task_class.__name__}. Pass num_classes=... for a "
            "new one."
        )
    arguments = dict(checkpoint.backbone)
    known = inspect.signature(task_class.backbone_cls.__init__).parameters
    for name in [name for name in kwargs if name in known and name not in parameters]:
        if name not in ("self", "name"):
            arguments[name] = kwargs.pop(name)
    if set(heads) & _POOLED and not arguments["pooler"]:
        warnings.warn(
            f"{checkpoint.path} has no pooler, which {task_class.__name__} reads: it starts from "
            "random weights. Train it.",
            stacklevel=5,
        )
        arguments["pooler"] = True
    if "preprocessor" not in kwargs:
        kwargs["preprocessor"] = None
        if checkpoint.tokenizer is not None:
            kwargs["preprocessor"] = _preprocessor(task_class, checkpoint)
    whole = load_weights and arguments["pooler"] == checkpoint.backbone["pooler"]
    with weights_assigned_later() if whole else contextlib.nullcontext():
        backbone = task_class.backbone_cls(**arguments)
    with weights_assigned_later() if load_weights and not missing else contextlib.nullcontext():
        return task_class(backbone=backbone, **kwargs), loaded


def _preprocessor(task_class: Any, checkpoint: Checkpoint) -> Any:
    files = checkpoint.tokenizer
    if files is None or task_class.preprocessor_cls is None:
        return None
    tokenizer = load_tokenizer(files.path)
    if tokenizer.vocabulary_size() > checkpoint.backbone["vocabulary_size"]:
        raise InputError(
            f"{files.path} has {tokenizer.vocabulary_size()} pieces and the model embeds "
            f"{checkpoint.backbone['vocabulary_size']}: they do not belong together."
        )
    length = 512
    vectors = checkpoint.sentence_vectors
    if vectors is not None and "pooling" in inspect.signature(task_class.__init__).parameters:
        length = vectors.sequence_length or length
    length = min(length, checkpoint.backbone["max_sequence_length"])
    return task_class.preprocessor_cls(tokenizer, sequence_length=length)


def _assign(model: Any, checkpoint: Checkpoint, heads: set[str]) -> None:
    """Assigns one weight at a time, so that no second copy of the model is in memory."""
    variables = {
        **backbone_variables(getattr(model, "backbone", model)),
        **{k: v for k, v in head_variables(model).items() if k.split("/")[0] in heads},
    }
    for name, variable in variables.items():
        if name.startswith("pooler/") and not checkpoint.backbone["pooler"]:
            continue
        if tuple(variable.shape) != checkpoint.shape(name):
            raise InputError(
                f"{checkpoint.path}: {name} is {checkpoint.shape(name)} and the model, as it was "
                f"asked for, has {tuple(variable.shape)}. Leave out the argument that changes it."
            )
        variable.assign(checkpoint.read(name))
