"""One thread at a time where Keras takes a model's variables away while it runs."""

import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_GUARD = threading.Lock()
_LOCKS: "weakref.WeakKeyDictionary[Any, Any]" = weakref.WeakKeyDictionary()


@contextmanager
def exclusive(backbone: Any) -> Iterator[None]:
    """Holds a backbone, and so all tasks that stand on it, for this thread.

    On JAX Keras hands the variables' arrays to the compiled step and leaves nothing in them until
    it is done: a second thread would find none, and break the model for good. The same thread may
    come again, as a callback does that predicts within `fit`.
    """
    with _GUARD:
        lock = _LOCKS.setdefault(backbone, threading.RLock())
    with lock:
        yield
