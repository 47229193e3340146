"""AdamW and LAMB in the form Google trained ALBERT with, and their learning-rate schedule."""

# Before any module of this room: see keras_albert.registration.
import keras_hub  # noqa: F401

from keras_albert.optimizers.adamw import AdamW
from keras_albert.optimizers.lamb import Lamb
from keras_albert.optimizers.schedules import LinearWarmupDecay

__all__ = ["AdamW", "Lamb", "LinearWarmupDecay"]
