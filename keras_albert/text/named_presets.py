"""`from_preset` of the tokenizer, for the names this package ships."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar


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
                training run, or an address that KerasHub reads.
            **kwargs: constructor arguments, instead of the preset's.

        Raises:
            InputError: there is no such preset, or it has no tokenizer.
        """
        return super().from_preset(cls.find_preset(preset), **kwargs)  # type: ignore[misc]
