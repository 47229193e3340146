"""Damage to a file, of the kinds that disks, downloads, editors and attackers do."""

import io
import json
import random
import struct
import zipfile
from collections.abc import Callable
from typing import Any

Mutation = Callable[[bytes, random.Random, list[bytes]], bytes | None]

# In place of a value of JSON. Large numbers are too large for any machine: it is to be refused, and
# not tried.
VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        -1,
        0,
        3,
        1.5,
        10**30,
        -(10**30),
        "",
        "x",
        "os.system",
        "../../x",
        "é\u0000",
    ),
    *(
        [],
        [1],
        [[]],
        ["a", "b"],
        {},
        {"a": 1},
        {"class_name": "system", "module": "os", "config": {}},
    ),
)
# Put between other bytes.
SIGNS = (
    *(b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\t", b"\n", b"\r", b'"', b"{", b"\\ud800"),
    b"[" * 9000,
)
RAN = "a-pickle-was-run"


class _Calls:
    """An object whose pickle makes a folder."""

    def __reduce__(self) -> Any:
        import os

        return os.mkdir, (RAN,)


def _range(content: bytes, chance: random.Random) -> tuple[int, int]:
    start = chance.randrange(len(content) + 1)
    return start, min(len(content), start + 1 + int(chance.expovariate(1 / 64)))


def truncated(content: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    return content[: chance.randrange(len(content) + 1)]


def empty(content: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    return b""


def gone(content: bytes, chance: random.Random, others: list[bytes]) -> None:
    return None


def doubled(content: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    return content + content


def swapped(content: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    return chance.choice(others or [b"x"])


def flipped(content: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    changed = bytearray(content)
    for _ in range(1 + int(chance.expovariate(1 / 3))):
        if changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def beginning_flipped(content: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    """Where headers, names and sizes are."""
    return flipped(content[:512], chance, others) + content[512:]


def overwritten(content: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    start, end = _range(content, chance)
    filling = chance.choice(
        [bytes(end - start), b"\xff" * (end - start), chance.randbytes(end - start)]
    )
    return content[:start] + filling + content[end:]


def cut_out(content: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    start, end = _range(content, chance)
    return content[:start] + content[end:]


def repeated(content: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    start, end = _range(content, chance)
    return content[:end] + content[start:]


def inserted(content: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    start, _ = _range(content, chance)
    signs = [
        b"\x00",
        b"\xff\xfe",
        b"\t",
        b"\n",
        b"\r",
        b"\xef\xbb\xbf",
        b'"',
        b"{",
        b"[" * 9000,
        b"\\ud800",
    ]
    return content[:start] + chance.choice(signs) + content[start:]


def length_changed(content: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    """Eight bytes that may be a size or an offset, as a large or a negative number."""
    start = chance.randrange(0, max(1, len(content) - 8), 8) if len(content) > 8 else 0
    number = chance.choice([2**31 - 1, 2**31, 2**40, 2**63 - 1, 2**64 - 1])
    return content[:start] + struct.pack("<Q", number) + content[start + 8 :]


def json_changed(content: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    """A value of JSON, or of one line of JSON, replaced, left out or given another name."""
    lines = [content]
    try:
        json.loads(content)
    except ValueError:
        lines = content.split(b"\n")
    number = chance.randrange(len(lines))
    try:
        tree = json.loads(lines[number])
    except ValueError:
        return flipped(content, chance, others)
    if not isinstance(tree, dict | list) or not tree:
        return json.dumps(chance.choice(VALUES)).encode()
    part = tree
    while True:
        keys = list(part) if isinstance(part, dict) else list(range(len(part)))
        key = chance.choice(keys)
        inner = part[key]
        if isinstance(inner, dict | list) and inner and chance.random() < 0.8:
            part = inner
            continue
        break
    kind = chance.randrange(5)
    if kind == 0:
        del part[key]
    elif kind == 1 and isinstance(part, dict):
        part[key + "x"] = part.pop(key)
    else:
        part[key] = chance.choice(VALUES)
    lines[number] = json.dumps(tree).encode()
    return b"\n".join(lines)


def pickled(content: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    """A pickle that runs something, where PyTorch's has its own."""
    import pickle

    hostile = pickle.dumps(_Calls(), protocol=chance.choice([0, 2, 4]))
    if not zipfile.is_zipfile(io.BytesIO(content)):
        start, _ = _range(content, chance)
        return content[:start] + hostile + content[start:]
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(written, "w") as copy:
        for name in source.namelist():
            copy.writestr(name, hostile if name.endswith("data.pkl") else source.read(name))
    return written.getvalue()


ANY: tuple[Mutation, ...] = (
    *(truncated, empty, gone, doubled, swapped, flipped, beginning_flipped, overwritten, cut_out),
    *(repeated, inserted, length_changed),
)


def mutations_of(name: str) -> tuple[Mutation, ...]:
    """What is done to a file of this name; JSON and pickles are also read and changed."""
    if name.endswith((".json", ".jsonl")):
        return (*ANY, *(json_changed,) * len(ANY))
    if name.endswith(".bin"):
        return (*ANY, *(pickled,) * 4)
    return ANY
