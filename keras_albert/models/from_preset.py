"""`from_preset` for the names this package ships, beside the folders KerasHub knows."""

from pathlib import Path
from typing import Any


class PresetNames:
    """Adds the package's own preset names to a KerasHub class's `from_preset`."""

    @classmethod
    def from_preset(cls, preset: str | Path, load_weights: bool = True, **kwargs: Any) -> Any:
        """Placeholder until presets_index lands."""
        return super().from_preset(str(preset), load_weights=load_weights, **kwargs)  # type: ignore[misc]
