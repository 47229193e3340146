"""Saving a task to a preset folder, and loading it from there, from its own or another's."""

import inspect
from pathlib import Path
from typing import Any, ClassVar

import keras

from keras_albert.errors import InputError
from keras_albert.files import write_directory_aside
from keras_albert.models.presets.from_preset import (
    TASK_FILE,
    TASK_WEIGHTS_FILE,
    TOKENIZER_FILE,
    PresetNames,
    saved_class,
)
from keras_albert.models.quantization.kept_quantization import (
    KeepsQuantization,
    quantization_of,
    quantize_as,
)

# What KerasHub writes into a preset folder.
PRESET_ENTRIES = ("*.json", "*.weights.h5", "assets")


class TaskPresets(KeepsQuantization, PresetNames):
    """Mixed into a KerasHub task: `save_to_preset` and `from_preset`.

    Attributes:
        has_head: whether it has weights beside its backbone's.
    """

    has_head: ClassVar[bool] = True
    backbone_cls: Any
    preprocessor_cls: Any
    backbone: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Here for the type checker: `from_preset` builds subclasses, which take arguments.
        super().__init__(*args, **kwargs)

    def save_task_weights(self, filepath: str | Path) -> None:
        """Saves the heads' weights: neither the backbone's nor the optimizer's."""
        keras.saving.save_weights(self, filepath, objects_to_skip=self._outside_the_heads())

    def load_task_weights(self, filepath: str | Path) -> None:
        """Loads what `save_task_weights` saved."""
        keras.saving.load_weights(self, filepath, objects_to_skip=self._outside_the_heads())

    def _outside_the_heads(self) -> list[Any]:
        optimizer = getattr(self, "optimizer", None)
        layers = list(self.backbone._flatten_layers())
        return layers if optimizer is None else [*layers, optimizer]

    def save_to_preset(self, preset_dir: str | Path, max_shard_size: float | None = 10) -> None:
        """Saves model, tokenizer and preprocessor, aside first: the whole folder or nothing.

        Args:
            preset_dir: the folder. A preset that is there already is replaced.
            max_shard_size: weights above this, in GB, are split over several files.

        Raises:
            InputError: the folder holds something else, or the disk is full.
        """
        folder = Path(preset_dir)
        if folder.is_dir():
            entries = {path for pattern in PRESET_ENTRIES for path in folder.glob(pattern)}
            others = sorted(path.name for path in folder.iterdir() if path not in entries)
            if others:
                raise InputError(
                    f"{folder} holds {others[0]!r}, which is not part of a preset, and saving "
                    "would replace the folder. Choose a new one."
                )
        with write_directory_aside(folder, replace=True) as aside:
            super().save_to_preset(  # type: ignore[misc]
                str(aside), max_shard_size=max_shard_size
            )

    @classmethod
    def _from_architecture(cls, architecture: dict[str, Any], **kwargs: Any) -> Any:
        cls._check_required(kwargs, "a preset without weights")
        if "dtype" in kwargs:
            architecture = {**architecture, "dtype": kwargs.pop("dtype")}
        return cls(backbone=cls.backbone_cls(**architecture), **kwargs)

    @classmethod
    def _from_folder(cls, folder: str, load_weights: bool, **kwargs: Any) -> Any:
        """The folder's own task; or, where another was saved, this one on its backbone.

        Heads of the same name (an `AlbertPretrainer`'s masked-token head in an `AlbertMaskedLM`)
        are taken over.
        """
        local = Path(folder)
        saved = saved_class(local / TASK_FILE)
        if load_weights and saved is not None and issubclass(saved, TaskPresets):
            saved._check_heads(local)
        if not local.is_dir() or (saved is not None and issubclass(saved, cls)):
            return super()._from_folder(folder, load_weights, **kwargs)
        cls._check_required(kwargs, f"{folder}, which another task saved,")
        if "preprocessor" not in kwargs:
            kwargs["preprocessor"] = None
            if (local / TOKENIZER_FILE).is_file():
                kwargs["preprocessor"] = cls.preprocessor_cls.from_preset(folder)
        if saved is None or not issubclass(saved, TaskPresets):
            return super()._from_folder(folder, load_weights, **kwargs)
        options = {"dtype": kwargs.pop("dtype")} if "dtype" in kwargs else {}
        source = saved.from_preset(
            folder, load_weights=load_weights, preprocessor=None, compile=False, **options
        )
        task: Any = cls(backbone=source.backbone, **kwargs)
        heads = {layer.name: layer for layer in source.layers if layer is not source.backbone}
        for layer in task.layers:
            head = heads.get(layer.name)
            if head is not None and layer.weights and type(head) is type(layer):
                settings = quantization_of(head._flatten_layers())
                quantize_as(layer._flatten_layers(), settings, folder)
                layer.set_weights(head.get_weights())
        return task

    @classmethod
    def _check_heads(cls, folder: Path) -> None:
        """KerasHub would go on with random heads where their file is missing, and say nothing."""
        if cls.has_head and not (folder / TASK_WEIGHTS_FILE).is_file():
            raise InputError(
                f"{folder} is not complete: {TASK_WEIGHTS_FILE} is missing, with the heads' "
                "weights. Pass load_weights=False for random ones, or copy the whole folder."
            )

    @classmethod
    def _check_required(cls, kwargs: dict[str, Any], where: str) -> None:
        parameters = inspect.signature(cls.__init__).parameters.values()
        missing = [
            parameter.name
            for parameter in parameters
            if parameter.default is parameter.empty
            and parameter.kind is parameter.POSITIONAL_OR_KEYWORD
            and parameter.name not in {"self", "backbone", *kwargs}
        ]
        if missing:
            raise InputError(
                f"{cls.__name__}.from_preset on {where} needs {missing[0]}: pass "
                f"{missing[0]}=... beside the preset."
            )
