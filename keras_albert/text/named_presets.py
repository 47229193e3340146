"""`from_preset` of the tokenizer, for the names this package ships."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from keras_albert.files import read_json


class NamedPresets:
    """Mixed into a KerasHub tokenizer: `from_preset` asks `find_preset` what a name stands for.

    Attributes:
        find_preset: a name, path or address to the folder or address that KerasHub reads. Names
            belong to `keras_albert.presets_index`, which this room does not import;
            `keras_albert.models` sets it.
    """

    find_preset: ClassVar[Callable[[str | Path], str]] = str

    @classmethod
    def from_preset(cls, preset: str | Path, **kwargs: Any) -> Any:
        """Loads the tokenizer of a preset.

        Args:
            preset: a name of this package, a folder that `save_to_preset` wrote, the folder of a
                training run, an address that KerasHub reads, or a folder that `load_tokenizer`
                reads.
            **kwargs: constructor arguments, instead of the preset's.

        Raises:
            InputError: there is no such preset, or it has no tokenizer.
        """
        folder = cls.find_preset(preset)
        local = Path(folder)
        if local.is_file() or (local.is_dir() and not _is_preset(local)):
            from keras_albert.text.find_tokenizer import load_tokenizer  # which imports the classes

            return load_tokenizer(folder, **kwargs)
        return super().from_preset(folder, **kwargs)  # type: ignore[misc]


def _is_preset(folder: Path) -> bool:
    """Whether a folder's tokenizer.json is of a class that KerasHub can build as one of ours."""
    file = folder / "tokenizer.json"
    if not file.is_file():
        return False
    content = read_json(file)
    if not isinstance(content, dict) or "registered_name" not in content:
        return False
    # KerasHub's own class is not one of ours: what it saved is read as a foreign vocabulary.
    return not str(content["registered_name"]).startswith(("keras_hub>", "keras_nlp>"))
