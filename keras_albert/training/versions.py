"""What a run was made with."""

import importlib.metadata
import os
import platform
from typing import Any

import keras

_PACKAGES = (
    "keras-albert",
    "keras",
    "keras-nlp",
    "keras-hub",
    "tensorflow",
    "tensorflow-text",
    "jax",
    "jaxlib",
    "torch",
    "numpy",
    "grain",
    "array_record",
    "sentencepiece",
    "safetensors",
)


def versions() -> dict[str, Any]:
    """The backend, Python, packages and machine, as JSON content; absent packages are left out."""
    packages = {}
    for name in _PACKAGES:
        try:
            packages[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return {
        "backend": keras.backend.backend(),
        "python": platform.python_version(),
        "packages": packages,
        "platform": platform.platform(),
        "machine": platform.machine(),
        "processors": os.cpu_count(),
    }


def changed_versions(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """What differs between two results of `versions`, such as "jax 0.10.1 -> 0.10.2"."""
    old = {"python": before.get("python"), **before.get("packages", {})}
    new = {"python": now["python"], **now["packages"]}
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    return [f"{name} {old.get(name, 'absent')} -> {new.get(name, 'absent')}" for name in names]
