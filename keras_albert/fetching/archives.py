"""Unpacking archives without leaving the folder they are unpacked to."""

import errno
import lzma
import shutil
import stat
import tarfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from keras_albert.errors import InputError

SUFFIXES = (".tar.gz", ".tgz", ".tar", ".zip")
_DAMAGES = (
    tarfile.TarError,
    zipfile.BadZipFile,
    NotImplementedError,  # a zip's compression that Python does not know
    lzma.LZMAError,
    zlib.error,
    EOFError,
    # Names and places in a damaged directory: empty, too long, before the file's beginning.
    IndexError,
    ValueError,
    OSError,
)
# What a sound archive meets, too.
_OF_THE_MACHINE = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS)


def is_archive(path: Path) -> bool:
    """Whether a path is a file with an archive's name."""
    return path.is_file() and path.name.endswith(SUFFIXES)


def unpack(archive: Path, folder: Path) -> None:
    """Unpacks a tar archive, compressed or not, or a zip, into a folder that is there.

    Nothing is written unless every member is an ordinary file or folder below `folder`: archives
    with absolute paths, `..`, links or devices are refused as a whole. Owners, permissions and
    times are left out.

    Raises:
        InputError: the archive is damaged, or a member is none of these.
    """
    try:
        if archive.suffix == ".zip":
            _unzip(archive, folder)
            return
        with tarfile.open(archive) as tar:
            members = tar.getmembers()
            _check_room(archive, folder, sum(member.size for member in members))
            for member in members:
                _check(archive, member.name, member.isfile() or member.isdir())
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
        if isinstance(error, OSError) and error.errno in _OF_THE_MACHINE:
            raise
        reason = " ".join(str(error).split())
        raise InputError(
            f"{archive} is not a tar or zip archive, or a damaged one: {reason}. Fetch it again."
        ) from error


def _unzip(archive: Path, folder: Path) -> None:
    with zipfile.ZipFile(archive) as packed:
        members = packed.infolist()
        _check_room(archive, folder, sum(member.file_size for member in members))
        for member in members:
            # Where a zip was made on Unix, its upper half is the file's mode; else 0.
            kind = stat.S_IFMT(member.external_attr >> 16)
            _check(archive, member.filename, kind in (0, stat.S_IFREG, stat.S_IFDIR))
            if member.flag_bits & 1:
                raise InputError(f"{archive} is encrypted; expected an archive without a password.")
        for member in members:
            target = folder.joinpath(*PurePosixPath(member.filename).parts)
            if member.is_dir():
                target.mkdir(parents=True, exist_ok=True)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            with packed.open(member) as source, target.open("xb") as file:
                shutil.copyfileobj(source, file, 1 << 20)


def _check_room(archive: Path, folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if size > free:
        raise InputError(
            f"{archive} unpacks to {size:,} bytes and {folder} has room for {free:,}. Is it the "
            "archive of a model? Then free some space."
        )


def _check(archive: Path, name: str, ordinary: bool) -> None:
    path = PurePosixPath(name)
    outside = path.is_absolute() or ".." in path.parts or "\\" in name
    if outside or not ordinary:
        what = "a path out of the archive" if outside else "a link or a device"
        raise InputError(
            f"{archive} holds {what}: {name!r}. It was not unpacked; fetch the archive from "
            "where it was published."
        )
