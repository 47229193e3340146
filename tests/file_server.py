"""A server of one file on this machine, as faulty as a test wants it."""

import contextlib
import http.server
import io
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from keras_albert.fetching import addresses
from keras_albert.fetching.published import published_checkpoint


class FileServer(http.server.ThreadingHTTPServer):
    """Serves `content` at any path.

    Attributes:
        content: the file.
        ranges: whether Range requests are answered with a part.
        tag: the file's ETag, or None.
        break_after: bytes after which answers break off, one for each answer to come.
        statuses: statuses to answer with instead, one for each answer to come.
        lie: bytes that Content-Length says too much.
        location: where a redirect goes to.
        requests: the headers of what was asked.
    """

    daemon_threads = True

    def __init__(self, content: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.content = content
        self.ranges = True
        self.tag: str | None = '"one"'
        self.break_after: list[int] = []
        self.statuses: list[int] = []
        self.lie = 0
        self.location = ""
        self.requests: list[dict[str, str]] = []

    def address(self, name: str = "file.bin") -> str:
        """The file's address."""
        return f"http://127.0.0.1:{self.server_port}/{name}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that go away are part of the tests."""


class _Answer(http.server.BaseHTTPRequestHandler):
    server: FileServer

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:  # the name that BaseHTTPRequestHandler looks for
        server = self.server
        server.requests.append(dict(self.headers.items()))
        if server.statuses:
            self.send_response(server.statuses.pop(0))
            if server.location:
                self.send_header("Location", server.location)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        start, total = 0, len(server.content)
        asked = self.headers.get("Range")
        if asked and server.ranges and self.headers.get("If-Range") == server.tag:
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
        if start and start >= total:
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{total}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
        if server.tag is not None:
            self.send_header("ETag", server.tag)
        self.send_header("Content-Length", str(total - start + server.lie))
        self.end_headers()
        end = start + server.break_after.pop(0) if server.break_after else total
        self.wfile.write(server.content[start:end])


@contextlib.contextmanager
def serving(content: bytes) -> Iterator[FileServer]:
    """A `FileServer` that answers until the `with` statement ends."""
    with FileServer(content) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def tar_of(folder: Path, name: str = "albert_base") -> bytes:
    """A folder as an archive, in which it is called `name`."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        tar.add(folder, name)
    return packed.getvalue()


def publish(monkeypatch: Any, name: str, address: str, **facts: Any) -> None:
    """Puts a published checkpoint's archive at another address, with other facts."""
    real = published_checkpoint(name)
    archive = real.archive.model_copy(update={"address": address, **facts})
    moved = real.model_copy(update={"archive": archive})
    monkeypatch.setattr(addresses, "published_checkpoint", lambda asked: moved)
