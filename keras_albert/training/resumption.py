"""Whether a run may go on: the same recipe, data, tokenizer and backend as it was begun with."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import keras

from keras_albert.data.token_store import TokenStore
from keras_albert.errors import InputError
from keras_albert.training.recipe import Recipe
from keras_albert.training.versions import changed_versions, versions

# A run may go on with other values of these: they do not touch the weights.
_FREE = {"name", "source", "sources", "checkpoint_every", "log_every"}


def run_identity(recipe: Recipe, store: TokenStore) -> dict[str, Any]:
    """What a run can be resumed with and with nothing else, as JSON content.

    Args:
        recipe: of the run.
        store: the token store it reads.
    """
    manifest = store.manifest
    return {
        "recipe": recipe.model_dump(mode="json", exclude=_FREE),
        "backend": keras.backend.backend(),
        "tokenizer": manifest["tokenizer_fingerprint"],
        "data": {
            **manifest["counts"],
            "shards": [shard["sha256"] for shard in manifest["shards"]],
        },
    }


def check_unchanged(
    identity: Mapping[str, Any],
    record: Mapping[str, Any],
    output: Path,
    message: Callable[[str], None],
) -> None:
    """Compares a checkpoint with what it is to be resumed with.

    Args:
        identity: of this call, as `run_identity` gives it.
        record: of the checkpoint, with its "identity" and "versions".
        output: the run's folder, for the message.
        message: is told where versions of packages changed.

    Raises:
        InputError: something differs; each difference is named with both values.
    """
    before, now = _flat(record["identity"]), _flat(identity)
    changes = [
        f"{key} was {before.get(key)!r}, is now {now.get(key)!r}"
        for key in sorted({**before, **now})
        if before.get(key) != now.get(key)
    ]
    if changes:
        raise InputError(
            f"{output} was begun with other settings: {'; '.join(changes)}. Go on with those it "
            "was begun with, or choose another output folder."
        )
    if changed := changed_versions(record["versions"], versions()):
        message(
            f"Versions changed since the checkpoint ({'; '.join(changed)}): the weights may differ "
            "in their last bits from those of an uninterrupted run."
        )


def _flat(content: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in content.items():
        if isinstance(value, Mapping):
            flat.update(_flat(value, f"{prefix}{key}."))
        else:
            flat[prefix + key] = value
    return flat
