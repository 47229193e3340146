"""AdamW and LAMB in the form Google trained ALBERT with, and their learning-rate schedule."""

from keras_albert.optimizers.adamw import AdamW
from keras_albert.optimizers.lamb import Lamb
from keras_albert.optimizers.schedules import LinearWarmupDecay

__all__ = ["AdamW", "Lamb", "LinearWarmupDecay"]
