"""Cmrc2018: Chinese reading comprehension."""

from collections.abc import Sequence
from typing import Any

from keras_albert.benchmarks.examples import Examples
from keras_albert.benchmarks.questions.cmrc_metrics import cmrc_exact_match, cmrc_f1
from keras_albert.benchmarks.questions.passage_task import PassageTask
from keras_albert.models.questions.answer_decoding import N_BEST


class Cmrc2018(PassageTask):
    """CMRC 2018 (Cui et al. 2019, arXiv 1810.07366): answers from a passage, in Chinese.

    Files may have SQuAD's format or CMRC's own. An answer may have 100 tokens, because a Chinese
    character is one.

    Args:
        n_best: answers named for each question.
        max_answer_tokens: tokens an answer, at most.
        stride: see `PassageTask`.
    """

    name = "cmrc2018"
    recipe = "squad1"
    submission = "cmrc2018_predict.json"
    main_metric = "average"
    hub_name = ("clue/clue", "cmrc2018")

    def __init__(
        self, n_best: int = N_BEST, max_answer_tokens: int = 100, stride: int | None = None
    ) -> None:
        super().__init__(n_best, max_answer_tokens, stride)

    def exact(self, prediction: str, answers: Sequence[str]) -> float:
        """See `cmrc_metrics.cmrc_exact_match`."""
        return cmrc_exact_match(prediction, answers)

    def f1(self, prediction: str, answers: Sequence[str]) -> float:
        """See `cmrc_metrics.cmrc_f1`."""
        return cmrc_f1(prediction, answers)

    def metrics(
        self, examples: Examples, predictions: Sequence[dict[str, Any]]
    ) -> dict[str, float]:
        """Means of exact match and F1, and the mean of the two: the script's EM, F1 and AVG."""
        found = super().metrics(examples, predictions)
        return {**found, "average": (found["exact"] + found["f1"]) / 2}
