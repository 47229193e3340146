"""A download that may break off: what has come so far, and asking for the rest."""

import contextlib
import json
import os
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from keras_albert.folder_lock import folder_lock

_PIECE = 1 << 20
_CONTENT_RANGE = re.compile(r"bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)")


class Refused(Exception):
    """What is at the address is not what was asked for; asking again does not change it."""


class _SafeRedirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects to http and https, and never from https to http."""

    def redirect_request(
        self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        scheme = newurl.split(":", 1)[0].lower()
        if scheme not in ("http", "https") or (req.type == "https" and scheme == "http"):
            raise Refused(f"it redirects to {newurl}, which is not as safe as itself")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class PartialDownload:
    """The bytes that have come, in `destination` with `.part` behind it, and what they are of.

    Args:
        address: with `http://` or `https://`.
        destination: where the complete file goes.
    """

    def __init__(self, address: str, destination: Path) -> None:
        self.address = address
        self.destination = destination
        self.file = destination.with_name(f"{destination.name}.part")
        self._about = destination.with_name(f"{destination.name}.part.json")

    def size(self) -> int:
        """How many bytes have come."""
        return self.file.stat().st_size if self.file.is_file() else 0

    def discard(self) -> None:
        """Removes what has come."""
        self.file.unlink(missing_ok=True)
        self._about.unlink(missing_ok=True)

    def finish(self) -> None:
        """Flushes the part to disk and renames it to the destination."""
        with self.file.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(self.file, self.destination)
        self._about.unlink(missing_ok=True)

    def alone(self) -> contextlib.AbstractContextManager[None]:
        """Keeps other processes from fetching the same file; they wait."""
        return folder_lock(self.destination, wait=True)

    def go_on(
        self,
        expected_size: int | None,
        progress: Callable[[int, int | None], None] | None,
        timeout: float,
    ) -> None:
        """One attempt at the rest of the file.

        The rest is asked for with `If-Range`: a server whose file has changed, or that knows no
        ranges, sends all of it, which then replaces what has come.

        Args:
            expected_size: of the whole, in bytes, or None.
            progress: see `fetch`.
            timeout: seconds without a byte.

        Raises:
            Refused: the address cannot be used, or the whole is of another size than expected.
            OSError: the connection or the disk failed; `urllib.error.HTTPError` is one.
        """
        start = self._resumable()
        if start and start == expected_size:
            return
        request = urllib.request.Request(self.address, headers={"Accept-Encoding": "identity"})
        if request.type not in ("http", "https"):
            raise Refused(f"{request.type}:// is not fetched")
        if start:
            request.add_header("Range", f"bytes={start}-")
            request.add_header("If-Range", self._known()["validator"])
        opener = urllib.request.build_opener(_SafeRedirects)
        try:
            answer = opener.open(request, timeout=timeout)
        except urllib.error.HTTPError as error:
            if error.code != 416 or not start:
                raise
            total = _CONTENT_RANGE.fullmatch(error.headers.get("Content-Range", ""))
            if total and total[3] == str(start):
                return  # all of it has come already
            self.discard()
            raise ConnectionError("the server has less than was fetched before") from error
        with answer:
            total_size = self._total(answer, start)
            if answer.status == 206:
                mode = "ab"
            else:
                start, mode = 0, "wb"
            if expected_size is not None and total_size not in (None, expected_size):
                self.discard()
                raise Refused(
                    f"the server has {total_size:,} bytes, and {expected_size:,} are published"
                )
            self._remember(answer)
            with self.file.open(mode) as file:
                came = _copy(answer, file, start, total_size, progress)
        wanted = total_size if total_size is not None else expected_size
        if wanted is not None and came < wanted:
            raise ConnectionError(f"it broke off after {came:,} of {wanted:,} bytes")
        if wanted is not None and came > wanted:
            self.discard()
            raise Refused(f"it goes on after {wanted:,} bytes, which is all that is published")

    def _known(self) -> dict[str, Any]:
        try:
            content = json.loads(self._about.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}

    def _resumable(self) -> int:
        """Where to go on: 0 unless the part is of this address and can be asked for safely."""
        known = self._known()
        if known.get("address") != self.address or not isinstance(known.get("validator"), str):
            return 0
        return self.size()

    def _remember(self, answer: Any) -> None:
        # A weak tag may stand for files that differ in bytes: RFC 9110, section 13.1.5.
        tag = answer.headers.get("ETag", "")
        validator = tag if tag.startswith('"') else answer.headers.get("Last-Modified")
        content = json.dumps({"address": self.address, "validator": validator})
        self._about.write_text(content, "utf-8")

    def _total(self, answer: Any, start: int) -> int | None:
        """How long the whole is, by the server's word."""
        if answer.status == 206:
            found = _CONTENT_RANGE.fullmatch(answer.headers.get("Content-Range", ""))
            if found is None or found[1] != str(start):
                self.discard()
                raise ConnectionError("the server sent another part than was asked for")
            return None if found[3] == "*" else int(found[3])
        length = answer.headers.get("Content-Length")
        return int(length) if length is not None and length.isdecimal() else None


def _copy(
    source: Any,
    file: IO[bytes],
    came: int,
    total: int | None,
    progress: Callable[[int, int | None], None] | None,
) -> int:
    if progress is not None:
        progress(came, total)
    # read1 hands over what is there, so that a slow line still shows progress and resumes late.
    while piece := source.read1(_PIECE):
        file.write(piece)
        came += len(piece)
        if progress is not None:
            progress(came, total)
    return came
