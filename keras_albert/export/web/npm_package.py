"""Files of an npm package, fetched by npm and held against the checksum that is pinned here."""

import base64
import hashlib
import shutil
import subprocess
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from keras_albert.errors import InputError


@dataclass(frozen=True)
class NpmPackage:
    """A package at a version.

    Attributes:
        name: as npm knows it.
        version: exactly one.
        integrity: "sha512-" and the archive's digest in base 64, as lock files have it.
    """

    name: str
    version: str
    integrity: str

    def archive(self, folder: Path) -> Path:
        """Fetches the package's archive by `npm pack`, from npm's cache where it is there.

        Args:
            folder: where to put it.

        Raises:
            InputError: npm is not installed or finds no package.
        """
        if shutil.which("npm") is None:
            raise InputError(
                f"The page takes {self.name} from npm, which is not installed. Install Node.js, or "
                f"pass the archive of {self.name} {self.version}."
            )
        wanted = f"{self.name}@{self.version}"
        command = ["npm", "pack", "--silent", "--prefer-offline", "--pack-destination"]
        # Away from a project's own settings; scripts of the package never run in `pack`.
        finished = subprocess.run(
            [*command, str(folder), wanted], cwd=folder, capture_output=True, text=True, check=False
        )
        found = sorted(folder.glob("*.tgz"))
        if finished.returncode or not found:
            lines = finished.stderr.strip().splitlines() or ["npm said nothing"]
            raise InputError(f"npm could not fetch {wanted}: {lines[-1][:200]}.")
        return found[0]

    def extract(self, archive: str | Path, files: Mapping[str, Path]) -> None:
        """Takes files out of the package's archive.

        Args:
            archive: a .tgz.
            files: places in the package, such as "dist/a.js", and where they go.

        Raises:
            InputError: the archive is not the pinned one, or lacks a file.
        """
        archive = Path(archive)
        try:
            content = archive.read_bytes()
        except OSError as error:
            raise InputError(f"{archive} cannot be read: {error.strerror}.") from error
        digest = base64.b64encode(hashlib.sha512(content).digest()).decode()
        if f"sha512-{digest}" != self.integrity:
            raise InputError(
                f"{archive} is not {self.name} {self.version} as it was published (its checksum "
                "differs). Fetch it again."
            )
        with tarfile.open(archive) as tar:
            for name, target in files.items():
                try:
                    member = tar.extractfile(f"package/{name}")
                except KeyError:
                    member = None
                if member is None:
                    raise InputError(f"{archive} holds no {name}.")
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(member.read())
