"""Names of published checkpoints and addresses, to a local folder that `open_checkpoint` reads."""

import contextlib
import hashlib
import shutil
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from keras_albert import presets_index
from keras_albert.errors import InputError
from keras_albert.fetching.archives import SUFFIXES, unpack
from keras_albert.fetching.downloads import (
    Expected,
    Progress,
    fetch,
    keras_home,
    recorded_digest,
)
from keras_albert.fetching.model_folder import CONFIG_FILE, model_folder
from keras_albert.fetching.published import published_checkpoint, published_file
from keras_albert.files import sha256, write_directory_aside
from keras_albert.folder_lock import folder_lock

_HUGGING_FACE = "hf://"
_KAGGLE = "kaggle://"
SCHEMES = ("https://", "http://", _HUGGING_FACE, _KAGGLE)
# Weights of transformers, the first kind that a repository has.
_WEIGHTS = (
    ("*.safetensors", "*.safetensors.index.json"),
    ("pytorch_model*.bin", "pytorch_model*.bin.index.json"),
)
# Configurations and tokenizers of transformers, and the files of a KerasHub preset.
_OTHER_FILES = (
    *("config.json", "tokenizer_config.json", "tokenizer.json", "special_tokens_map.json"),
    *("added_tokens.json", "spiece.model", "30k-clean.model", "vocab.txt"),
    *("metadata.json", "task.json", "preprocessor.json", "labels.json"),
    *("model*.weights.h5", "model.weights.json", "task.weights.h5", "assets/tokenizer/*"),
)


def is_address(source: str | Path) -> bool:
    """Whether `local_path` fetches this: an address, or the name of a published checkpoint."""
    name = str(source)
    return name.startswith(SCHEMES) or name in presets_index.checkpoint_names()


def local_path(source: str | Path, *, progress: Progress | None = None) -> Path:
    """Fetches what has a name or an address; what is local already is handed back.

    Archives are kept below Keras's folder (`KERAS_HOME`), in `keras_albert/`, and unpacked beside
    themselves once. What Hugging Face and Kaggle have is kept by their own clients.

    Args:
        source: a published checkpoint's name, such as "albert_base_v2"; the `https://` address of
            an archive; `hf://owner/name`, with `@revision` behind it or not; `kaggle://` and a
            model's handle; or anything else, such as a path.
        progress: see `fetch`; by default a bar on standard error.

    Returns:
        A folder, or `source` itself.

    Raises:
        InputError: it cannot be fetched, or is not what was published. The message says where to
            place it by hand.
    """
    name = str(source)
    if name in presets_index.checkpoint_names():
        published = published_checkpoint(name)
        expected = Expected(
            published.archive.size,
            published.archive.sha256,
            f"{_HUGGING_FACE}{published.hugging_face.repository}",
        )
        return _archive(published.archive.address, _kept() / name, expected, progress)
    if name.startswith(("https://", "http://")):
        digest = hashlib.sha256(name.encode()).hexdigest()[:16]
        return _archive(name, _kept() / "downloads" / digest, Expected(), progress)
    if name.startswith(_HUGGING_FACE):
        return _from_hugging_face(name)
    if name.startswith(_KAGGLE):
        return _from_kaggle(name)
    path = Path(source)
    # "./albert_base_v2" is a folder. `Path` drops the dot, and whoever looks next would take what
    # is left for the name.
    return path.absolute() if str(path) != name and str(path) in presets_index.names() else path


def _kept() -> Path:
    return keras_home() / "keras_albert"


def _archive(address: str, folder: Path, expected: Expected, progress: Progress | None) -> Path:
    file_name = Path(urlsplit(address).path).name
    if not file_name.endswith(SUFFIXES):
        raise InputError(
            f"{address} is not an archive's address; expected one that ends in "
            f"{', '.join(SUFFIXES)}."
        )
    archive = folder / file_name
    # The digest is in the folder's name: an archive that was replaced is unpacked again, and the
    # folder alone is enough when the archive was removed to save its space.
    recorded = recorded_digest(archive)
    if recorded is not None and not archive.exists() and expected.sha256 in (None, recorded):
        unpacked = folder / f"unpacked-{recorded[:16]}"
        if unpacked.is_dir():
            return _model_folder(address, unpacked)
    by_hand = archive.is_file()
    shown: contextlib.AbstractContextManager[Progress] = (
        _bar(file_name) if progress is None else contextlib.nullcontext(progress)
    )
    with shown as report:
        digest = fetch(address, archive, expected, progress=report)
    unpacked = folder / f"unpacked-{digest[:16]}"
    # Another process that came for the same weights may be unpacking them.
    with folder_lock(unpacked, wait=True):
        if not unpacked.is_dir():
            try:
                with write_directory_aside(unpacked) as aside:
                    unpack(archive, aside)
            except InputError:
                # Such as a page to sign in to a network: not to be taken for the archive next time.
                archive.with_name(f"{archive.name}.json").unlink(missing_ok=True)
                if not by_hand:
                    archive.unlink(missing_ok=True)
                raise
            for old in folder.glob("unpacked-*"):
                if old != unpacked:
                    shutil.rmtree(old, ignore_errors=True)
    return _model_folder(address, unpacked)


def _model_folder(address: str, unpacked: Path) -> Path:
    folder = model_folder(unpacked, "config.json")
    if folder is None:
        raise InputError(
            f"The archive at {address} holds no {CONFIG_FILE} and no config.json: it is not a "
            "model of ALBERT."
        )
    return folder


@contextlib.contextmanager
def _bar(title: str) -> Iterator[Progress]:
    """A bar on standard error, there only while something is fetched."""
    from rich.console import Console
    from rich.progress import DownloadColumn, TimeRemainingColumn, TransferSpeedColumn
    from rich.progress import Progress as Bar

    columns = (*Bar.get_default_columns()[:2], DownloadColumn(), TransferSpeedColumn())
    bar = Bar(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True)
    task = None

    def report(came: int, total: int | None) -> None:
        nonlocal task
        if task is None:
            bar.start()
            task = bar.add_task(f"Fetching {title}")
        bar.update(task, completed=came, total=total)

    try:
        yield report
    finally:
        if task is not None:
            bar.stop()


def _from_hugging_face(address: str) -> Path:
    repository, _, revision = address.removeprefix(_HUGGING_FACE).strip("/").partition("@")
    if repository.count("/") != 1 or not all(repository.split("/")):
        raise InputError(f"{address} names no repository; expected hf://owner/name[@revision].")
    try:
        import huggingface_hub
    except ImportError as error:
        raise InputError(
            f"{address} needs huggingface_hub: pip install huggingface_hub. Or download the "
            "repository by hand and pass its folder."
        ) from error
    published = None if revision else published_file(repository)
    arguments: dict[str, Any] = {"revision": revision or None}
    try:
        # Not list_repo_files, which asks for half a minute where there is no network.
        info = huggingface_hub.model_info(repository, timeout=30, **arguments)
        listed = [file.rfilename for file in info.siblings or ()]
    # Its errors have several bases, which change with its versions. Without an answer, what was
    # fetched before is looked for.
    except Exception as error:
        arguments["local_files_only"] = True
        patterns = [*_OTHER_FILES, *(pattern for kind in _WEIGHTS for pattern in kind)]
        reason = f"{type(error).__name__}: {error}"
    else:
        patterns = [*_OTHER_FILES, *_weights(listed, published)]
        reason = ""
    try:
        found = huggingface_hub.snapshot_download(repository, allow_patterns=patterns, **arguments)
        folder = Path(str(found))
    except Exception as error:
        reason = " ".join((reason or f"{type(error).__name__}: {error}").split())[:300]
        raise InputError(
            f"{address} could not be fetched: {reason.rstrip('.')}. By hand: download the "
            "repository's config.json, weights and tokenizer files to a folder and pass that."
        ) from error
    if published is not None:
        _check_published(address, folder / published[0], published[1])
    return folder


def _check_published(address: str, file: Path, digest: str | None) -> None:
    if digest is not None and file.is_file() and sha256(file) != digest:
        raise InputError(
            f"{file} is not the published file: its SHA-256 is not {digest}. The repository has "
            f"changed, or the download is damaged: remove {file.resolve()} to fetch it again, or "
            f"pass {address}@main to take what is there."
        )


def _weights(listed: list[str], published: tuple[str, str | None] | None) -> tuple[str, ...]:
    """The weight files to fetch: the one whose digest is known, else one kind of them."""
    if published is not None and published[1] is not None and published[0] in listed:
        return (published[0],)
    for kind in _WEIGHTS:
        if any(fnmatch(name, kind[0]) for name in listed if "/" not in name):
            return kind
    return ()


def _from_kaggle(address: str) -> Path:
    handle = address.removeprefix(_KAGGLE).strip("/")
    import kagglehub

    try:
        return Path(kagglehub.model_download(handle))
    # As above.
    except Exception as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        raise InputError(
            f"{address} could not be fetched: {reason.rstrip('.')}. Expected kaggle://owner/model/framework/"
            "variation[/version]. By hand: download the model and pass its folder."
        ) from error
