"""`from_preset` for the names this package ships, beside the folders KerasHub knows."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras

from keras_albert import presets_index
from keras_albert.convert import is_address, is_foreign, local_path
from keras_albert.errors import InputError, suggest
from keras_albert.files import read_json

# The files of KerasHub's preset folders.
CONFIG_FILE = "config.json"
TASK_FILE = "task.json"
TASK_WEIGHTS_FILE = "task.weights.h5"
TOKENIZER_FILE = "tokenizer.json"
PREPROCESSOR_FILE = "preprocessor.json"


def preset_folder(preset: str | Path, *, download: bool = True) -> str | None:
    """Where the files of a preset are.

    Looked up in this order: the package's own names; addresses; a preset folder; a run's folder,
    whose preset is `model/` in it. A folder that has the name of one of the package's presets is
    meant with `./name`.

    Args:
        preset: a name, a path or an address.
        download: whether a name's published checkpoint is fetched. Addresses are in any case.

    Returns:
        A folder; or an address that only KerasHub reads, such as `modelscope://`; or None for a
        name without weights, or whose weights are not to be fetched.

    Raises:
        InputError: there is no such name or folder, the folder holds no preset, or it cannot be
            fetched.
    """
    name = str(preset)
    if name in presets_index.names():
        shipped = presets_index.weights_folder(name)
        if shipped is not None:
            return str(shipped)
        return str(local_path(name)) if download and is_address(name) else None
    path = local_path(preset)
    if "://" in name and not is_address(name):
        return name
    if is_foreign(path):
        return str(path)
    for folder in (path, path / "model"):
        if (folder / CONFIG_FILE).is_file():
            return str(folder)
    if path.is_dir():
        raise InputError(
            f"{path} holds no model: expected {CONFIG_FILE} in it, as save_to_preset writes, or a "
            "folder model/ with one, as a training run leaves."
        )
    if path.exists():
        raise InputError(f"{path} is a file; expected the folder that save_to_preset wrote.")
    names = presets_index.names()
    raise InputError(
        f"There is no preset and no folder named {name!r}.{suggest(name, names)} "
        f"Known presets: {', '.join(names)}."
    )


def tokenizer_folder(preset: str | Path) -> str:
    """As `preset_folder`, for a preset that must have a tokenizer.

    Raises:
        InputError: there is no such preset, or it has none.
    """
    folder = preset_folder(preset)
    if folder is None or (
        Path(folder).is_dir()
        and not (Path(folder) / TOKENIZER_FILE).is_file()
        and not is_foreign(folder)
    ):
        raise InputError(
            f"The preset {str(preset)!r} has no tokenizer. Load a vocabulary: "
            "keras_albert.load_tokenizer(PATH)."
        )
    return folder


def saved_class(config_file: Path) -> type | None:
    """The class that a preset's configuration file names, or None where there is no such file.

    Raises:
        InputError: the file is not JSON, or names none.
    """
    if not config_file.is_file():
        return None
    content = read_json(config_file)
    if not isinstance(content, dict) or not isinstance(content.get("registered_name"), str):
        raise InputError(f"{config_file} is not a preset's: it has no registered_name.")
    return keras.saving.get_registered_object(content["registered_name"])


@contextlib.contextmanager
def damage_named(folder: str | Path) -> Iterator[None]:
    """What Keras, KerasHub, h5py and a backend say of a damaged preset, in one line that names it.

    Raises:
        InputError: in place of any error within.
    """
    try:
        yield
    except InputError as error:
        if str(folder) in str(error):
            raise
        raise InputError(f"{folder} could not be read as a model: {error}") from error
    except Exception as error:
        reason = " ".join(str(error).split())[:300] or type(error).__name__
        raise InputError(f"{folder} could not be read as a model: {reason}") from error


class PresetNames:
    """Adds the package's own preset names to a KerasHub class's `from_preset`."""

    @classmethod
    def from_preset(cls, preset: str | Path, load_weights: bool = True, **kwargs: Any) -> Any:
        """Builds an instance from a preset.

        Args:
            preset: a name of this package such as "albert_base_v2", a folder that
                `save_to_preset` wrote, the folder of a training run, what `open_checkpoint` reads
                (a folder of transformers, a TF1 checkpoint or its archive, a KerasHub preset), an
                address that `local_path` fetches (`https://` and an archive, `hf://`,
                `kaggle://`), or one that only KerasHub reads (`modelscope://`). The published
                weights of a name are fetched at its first use.
            load_weights: whether to load the trained weights; False leaves them random.
            **kwargs: constructor arguments, instead of the preset's; `dtype` is Keras's current
                policy unless it is given, whatever floating type the preset was saved in.

        Raises:
            InputError: there is no such preset, or it ships without weights and these were
                asked for.
        """
        folder = preset_folder(preset, download=load_weights)
        if folder is not None:
            if "://" not in folder and is_foreign(folder):
                # It builds models, whose classes are mixed from this one.
                from keras_albert.models.presets.foreign_weights import from_foreign

                return from_foreign(cls, folder, load_weights, **kwargs)
            with damage_named(folder):
                return cls._from_folder(folder, load_weights, **kwargs)
        if load_weights:
            raise InputError(
                f"No trained weights were published for {str(preset)!r}. Pass load_weights=False "
                "for random weights, or the folder of a model trained with this package."
            )
        return cls._from_architecture(presets_index.architecture(str(preset)).backbone, **kwargs)

    @classmethod
    def _from_folder(cls, folder: str, load_weights: bool, **kwargs: Any) -> Any:
        if kwargs.get("dtype") is None and _saved_in_mixed_precision(Path(folder)):
            # What KerasHub does with a preset saved in any other floating type; it knows no mixed
            # ones and gives up.
            kwargs["dtype"] = keras.config.dtype_policy()
        return super().from_preset(folder, load_weights=load_weights, **kwargs)  # type: ignore[misc]

    @classmethod
    def _from_architecture(cls, architecture: dict[str, Any], **kwargs: Any) -> Any:
        return cls(**{**architecture, **kwargs})


def _saved_in_mixed_precision(folder: Path) -> bool:
    if not (folder / CONFIG_FILE).is_file():
        return False
    policy = read_json(folder / CONFIG_FILE)["config"].get("dtype")
    name = policy["config"].get("name") if isinstance(policy, dict) else policy
    return str(name).startswith("mixed_")
