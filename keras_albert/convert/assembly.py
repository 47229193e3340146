"""From a file's tensors to our weights, with nothing missing and nothing left over, and back."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from keras_albert.convert.checkpoint import Checkpoint, Weight
from keras_albert.convert.layouts import (
    PARTS,
    foreign_name,
    foreign_shape,
    from_plain,
    fused,
    lengths,
    to_plain,
    unfused,
)
from keras_albert.convert.name_tables import FIXED_CLASSES, Row
from keras_albert.convert.networks import ALBERT, Network, has_projection
from keras_albert.convert.stored_tensor import StoredTensor
from keras_albert.errors import InputError

# How many names an error lists before it counts the rest.
_LISTED = 8


def listed(names: Iterable[str]) -> str:
    """The first names of some, and how many more there are.

    >>> listed("abcdefghij")
    'a, b, c, d, e, f, g, h and 2 more'
    """
    names = list(names)
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more


def rows_of(
    backbone: Mapping[str, Any],
    heads: Mapping[str, Mapping[str, Any]],
    network: Network = ALBERT,
) -> list[tuple[Row, dict[str, int]]]:
    """Every row that a model has, each with what its letters stand for.

    Args:
        backbone: `AlbertBackbone`'s constructor arguments, `sharing` "all" or "none".
        heads: as `Checkpoint.heads`.
        network: whose names the rows have.
    """
    sizes = lengths(backbone)
    rows = [*network.embeddings]
    if has_projection(backbone):
        rows += network.projection
    rows += network.block_rows(backbone)
    if backbone.get("pooler", True):
        rows += network.pooler
    found = [(row, sizes) for row in rows]
    for head, settings in heads.items():
        classes = FIXED_CLASSES.get(head) or settings.get("num_classes", 0)
        found += [(row, {**sizes, "C": classes}) for row in network.heads[head]]
    return found


def assemble(
    source: str,
    where: object,
    tensors: Mapping[str, StoredTensor],
    backbone: Mapping[str, Any],
    heads: Mapping[str, Mapping[str, Any]],
    stored_heads: int | None = None,
    network: Network = ALBERT,
) -> dict[str, Weight]:
    """Our weights, read from tensors under a source's names.

    Args:
        source: "huggingface", "tf1" or "keras-hub".
        where: the folder or file, for errors.
        tensors: everything the file holds that is a weight.
        backbone: `AlbertBackbone`'s constructor arguments.
        heads: as `Checkpoint.heads`.
        stored_heads: attention heads that shapes in the file have, where they are not to be those
            of the model.
        network: whose names the tensors have.

    Raises:
        InputError: a tensor is missing, left over, of another shape or no floats; all are listed.
    """
    rows = [
        (row, sizes, foreign_name(row, source)) for row, sizes in rows_of(backbone, heads, network)
    ]
    expected = {name for _, _, name in rows if name is not None}
    missing = [name for _, _, name in rows if name is None or name not in tensors]
    if missing:
        left = sorted(set(tensors) - expected)
        raise InputError(
            f"{where} lacks {len(missing)} weights of the model its configuration describes: "
            f"{listed(str(name) for name in missing)}."
            + (f" Left over: {listed(left)}." if left else "")
        )
    left = sorted(set(tensors) - expected)
    if left:
        raise InputError(
            f"{where} holds {len(left)} weights that no part of the model its configuration "
            f"describes has: {listed(left)}."
        )
    wrong = []
    for row, sizes, name in rows:
        tensor = tensors[str(name)]
        tensor.check_floats()
        if stored_heads is not None:
            sizes = {**sizes, "N": stored_heads, "D": sizes["H"] // stored_heads}
        if tensor.shape != (shape := foreign_shape(row, source, sizes)):
            wrong.append(f"{name} is {tensor.shape}, expected {shape}")
    if wrong:
        raise InputError(f"{where} does not fit its configuration: {listed(wrong)}.")

    by_name: dict[str, list[tuple[Row, StoredTensor, dict[str, int]]]] = {}
    for row, sizes, name in rows:
        by_name.setdefault(row.ours, []).append((row, tensors[str(name)], sizes))
    return {ours: _weight(source, parts) for ours, parts in by_name.items()}


def _weight(source: str, parts: list[tuple[Row, StoredTensor, dict[str, int]]]) -> Weight:
    row, _, sizes = parts[0]
    shape = tuple(sizes[letter] for letter in row.shape)
    if row.part is None:

        def read() -> np.ndarray:
            return to_plain(row, source, parts[0][1].read(), sizes)

        return Weight(shape, read)

    def read_fused() -> np.ndarray:
        plain = [to_plain(r, source, tensor.read(), sizes) for r, tensor, _ in parts]
        return fused(plain, sizes["N"])

    return Weight((*shape[:-1], len(PARTS) * shape[-1]), read_fused)


def disassemble(
    checkpoint: Checkpoint, target: str, network: Network = ALBERT
) -> Iterator[tuple[str, Callable[[], np.ndarray]]]:
    """The target's name of every weight, and what reads it in the target's layout.

    Args:
        checkpoint: with `sharing` "all" or "none" and heads that the target has.
        target: "huggingface", "tf1" or "keras-hub".
        network: whose names are wanted.
    """
    for row, sizes in rows_of(checkpoint.backbone, checkpoint.heads, network):
        name = foreign_name(row, target)
        if name is None:
            raise InputError(f"{target} has no place for {row.ours}.")

        def read(row: Row = row, sizes: dict[str, int] = sizes) -> np.ndarray:
            values = checkpoint.read(row.ours)
            if row.part is not None:
                values = unfused(values, row.part, sizes["N"])
            return from_plain(row, target, values, sizes)

        yield name, read
