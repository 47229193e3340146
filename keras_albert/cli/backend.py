"""Checking KERAS_BACKEND before Keras reads it, and importing Keras without its chatter."""

import contextlib
import importlib.util
import os
import sys
import tempfile
from collections.abc import Iterator

from keras_albert.errors import InputError, suggest

BACKENDS = ("tensorflow", "jax", "torch")


def check_backend(name: str | None) -> None:
    """Checks the value of KERAS_BACKEND.

    Args:
        name: the variable's value; None or "" leaves the choice to Keras.

    Raises:
        InputError: it is no backend this package runs on, or that backend is not installed.
    """
    if not name:
        return
    if name not in BACKENDS:
        raise InputError(
            f"KERAS_BACKEND={name!r} is not a backend.{suggest(name, BACKENDS)} "
            f"Choose one of {', '.join(BACKENDS)}."
        )
    if importlib.util.find_spec(name) is None:
        raise InputError(
            f"KERAS_BACKEND={name!r} is not installed. "
            f"Install it with pip install 'keras-albert[{name}]', or choose another backend."
        )


@contextlib.contextmanager
def quiet_imports() -> Iterator[None]:
    """Holds back what native libraries write to standard error; shows it if the import fails.

    TensorFlow reports missing GPU drivers there before any logging level applies, at its import and
    again when it first looks for devices ("failed call to cuInit"), and an error of ours would no
    longer be the only line. So it looks here: that allocates nothing, on a GPU neither.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
            tensorflow = sys.modules.get("tensorflow")
            # A module that is still being imported, or a stand-in for it, has no devices.
            if tensorflow is not None and hasattr(tensorflow, "config"):
                tensorflow.config.list_physical_devices()
        except BaseException as error:
            if not isinstance(error, InputError):
                held.seek(0)
                os.write(kept, held.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)
