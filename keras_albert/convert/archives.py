"""Unpacking archives without leaving the folder they are unpacked to."""

import gzip
import shutil
import tarfile
import zlib
from pathlib import Path, PurePosixPath

from keras_albert.errors import InputError

SUFFIXES = (".tar.gz", ".tgz", ".tar")
_DAMAGES = (
    tarfile.TarError,
    gzip.BadGzipFile,
    zlib.error,
    EOFError,
    FileExistsError,
    NotADirectoryError,
)


def is_archive(path: Path) -> bool:
    """Whether a path is a file with an archive's name."""
    return path.is_file() and path.name.endswith(SUFFIXES)


def unpack(archive: Path, folder: Path) -> None:
    """Unpacks a tar archive, compressed or not, into a folder that is there.

    Nothing is written unless every member is an ordinary file or folder below `folder`: archives
    with absolute paths, `..`, links or devices are refused as a whole. Owners, permissions and
    times are left out.

    Raises:
        InputError: the archive is damaged, or a member is none of these.
    """
    try:
        with tarfile.open(archive) as tar:
            members = tar.getmembers()
            for member in members:
                _check(archive, member)
            for member in members:
                target = folder.joinpath(*PurePosixPath(member.name).parts)
                if member.isdir():
                    target.mkdir(parents=True, exist_ok=True)
                    continue
                target.parent.mkdir(parents=True, exist_ok=True)
                source = tar.extractfile(member)
                if source is not None:
                    with source, target.open("xb") as file:
                        shutil.copyfileobj(source, file, 1 << 20)
            # To the end of the file, where gzip keeps its checksum; tar's own end comes before.
            while tar.fileobj is not None and tar.fileobj.read(1 << 20):
                pass
    except InputError:
        raise
    except _DAMAGES as error:
        raise InputError(
            f"{archive} is not a tar archive, or a damaged one: {error}. Fetch it again."
        ) from error


def _check(archive: Path, member: tarfile.TarInfo) -> None:
    path = PurePosixPath(member.name)
    outside = path.is_absolute() or ".." in path.parts or "\\" in member.name
    if outside or not (member.isfile() or member.isdir()):
        what = "a path out of the archive" if outside else "a link or a device"
        raise InputError(
            f"{archive} holds {what}: {member.name!r}. It was not unpacked; fetch the archive from "
            "where it was published."
        )
