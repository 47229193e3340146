"""Room 5: recipe -> fit -> checkpoint, and what follows: evaluation and fine-tuning."""

from keras_albert.training.evaluation.evaluate import evaluate
from keras_albert.training.finetuning.finetune import finetune
from keras_albert.training.pretraining.run import PretrainingResult, build_pretrainer, pretrain
from keras_albert.training.recipe import FinetuneSettings, Recipe, load_recipe

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
