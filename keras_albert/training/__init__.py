"""Room 5: recipe -> fit -> checkpoint, and what follows: evaluation and fine-tuning."""

from keras_albert.training.evaluate import evaluate
from keras_albert.training.finetune import finetune
from keras_albert.training.recipe import FinetuneSettings, Recipe, load_recipe
from keras_albert.training.run import PretrainingResult, build_pretrainer, pretrain

__all__ = [
    "FinetuneSettings",
    "PretrainingResult",
    "Recipe",
    "build_pretrainer",
    "evaluate",
    "finetune",
    "load_recipe",
    "pretrain",
]
