"""A damaged file, a loader, and what came of it."""

import contextlib
import io
import random
import shutil
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keras_albert.errors import InputError
from tests.fuzz.mutations import RAN, mutations_of

# A load of these takes seconds at most; a busy machine stalls.
HANGS_AFTER_SECONDS = 120
REFUSED, READABLE, WRONG = "refused", "readable", "wrong"
# What no loader does: start programs, connect, or write where it reads.
_RUNS = ("os.system", "os.exec", "os.posix_spawn", "os.spawn", "subprocess.Popen", "socket.connect")


@dataclass(frozen=True)
class Loader:
    """What reads files from outside.

    Attributes:
        name: for the table.
        source: a good folder or file.
        load: reads a path; raises on bad input.
        error: what it may raise then. The runtimes of artifacts, which go without this package,
            raise ValueError.
        files: patterns of the files to damage.
    """

    name: str
    source: Path
    load: Callable[[Path], Any]
    error: type[Exception] = InputError
    files: tuple[str, ...] = ("**/*",)


@dataclass(frozen=True)
class Outcome:
    """What came of a case: one of the three, and what it was."""

    kind: str
    what: str


class _Hangs(BaseException):
    pass


_events: list[str] | None = None


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if _events is not None and event.startswith(_RUNS):
        _events.append(f"{event}{arguments[:1]}")


@contextlib.contextmanager
def _watched() -> Iterator[list[str]]:
    """What is run while a case is loaded; a load that does not end is ended."""
    global _events
    if not hasattr(sys, "_fuzz_audits"):
        sys._fuzz_audits = True  # type: ignore[attr-defined]
        sys.addaudithook(_audit)

    def hangs(*_: Any) -> None:
        raise _Hangs

    _events = events = []
    before = signal.signal(signal.SIGALRM, hangs)
    signal.alarm(HANGS_AFTER_SECONDS)
    try:
        yield events
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
        _events = None


class Bench:
    """A loader's copy of its source, in which one file after another is damaged."""

    def __init__(self, loader: Loader, folder: Path) -> None:
        self.loader = loader
        self.path = folder / loader.source.name
        if loader.source.is_dir():
            shutil.copytree(loader.source, self.path)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(loader.source, self.path)
        root = self.path if self.path.is_dir() else folder
        found = {path for pattern in loader.files for path in root.glob(pattern)}
        self.files = sorted(path for path in found if path.is_file())
        self.contents = {path: path.read_bytes() for path in self.files}
        self.folder = folder

    def run(self, seed: str) -> tuple[str, Outcome]:
        """One case: what was done, and what came of it."""
        chance = random.Random(f"{self.loader.name}/{seed}")
        file = chance.choice(self.files)
        mutation = chance.choice(mutations_of(file.name))
        others = [content for path, content in self.contents.items() if path != file]
        content = mutation(self.contents[file], chance, others)
        name = f"{self.loader.name} #{seed}: {file.relative_to(self.folder)} {mutation.__name__}"
        # By a new file: what was mapped before stays as it is.
        file.unlink()
        try:
            if content is not None:
                file.write_bytes(content)
            return name, self._outcome()
        finally:
            file.unlink(missing_ok=True)
            file.write_bytes(self.contents[file])

    def _outcome(self) -> Outcome:
        try:
            with (
                _watched() as events,
                warnings.catch_warnings(),
                contextlib.redirect_stdout(io.StringIO()),
            ):
                warnings.simplefilter("ignore")
                self.loader.load(self.path)
            outcome = Outcome(READABLE, "")
        except _Hangs:
            outcome = Outcome(WRONG, "it does not end")
        except Exception as error:
            outcome = self._judged(error)
        if events or Path(RAN).exists():
            return Outcome(WRONG, f"it ran {events}")
        return outcome

    def _judged(self, error: Exception) -> Outcome:
        text = str(error)
        if not isinstance(error, self.loader.error):
            return Outcome(WRONG, f"{type(error).__name__}: {text[:300]}")
        if "\n" in text.strip():
            return Outcome(WRONG, f"several lines: {text[:300]}")
        if str(self.path) not in text and not any(path.name in text for path in self.files):
            return Outcome(WRONG, f"names no file: {text[:300]}")
        return Outcome(REFUSED, text)
