"""Registering this package's classes with Keras when Keras is imported, and not before.

`keras.saving.load_model` finds a class by its registered name alone: it imports no module that is
not Keras's own. So the classes must be there once Keras is, though `import keras_albert` does not
bring it.

Whichever of our modules is imported first may be the one that brings Keras, and registering in the
middle of it would find it half done. So each room up to `models` that stands on Keras imports it in
its `__init__`, before any of its modules.
"""

import importlib
import importlib.util
import sys
import warnings
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

# What importing them registers.
_ROOMS = ("models", "optimizers")


def register_with_keras() -> None:
    """Registers every class of this package: now where Keras is imported, else right after that."""
    if _is_imported("keras"):
        _register()
    elif not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path[:0] = [_Finder("keras"), _Finder("keras_hub")]


def _is_imported(name: str) -> bool:
    """Whether a module is there and has been executed to its end."""
    spec = getattr(sys.modules.get(name), "__spec__", None)
    return spec is not None and not getattr(spec, "_initializing", False)


def _register() -> None:
    try:
        for room in _ROOMS:
            importlib.import_module(f"keras_albert.{room}")
    except ImportError as error:
        # Keras itself must stay usable. A first use of one of our names raises the error again.
        warnings.warn(f"The classes of keras_albert are not available: {error}", stacklevel=2)


class _Finder(MetaPathFinder):
    """Finds one module as the others do, and has our classes registered behind its import.

    Args:
        name: of the module.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        """The module's spec with a loader of ours around its own, once."""
        if fullname != self._name:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        if spec is None or spec.loader is None:
            sys.meta_path.insert(0, self)  # It may be installed later in this process.
            return spec
        spec.loader = _ThenRegister(spec.loader)
        return spec


class _ThenRegister(Loader):
    """A loader that registers our classes once the module is there.

    Args:
        loader: the module's own.
    """

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """As the module's own loader."""
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """As the module's own loader, whose place in the module it leaves to that."""
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        module.__loader__ = self._loader
        self._loader.exec_module(module)
        # KerasHub imports Keras: our classes, which are built on both, wait for its end.
        if module.__name__ == "keras_hub" or not _is_begun("keras_hub"):
            _register()


def _is_begun(name: str) -> bool:
    return sys.modules.get(name) is not None and not _is_imported(name)
