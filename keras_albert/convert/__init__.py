"""Weights, configurations and tokenizer files of other implementations, in and out.

A foreign folder or archive becomes a `Checkpoint`: constructor arguments, heads and weights under
our names, read one at a time. A `Checkpoint` is written as another implementation's folder.
"""

from keras_albert.convert.checkpoint import Checkpoint, TokenizerFiles
from keras_albert.convert.huggingface_writer import write_huggingface
from keras_albert.convert.keras_hub_writer import write_keras_hub
from keras_albert.convert.open_checkpoint import is_foreign, open_checkpoint
from keras_albert.fetching.addresses import is_address, local_path

__all__ = [
    "Checkpoint",
    "TokenizerFiles",
    "is_address",
    "is_foreign",
    "local_path",
    "open_checkpoint",
    "write_huggingface",
    "write_keras_hub",
]
